//! Findings: a flaw of an asset with a cause, and where it stands. Their events are in `events.rs`.

use std::collections::HashMap;

use holter_model::finding::{Next, State};
use holter_model::{Basis, Severity, Verdict};
use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, Value, kept};
use crate::visits::{from_word, word};
use crate::{Listed, Page, Store, StoreError, Writing};

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its number.
    pub id: i64,
    /// The flaw.
    pub flaw: String,
    /// The check that decides it.
    pub check: String,
    /// The asset.
    pub asset: i64,
    /// What on the asset has it: "service:17", "file:/usr/lib/libssl.so.1.0.0".
    pub cause: String,
    /// The service, where that is the cause.
    pub service: Option<i64>,
    /// Where it stands.
    pub state: State,
    /// How much the flaw lets out by itself.
    pub severity: Severity,
    /// How much it matters here; the heavier first.
    pub weight: i64,
    /// What the last measurement said.
    pub verdict: Verdict,
    /// What that rests on.
    pub basis: Basis,
    /// Why.
    pub evidence: String,
    /// Bytes of foreign memory that came with it; counted, never kept.
    pub foreign_bytes: u64,
    /// When it was first measured.
    pub first_seen: Timestamp,
    /// When it was last measured to be there.
    pub last_seen: Timestamp,
    /// When it was last measured at all.
    pub measured_at: Timestamp,
    /// The visit of that measurement.
    pub visit: Option<i64>,
    /// When it was measured to be fixed.
    pub fixed_at: Option<Timestamp>,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// How many measurements in a row decided nothing.
    pub inconclusive: i64,
    /// How often it came back.
    pub returns: i64,
    /// To whom it was given.
    pub assignee: Option<i64>,
    /// Until when it is lived with.
    pub accepted_until: Option<Timestamp>,
    /// Who must act next.
    pub next: Next,
    /// The asset's site.
    pub site: Option<i64>,
    /// The asset's department.
    pub department: Option<i64>,
}

/// A finding as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The finding.
    pub finding: Finding,
    /// The asset's name.
    pub asset_name: String,
    /// The service's place: "10.0.0.7:443", with the host name before it where one is asked for.
    pub place: Option<String>,
    /// The protocol spoken there.
    pub protocol: Option<String>,
    /// The assignee's name.
    pub assignee_name: Option<String>,
    /// The site's name.
    pub site_name: Option<String>,
    /// The department's name.
    pub department_name: Option<String>,
}

/// Which findings. Conditions add up; the default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Whether somebody still has to do something.
    pub live: Option<bool>,
    /// In this state.
    pub state: Option<State>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// With this flaw.
    pub flaw: Option<String>,
    /// Of this asset.
    pub asset: Option<i64>,
    /// At this service.
    pub service: Option<i64>,
    /// At this site.
    pub site: Option<i64>,
    /// Of this department.
    pub department: Option<i64>,
    /// Given to this person.
    pub assignee: Option<i64>,
    /// Due before this moment, what is due first at the top.
    pub due_before: Option<Timestamp>,
}

/// So many go into one statement: SQLite looks for each value's place among all of its statement.
const AT_ONCE: usize = 25;

const COLUMNS: &str = "SELECT finding.id, flaw, check_id, finding.asset, cause, finding.service, state, severity, finding.weight, \
     verdict, basis, evidence, foreign_bytes, finding.first_seen, finding.last_seen, measured_at, visit, fixed_at, due, \
     inconclusive, returns, assignee, accepted_until, next, finding.site, finding.department";
const NAMES: &str = ", asset.name AS asset_name, service.address, service.port, service.transport, service.name AS host, \
     service.protocol, person.name AS assignee_name, site.name AS site_name, department.name AS department_name";
const BESIDE: &str = " LEFT JOIN asset ON asset.id = finding.asset LEFT JOIN service ON service.id = finding.service \
     LEFT JOIN person ON person.id = finding.assignee LEFT JOIN site ON site.id = finding.site \
     LEFT JOIN department ON department.id = finding.department";

