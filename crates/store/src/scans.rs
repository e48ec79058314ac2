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
    /// Where it looked and found nothing to remember.
    pub reach: Reach,
    /// What scans that ask the same have in common; empty: not known.
    pub fingerprint: String,
    /// Until when whoever brings it in has said to be heard of again.
    pub held_until: Option<Timestamp>,
    /// Whether it was cut off in the middle, and nobody has gone on with it.
    pub broken_off: bool,
}

/// Where a scan looked and found nothing to remember.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Endpoints that were to be asked.
    pub endpoints: i64,
    /// Endpoints that are closed or silent, or whose name has no address.
    pub nothing: i64,
    /// Endpoints that were too delicate to be contacted.
    pub spared: i64,
    /// Hosts that were left alone because they gave way.
    pub left_alone: i64,
    /// Endpoints that were not asked because of that.
    pub not_asked: i64,
    /// The first of what was named and said nothing, each with why.
    pub silent: Vec<(String, String)>,
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
     inconclusive, observations, endpoints, nothing_there, spared, left_alone, not_asked, silent, fingerprint, held_until, \
     broken_off FROM scan";

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

    /// Notes who looks after a scan: it goes on, whoever has called it over before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_scan(
        &mut self,
        scan: i64,
        fingerprint: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET ended = NULL, broken_off = 0, held_until = ");
        sql.bind(micros(until)).add(", fingerprint = ").bind(fingerprint);
        sql.add(" WHERE id = ").bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// Calls a scan by another name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn name_scan(&mut self, scan: i64, label: &str) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET label = ");
        sql.bind(label).add(" WHERE id = ").bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// Writes where a scan has looked by now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reach_scan(&mut self, scan: i64, reach: &Reach) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET endpoints = ");
        sql.bind(reach.endpoints)
            .add(", nothing_there = ")
            .bind(reach.nothing);
        sql.add(", spared = ").bind(reach.spared);
        sql.add(", left_alone = ").bind(reach.left_alone);
        sql.add(", not_asked = ").bind(reach.not_asked);
        sql.add(", silent = ").bind(crate::sql::json(&reach.silent)?);
        sql.add(" WHERE id = ").bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that a scan was cut off, and that nobody brings it in any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn break_off_scan(&mut self, scan: i64) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET broken_off = 1 WHERE id = ");
        sql.bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// Notes that a scan is over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_scan(&mut self, scan: i64, at: Timestamp, whole: bool) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE scan SET held_until = NULL, broken_off = 0, ended = ");
        sql.bind(micros(at)).add(", whole = ");
        sql.bind(i64::from(whole)).add(" WHERE id = ");
        sql.bind(scan);
        sql.run(self.connection()).await.map(drop)
    }

    /// The one number that a statement returns.
    pub(crate) async fn one_number(&mut self, sql: Sql) -> Result<i64, StoreError> {
        self.one_number_named(sql, "id").await
    }

    /// The same, under another name.
    pub(crate) async fn one_number_named(&mut self, sql: Sql, name: &str) -> Result<i64, StoreError> {
        let rows = sql.all(self.connection()).await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::missing("row", "returned"))?;
        row.number(name)
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

    /// The scan before this one that asked the same and came to its end, and those before it, the latest first: so many
    /// at most.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn scans_before(&self, scan: &Scan, most: u32) -> Result<Vec<Scan>, StoreError> {
        if scan.fingerprint.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE fingerprint <> '' AND fingerprint = ")
            .bind(scan.fingerprint.as_str());
        sql.add(" AND whole = 1 AND (started, id) < (")
            .bind(micros(scan.about.started))
            .add(", ")
            .bind(scan.id);
        sql.add(") ORDER BY started DESC, id DESC LIMIT ")
            .bind(i64::from(most));
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(self::scan).collect()
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
        reach: Reach {
            endpoints: row.number("endpoints")?,
            nothing: row.number("nothing_there")?,
            spared: row.number("spared")?,
            left_alone: row.number("left_alone")?,
            not_asked: row.number("not_asked")?,
            silent: row.json("silent")?,
        },
        fingerprint: row.text("fingerprint")?,
        held_until: row.maybe_moment("held_until")?,
        broken_off: row.truth("broken_off")?,
    })
}
