//! Visits one endpoint: every check asks, every check judges, and a service comes out.

use std::time::Instant;

use holter_checks::{Approach, Needs, Visit};
use holter_model::{Attempt, Service, Transport};
use holter_net::{Care, Line};
use holter_protocols::roles::role;

use crate::run::Scan;
use crate::visits::{Door, Host};

/// What came of asking at one door.
pub(crate) struct Asked {
    /// What there is to say; `None`: nothing there, and nobody named it.
    pub(crate) service: Option<Service>,
    /// What the host did that it should be left alone for.
    pub(crate) suffers: Option<String>,
    /// How carefully it is to be touched from now on.
    pub(crate) care: Care,
    /// The last line, to be ended before the host is dialled again.
    pub(crate) last: Option<Line>,
}

/// Asks at one door; `line` stands open there already.
pub(crate) async fn ask(scan: &Scan, host: &Host, door: &Door, care: Care, line: Option<Line>) -> Asked {
    let endpoint = host.endpoint(door);
    let started = scan.clock.now();
    let stopwatch = Instant::now();
    let mut visit = Visit::new(
        endpoint,
        host.name.as_deref(),
        Approach {
            chosen: door.chosen,
            guessed: door.guessed,
            named: door.named,
            care,
            line,
        },
        &scan.questions,
        &scan.dialer,
        (scan.clock.as_ref(), scan.dice.as_ref()),
    );
    let needs = scan.checks.iter().map(|check| check.needs).max();
    if needs == Some(Needs::Inside) {
        visit.looks_inside();
    }
    if needs >= Some(Needs::Survey) {
        holter_checks::survey(&mut visit).await;
    }
    for check in &scan.checks {
        (check.ask)(&mut visit).await;
    }
    holter_checks::sessions(&mut visit).await;
    let notes = visit.leave();
    let (suffers, care, last) = (notes.suffers, notes.care, notes.last);
    // A datagram that nobody answers met nobody; a stream that was accepted met somebody who will not talk.
    let no_answer =
        door.transport == Transport::Udp && notes.attempt == Attempt::TimedOut && notes.received == 0;
    // A datagram socket opens without its peer, and a port that answered and is closed now is no closed port.
    let shut = matches!(
        notes.attempt,
        Attempt::Refused | Attempt::Unreachable | Attempt::OutOfScope
    );
    let nothing = no_answer || (shut && notes.received == 0);
    if nothing && !door.named {
        return Asked {
            service: None,
            suffers,
            care,
            last,
        };
    }
    let known = scan
        .earlier
        .and((endpoint, host.name.as_deref()), &notes.observations);
    let judgements = scan
        .checks
        .iter()
        .flat_map(|check| check.verdicts(&known, notes.attempt))
        .collect();
    let service = Service {
        target: host.label(door),
        endpoint: Some(endpoint),
        name: host.name.clone(),
        protocol: notes.chosen.id().to_owned(),
        role: scan.rules.role(
            endpoint,
            host.name.as_deref(),
            role(endpoint, notes.chosen.id(), notes.mark),
        ),
        started,
        elapsed_ms: u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX),
        connections: notes.connections,
        bytes_sent: notes.sent,
        bytes_received: notes.received,
        attempt: notes.attempt,
        trouble: notes.trouble,
        observations: notes.observations,
        judgements,
        assessment: None,
        oddities: notes.oddities.into_iter().collect(),
    };
    Asked {
        service: Some(service),
        suffers,
        care,
        last,
    }
}
