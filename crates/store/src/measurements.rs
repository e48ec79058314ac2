//! "Measure now": what somebody asks for, and the server takes up.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, json};
use crate::{Store, StoreError, Writing};

/// A measurement that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Its number.
    pub id: i64,
    /// The service to measure.
    pub service: i64,
    /// The finding that it is about.
    pub finding: Option<i64>,
    /// The checks to ask; empty: all of the standard profile.
    pub checks: Vec<String>,
    /// Who asked.
    pub asked_by: Option<i64>,
    /// When.
    pub asked_at: Timestamp,
    /// "waiting", "running", "done" or "failed".
    pub state: String,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The visit that came of it.
    pub visit: Option<i64>,
    /// What came of it, in words.
    pub outcome: String,
}

const COLUMNS: &str = "SELECT id, service, finding, checks, asked_by, asked_at, state, ended_at, visit, outcome FROM measurement";

impl Writing {
    /// Asks for a measurement. Who asks twice gets the one that waits already.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ask_measurement(
        &mut self,
        (service, finding): (i64, Option<i64>),
        checks: &[String],
        asked_by: Option<i64>,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        let checks = json(&checks)?;
        let mut sql = Sql::new("SELECT id FROM measurement WHERE state = 'waiting' AND service = ");
        sql.bind(service).add(" AND checks = ").bind(checks.as_str());
        if let Some(row) = sql.all(self.connection()).await?.first() {
            return row.number("id");
        }
        let mut sql =
            Sql::new("INSERT INTO measurement (service, finding, checks, asked_by, asked_at) VALUES");
        sql.rows([vec![
            service.into(),
            finding.into(),
            checks.into(),
            asked_by.into(),
            micros(at).into(),
        ]]);
        sql.add(" RETURNING id");
        self.one_number(sql).await
    }

    /// Takes up the measurement that has waited longest, or one whose holder is not heard of any more. `token` says
    /// who holds it, until then.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_measurement(
        &mut self,
        token: &str,
        (now, until): (Timestamp, Timestamp),
    ) -> Result<Option<Measurement>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE state = 'waiting' OR (state = 'running' AND held_until < ");
        sql.bind(micros(now)).add(") ORDER BY asked_at, id LIMIT 1");
        sql.add(self.dialect().skip_locked());
        let rows = sql.all(self.connection()).await?;
        let Some(mut taken) = rows.first().map(measurement).transpose()? else {
            return Ok(None);
        };
        let mut sql = Sql::new("UPDATE measurement SET state = 'running', token = ");
        sql.bind(token).add(", held_until = ").bind(micros(until));
        sql.add(" WHERE id = ").bind(taken.id);
        sql.run(self.connection()).await?;
        "running".clone_into(&mut taken.state);
        Ok(Some(taken))
    }

    /// Notes what came of a measurement; false where somebody else holds it by now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_measurement(
        &mut self,
        (id, token): (i64, &str),
        visit: Option<i64>,
        outcome: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut sql = Sql::new("UPDATE measurement SET state = ");
        sql.bind(if visit.is_some() { "done" } else { "failed" });
        sql.add(", visit = ")
            .bind(visit)
            .add(", outcome = ")
            .bind(outcome);
        sql.add(", ended_at = ").bind(micros(at));
        sql.add(" WHERE state = 'running' AND id = ")
            .bind(id)
            .add(" AND token = ")
            .bind(token);
        Ok(sql.run(self.connection()).await? > 0)
    }
}

impl Store {
    /// A measurement.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn measurement(&self, id: i64) -> Result<Measurement, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE id = ").bind(id);
        let rows = sql.all(&mut *self.reader().await?).await?;
        measurement(
            rows.first()
                .ok_or_else(|| StoreError::missing("measurement", id))?,
        )
    }

    /// What was asked for about a finding, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn measurements_for(&self, finding: i64) -> Result<Vec<Measurement>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE finding = ")
            .bind(finding)
            .add(" ORDER BY id DESC LIMIT 20");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(measurement).collect()
    }
}

fn measurement(row: &AnyRow) -> Result<Measurement, StoreError> {
    Ok(Measurement {
        id: row.number("id")?,
        service: row.number("service")?,
        finding: row.maybe_number("finding")?,
        checks: row.json("checks")?,
        asked_by: row.maybe_number("asked_by")?,
        asked_at: row.moment("asked_at")?,
        state: row.text("state")?,
        ended_at: row.maybe_moment("ended_at")?,
        visit: row.maybe_number("visit")?,
        outcome: row.text("outcome")?,
    })
}