impl Writing {
    /// A finding.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn finding(&mut self, id: i64) -> Result<Finding, StoreError> {
        let mut sql = bare();
        sql.add(" WHERE id = ").bind(id);
        let found = many(sql, self.connection()).await?.pop();
        found.ok_or_else(|| StoreError::missing("finding", id))
    }

    /// All findings at a service.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn findings_at(&mut self, service: i64) -> Result<Vec<Finding>, StoreError> {
        let mut sql = bare();
        sql.add(" WHERE finding.service = ")
            .bind(service)
            .add(" ORDER BY id");
        many(sql, self.connection()).await
    }

    /// All findings of an asset.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn findings_of(&mut self, asset: i64) -> Result<Vec<Finding>, StoreError> {
        let mut sql = bare();
        sql.add(" WHERE finding.asset = ").bind(asset).add(" ORDER BY id");
        many(sql, self.connection()).await
    }

    /// Findings that are accepted until before this moment, a handful at a time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn expired(&mut self, now: Timestamp) -> Result<Vec<Finding>, StoreError> {
        let mut sql = bare();
        sql.add(" WHERE accepted_until IS NOT NULL AND accepted_until <= ")
            .bind(micros(now));
        sql.add(" ORDER BY accepted_until, id LIMIT 500");
        many(sql, self.connection()).await
    }

    /// Adds a finding; its number is given, whatever `id` says. Site and department are its asset's.
    ///
    /// # Errors
    /// When there is one with this flaw, asset and cause, or the database refuses.
    pub async fn add_finding(&mut self, finding: &Finding) -> Result<i64, StoreError> {
        let added = self.add_findings(std::slice::from_ref(finding)).await?;
        added
            .first()
            .copied()
            .ok_or_else(|| StoreError::missing("row", "returned"))
    }

    /// Adds findings; their numbers, in their order.
    ///
    /// # Errors
    /// When there is one with the same flaw, asset and cause, or the database refuses.
    pub async fn add_findings(&mut self, findings: &[Finding]) -> Result<Vec<i64>, StoreError> {
        let mut numbers = HashMap::new();
        for some in findings.chunks(AT_ONCE) {
            let mut sql = Sql::new(
                "INSERT INTO finding (flaw, check_id, asset, cause, service, first_seen, site, department, state, \
                 live, severity, weight, verdict, basis, evidence, foreign_bytes, last_seen, measured_at, visit, \
                 fixed_at, due, inconclusive, returns, assignee, accepted_until, next) VALUES",
            );
            let mut rows = Vec::with_capacity(some.len());
            for finding in some {
                let mut row: Vec<Value> = vec![
                    finding.flaw.as_str().into(),
                    finding.check.as_str().into(),
                    finding.asset.into(),
                    finding.cause.as_str().into(),
                    finding.service.into(),
                    micros(finding.first_seen).into(),
                    finding.site.into(),
                    finding.department.into(),
                ];
                row.extend(life(finding)?.into_iter().map(|(_, value)| value));
                rows.push(row);
            }
            sql.rows(rows);
            sql.add(" RETURNING id, asset, flaw, cause");
            for row in sql.all(self.connection()).await? {
                let key = (row.number("asset")?, row.text("flaw")?, row.text("cause")?);
                numbers.insert(key, row.number("id")?);
            }
        }
        let mut ids = Vec::with_capacity(findings.len());
        for finding in findings {
            self.count_finding(finding, 1);
            let key = (finding.asset, kept(&finding.flaw), kept(&finding.cause));
            let id = numbers.get(&key).copied();
            ids.push(id.ok_or_else(|| StoreError::missing("row", "returned"))?);
        }
        Ok(ids)
    }

    /// Writes where a finding stands now. Nothing is written where nothing is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn update_finding(&mut self, before: &Finding, after: &Finding) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE finding SET ");
        let mut new = 0;
        for ((column, value), (_, old)) in life(after)?.into_iter().zip(life(before)?) {
            if value != old {
                sql.add(if new > 0 { ", " } else { "" });
                sql.add(column).add(" = ").bind(value);
                new += 1;
            }
        }
        if new == 0 {
            return Ok(());
        }
        sql.add(" WHERE id = ").bind(before.id);
        sql.run(self.connection()).await?;
        let counted = |finding: &Finding| (finding.state, finding.severity, finding.weight);
        if counted(before) != counted(after) {
            self.count_finding(before, -1);
            self.count_finding(after, 1);
        }
        Ok(())
    }
}

