//! What is different in a scan that is remembered from the last one that asked the same: told by the engine's own
//! comparison, so that a page and `holter scan --diff` never disagree.

use std::collections::BTreeMap;

use holter_engine::Comparison;
use holter_model::{Differences, Service};
use holter_store::{KnownService, Page, Scan, Store, StoreError};
use jiff::tz::TimeZone;

/// So many scans before the last are looked at, for what comes back.
const OLDER: u32 = 4;
/// More services than these are compared by `holter scan --diff`, not while somebody waits for a page.
pub const MOST: i64 = 5000;

/// What there is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// No scan that asked the same has come to its end before.
    First,
    /// Too many services to compare while somebody waits.
    TooMany,
    /// What is different since this scan.
    Since(i64, Differences),
}

/// What is different in a scan.
///
/// # Errors
/// When the database does not answer.
pub async fn since_last(store: &Store, scan: &Scan, zone: &TimeZone) -> Result<Told, StoreError> {
    let before = store.scans_before(scan, OLDER).await?;
    let Some((last, older)) = before.split_first() else {
        return Ok(Told::First);
    };
    if scan.sums.services > MOST || last.sums.services > MOST {
        return Ok(Told::TooMany);
    }
    let mut past = Vec::new();
    for one in older.iter().filter(|one| one.sums.services <= MOST) {
        past.push(found(store, one).await?);
    }
    let was = found(store, last).await?;
    let mut comparison = Comparison::with_told(last.about.started, &was, past);
    for service in found(store, scan).await? {
        comparison.service(&service);
    }
    // Of what was not asked nothing can be said.
    let partly = !scan.whole || scan.reach.left_alone > 0 || scan.reach.spared > last.reach.spared;
    Ok(Told::Since(last.id, comparison.end(partly, zone.clone())))
}

/// What a scan found, with as much of it as is compared.
async fn found(store: &Store, scan: &Scan) -> Result<Vec<Service>, StoreError> {
    let known: BTreeMap<i64, KnownService> = store
        .services_of_scan(scan.id)
        .await?
        .into_iter()
        .map(|service| (service.id, service))
        .collect();
    let mut hellos = BTreeMap::<i64, Vec<_>>::new();
    for noted in store.observations_of_kind(scan.id, "hello").await? {
        hellos.entry(noted.visit).or_default().push(noted);
    }
    let mut all = Vec::new();
    let mut page = Page::first(500);
    loop {
        let listed = store.visits_of(scan.id, &page).await?;
        for visit in listed.rows {
            let Some(service) = known.get(&visit.about.service) else {
                continue;
            };
            let heard = hellos.remove(&visit.id).unwrap_or_default();
            let about = visit.about;
            all.push(Service {
                target: about.target,
                endpoint: Some(service.endpoint),
                name: Some(service.name.clone()).filter(|name| !name.is_empty()),
                protocol: service.protocol.clone(),
                role: None,
                started: about.started,
                elapsed_ms: about.elapsed_ms,
                connections: about.connections,
                bytes_sent: about.bytes_sent,
                bytes_received: about.bytes_received,
                attempt: about.attempt,
                trouble: None,
                observations: heard
                    .iter()
                    .filter_map(|noted| noted.observation(service.endpoint))
                    .collect(),
                judgements: about.judgements,
                not_asked: Vec::new(),
                assessment: None,
                oddities: Vec::new(),
            });
        }
        if listed.next.is_none() {
            return Ok(all);
        }
        page.after = listed.next;
    }
}
