//! Visits: what one scan achieved at one service. With what the scan declared, they are its coverage.

use holter_model::{Attempt, Judgement};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, json};
use crate::{Listed, Page, Store, StoreError, Writing};

/// What a scan achieved at a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVisit {
    /// The scan.
    pub scan: i64,
    /// The service.
    pub service: i64,
    /// What the user named.
    pub target: String,
    /// When asking began: with the service, what makes it the same visit when it is handed in twice.
    pub started: Timestamp,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Connections opened.
    pub connections: u32,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// How far it came.
    pub attempt: Attempt,
    /// More about an attempt that was not completed.
    pub trouble: String,
    /// What was strange about the bytes.
    pub oddities: Vec<String>,
    /// What the checks make of it.
    pub judgements: Vec<Judgement>,
    /// The Holter whose checks judged.
    pub judged_by: String,
}

/// A visit as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Its number.
    pub id: i64,
    /// What it was.
    pub about: NewVisit,
}

const COLUMNS: &str = "SELECT id, scan, service, target, started, elapsed_ms, connections, bytes_sent, bytes_received, \
     attempt, trouble, oddities, judgements, judged_by FROM visit";

impl Writing {
    /// The number of a new visit; `None` where it is remembered already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_visit(&mut self, visit: &NewVisit) -> Result<Option<i64>, StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO visit (scan, service, target, started, elapsed_ms, connections, bytes_sent, bytes_received, \
             attempt, trouble, oddities, judgements, judged_by) VALUES",
        );
        sql.rows([vec![
            visit.scan.into(),
            visit.service.into(),
            visit.target.as_str().into(),
            micros(visit.started).into(),
            number(visit.elapsed_ms).into(),
            i64::from(visit.connections).into(),
            number(visit.bytes_sent).into(),
            number(visit.bytes_received).into(),
            word(&visit.attempt)?.into(),
            visit.trouble.as_str().into(),
            json(&visit.oddities)?.into(),
            json(&visit.judgements)?.into(),
            visit.judged_by.as_str().into(),
        ]]);
        sql.add(" ON CONFLICT (service, started) DO NOTHING RETURNING id");
        let rows = sql.all(self.connection()).await?;
        rows.first().map(|row| row.number("id")).transpose()
    }

    /// Visits of a scan whose judgements have not been applied: `judged_by` is empty. So many at most.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unsettled(&mut self, scan: i64, most: u32) -> Result<Vec<Visit>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE judged_by = '' AND scan = ").bind(scan);
        sql.add(" ORDER BY id LIMIT ").bind(i64::from(most));
        sql.all(self.connection()).await?.iter().map(visit).collect()
    }

    /// A visit.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn visit(&mut self, id: i64) -> Result<Visit, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let rows = sql.all(self.connection()).await?;
        visit(rows.first().ok_or_else(|| StoreError::missing("visit", id))?)
    }

    /// The visit to a service that began then.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn visit_begun(&mut self, service: i64, at: Timestamp) -> Result<Option<Visit>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE service = ").bind(service);
        sql.add(" AND started = ").bind(micros(at));
        let rows = sql.all(self.connection()).await?;
        rows.first().map(visit).transpose()
    }

    /// The latest visit of a scan to a service, where there is one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_visit_of(&mut self, scan: i64, service: i64) -> Result<Option<Visit>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE service = ").bind(service);
        sql.add(" AND scan = ").bind(scan);
        sql.add(" ORDER BY started DESC LIMIT 1");
        let rows = sql.all(self.connection()).await?;
        rows.first().map(visit).transpose()
    }

    /// Writes what today's checks make of an old visit.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn judge_visit(
        &mut self,
        visit: i64,
        judgements: &[Judgement],
        judged_by: &str,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE visit SET judgements = ");
        sql.bind(json(&judgements)?).add(", judged_by = ").bind(judged_by);
        sql.add(" WHERE id = ").bind(visit);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// A visit.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn visit(&self, id: i64) -> Result<Visit, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let rows = sql.all(&mut *self.reader().await?).await?;
        visit(rows.first().ok_or_else(|| StoreError::missing("visit", id))?)
    }

    /// The visits to a service, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visits_to(&self, service: i64, page: &Page) -> Result<Listed<Visit>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE service = ").bind(service);
        if let Some((started, _)) = page.place() {
            sql.add(" AND started < ").bind(started);
        }
        sql.add(" ORDER BY started DESC LIMIT ").bind(page.limit());
        self.listed(sql, page).await
    }

    /// The visits of a scan, in their order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visits_of(&self, scan: i64, page: &Page) -> Result<Listed<Visit>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE scan = ").bind(scan);
        if let Some((_, id)) = page.place() {
            sql.add(" AND id > ").bind(id);
        }
        sql.add(" ORDER BY id LIMIT ").bind(page.limit());
        self.listed(sql, page).await
    }

    async fn listed(&self, sql: Sql, page: &Page) -> Result<Listed<Visit>, StoreError> {
        let rows = sql.all(&mut *self.reader().await?).await?;
        let visits: Vec<Visit> = rows.iter().map(visit).collect::<Result<_, _>>()?;
        Ok(page.cut(visits, |visit| (micros(visit.about.started), visit.id)))
    }
}

fn visit(row: &AnyRow) -> Result<Visit, StoreError> {
    Ok(Visit {
        id: row.number("id")?,
        about: NewVisit {
            scan: row.number("scan")?,
            service: row.number("service")?,
            target: row.text("target")?,
            started: row.moment("started")?,
            elapsed_ms: row.count("elapsed_ms")?,
            connections: u32::try_from(row.number("connections")?).unwrap_or(u32::MAX),
            bytes_sent: row.count("bytes_sent")?,
            bytes_received: row.count("bytes_received")?,
            attempt: from_word("attempt", &row.text("attempt")?)?,
            trouble: row.text("trouble")?,
            oddities: row.json("oddities")?,
            judgements: row.json("judgements")?,
            judged_by: row.text("judged_by")?,
        },
    })
}

/// A count as the database holds it.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One of a list of words, as its JSON spells it.
pub(crate) fn word(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

/// The value that a word stands for.
pub(crate) fn from_word<T: DeserializeOwned>(what: &'static str, word: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::from(word)).map_err(|error| StoreError::Unreadable {
        what,
        why: error.to_string(),
    })
}
