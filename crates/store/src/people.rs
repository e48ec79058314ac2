//! People, and the sites and departments that they and their assets belong to.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::assets::literal;
use crate::sql::{Read as _, Sql, short};
use crate::{Listed, Page, Store, StoreError, Writing};

/// A site: a place with departments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its site.
    pub site: Option<i64>,
}

/// Somebody who owns assets, is given findings or decides about them. An account is another thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their number.
    pub id: i64,
    /// Their name.
    pub name: String,
    /// Where notices go.
    pub email: Option<String>,
    /// Their department.
    pub department: Option<i64>,
    /// Whether they are still there.
    pub active: bool,
}

impl Writing {
    /// The site of this name, added where it is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn site_named(&mut self, name: &str) -> Result<i64, StoreError> {
        let mut sql = Sql::new("INSERT INTO site (name) VALUES (");
        // An update that changes nothing, so that its number is returned either way.
        sql.bind(short(name))
            .add(") ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id");
        self.one_number(sql).await
    }

    /// The department of this name, added where it is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn department_named(&mut self, name: &str) -> Result<i64, StoreError> {
        let mut sql = Sql::new("INSERT INTO department (name) VALUES (");
        sql.bind(short(name))
            .add(") ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id");
        self.one_number(sql).await
    }

    /// Says where a department is, and what it is called.
    ///
    /// # Errors
    /// When another one is called so, or the database refuses.
    pub async fn update_department(&mut self, department: &Department) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE department SET name = ");
        sql.bind(short(&department.name))
            .add(", site = ")
            .bind(department.site);
        sql.add(" WHERE id = ").bind(department.id);
        sql.run(self.connection()).await.map(drop)
    }

    /// Adds somebody; their number is given, whatever `id` says.
    ///
    /// # Errors
    /// When somebody has that e-mail address, or the database refuses.
    pub async fn add_person(&mut self, person: &Person) -> Result<i64, StoreError> {
        let mut sql = Sql::new("INSERT INTO person (name, email, department, active) VALUES (");
        sql.bind(short(&person.name)).add(", NULLIF(");
        sql.bind(email(person)).add(", ''), ");
        sql.bind(person.department).add(", ");
        sql.bind(i64::from(person.active)).add(") RETURNING id");
        self.one_number(sql).await
    }

    /// Writes what is new about somebody.
    ///
    /// # Errors
    /// When somebody else has that e-mail address, or the database refuses.
    pub async fn update_person(&mut self, person: &Person) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE person SET name = ");
        sql.bind(short(&person.name)).add(", email = NULLIF(");
        sql.bind(email(person)).add(", ''), department = ");
        sql.bind(person.department).add(", active = ");
        sql.bind(i64::from(person.active)).add(" WHERE id = ");
        sql.bind(person.id);
        sql.run(self.connection()).await.map(drop)
    }

    /// Somebody as they are by now.
    ///
    /// # Errors
    /// When there is nobody with this number, or the database refuses.
    pub async fn person(&mut self, id: i64) -> Result<Person, StoreError> {
        let mut sql = Sql::new("SELECT id, name, email, department, active FROM person WHERE id = ");
        sql.bind(id);
        let found = many(sql, self.connection()).await?.pop();
        found.ok_or_else(|| StoreError::missing("person", id))
    }

    /// Somebody with this e-mail address.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn person_with_email(&mut self, email: &str) -> Result<Option<i64>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM person WHERE email = ");
        sql.bind(short(email).to_lowercase());
        let rows = sql.all(self.connection()).await?;
        rows.first().map(|row| row.number("id")).transpose()
    }

    /// Somebody of this name, or with this e-mail address; added where nobody is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn person_named(&mut self, name: &str) -> Result<i64, StoreError> {
        let name = short(name);
        let mut sql = Sql::new("SELECT id FROM person WHERE name = ");
        sql.bind(name.as_str())
            .add(" OR email = ")
            .bind(name.to_lowercase());
        sql.add(" ORDER BY id LIMIT 1");
        if let Some(row) = sql.all(self.connection()).await?.first() {
            return row.number("id");
        }
        self.add_person(&Person {
            id: 0,
            email: name.contains('@').then(|| name.to_lowercase()),
            name,
            department: None,
            active: true,
        })
        .await
    }
}

