//! Coverage: what a scan declared, and what the last visits achieved, check by check.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::Verdict;
use jiff::Timestamp;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::visits::from_word;
use crate::{Store, StoreError, Writing};

/// What the last visit that asked says of one check at one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The check.
    pub check: String,
    /// The visit.
    pub visit: i64,
    /// When.
    pub at: Timestamp,
    /// The worst verdict of its flaws.
    pub verdict: Verdict,
}

impl Writing {
    /// Notes what a visit achieved. An older visit takes nothing from a newer one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn cover(
        &mut self,
        service: i64,
        (visit, at): (i64, Timestamp),
        checks: &BTreeMap<String, Verdict>,
    ) -> Result<(), StoreError> {
        if checks.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new("INSERT INTO coverage (service, check_id, visit, at, verdict) VALUES");
        sql.rows(checks.iter().map(|(check, verdict)| {
            vec![
                service.into(),
                check.as_str().into(),
                visit.into(),
                micros(at).into(),
                verdict.as_str().into(),
            ]
        }));
        sql.add(
            " ON CONFLICT (service, check_id) DO UPDATE SET visit = excluded.visit, at = excluded.at, \
             verdict = excluded.verdict WHERE coverage.at <= excluded.at",
        );
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// What is known of a service, check by check, and how old it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn coverage(&self, service: i64) -> Result<Vec<Covered>, StoreError> {
        let mut all = self.coverage_of(&BTreeSet::from([service])).await?;
        Ok(all.remove(&service).unwrap_or_default())
    }

    /// The same of several services, by their numbers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn coverage_of(
        &self,
        services: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, Vec<Covered>>, StoreError> {
        let mut sql =
            Sql::new("SELECT service, check_id, visit, at, verdict FROM coverage WHERE service IN ");
        sql.numbers(services.iter().copied())
            .add(" ORDER BY service, check_id");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let mut all = BTreeMap::<i64, Vec<Covered>>::new();
        for row in &rows {
            all.entry(row.number("service")?).or_default().push(Covered {
                check: row.text("check_id")?,
                visit: row.number("visit")?,
                at: row.moment("at")?,
                verdict: from_word("verdict", &row.text("verdict")?)?,
            });
        }
        Ok(all)
    }

    /// How many services a scan tried, by how far it came with them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn achieved(&self, scan: i64) -> Result<BTreeMap<String, i64>, StoreError> {
        let mut sql = Sql::new("SELECT attempt, COUNT(*) AS visits FROM visit WHERE scan = ");
        sql.bind(scan).add(" GROUP BY attempt");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter()
            .map(|row| Ok((row.text("attempt")?, row.number("visits")?)))
            .collect()
    }
}
