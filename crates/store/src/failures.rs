//! Who failed to come in, and how often: kept here, so that a restart forgives nobody. Its size is bounded.

use jiff::{SignedDuration, Timestamp};

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Store, StoreError, Writing};

/// So many are remembered,
const MOST: i64 = 20_000;
/// and so many of them are forgotten at once where there are more.
const AT_ONCE: i64 = 1000;
/// A quiet day forgives.
const QUIET: SignedDuration = SignedDuration::from_hours(24);

/// The failures of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many there were.
    pub count: i64,
    /// When the last was.
    pub last: Timestamp,
}

impl Writing {
    /// Notes that somebody failed. Whoever floods this with names gains nothing: those who failed most often stay.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn note_failure(&mut self, who: &str, now: Timestamp) -> Result<(), StoreError> {
        let quiet = micros(now.saturating_sub(QUIET).unwrap_or(Timestamp::MIN));
        let mut over = Sql::new("DELETE FROM failure WHERE last < ");
        over.bind(quiet);
        over.run(self.connection()).await?;
        let all = Sql::new("SELECT COUNT(*) AS number FROM failure");
        let rows = all.all(self.connection()).await?;
        let number = rows.first().map_or(Ok(0), |row| row.number("number"))?;
        if number >= MOST {
            let mut fewest = Sql::new(
                "DELETE FROM failure WHERE who IN (SELECT who FROM failure ORDER BY count, last LIMIT ",
            );
            fewest.bind(AT_ONCE).add(")");
            fewest.run(self.connection()).await?;
        }
        let mut sql = Sql::new("INSERT INTO failure (who, count, last) VALUES");
        sql.rows([vec![who.into(), 1.into(), micros(now).into()]]);
        sql.add(" ON CONFLICT (who) DO UPDATE SET count = failure.count + 1, last = excluded.last");
        sql.run(self.connection()).await.map(drop)
    }

    /// Forgets the failures of somebody who came in.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forgive(&mut self, who: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("DELETE FROM failure WHERE who = ");
        sql.bind(who);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// The failures of somebody, where there were any.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn failures(&self, who: &str) -> Result<Option<Failures>, StoreError> {
        let mut sql = Sql::new("SELECT count, last FROM failure WHERE who = ");
        sql.bind(who);
        let rows = sql.all(&mut *self.reader().await?).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        Ok(Some(Failures {
            count: row.number("count")?,
            last: row.moment("last")?,
        }))
    }
}
