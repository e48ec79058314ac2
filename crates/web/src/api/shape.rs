//! The shapes that the API answers with.

use holter_program::closing::measurable_at;
use holter_store::{Acceptance, Event, FindingRow, KnownAsset, KnownService, Listed, Person, ScanSums};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::pages::scans::Seen;
use crate::trouble::Trouble;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The `next` of the page before.
    pub(crate) after: Option<String>,
    /// How many rows at most, up to 500.
    pub(crate) size: Option<u32>,
}

impl Paging {
    pub(crate) fn page(&self) -> holter_store::Page {
        holter_store::Page {
            after: self.after.clone(),
            size: self.size.unwrap_or(100),
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rows<T> {
    /// The rows.
    pub(crate) rows: Vec<T>,
    /// The `after` of the next page; none: this was the last.
    pub(crate) next: Option<String>,
}

impl<T> Rows<T> {
    pub(crate) fn of<U>(listed: Listed<U>, shape: impl Fn(&U) -> T) -> Self {
        Self {
            rows: listed.rows.iter().map(shape).collect(),
            next: listed.next,
        }
    }

    /// The same, where a row may not be for the caller.
    pub(crate) fn each<U>(
        listed: Listed<U>,
        shape: impl Fn(U) -> Result<T, Trouble>,
    ) -> Result<Self, Trouble> {
        Ok(Self {
            rows: listed.rows.into_iter().map(shape).collect::<Result<_, _>>()?,
            next: listed.next,
        })
    }
}

/// A moment, RFC 3339.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Something that was made or begun.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Made {
    /// Its number.
    pub(crate) id: i64,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// Always true.
    pub(crate) done: bool,
}

/// A finding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finding {
    id: i64,
    flaw: String,
    name: String,
    check: String,
    asset: i64,
    asset_name: String,
    cause: String,
    service: Option<i64>,
    place: Option<String>,
    protocol: Option<String>,
    state: String,
    severity: String,
    weight: i64,
    verdict: String,
    basis: String,
    evidence: String,
    foreign_bytes: u64,
    first_seen: String,
    last_seen: String,
    measured_at: String,
    fixed_at: Option<String>,
    due: Option<String>,
    returns: i64,
    assignee: Option<i64>,
    assignee_name: Option<String>,
    accepted_until: Option<String>,
    next: String,
    /// Whether Holter can measure it on request.
    measurable: bool,
    site: Option<i64>,
    department: Option<i64>,
    department_name: Option<String>,
}

impl Finding {
    pub(crate) fn of(row: &FindingRow) -> Self {
        let measurable = measurable_at(&row.finding, row.protocol.as_deref()).is_ok();
        let one = row.finding.clone();
        Self {
            id: one.id,
            measurable,
            name: crate::shown::finding::flaw_name(&one.flaw).to_owned(),
            flaw: one.flaw,
            check: one.check,
            asset: one.asset,
            asset_name: row.asset_name.clone(),
            cause: one.cause,
            service: one.service,
            place: row.place.clone(),
            protocol: row.protocol.clone(),
            state: one.state.as_str().to_owned(),
            severity: one.severity.as_str().to_owned(),
            weight: one.weight,
            verdict: one.verdict.as_str().to_owned(),
            basis: one.basis.as_str().to_owned(),
            evidence: one.evidence,
            foreign_bytes: one.foreign_bytes,
            first_seen: time(one.first_seen),
            last_seen: time(one.last_seen),
            measured_at: time(one.measured_at),
            fixed_at: one.fixed_at.map(time),
            due: one.due.map(time),
            returns: one.returns,
            assignee: one.assignee,
            assignee_name: row.assignee_name.clone(),
            accepted_until: one.accepted_until.map(time),
            next: one.next.as_str().to_owned(),
            site: one.site,
            department: one.department,
            department_name: row.department_name.clone(),
        }
    }
}

/// Something that happened to a finding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingEvent {
    id: i64,
    at: String,
    actor: Option<i64>,
    actor_name: Option<String>,
    kind: String,
    state: String,
    visit: Option<i64>,
    text: String,
}

impl FindingEvent {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            id: event.id,
            at: time(event.about.at),
            actor: event.about.actor,
            actor_name: event.actor_name.clone(),
            kind: event.about.kind.clone(),
            state: event.about.state.as_str().to_owned(),
            visit: event.about.visit,
            text: event.about.text.clone(),
        }
    }
}

/// Something that was asked for about a finding.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AcceptanceShape {
    id: i64,
    /// Whether it is called false; otherwise it is to be accepted.
    is_false: bool,
    reason: String,
    ground: String,
    until: Option<String>,
    author: i64,
    asked_at: String,
    decided_by: Option<i64>,
    decided_at: Option<String>,
    approved: Option<bool>,
    ended_at: Option<String>,
}

impl AcceptanceShape {
    pub(crate) fn of(asked: Acceptance) -> Self {
        let about = asked.about;
        Self {
            id: asked.id,
            is_false: about.is_false,
            reason: about.reason,
            ground: about.ground,
            until: about.until.map(time),
            author: about.author,
            asked_at: time(about.asked_at),
            decided_by: asked.decided_by,
            decided_at: asked.decided_at.map(time),
            approved: asked.approved,
            ended_at: asked.ended_at.map(time),
        }
    }
}