impl Store {
    /// A finding with the names beside it.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn finding(&self, id: i64) -> Result<FindingRow, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(NAMES).add(" FROM finding").add(BESIDE);
        sql.add(" WHERE finding.id = ").bind(id);
        let rows = sql.all(&mut *self.reader().await?).await?;
        shown(rows.first().ok_or_else(|| StoreError::missing("finding", id))?)
    }

    /// Findings, those first in which somebody has to do something, the heaviest first among them; or what is due
    /// first, where [`FindingFilter::due_before`] is asked for.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn findings(
        &self,
        filter: &FindingFilter,
        page: &Page,
    ) -> Result<Listed<FindingRow>, StoreError> {
        let due = filter.due_before.is_some();
        // The page is cut first, by an index alone, and only then is the rest looked up.
        let mut sql = Sql::new(COLUMNS);
        sql.add(NAMES)
            .add(" FROM (SELECT id AS picked FROM finding WHERE 1 = 1");
        filter.narrow(&mut sql);
        if let Some((first, id)) = page.place() {
            if due {
                sql.add(" AND (due, id) > (").bind(first);
            } else if filter.live().is_some() {
                sql.add(" AND (weight, id) < (").bind(first % LIVE);
            } else {
                sql.add(" AND (live, weight, id) < (").bind(first / LIVE);
                sql.add(", ").bind(first % LIVE);
            }
            sql.add(", ").bind(id).add(")");
        }
        let order = match (due, filter.live()) {
            (true, _) => " ORDER BY due, id",
            (false, Some(_)) => " ORDER BY weight DESC, id DESC",
            (false, None) => " ORDER BY live DESC, weight DESC, id DESC",
        };
        sql.add(order).add(" LIMIT ").bind(page.limit());
        sql.add(") AS page JOIN finding ON finding.id = page.picked")
            .add(BESIDE);
        sql.add(if due {
            " ORDER BY due, finding.id"
        } else {
            " ORDER BY live DESC, finding.weight DESC, finding.id DESC"
        });
        let rows = sql.all(&mut *self.reader().await?).await?;
        let findings: Vec<FindingRow> = rows.iter().map(shown).collect::<Result<_, _>>()?;
        Ok(page.cut(findings, |row| match row.finding.due {
            Some(at) if due => (micros(at), row.finding.id),
            _ => {
                let live = i64::from(row.finding.state.is_live());
                (live * LIVE + row.finding.weight, row.finding.id)
            }
        }))
    }
}

/// Heavier than any weight: a place in a list says with it whether it is among those where somebody has to do something.
const LIVE: i64 = 1 << 40;

impl FindingFilter {
    /// Whether somebody has to do something, where the filter decides it.
    fn live(&self) -> Option<bool> {
        // What is due is only asked for where somebody has to do something.
        self.state
            .map(State::is_live)
            .or(self.live)
            .or(self.due_before.map(|_| true))
    }

    fn narrow(&self, sql: &mut Sql) {
        for (column, value) in [
            (" AND live = ", self.live().map(i64::from)),
            (" AND severity = ", self.severity.map(grade)),
            (" AND asset = ", self.asset),
            (" AND service = ", self.service),
            (" AND site = ", self.site),
            (" AND department = ", self.department),
            (" AND assignee = ", self.assignee),
            (" AND due < ", self.due_before.map(micros)),
        ] {
            if let Some(value) = value {
                sql.add(column).bind(value);
            }
        }
        if let Some(state) = self.state {
            sql.add(" AND state = ").bind(state.as_str());
            if self.live.is_some_and(|live| live != state.is_live()) {
                sql.add(" AND 1 = 0");
            }
        }
        if let Some(flaw) = &self.flaw {
            sql.add(" AND flaw = ").bind(flaw.as_str());
        }
    }
}

