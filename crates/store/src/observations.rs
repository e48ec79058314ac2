//! Observations: facts with their time and method. They are added, and never changed or taken away.

use holter_model::{Endpoint, Method, Observation};
use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, json};
use crate::visits::{from_word, word};
use crate::{Store, StoreError, Writing};

/// So many go into one statement: SQLite looks for each value's place among all of its statement.
const AT_ONCE: usize = 100;

/// An observation as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its number.
    pub id: i64,
    /// The visit in which it was measured.
    pub visit: i64,
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: Method,
    /// What, as JSON: a fact of a newer Holter is kept, too.
    pub fact: String,
}

impl Noted {
    /// The observation, of an endpoint. `None`: a fact that this Holter does not know.
    #[must_use]
    pub fn observation(&self, subject: Endpoint) -> Option<Observation> {
        Some(Observation {
            at: self.at,
            method: self.method,
            subject,
            fact: serde_json::from_str(&self.fact).ok()?,
        })
    }
}

impl Writing {
    /// Adds what was heard in a visit.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_observations(
        &mut self,
        visit: i64,
        observations: &[Observation],
    ) -> Result<(), StoreError> {
        for some in observations.chunks(AT_ONCE) {
            let mut rows = Vec::with_capacity(some.len());
            for observation in some {
                rows.push(vec![
                    visit.into(),
                    micros(observation.at).into(),
                    word(&observation.method)?.into(),
                    json(&observation.fact)?.into(),
                ]);
            }
            let mut sql = Sql::new("INSERT INTO observation (visit, at, method, fact) VALUES");
            sql.rows(rows);
            sql.run(self.connection()).await?;
        }
        Ok(())
    }
}

impl Store {
    /// What was heard in a visit, in order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn observations(&self, visit: i64) -> Result<Vec<Noted>, StoreError> {
        let mut sql = Sql::new("SELECT id, visit, at, method, fact FROM observation WHERE visit = ");
        sql.bind(visit).add(" ORDER BY id");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(noted).collect()
    }
}

impl Store {
    /// Facts of one kind that a scan heard, each with its visit, in order; the kind as JSON spells it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn observations_of_kind(&self, scan: i64, kind: &str) -> Result<Vec<Noted>, StoreError> {
        let mut sql = Sql::new(
            "SELECT o.id, o.visit, o.at, o.method, o.fact FROM visit AS v JOIN observation AS o ON o.visit = v.id WHERE v.scan = ",
        );
        sql.bind(scan).add(" AND o.fact LIKE ");
        sql.bind(format!("{{\"fact\":\"{kind}\"%")).add(" ORDER BY o.id");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(noted).collect()
    }
}

fn noted(row: &AnyRow) -> Result<Noted, StoreError> {
    Ok(Noted {
        id: row.number("id")?,
        visit: row.number("visit")?,
        at: row.moment("at")?,
        method: from_word("method", &row.text("method")?)?,
        fact: row.text("fact")?,
    })
}
