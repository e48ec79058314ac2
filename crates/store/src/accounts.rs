//! Accounts: how people come in.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// An account with the person who has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub person: i64,
    /// What is typed to come in, in lower case.
    pub name: String,
    /// The person's name.
    pub shown: String,
    /// The person's address for e-mail.
    pub email: Option<String>,
    /// The person's department.
    pub department: Option<i64>,
    /// Its role.
    pub role: String,
    /// The hash of the password; empty: none has been chosen.
    pub password: String,
    /// The sealed secret of one-time codes; empty: none.
    pub second: String,
    /// The last step of the clock whose code was used.
    pub second_step: i64,
    /// Whether it opens anything.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When somebody last came in with it.
    pub seen: Option<Timestamp>,
}

/// What guards an account is not for logs.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// An account that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Whose it is.
    pub person: i64,
    /// What is typed to come in.
    pub name: String,
    /// Its role.
    pub role: String,
    /// The hash of its password, or nothing yet.
    pub password: String,
    /// When.
    pub created: Timestamp,
}

const COLUMNS: &str = "SELECT account.id, account.person, account.name, person.name AS shown, person.email, \
     person.department, account.role, account.password, account.second, account.second_step, account.active, \
     account.created, account.seen FROM account JOIN person ON person.id = account.person";

impl Writing {
    /// Makes an account.
    ///
    /// # Errors
    /// When there is one of that name, or the person has one.
    pub async fn add_account(&mut self, account: &NewAccount) -> Result<i64, StoreError> {
        let mut sql = Sql::new("INSERT INTO account (person, name, role, password, created) VALUES");
        sql.rows([vec![
            account.person.into(),
            account.name.to_lowercase().into(),
            account.role.as_str().into(),
            account.password.as_str().into(),
            micros(account.created).into(),
        ]]);
        sql.add(" RETURNING id");
        self.one_number(sql).await
    }

    /// Gives it another password. Every session and every link to choose one ends with the old.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_password(&mut self, account: i64, hash: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE account SET password = ");
        sql.bind(hash).add(" WHERE id = ").bind(account);
        sql.run(self.connection()).await?;
        let mut sql = Sql::new("DELETE FROM invitation WHERE account = ");
        sql.bind(account);
        sql.run(self.connection()).await?;
        self.end_sessions(account).await
    }

    /// Gives it a sealed secret for one-time codes, or takes it away. Codes that stood in for those of before open
    /// nothing any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_second(&mut self, account: i64, sealed: &str) -> Result<(), StoreError> {
        self.set_recovery_codes(account, &[]).await?;
        let mut sql = Sql::new("UPDATE account SET second = ");
        sql.bind(sealed)
            .add(", second_step = 0 WHERE id = ")
            .bind(account);
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that the code of this step was used. `false`: it had been already, by somebody who was quicker.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_second(&mut self, account: i64, step: i64) -> Result<bool, StoreError> {
        let mut sql = Sql::new("UPDATE account SET second_step = ");
        sql.bind(step).add(" WHERE id = ").bind(account);
        sql.add(" AND second_step < ").bind(step);
        Ok(sql.run(self.connection()).await? == 1)
    }

    /// Gives it another role, or switches it off or on. Its sessions end.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_role(&mut self, account: i64, role: &str, active: bool) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE account SET role = ");
        sql.bind(role).add(", active = ").bind(i64::from(active));
        sql.add(" WHERE id = ").bind(account);
        sql.run(self.connection()).await?;
        self.end_sessions(account).await
    }

    /// An account as it is by now.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn account(&mut self, id: i64) -> Result<Account, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account.id = ").bind(id);
        let rows = sql.all(self.connection()).await?;
        account(rows.first().ok_or_else(|| StoreError::missing("account", id))?)
    }

    /// Notes that somebody came in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn came_in(&mut self, account: i64, at: Timestamp) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE account SET seen = ");
        sql.bind(micros(at)).add(" WHERE id = ").bind(account);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// Whether there is any account: before the first, whoever holds the set-up link makes it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        let sql = Sql::new("SELECT id FROM account LIMIT 1");
        Ok(!sql.all(&mut *self.reader().await?).await?.is_empty())
    }

    /// The account of a person, where they have one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_of(&self, person: i64) -> Result<Option<Account>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account.person = ").bind(person);
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map(account).transpose()
    }

    /// The account of that name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account.name = ").bind(name.to_lowercase());
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map(account).transpose()
    }

    /// An account.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn account(&self, id: i64) -> Result<Account, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account.id = ").bind(id);
        let rows = sql.all(&mut *self.reader().await?).await?;
        account(rows.first().ok_or_else(|| StoreError::missing("account", id))?)
    }

    /// The accounts of the person with this address for e-mail.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_of_email(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE person.email = ")
            .bind(email.trim().to_lowercase());
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map(account).transpose()
    }

    /// Accounts, in the order of their numbers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts(&self, page: &Page) -> Result<Listed<Account>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account.id > ")
            .bind(page.place().map_or(0, |(_, id)| id));
        sql.add(" ORDER BY account.id LIMIT ").bind(page.limit());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let accounts: Vec<Account> = rows.iter().map(account).collect::<Result<_, _>>()?;
        Ok(page.cut(accounts, |account| (0, account.id)))
    }

    /// The accounts of these people.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts_of(&self, people: &[i64]) -> Result<Vec<Account>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE account.person IN ")
            .numbers(people.iter().copied());
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(account).collect()
    }

    /// Whether somebody with another account than this one has this role, and a password to come in with.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_another(&self, id: i64, role: &str) -> Result<bool, StoreError> {
        let mut sql = Sql::new("SELECT id FROM account WHERE active = 1 AND password <> '' AND role = ");
        sql.bind(role).add(" AND id <> ").bind(id);
        sql.add(" LIMIT 1");
        let rows = sql.all(&mut *self.reader().await?).await?;
        Ok(!rows.is_empty())
    }
}

pub(crate) fn account(row: &AnyRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.number("id")?,
        person: row.number("person")?,
        name: row.text("name")?,
        shown: row.text("shown")?,
        email: row.maybe_text("email")?,
        department: row.maybe_number("department")?,
        role: row.text("role")?,
        password: row.text("password")?,
        second: row.text("second")?,
        second_step: row.number("second_step")?,
        active: row.truth("active")?,
        created: row.moment("created")?,
        seen: row.maybe_moment("seen")?,
    })
}

/// The columns of an account, for those who come to it by another way.
pub(crate) const fn columns() -> &'static str {
    COLUMNS
}
