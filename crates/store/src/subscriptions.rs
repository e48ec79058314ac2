//! Who wants to hear of what, and how: people's wishes, departments that they follow, digests; and links that were used.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// So many readers are looked up at once.
const AT_ONCE: i64 = 500;

/// Somebody who may be told of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub person: i64,
    /// Their name.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
    /// Their department.
    pub department: Option<i64>,
    /// The role of their account; `None`: they have none that opens anything.
    pub role: Option<String>,
    /// Whether they answer for the department, or follow it.
    pub answers: bool,
    /// What they wish otherwise than is usual.
    pub wishes: BTreeMap<String, String>,
}

/// How often a department is told what happened to its findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The department.
    pub department: i64,
    /// Its name.
    pub name: String,
    /// "day", "week" or "never"; `None`: as usual.
    pub every: Option<String>,
    /// When the last one was made.
    pub last: Option<Timestamp>,
}

impl Writing {
    /// Sets what somebody wishes, and whose things they follow; what was wished before is gone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_wishes(
        &mut self,
        person: i64,
        wishes: &BTreeMap<String, String>,
        follows: &[i64],
    ) -> Result<(), StoreError> {
        for text in [
            "DELETE FROM subscription WHERE person = ",
            "DELETE FROM follow WHERE person = ",
        ] {
            let mut sql = Sql::new(text);
            sql.bind(person);
            sql.run(self.connection()).await?;
        }
        if !wishes.is_empty() {
            let mut sql = Sql::new("INSERT INTO subscription (person, kind, how) VALUES");
            sql.rows(
                wishes
                    .iter()
                    .map(|(kind, how)| vec![person.into(), kind.as_str().into(), how.as_str().into()]),
            );
            sql.run(self.connection()).await?;
        }
        if !follows.is_empty() {
            let mut sql = Sql::new("INSERT INTO follow (person, department) VALUES");
            sql.rows(
                follows
                    .iter()
                    .map(|department| vec![person.into(), (*department).into()]),
            );
            sql.add(" ON CONFLICT (person, department) DO NOTHING");
            sql.run(self.connection()).await?;
        }
        Ok(())
    }

    /// Sets how often a department's digest goes out.
    ///
    /// # Errors
    /// When there is no such department, or the database refuses.
    pub async fn set_digest(&mut self, department: i64, every: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("INSERT INTO digest (department, every) VALUES");
        sql.rows([vec![department.into(), every.into()]]);
        sql.add(" ON CONFLICT (department) DO UPDATE SET every = excluded.every");
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that a digest was made; false where somebody else made it meanwhile: then nothing of this transaction may
    /// last. `usual` is how often, where nothing was set.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn digested(
        &mut self,
        digest: &Digest,
        usual: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut sql = Sql::new("INSERT INTO digest (department, every, last) VALUES");
        sql.rows([vec![
            digest.department.into(),
            digest.every.as_deref().unwrap_or(usual).into(),
            micros(at).into(),
        ]]);
        sql.add(
            " ON CONFLICT (department) DO UPDATE SET last = excluded.last WHERE COALESCE(digest.last, 0) = ",
        );
        sql.bind(digest.last.map_or(0, micros));
        Ok(sql.run(self.connection()).await? > 0)
    }

    /// Notes that a signed link was used; false where it was already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_link(
        &mut self,
        (finding, person): (i64, i64),
        until: Timestamp,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut sql = Sql::new("INSERT INTO acknowledgement (finding, person, until, at) VALUES");
        sql.rows([vec![
            finding.into(),
            person.into(),
            micros(until).into(),
            micros(at).into(),
        ]]);
        sql.add(" ON CONFLICT (finding, person, until) DO NOTHING");
        Ok(sql.run(self.connection()).await? > 0)
    }
}

