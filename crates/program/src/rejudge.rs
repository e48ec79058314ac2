//! Today's checks asked about yesterday's facts: when a rule changes or a flaw is new, nothing has to be measured again
//! to know what is known.

use holter_model::{Judgement, Observation, Verdict};
use holter_store::{KnownService, Store, StoreError};

use crate::due::Deadlines;
use crate::ingest::{Heard, JUDGE, PASSIVE};
use crate::verdicts::{self, Judged};

/// So many services are judged before anything is written.
const AT_ONCE: u32 = 100;

/// What judging again came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejudged {
    /// Services whose last visit was judged.
    pub services: u64,
    /// Services of which something else is said now.
    pub changed: u64,
    /// Findings that were opened.
    pub opened: u64,
    /// Findings that are fixed by what was measured then.
    pub fixed: u64,
    /// Findings that are there after all.
    pub back: u64,
}

/// Judges the last visit of every service again.
///
/// # Errors
/// When the database does not answer. What was judged until then lasts, and doing it again changes nothing.
pub async fn all(store: &Store, deadlines: &Deadlines) -> Result<Rejudged, StoreError> {
    let mut sums = Rejudged::default();
    let mut last = 0;
    loop {
        let services = store.services_after(last, AT_ONCE).await?;
        let Some(end) = services.last() else {
            return Ok(sums);
        };
        last = end.id;
        for service in &services {
            one(store, service, deadlines, &mut sums).await?;
        }
    }
}

async fn one(
    store: &Store,
    service: &KnownService,
    deadlines: &Deadlines,
    sums: &mut Rejudged,
) -> Result<(), StoreError> {
    let Some(last) = service.last_visit else {
        return Ok(());
    };
    let visit = store.visit(last).await?;
    let noted = store.observations(last).await?;
    if noted.is_empty() {
        // It came as verdicts alone: there is nothing to judge by.
        return Ok(());
    }
    sums.services += 1;
    let observations: Vec<Observation> = noted
        .iter()
        .filter_map(|noted| noted.observation(service.endpoint))
        .collect();
    let scan = store.scan(visit.about.scan).await?.about;
    let mut judgements = judge(&observations, &visit.about.judgements, visit.about.attempt);
    if scan.method == PASSIVE {
        // What was not heard says nothing; and what was counted in the capture is in no fact that a check reads.
        judgements.retain(|judgement| {
            let known = |old: &Judgement| old.flaw == judgement.flaw;
            judgement.verdict == Verdict::Affected && !visit.about.judgements.iter().any(known)
        });
        judgements.extend(visit.about.judgements.iter().cloned());
    }
    if judgements == visit.about.judgements {
        return Ok(());
    }
    sums.changed += 1;
    let mut writing = store.write_alone().await?;
    writing.judge_visit(last, &judgements, JUDGE).await?;
    let at = visit.about.started;
    writing
        .cover(service.id, (last, at), &verdicts::by_check(&judgements))
        .await?;
    let asset = writing.asset(service.asset).await?;
    let nothing = Heard::default();
    let judged = Judged {
        visit: last,
        at,
        attempt: visit.about.attempt,
        judgements: &judgements,
        is_same: true,
        is_latest: true,
        heard: (scan.method == PASSIVE).then_some(&nothing),
    };
    let changes = verdicts::apply(&mut writing, (&asset, service), &judged, &scan.scope, deadlines).await?;
    writing.commit().await?;
    sums.opened += changes.opened;
    sums.fixed += changes.fixed;
    sums.back += changes.back;
    Ok(())
}

/// What the checks that judged then, and those that are new, make of these facts; in the order of the roster. Pure.
#[must_use]
pub fn judge(
    observations: &[Observation],
    before: &[Judgement],
    attempt: holter_model::Attempt,
) -> Vec<Judgement> {
    let asked = |id: &str| before.iter().any(|judgement| judgement.check == id);
    let knows_any = |id: &str| holter_checks::ALL.iter().any(|check| check.id == id);
    let mut judgements = Vec::new();
    for check in holter_checks::ALL {
        let said = (check.judge)(observations, attempt);
        // A check that nobody asked then has nothing to say but what it found all the same.
        let wanted = asked(check.id);
        judgements.extend(
            said.into_iter()
                .filter(|judgement| wanted || judgement.verdict == Verdict::Affected),
        );
    }
    // What another Holter's checks said stands: nobody here can judge it.
    judgements.extend(before.iter().filter(|old| !knows_any(&old.check)).cloned());
    judgements
}
