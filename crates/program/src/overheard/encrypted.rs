//! What closes clinical traffic in the clear: no scan can know it, for a port that speaks TLS may take messages in the clear
//! beside that, and silence says nothing. A later capture can: it came to its end with nothing lost, this service speaks in it
//! and never in the clear, and of each system that ever spoke with it there, what was heard last is encrypted.

use std::collections::{BTreeSet, HashMap};
use std::iter;

use holter_capture::Captured;
use holter_capture::captured::Kind;
use holter_capture::flaws::CLEAR_CLINICAL;
use holter_capture::subject::{End, Subject};
use holter_checks::catalogue;
use holter_model::finding::State;
use holter_model::{Attempt, Endpoint, Fact, Method, Observation, Service};
use holter_store::{FindingFilter, Linked, Page, Store, StoreError};
use jiff::Timestamp;

use super::subject::place;
use crate::ingest::{Heard, shown_key};

/// So many findings are looked up at once.
const AT_ONCE: u32 = 500;

/// So many services are followed, which is more than a hospital has.
const MOST: usize = 20_000;

/// As many interfaces of a service are known at once.
const MANY: u16 = 5000;

/// The services that were heard to speak in the clear before, and what this capture says of them.
#[derive(Debug, Default)]
pub(super) struct Watched(HashMap<Endpoint, Said>);

#[derive(Debug)]
struct Said {
    asset: i64,
    protocol: String,
    /// When it was last heard in the clear.
    in_the_clear: Timestamp,
    sessions: u64,
    clear: bool,
    /// The key that was shown here, which may be another system's.
    key: Option<String>,
    last: Timestamp,
}

impl Watched {
    /// Those with a finding that is not closed.
    pub(super) async fn of(store: &Store) -> Result<Self, StoreError> {
        let filter = FindingFilter {
            flaw: Some(CLEAR_CLINICAL.to_owned()),
            ..FindingFilter::default()
        };
        let mut page = Page::first(AT_ONCE);
        let mut watched = HashMap::new();
        loop {
            let listed = store.findings(&filter, &page).await?;
            for row in listed.rows {
                let open = !matches!(row.finding.state, State::Fixed | State::FalsePositive);
                let Some(service) = row.finding.service.filter(|_| open) else {
                    continue;
                };
                let known = store.service(service).await?;
                let said = Said {
                    asset: row.finding.asset,
                    protocol: known.protocol,
                    in_the_clear: row.finding.last_seen,
                    sessions: 0,
                    clear: false,
                    key: None,
                    last: Timestamp::MIN,
                };
                watched.insert(known.endpoint, said);
            }
            page.after = listed.next;
            if page.after.is_none() || watched.len() >= MOST {
                return Ok(Self(watched));
            }
        }
    }

    /// Hears a subject.
    pub(super) fn hear(&mut self, subject: &Subject) {
        if subject.subject.role != End::Server {
            return;
        }
        let Some(said) = self.0.get_mut(&place(subject)) else {
            return;
        };
        let in_the_clear = |one: &Observation| matches!(one.fact, Fact::InTheClear { .. });
        said.clear |= subject.observations.iter().any(in_the_clear);
        said.key = shown_key(&subject.observations).or(said.key.take());
        said.last = said.last.max(subject.last);
        if !subject.so_far {
            said.sessions = said.sessions.saturating_add(subject.coverage.sessions);
        }
    }

    /// What this capture clears, if it is one that can clear anything.
    pub(super) async fn cleared(
        &self,
        store: &Store,
        (captured, started): (&Captured, Timestamp),
    ) -> Result<Vec<(Service, Heard)>, StoreError> {
        let mut cleared = Vec::new();
        if !misses_nothing(captured) {
            return Ok(cleared);
        }
        for (endpoint, said) in &self.0 {
            if said.sessions == 0 || said.clear || said.in_the_clear >= started {
                continue;
            }
            let ways = store.interfaces_to(said.asset, endpoint.port, MANY).await?;
            if let Some(clients) = all_encrypted(&ways, said.in_the_clear, started) {
                cleared.push(service(*endpoint, said, clients));
            }
        }
        Ok(cleared)
    }
}

/// Whether a capture was heard to its end with nothing lost on the way. That it begins in the middle of conversations, as most
/// do, is no loss here.
fn misses_nothing(captured: &Captured) -> bool {
    let sound = captured
        .sources
        .iter()
        .all(|source| source.trouble.is_none() && matches!(source.kind, Kind::Capture | Kind::Interface));
    let coverage = &captured.coverage;
    let beyond = captured.beyond;
    sound && coverage.dropped == 0 && coverage.forgotten == 0 && beyond.servers == 0 && beyond.interfaces == 0
}