impl Store {
    /// Whoever may be told of a department's findings: those who answer for it or follow it, and these besides. Nobody
    /// without an address, and nobody who is not there any more. All of them: whoever were left out would not be told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn readers(&self, department: Option<i64>, besides: &[i64]) -> Result<Vec<Reader>, StoreError> {
        let mut connection = self.reader().await?;
        let mut readers: Vec<Reader> = Vec::new();
        loop {
            let after = readers.last().map_or(0, |reader| reader.person);
            let rows = some_readers(department, besides, after)
                .all(&mut connection)
                .await?;
            let mut some: Vec<Reader> = rows.iter().map(reader).collect::<Result<_, _>>()?;
            let mut wished = wishes_of(&some, &mut connection).await?;
            for reader in &mut some {
                reader.wishes = wished.remove(&reader.person).unwrap_or_default();
            }
            let is_last = i64::try_from(some.len()).is_ok_and(|count| count < AT_ONCE);
            readers.append(&mut some);
            if is_last {
                return Ok(readers);
            }
        }
    }

    /// What somebody wishes otherwise than is usual.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn wishes(&self, person: i64) -> Result<BTreeMap<String, String>, StoreError> {
        let mut sql = Sql::new("SELECT kind, how FROM subscription WHERE person = ");
        sql.bind(person);
        let rows = sql.all(&mut *self.reader().await?).await?;
        let wish = |row: &AnyRow| Ok((row.text("kind")?, row.text("how")?));
        rows.iter().map(wish).collect()
    }

    /// The departments that somebody follows; 0 is all of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn follows(&self, person: i64) -> Result<Vec<i64>, StoreError> {
        let mut sql = Sql::new("SELECT department FROM follow WHERE person = ");
        sql.bind(person).add(" ORDER BY department");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(|row| row.number("department")).collect()
    }

    /// How often each department is told, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn digests(&self) -> Result<Vec<Digest>, StoreError> {
        let sql = Sql::new(
            "SELECT department.id, department.name, digest.every, digest.last FROM department \
             LEFT JOIN digest ON digest.department = department.id ORDER BY department.name",
        );
        let rows = sql.all(&mut *self.reader().await?).await?;
        let digest = |row: &AnyRow| {
            Ok(Digest {
                department: row.number("id")?,
                name: row.text("name")?,
                every: row.maybe_text("every")?,
                last: row.maybe_moment("last")?,
            })
        };
        rows.iter().map(digest).collect()
    }

    /// Whether a signed link was used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_link_used(
        &self,
        (finding, person): (i64, i64),
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut sql = Sql::new("SELECT 1 AS used FROM acknowledgement WHERE finding = ");
        sql.bind(finding).add(" AND person = ").bind(person);
        sql.add(" AND until = ").bind(micros(until));
        Ok(!sql.all(&mut *self.reader().await?).await?.is_empty())
    }
}

/// Some of the readers: those whose numbers come after one.
fn some_readers(department: Option<i64>, besides: &[i64], after: i64) -> Sql {
    // 0 is everybody's, and -1 nobody's.
    let department = department.unwrap_or(-1);
    let mut sql = Sql::new(
        "SELECT person.id, person.name, person.email, person.department, account.role, CASE WHEN (account.role = 'owner' \
         AND person.department = ",
    );
    sql.bind(department);
    sql.add(
        ") OR EXISTS (SELECT 1 FROM follow WHERE follow.person = person.id AND follow.department IN (0, ",
    );
    sql.bind(department);
    sql.add(
        ")) THEN 1 ELSE 0 END AS answers FROM person LEFT JOIN account ON account.person = person.id \
         AND account.active = 1 WHERE person.active = 1 AND person.email IS NOT NULL AND person.id > ",
    );
    sql.bind(after)
        .add(" AND ((account.role = 'owner' AND person.department = ")
        .bind(department);
    sql.add(") OR person.id IN (SELECT person FROM follow WHERE department IN (0, ");
    sql.bind(department).add("))");
    for person in besides {
        sql.add(" OR person.id = ").bind(*person);
    }
    sql.add(") ORDER BY person.id LIMIT ").bind(AT_ONCE);
    sql
}

/// What each of these wishes otherwise than is usual.
async fn wishes_of(
    readers: &[Reader],
    connection: &mut AnyConnection,
) -> Result<BTreeMap<i64, BTreeMap<String, String>>, StoreError> {
    let mut wishes: BTreeMap<i64, BTreeMap<String, String>> = BTreeMap::new();
    if readers.is_empty() {
        return Ok(wishes);
    }
    let mut sql = Sql::new("SELECT person, kind, how FROM subscription WHERE person IN ");
    sql.numbers(readers.iter().map(|reader| reader.person));
    for row in sql.all(connection).await? {
        let own = wishes.entry(row.number("person")?).or_default();
        own.insert(row.text("kind")?, row.text("how")?);
    }
    Ok(wishes)
}

fn reader(row: &AnyRow) -> Result<Reader, StoreError> {
    Ok(Reader {
        person: row.number("id")?,
        name: row.text("name")?,
        email: row.text("email")?,
        department: row.maybe_number("department")?,
        role: row.maybe_text("role")?,
        answers: row.truth("answers")?,
        wishes: BTreeMap::new(),
    })
}