/// A system.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Asset {
    id: i64,
    name: String,
    role: String,
    note: String,
    site: Option<String>,
    department: Option<i64>,
    department_name: Option<String>,
    owner: Option<String>,
    product: Option<String>,
    criticality: Option<String>,
    fragility: Option<String>,
    holds_ephi: Option<bool>,
    internet_facing: Option<bool>,
    at_home: Option<bool>,
    front_door: Option<bool>,
    by_hand: Vec<String>,
    created: String,
    seen: Option<String>,
    merged_into: Option<i64>,
    services: i64,
    live_findings: i64,
    weight: i64,
}

impl Asset {
    pub(crate) fn of(asset: &KnownAsset) -> Self {
        let about = asset.about.clone();
        Self {
            id: asset.id,
            name: about.name,
            role: about.role,
            note: about.note,
            site: asset.named.site.clone(),
            department: about.department,
            department_name: asset.named.department.clone(),
            owner: asset.named.owner.clone(),
            product: asset.named.product.clone(),
            criticality: about.criticality.map(|one| one.as_str().to_owned()),
            fragility: about.fragility.map(|one| one.as_str().to_owned()),
            holds_ephi: about.holds_ephi,
            internet_facing: about.internet_facing,
            at_home: about.at_home,
            front_door: about.front_door,
            by_hand: asset.by_hand.iter().cloned().collect(),
            created: time(asset.created),
            seen: asset.seen.map(time),
            merged_into: asset.merged_into,
            services: asset.services,
            live_findings: asset.live_findings,
            weight: asset.weight,
        }
    }
}

/// Where a system answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Service {
    id: i64,
    endpoint: String,
    name: String,
    protocol: String,
    role: String,
    key: String,
    first_seen: String,
    last_seen: String,
}

impl Service {
    pub(crate) fn of(service: &KnownService) -> Self {
        Self {
            id: service.id,
            endpoint: service.endpoint.to_string(),
            name: service.name.clone(),
            protocol: service.protocol.clone(),
            role: service.role.clone(),
            key: service.key.clone(),
            first_seen: time(service.first_seen),
            last_seen: time(service.last_seen),
        }
    }
}

/// Something that a system is recognised by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mark {
    /// "address", "name", "key", "host_key" or "import".
    kind: String,
    value: String,
    first_seen: String,
    last_seen: String,
}

impl Mark {
    pub(crate) fn of(mark: &holter_store::Mark) -> Self {
        Self {
            kind: mark.kind.clone(),
            value: mark.value.clone(),
            first_seen: time(mark.first_seen),
            last_seen: time(mark.last_seen),
        }
    }
}

/// A service that is not as it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Different {
    /// "affected", "back", "fixed", "new", "gone" or "changed".
    kind: String,
    endpoint: String,
    name: Option<String>,
    flaw: Option<String>,
    was: String,
    now: String,
}

impl Different {
    pub(crate) fn of(item: &holter_model::Difference) -> Self {
        Self {
            kind: item.kind.as_str().to_owned(),
            endpoint: item.endpoint.to_string(),
            name: item.name.clone(),
            flaw: item.flaw.clone(),
            was: item.was.clone(),
            now: item.now.clone(),
        }
    }
}

/// A scan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanShape {
    id: i64,
    label: String,
    method: String,
    targets: Vec<String>,
    checks: Vec<String>,
    started: String,
    ended: Option<String>,
    whole: bool,
    /// Whether the process that ran it ended in the middle.
    broken_off: bool,
    /// Places that were to be asked. This and the sums below are left out where they are over more than the caller may see.
    endpoints: Option<i64>,
    /// Places where nothing answered.
    nothing: Option<i64>,
    services: Option<i64>,
    completed: Option<i64>,
    affected: Option<i64>,
    inconclusive: Option<i64>,
    observations: Option<i64>,
}

impl ScanShape {
    pub(crate) fn of(Seen { scan, sums }: &Seen) -> Self {
        let sum = |of: fn(&ScanSums) -> i64| sums.as_ref().map(of);
        Self {
            id: scan.id,
            label: scan.about.label.clone(),
            method: scan.about.method.clone(),
            targets: scan.about.scope.targets.clone(),
            checks: scan.about.scope.checks.clone(),
            started: time(scan.about.started),
            ended: scan.ended.map(time),
            whole: scan.whole,
            broken_off: scan.broken_off,
            endpoints: sums.as_ref().map(|_| scan.reach.endpoints),
            nothing: sums.as_ref().map(|_| scan.reach.nothing),
            services: sum(|sums| sums.services),
            completed: sum(|sums| sums.completed),
            affected: sum(|sums| sums.affected),
            inconclusive: sum(|sums| sums.inconclusive),
            observations: sum(|sums| sums.observations),
        }
    }
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonShape {
    id: i64,
    name: String,
    email: Option<String>,
    department: Option<i64>,
    active: bool,
}

impl PersonShape {
    pub(crate) fn of(person: &Person) -> Self {
        Self {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            department: person.department,
            active: person.active,
        }
    }
}