/// What changes in a finding's life, column by column.
fn life(finding: &Finding) -> Result<Vec<(&'static str, Value)>, StoreError> {
    Ok(vec![
        ("state", finding.state.as_str().into()),
        ("live", i64::from(finding.state.is_live()).into()),
        ("severity", grade(finding.severity).into()),
        ("weight", finding.weight.into()),
        ("verdict", finding.verdict.as_str().into()),
        ("basis", word(&finding.basis)?.into()),
        ("evidence", finding.evidence.as_str().into()),
        (
            "foreign_bytes",
            i64::try_from(finding.foreign_bytes).unwrap_or(i64::MAX).into(),
        ),
        ("last_seen", micros(finding.last_seen).into()),
        ("measured_at", micros(finding.measured_at).into()),
        ("visit", finding.visit.into()),
        ("fixed_at", finding.fixed_at.map(micros).into()),
        ("due", finding.due.map(micros).into()),
        ("inconclusive", finding.inconclusive.into()),
        ("returns", finding.returns.into()),
        ("assignee", finding.assignee.into()),
        ("accepted_until", finding.accepted_until.map(micros).into()),
        ("next", finding.next.as_str().into()),
    ])
}

/// A severity as a number: the graver the greater.
pub(crate) fn grade(severity: Severity) -> i64 {
    let place = Severity::ALL.iter().position(|other| *other == severity);
    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(0)
}

/// The severity of a number. A graver one than is known is taken for the gravest.
pub(crate) fn severity(grade: i64) -> Severity {
    let place = usize::try_from(grade).unwrap_or(usize::MAX);
    Severity::ALL.get(place).copied().unwrap_or(Severity::Critical)
}

fn bare() -> Sql {
    let mut sql = Sql::new(COLUMNS);
    sql.add(" FROM finding");
    sql
}

async fn many(sql: Sql, connection: &mut AnyConnection) -> Result<Vec<Finding>, StoreError> {
    sql.all(connection).await?.iter().map(finding).collect()
}

fn shown(row: &AnyRow) -> Result<FindingRow, StoreError> {
    let place = match (row.maybe_text("address")?, row.maybe_number("port")?) {
        // What is known by its name alone.
        (Some(address), Some(0)) if address == "0.0.0.0" => row.maybe_text("host")?,
        (Some(address), Some(port)) => {
            let address = if address.contains(':') {
                format!("[{address}]")
            } else {
                address
            };
            let over = match row.maybe_text("transport")?.as_deref() {
                Some("udp") => "/udp",
                _ => "",
            };
            let host = row.maybe_text("host")?.filter(|host| !host.is_empty());
            let host = host.map(|host| format!("{host} at ")).unwrap_or_default();
            Some(format!("{host}{address}:{port}{over}"))
        }
        _ => None,
    };
    Ok(FindingRow {
        finding: finding(row)?,
        asset_name: row.maybe_text("asset_name")?.unwrap_or_default(),
        place,
        protocol: row.maybe_text("protocol")?,
        assignee_name: row.maybe_text("assignee_name")?,
        site_name: row.maybe_text("site_name")?,
        department_name: row.maybe_text("department_name")?,
    })
}

fn finding(row: &AnyRow) -> Result<Finding, StoreError> {
    Ok(Finding {
        id: row.number("id")?,
        flaw: row.text("flaw")?,
        check: row.text("check_id")?,
        asset: row.number("asset")?,
        cause: row.text("cause")?,
        service: row.maybe_number("service")?,
        state: from_word("state", &row.text("state")?)?,
        severity: severity(row.number("severity")?),
        weight: row.number("weight")?,
        verdict: from_word("verdict", &row.text("verdict")?)?,
        basis: from_word("basis", &row.text("basis")?)?,
        evidence: row.text("evidence")?,
        foreign_bytes: row.count("foreign_bytes")?,
        first_seen: row.moment("first_seen")?,
        last_seen: row.moment("last_seen")?,
        measured_at: row.moment("measured_at")?,
        visit: row.maybe_number("visit")?,
        fixed_at: row.maybe_moment("fixed_at")?,
        due: row.maybe_moment("due")?,
        inconclusive: row.number("inconclusive")?,
        returns: row.number("returns")?,
        assignee: row.maybe_number("assignee")?,
        accepted_until: row.maybe_moment("accepted_until")?,
        next: from_word("next", &row.text("next")?)?,
        site: row.maybe_number("site")?,
        department: row.maybe_number("department")?,
    })
}