impl Store {
    /// All sites, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        let sql = Sql::new("SELECT id, name FROM site ORDER BY name");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let site = |row: &AnyRow| {
            Ok(Site {
                id: row.number("id")?,
                name: row.text("name")?,
            })
        };
        rows.iter().map(site).collect()
    }

    /// All departments, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn departments(&self) -> Result<Vec<Department>, StoreError> {
        let sql = Sql::new("SELECT id, name, site FROM department ORDER BY name");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let department = |row: &AnyRow| {
            Ok(Department {
                id: row.number("id")?,
                name: row.text("name")?,
                site: row.maybe_number("site")?,
            })
        };
        rows.iter().map(department).collect()
    }

    /// Somebody.
    ///
    /// # Errors
    /// When there is nobody with this number, or the database does not answer.
    pub async fn person(&self, id: i64) -> Result<Person, StoreError> {
        let mut sql = Sql::new("SELECT id, name, email, department, active FROM person WHERE id = ");
        sql.bind(id);
        let found = many(sql, &mut *self.reader().await?).await?.pop();
        found.ok_or_else(|| StoreError::missing("person", id))
    }

    /// Who answers for a department and can come in, by name: the first ten.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn answering_for(&self, department: i64) -> Result<Vec<Person>, StoreError> {
        let mut sql = Sql::new(
            "SELECT person.id, person.name, person.email, person.department, person.active FROM person \
             JOIN account ON account.person = person.id WHERE account.role = 'owner' AND account.active = 1 \
             AND person.active = 1 AND person.department = ",
        );
        sql.bind(department)
            .add(" ORDER BY person.name, person.id LIMIT 10");
        many(sql, &mut *self.reader().await?).await
    }

    /// People whose name or e-mail address has these words in it, in the order of their numbers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn people(&self, words: &str, page: &Page) -> Result<Listed<Person>, StoreError> {
        self.people_known(words, None, page).await
    }

    /// The same of one department, with those who belong to none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn people_known(
        &self,
        words: &str,
        department: Option<i64>,
        page: &Page,
    ) -> Result<Listed<Person>, StoreError> {
        let mut sql = Sql::new("SELECT id, name, email, department, active FROM person WHERE id > ");
        sql.bind(page.place().map_or(0, |(_, id)| id));
        if let Some(department) = department {
            sql.add(" AND (department IS NULL OR department = ")
                .bind(department)
                .add(")");
        }
        for word in words.to_lowercase().split_whitespace().take(8) {
            let like = format!("%{}%", literal(word));
            sql.add(" AND (LOWER(name) LIKE ").bind(like.as_str());
            sql.add(" ESCAPE '!' OR email LIKE ").bind(like.as_str());
            sql.add(" ESCAPE '!')");
        }
        sql.add(" ORDER BY id LIMIT ").bind(page.limit());
        let people = many(sql, &mut *self.reader().await?).await?;
        Ok(page.cut(people, |person| (0, person.id)))
    }
}

fn email(person: &Person) -> String {
    short(person.email.as_deref().unwrap_or_default()).to_lowercase()
}

async fn many(sql: Sql, connection: &mut AnyConnection) -> Result<Vec<Person>, StoreError> {
    let person = |row: &AnyRow| {
        Ok(Person {
            id: row.number("id")?,
            name: row.text("name")?,
            email: row.maybe_text("email")?,
            department: row.maybe_number("department")?,
            active: row.truth("active")?,
        })
    };
    sql.all(connection).await?.iter().map(person).collect()
}
