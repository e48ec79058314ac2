//! Tallies: numbers that are kept in step in the transaction that changes what they count, so that no page counts a
//! million rows.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::finding::State;
use holter_model::{Criticality, Severity};

use crate::assets::{grade_at, place};
use crate::findings::{Finding, grade, severity};
use crate::interfaces::Ways;
use crate::sql::{Read as _, Sql, Value};
use crate::visits::from_word;
use crate::{AssetAbout, Fold, Store, StoreError, Writing};

/// So many rows go into one statement.
const AT_ONCE: usize = 100;

/// What has changed since the transaction began.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// By site, department, severity and state.
    findings: BTreeMap<(i64, i64, i64, State), i64>,
    /// By flaw and state.
    flaws: BTreeMap<(String, State), i64>,
    /// By site, department and criticality.
    assets: BTreeMap<(i64, i64, i64), i64>,
    /// Assets whose findings are not what they were.
    touched: BTreeSet<i64>,
    /// What leads from where to where.
    pub(crate) interfaces: Ways,
}

/// How many findings there are of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingTally {
    /// Their site; `None`: none is named.
    pub site: Option<i64>,
    /// Their department.
    pub department: Option<i64>,
    /// Their severity.
    pub severity: Severity,
    /// Where they stand.
    pub state: State,
    /// How many.
    pub findings: i64,
}

/// How many assets there are of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetTally {
    /// Their site; `None`: none is named.
    pub site: Option<i64>,
    /// Their department.
    pub department: Option<i64>,
    /// How much depends on them; `None`: nobody has said.
    pub criticality: Option<Criticality>,
    /// How many.
    pub assets: i64,
}

impl Writing {
    /// Counts a finding, or takes it out of the count.
    pub(crate) fn count_finding(&mut self, finding: &Finding, more: i64) {
        let (site, department) = (finding.site.unwrap_or(0), finding.department.unwrap_or(0));
        let key = (site, department, grade(finding.severity), finding.state);
        *self.tally.findings.entry(key).or_default() += more;
        let flaw = (finding.flaw.clone(), finding.state);
        *self.tally.flaws.entry(flaw).or_default() += more;
        self.tally.touched.insert(finding.asset);
    }

    /// Counts an asset, or takes it out of the count.
    pub(crate) fn count_asset(&mut self, about: &AssetAbout, more: i64) {
        let key = (
            about.site.unwrap_or(0),
            about.department.unwrap_or(0),
            // 0 stands for "nobody has said".
            about.criticality.map_or(0, |grade| place(grade) + 1),
        );
        *self.tally.assets.entry(key).or_default() += more;
    }

    /// The findings of an asset are counted anew when the transaction ends.
    pub(crate) fn touch_asset(&mut self, asset: i64) {
        self.tally.touched.insert(asset);
    }

    /// Findings move with their asset to another site or department.
    pub(crate) async fn move_findings(
        &mut self,
        asset: i64,
        site: Option<i64>,
        department: Option<i64>,
    ) -> Result<(), StoreError> {
        for finding in self.findings_of(asset).await? {
            self.count_finding(&finding, -1);
            let moved = Finding {
                site,
                department,
                ..finding
            };
            self.count_finding(&moved, 1);
        }
        let mut sql = Sql::new("UPDATE finding SET site = ");
        sql.bind(site).add(", department = ").bind(department);
        sql.add(" WHERE asset = ").bind(asset);
        sql.run(self.connection()).await.map(drop)
    }

    /// Writes what the tallies have to hear. Always in the same order, so that two transactions do not wait for each
    /// other.
    pub(crate) async fn settle(&mut self) -> Result<(), StoreError> {
        let tally = std::mem::take(&mut self.tally);
        let touched: Vec<i64> = tally.touched.into_iter().collect();
        for some in touched.chunks(AT_ONCE) {
            let mut sql = Sql::new(
                "UPDATE asset SET live_findings = (SELECT COUNT(*) FROM finding WHERE finding.asset = asset.id AND live = 1), \
                 weight = (SELECT COALESCE(MAX(weight), 0) FROM finding WHERE finding.asset = asset.id AND live = 1) \
                 WHERE id IN (",
            );
            for (number, asset) in some.iter().enumerate() {
                sql.add(if number > 0 { ", " } else { "" }).bind(*asset);
            }
            sql.add(")");
            sql.run(self.connection()).await?;
        }
        let rows = tally.findings.into_iter().filter(|(_, more)| *more != 0);
        let rows = rows.map(|((site, department, severity, state), more)| {
            vec![
                site.into(),
                department.into(),
                severity.into(),
                state.as_str().into(),
                more.into(),
            ]
        });
        self.upsert(
            "INSERT INTO finding_tally (site, department, severity, state, findings) VALUES",
            rows.collect(),
            " ON CONFLICT (site, department, severity, state) DO UPDATE SET findings = finding_tally.findings + excluded.findings",
        )
        .await?;
        let rows = tally.flaws.into_iter().filter(|(_, more)| *more != 0);
        let rows = rows.map(|((flaw, state), more)| vec![flaw.into(), state.as_str().into(), more.into()]);
        self.upsert(
            "INSERT INTO flaw_tally (flaw, state, findings) VALUES",
            rows.collect(),
            " ON CONFLICT (flaw, state) DO UPDATE SET findings = flaw_tally.findings + excluded.findings",
        )
        .await?;
        let rows = tally.assets.into_iter().filter(|(_, more)| *more != 0);
        let rows = rows.map(|((site, department, criticality), more)| {
            vec![site.into(), department.into(), criticality.into(), more.into()]
        });
        self.upsert(
            "INSERT INTO asset_tally (site, department, criticality, assets) VALUES",
            rows.collect(),
            " ON CONFLICT (site, department, criticality) DO UPDATE SET assets = asset_tally.assets + excluded.assets",
        )
        .await?;
        self.settle_interfaces(tally.interfaces).await
    }

