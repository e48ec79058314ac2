//! What the judgements of one visit make of the findings at its service.

use std::collections::BTreeMap;

use holter_capture::flaws;
use holter_checks::catalogue;
use holter_model::finding::{Next, State};
use holter_model::{Attempt, Basis, Judgement, Verdict};
use holter_store::{Finding, KnownAsset, KnownService, NewEvent, NewTask, Scope, StoreError, Writing};
use jiff::Timestamp;
use serde_json::json;

use crate::due::Deadlines;
use crate::ingest::Heard;
use crate::life::{self, Measured, Step};
use crate::{history, scope, weight};

/// A visit whose judgements are applied.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    pub(crate) visit: i64,
    pub(crate) at: Timestamp,
    pub(crate) attempt: Attempt,
    pub(crate) judgements: &'a [Judgement],
    /// Whether it is certain that this is the service that was here before.
    pub(crate) is_same: bool,
    /// Whether no later visit is known: what an old file says opens nothing.
    pub(crate) is_latest: bool,
    /// When each flaw was seen, where nothing was asked: then silence means nothing.
    pub(crate) heard: Option<&'a Heard>,
}

impl Judged<'_> {
    /// When this flaw was seen.
    fn seen_at(&self, flaw: &str) -> Timestamp {
        let heard = self.heard.and_then(|heard| heard.seen.get(flaw));
        heard.copied().unwrap_or(self.at)
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) opened: u64,
    pub(crate) fixed: u64,
    pub(crate) back: u64,
}

/// The worst verdict of each check, for coverage.
pub(crate) fn by_check(judgements: &[Judgement]) -> BTreeMap<String, Verdict> {
    let mut worst = BTreeMap::new();
    for judgement in judgements {
        let verdict = worst.entry(judgement.check.clone()).or_insert(judgement.verdict);
        *verdict = judgement.verdict.max(*verdict);
    }
    worst
}

/// Applies what was judged to what is known.
pub(crate) async fn apply(
    writing: &mut Writing,
    (asset, service): (&KnownAsset, &KnownService),
    judged: &Judged<'_>,
    declared: &Scope,
    deadlines: &Deadlines,
) -> Result<Changes, StoreError> {
    let mut changes = Changes::default();
    let mut events = Vec::new();
    let known = writing.findings_at(service.id).await?;
    for before in &known {
        let judgement = judged.judgements.iter().find(|other| other.flaw == before.flaw);
        let closes = judged.heard.is_none_or(|heard| heard.closes);
        let is_there = judgement.is_some_and(|judgement| judgement.verdict == Verdict::Affected);
        // Who listens and does not hear it has learned nothing.
        if judged.heard.is_some() && !is_there && !(closes && judgement.is_some()) {
            continue;
        }
        // A scan cannot have asked what no question decides.
        if judgement.is_none() && flaws::is_only_heard(&before.flaw) {
            continue;
        }
        // A question that nobody meant to put is not one that was left unanswered.
        if judgement.is_none() && !scope::declares_check(declared, &before.check) {
            continue;
        }
        if judgement.is_none() && declared.checks.is_empty() && judged.attempt == Attempt::Completed {
            continue;
        }
        let covers = judged.is_same
            && closes
            && judged.attempt == Attempt::Completed
            && scope::declares_check(declared, &before.check)
            && scope::declares_place(declared, service.endpoint, &service.name);
        let measured = Measured {
            verdict: judgement.map(|judgement| judgement.verdict),
            basis: judgement.map_or(before.basis, |judgement| judgement.basis),
            evidence: match judgement {
                None => judged.attempt.explain().to_owned(),
                Some(found) if !judged.is_same && found.verdict == Verdict::NotAffected => {
                    format!("it is not sure that the same system answered; {}", found.evidence)
                }
                Some(found) => found.evidence.clone(),
            },
            foreign_bytes: judgement.map_or(0, |judgement| judgement.foreign_bytes),
            at: judged.seen_at(&before.flaw),
            visit: judged.visit,
            covers,
            due: deadlines.due(before.severity, asset.about.criticality, judged.at),
        };
        let mut step = life::measured(before, &measured);
        step.after.weight = weight::weigh(&before.flaw, before.severity, &asset.about).sum;
        match (before.state, step.after.state) {
            (State::Fixed, State::Back) => changes.back += 1,
            (from, State::Fixed) if from != State::Fixed => changes.fixed += 1,
            _ => {}
        }
        keep(writing, before, &step, &measured, &mut events).await?;
    }
    let new: Vec<Finding> = judged
        .judgements
        .iter()
        .filter(|_| judged.is_latest)
        .filter(|judgement| catalogue::weighed(judgement) == Verdict::Affected)
        .filter(|judgement| known.iter().all(|finding| finding.flaw != judgement.flaw))
        .map(|judgement| found(judgement, (asset, service), judged, deadlines))
        .collect();
    let numbers = writing.add_findings(&new).await?;
    for (number, finding) in numbers.into_iter().zip(&new) {
        changes.opened += 1;
        events.push(event(number, finding, "found", finding.first_seen));
    }
    history::write(writing, &events).await?;
    Ok(changes)
}

