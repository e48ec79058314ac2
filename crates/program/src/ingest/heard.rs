//! What is different where nothing was asked: a capture tells of a service as often as more is known of it.

use std::collections::BTreeMap;

use holter_checks::catalogue;
use holter_model::{Attempt, Judgement, Service, Verdict};
use holter_store::{NewVisit, ScanSums, StoreError, Visit, Writing};
use jiff::{SignedDuration, Timestamp};

use super::count;

/// So many things can be told of a service as of one moment.
const AT_ONE_MOMENT: u32 = 16;

/// How what was only listened to is to be taken. Who listens opens findings and finds them back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    /// When each flaw was seen there last.
    pub(crate) seen: BTreeMap<String, Timestamp>,
    /// Whether what was heard may close something: what was not heard never does.
    pub(crate) closes: bool,
}

/// The number of a new visit that only listened. Two that end at one moment and differ are two, the second a microsecond
/// later; one that is remembered already is none.
pub(super) async fn visit(writing: &mut Writing, about: &NewVisit) -> Result<Option<i64>, StoreError> {
    let mut about = about.clone();
    for _ in 0..AT_ONE_MOMENT {
        if let Some(visit) = writing.add_visit(&about).await? {
            return Ok(Some(visit));
        }
        let there = writing.visit_begun(about.service, about.started).await?;
        if there.is_some_and(|there| is_same(&there.about, &about)) {
            return Ok(None);
        }
        let Ok(later) = about.started.checked_add(SignedDuration::from_micros(1)) else {
            return Ok(None);
        };
        about.started = later;
    }
    Ok(None)
}

fn is_same(one: &NewVisit, other: &NewVisit) -> bool {
    one.judgements == other.judgements && one.bytes_received == other.bytes_received
}

/// Adds what a visit changes in a scan's sums: a service counts once, however often it was told of.
pub(super) fn add(sums: &mut ScanSums, service: &Service, before: Option<&Visit>) {
    let worst = |judgements: &[Judgement]| judgements.iter().map(catalogue::weighed).max();
    let now = worst(&service.judgements);
    let then = before.and_then(|visit| worst(&visit.about.judgements));
    let change = |verdict| i64::from(now == Some(verdict)) - i64::from(then == Some(verdict));
    let is_new = i64::from(before.is_none());
    sums.services += is_new;
    sums.completed += is_new * i64::from(service.attempt == Attempt::Completed);
    sums.affected += change(Verdict::Affected);
    sums.inconclusive += change(Verdict::Inconclusive);
    sums.observations += i64::try_from(count(service.observations.len())).unwrap_or(i64::MAX);
}