    pub(crate) async fn upsert(
        &mut self,
        insert: &'static str,
        rows: Vec<Vec<Value>>,
        conflict: &'static str,
    ) -> Result<(), StoreError> {
        for some in rows.chunks(AT_ONCE) {
            let mut sql = Sql::new(insert);
            sql.rows(some.iter().cloned()).add(conflict);
            sql.run(self.connection()).await?;
        }
        Ok(())
    }
}

impl Store {
    /// How many findings there are of every kind: a few hundred rows, out of which every sum of a page is made.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finding_tallies(&self) -> Result<Vec<FindingTally>, StoreError> {
        let sql = Sql::new(
            "SELECT site, department, severity, state, findings FROM finding_tally WHERE findings > 0 \
             ORDER BY site, department, severity DESC, state",
        );
        let rows = sql.all(&mut *self.reader().await?).await?;
        let tally = |row: &sqlx::any::AnyRow| {
            Ok(FindingTally {
                site: named(row.number("site")?),
                department: named(row.number("department")?),
                severity: severity(row.number("severity")?),
                state: from_word("state", &row.text("state")?)?,
                findings: row.number("findings")?,
            })
        };
        rows.iter().map(tally).collect()
    }

    /// How many findings there are of each severity and state: everywhere, or at one site or department.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finding_sums(
        &self,
        site: Option<i64>,
        department: Option<i64>,
    ) -> Result<Vec<(Severity, State, i64)>, StoreError> {
        let mut sql = Sql::new(
            "SELECT severity, state, CAST(SUM(findings) AS BIGINT) AS findings FROM finding_tally WHERE findings > 0",
        );
        for (column, value) in [(" AND site = ", site), (" AND department = ", department)] {
            if let Some(value) = value {
                sql.add(column).bind(value);
            }
        }
        sql.add(" GROUP BY severity, state ORDER BY severity DESC, state");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let sum = |row: &sqlx::any::AnyRow| {
            let state = from_word("state", &row.text("state")?)?;
            Ok((severity(row.number("severity")?), state, row.number("findings")?))
        };
        rows.iter().map(sum).collect()
    }

    /// The gravest of what somebody has to do something about, and how much there is, at each department or site;
    /// `None`: what nobody has placed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn gravest(&self, fold: Fold) -> Result<BTreeMap<Option<i64>, (Severity, i64)>, StoreError> {
        let mut sql = Sql::new(match fold {
            Fold::Department => "SELECT department AS place",
            Fold::Site => "SELECT site AS place",
        });
        sql.add(
            ", MAX(severity) AS severity, CAST(SUM(findings) AS BIGINT) AS findings FROM finding_tally \
             WHERE findings > 0 AND state IN ('open', 'assigned', 'fixing', 'back') GROUP BY ",
        )
        .add(fold.word());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let gravest = |row: &sqlx::any::AnyRow| {
            let gravest = (severity(row.number("severity")?), row.number("findings")?);
            Ok((named(row.number("place")?), gravest))
        };
        rows.iter().map(gravest).collect()
    }

    /// The gravest of what somebody has to do something about at each of these assets.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn gravest_of(&self, assets: &BTreeSet<i64>) -> Result<BTreeMap<i64, Severity>, StoreError> {
        let mut sql =
            Sql::new("SELECT asset, MAX(severity) AS severity FROM finding WHERE live = 1 AND asset IN ");
        sql.numbers(assets.iter().copied()).add(" GROUP BY asset");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let gravest = |row: &sqlx::any::AnyRow| Ok((row.number("asset")?, severity(row.number("severity")?)));
        rows.iter().map(gravest).collect()
    }

    /// How many findings there are of each flaw and state.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn flaw_tallies(&self) -> Result<Vec<(String, State, i64)>, StoreError> {
        let sql =
            Sql::new("SELECT flaw, state, findings FROM flaw_tally WHERE findings > 0 ORDER BY flaw, state");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let tally = |row: &sqlx::any::AnyRow| {
            let state = from_word("state", &row.text("state")?)?;
            Ok((row.text("flaw")?, state, row.number("findings")?))
        };
        rows.iter().map(tally).collect()
    }

    /// How many assets there are of every kind.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asset_tallies(&self) -> Result<Vec<AssetTally>, StoreError> {
        let sql = Sql::new(
            "SELECT site, department, criticality, assets FROM asset_tally WHERE assets > 0 \
             ORDER BY site, department, criticality DESC",
        );
        let rows = sql.all(&mut *self.reader().await?).await?;
        let tally = |row: &sqlx::any::AnyRow| {
            Ok(AssetTally {
                site: named(row.number("site")?),
                department: named(row.number("department")?),
                criticality: grade_at(Some(row.number("criticality")? - 1)),
                assets: row.number("assets")?,
            })
        };
        rows.iter().map(tally).collect()
    }
}

fn named(id: i64) -> Option<i64> {
    (id != 0).then_some(id)
}