async fn keep(
    writing: &mut Writing,
    before: &Finding,
    step: &Step,
    measured: &Measured,
    events: &mut Vec<NewEvent>,
) -> Result<(), StoreError> {
    writing.update_finding(before, &step.after).await?;
    if let Some(kind) = step.event {
        let mut told = event(before.id, &step.after, kind, measured.at);
        told.text.clone_from(&measured.evidence);
        told.visit = Some(measured.visit);
        events.push(told);
    }
    if step.ends_acceptance {
        writing.end_acceptances(before.id, measured.at).await?;
    }
    if step.needs_person {
        let text = format!(
            "{} measurements in a row could not decide whether {} is still there: {}. Look at the system, or have it measured from elsewhere.",
            step.after.inconclusive, before.flaw, measured.evidence
        );
        let task = NewTask {
            kind: "undecided".to_owned(),
            key: before.id.to_string(),
            finding: Some(before.id),
            asset: Some(before.asset),
            department: before.department,
            text,
            detail: json!({}),
            created: measured.at,
        };
        writing.add_task(&task).await?;
    }
    if step.decided {
        let outcome = "a measurement has decided";
        writing
            .end_tasks_of(before.id, "undecided", outcome, measured.at)
            .await?;
    }
    Ok(())
}

fn event(finding: i64, after: &Finding, kind: &str, at: Timestamp) -> NewEvent {
    NewEvent {
        finding,
        at,
        actor: None,
        kind: kind.to_owned(),
        state: after.state,
        visit: after.visit,
        text: after.evidence.clone(),
        detail: json!({}),
    }
}

fn found(
    judgement: &Judgement,
    (asset, service): (&KnownAsset, &KnownService),
    judged: &Judged<'_>,
    deadlines: &Deadlines,
) -> Finding {
    let severity = flaws::severity(&judgement.flaw);
    let basis: Basis = judgement.basis;
    let at = judged.seen_at(&judgement.flaw);
    Finding {
        id: 0,
        flaw: judgement.flaw.clone(),
        check: judgement.check.clone(),
        asset: asset.id,
        cause: format!("service:{}", service.id),
        service: Some(service.id),
        state: State::Open,
        severity,
        weight: weight::weigh(&judgement.flaw, severity, &asset.about).sum,
        verdict: Verdict::Affected,
        basis,
        evidence: judgement.evidence.clone(),
        foreign_bytes: judgement.foreign_bytes,
        first_seen: at,
        last_seen: at,
        measured_at: at,
        visit: Some(judged.visit),
        fixed_at: None,
        due: Some(deadlines.due(severity, asset.about.criticality, judged.at)),
        inconclusive: 0,
        returns: 0,
        assignee: None,
        accepted_until: None,
        next: Next::Department,
        site: asset.about.site,
        department: asset.about.department,
    }
}