/// How many systems speak with a service, where each of them was heard last to speak encrypted: one that spoke with it when it was
/// last heard in the clear must be among those that were heard since this capture began. Pure.
fn all_encrypted(ways: &[Linked], in_the_clear: Timestamp, started: Timestamp) -> Option<u64> {
    if ways.len() >= usize::from(MANY) {
        // Those beyond are not known.
        return None;
    }
    let all = || ways.iter().map(|way| &way.interface);
    let encrypted = || all().filter(|way| way.encrypted == Some(true));
    let is_since = |client: i64, when: Timestamp| {
        encrypted().any(|way| way.from_asset == client && way.last_seen >= when)
    };
    let mut in_clear = all().filter(|way| way.encrypted == Some(false));
    if in_clear.any(|way| !is_since(way.from_asset, way.last_seen)) {
        return None;
    }
    let mut then = all().filter(|way| way.first_seen <= in_the_clear);
    let clients: BTreeSet<i64> = encrypted().map(|way| way.from_asset).collect();
    then.any(|way| is_since(way.from_asset, started))
        .then(|| u64::try_from(clients.len()).unwrap_or(u64::MAX))
}

fn service(endpoint: Endpoint, said: &Said, clients: u64) -> (Service, Heard) {
    let only_encrypted = Fact::OnlyEncrypted {
        sessions: said.sessions,
        clients,
    };
    let key = said.key.clone().map(|sha256| Fact::Key { sha256 });
    let observations: Vec<_> = iter::once(only_encrypted)
        .chain(key)
        .map(|fact| Observation {
            at: said.last,
            method: Method::Passive,
            subject: endpoint,
            fact,
        })
        .collect();
    let judged = catalogue::flaw(CLEAR_CLINICAL)
        .map(|known| (known.check.judge)(&observations, Attempt::Completed))
        .unwrap_or_default();
    let service = Service {
        target: endpoint.to_string(),
        endpoint: Some(endpoint),
        name: None,
        protocol: said.protocol.clone(),
        role: None,
        started: said.last,
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: 0,
        attempt: Attempt::Completed,
        trouble: None,
        observations,
        judgements: judged,
        not_asked: Vec::new(),
        assessment: None,
        oddities: Vec::new(),
    };
    let heard = Heard {
        closes: true,
        ..Heard::default()
    };
    (service, heard)
}

#[cfg(test)]
mod tests {
    use holter_store::Interface;

    use super::*;

    fn way(client: i64, encrypted: bool, (first, last): (i64, i64)) -> Linked {
        let at = |second| Timestamp::from_second(second).unwrap();
        Linked {
            interface: Interface {
                id: 0,
                from_asset: client,
                to_asset: 9,
                protocol: if encrypted { "tls" } else { "mllp" }.to_owned(),
                port: 4000,
                is_declared: false,
                encrypted: Some(encrypted),
                purpose: String::new(),
                first_seen: at(first),
                last_seen: at(last),
            },
            from_name: String::new(),
            to_name: String::new(),
            flows: 1,
            departments: [None; 2],
        }
    }

    fn clears(ways: &[Linked]) -> Option<u64> {
        let at = |second| Timestamp::from_second(second).unwrap();
        all_encrypted(ways, at(100), at(200))
    }

    #[test]
    fn every_system_that_spoke_must_be_heard_to_speak_encrypted() {
        assert_eq!(
            clears(&[way(1, false, (10, 100)), way(1, true, (210, 220))]),
            Some(1)
        );
        // As one interface, where the port says what is spoken.
        assert_eq!(clears(&[way(1, true, (10, 220))]), Some(1));
        let other_still_clear = [
            way(1, false, (10, 100)),
            way(1, true, (210, 220)),
            way(2, false, (10, 90)),
        ];
        assert_eq!(clears(&other_still_clear), None);
        assert_eq!(
            clears(&[way(1, false, (10, 100)), way(2, true, (210, 220))]),
            None,
            "another one proves nothing"
        );
        assert_eq!(
            clears(&[way(1, false, (10, 100)), way(1, true, (50, 60))]),
            None,
            "it was before"
        );
        assert_eq!(
            clears(&[way(3, true, (210, 220))]),
            None,
            "nobody who was there then"
        );
        assert_eq!(clears(&[way(1, true, (10, 150))]), None, "not in this capture");
        assert_eq!(clears(&[]), None);
    }
}
