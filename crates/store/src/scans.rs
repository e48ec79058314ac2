//! Scans: what somebody set out to measure, when, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// A scan that begins, or whose file is handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScan {
    /// What makes it the same scan when it is handed in twice: a run's fingerprint with its beginning, a file's hash.
    pub key: String,
    /// How it measures: "active", "passive", "file", "statement".
    pub method: String,
    /// For people: "nightly", the name of a file.
    pub label: String,
    /// What it declares to measure.
    pub scope: Scope,
    /// Who began it.
    pub actor: Option<i64>,
    /// When.
    pub started: Timestamp,
}

/// What a scan declares to measure. It can close nothing outside of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The targets as they were named.
    #[serde(default)]
    pub targets: Vec<String>,
    /// The checks that were to be asked; empty: those that answered are taken for declared.
    #[serde(default)]
    pub checks: Vec<String>,
}

/// A scan as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Its number.
    pub id: i64,
    /// What it was.
    pub about: NewScan,
    /// When it ended; `None`: it has not, or nobody knows.
    pub ended: Option<Timestamp>,
    /// Whether it came to the end of what it declared.
    pub whole: bool,
    /// Its sums.
    pub sums: ScanSums,
}

/// The sums of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanSums {
    /// Services that it tried.
    pub services: i64,
    /// Services where it asked to the end.
    pub completed: i64,
    /// Services with something affected.
    pub affected: i64,
    /// Services where something is left open.
    pub inconclusive: i64,
    /// Facts.
    pub observations: i64,
}

const COLUMNS: &str = "SELECT id, key, method, label, scope, actor, started, ended, whole, services, completed, affected, \
     inconclusive, observations FROM scan";

impl Writing {
    /// The number of this scan, and whether it is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin_scan(&mut self, scan: &NewScan) -> Result<(i64, bool), StoreError> {
        let mut known = Sql::new("SELECT id FROM scan WHERE key = ");
        known.bind(scan.key.as_str());
        if let Some(row) = known.all(self.connection()).await?.first() {
            return Ok((row.number("id")?, false));
        }
        let mut sql = Sql::new("INSERT INTO scan (key, method, label, scope, actor, started) VALUES");
        sql.rows([vec![
            scan.key.as_str().into(),
            scan.method.as_str().into(),
            scan.label.as_str().into(),
            crate::sql::json(&scan.scope)?.into(),
            scan.actor.into(),
            micros(scan.started).into(),
        ]]);
        sql.add(" RETURNING id");
        Ok((self.one_number(sql).await?, true))
    }

    /// Adds to the sums of a scan.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_scan(&mut self, scan: i64, more: ScanSums) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET services = services + ");
        sql.bind(more.services).add(", completed = completed + ");
        sql.bind(more.completed).add(", affected = affected + ");
        sql.bind(more.affected).add(", inconclusive = inconclusive + ");
        sql.bind(more.inconclusive)
            .add(", observations = observations + ");
        sql.bind(more.observations).add(" WHERE id = ");
        sql.bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that a scan is over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_scan(&mut self, scan: i64, at: Timestamp, whole: bool) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET ended = ");
        sql.bind(micros(at)).add(", whole = ");
        sql.bind(i64::from(whole)).add(" WHERE id = ");
        sql.bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// The one number that a statement returns.
    pub(crate) async fn one_number(&mut self, sql: Sql) -> Result<i64, StoreError> {
        let rows = sql.all(self.connection()).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::missing("row", "returned"))?;
        row.number("id")
    }
}

impl Store {
    /// A scan.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn scan(&self, id: i64) -> Result<Scan, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let rows = sql.all(&mut *self.reader().await?).await?;
        scan(rows.first().ok_or_else(|| StoreError::missing("scan", id))?)
    }

    /// Scans that have not ended: they go on, or were cut off.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unended_scans(&self) -> Result<Vec<Scan>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE ended IS NULL ORDER BY id LIMIT 1000");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(scan).collect()
    }

    /// Scans, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn scans(&self, page: &Page) -> Result<Listed<Scan>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        if let Some((started, id)) = page.place() {
            sql.add(" WHERE (started, id) < (")
                .bind(started)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql.add(" ORDER BY started DESC, id DESC LIMIT ")
            .bind(page.limit());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let scans: Vec<Scan> = rows.iter().map(scan).collect::<Result<_, _>>()?;
        Ok(page.cut(scans, |scan| (micros(scan.about.started), scan.id)))
    }
}

fn scan(row: &AnyRow) -> Result<Scan, StoreError> {
    Ok(Scan {
        id: row.number("id")?,
        about: NewScan {
            key: row.text("key")?,
            method: row.text("method")?,
            label: row.text("label")?,
            scope: row.json("scope")?,
            actor: row.maybe_number("actor")?,
            started: row.moment("started")?,
        },
        ended: row.maybe_moment("ended")?,
        whole: row.truth("whole")?,
        sums: ScanSums {
            services: row.number("services")?,
            completed: row.number("completed")?,
            affected: row.number("affected")?,
            inconclusive: row.number("inconclusive")?,
            observations: row.number("observations")?,
        },
    })
}
