//! Visits one endpoint: every check asks, every check judges, and a service comes out.

use std::time::{Duration, Instant};

use holter_checks::{Approach, Check, Questions, Visit};
use holter_model::seam::{Clock, Dice};
use holter_model::{Attempt, Service, Transport};
use holter_net::Dialer;
use holter_protocols::roles::role;

use crate::visits::{Door, Host};

/// The most time that one endpoint may take, over all its connections. An honest one that answers slowly in four
/// versions needs half of it.
const PATIENCE: Duration = Duration::from_secs(180);

/// What all visits of a run share.
pub(crate) struct Tools<'a> {
    pub(crate) dialer: &'a Dialer,
    pub(crate) checks: &'a [&'static Check],
    pub(crate) questions: &'a Questions,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) dice: &'a dyn Dice,
}

/// Asks at one door. `None`: nothing there, and nobody named it.
pub(crate) async fn ask(tools: &Tools<'_>, host: &Host, door: &Door) -> Option<Service> {
    let endpoint = host.endpoint(door);
    let started = tools.clock.now();
    let stopwatch = Instant::now();
    let mut visit = Visit::new(
        endpoint,
        host.name.as_deref(),
        Approach {
            chosen: door.chosen,
            guessed: door.guessed,
            named: door.named,
        },
        tools.questions,
        tools.dialer,
        (tools.clock, tools.dice),
    );
    let asking = async {
        for check in tools.checks {
            (check.ask)(&mut visit).await;
        }
    };
    if tokio::time::timeout(PATIENCE, asking).await.is_err() {
        let why = format!("it was given up after {} s", PATIENCE.as_secs());
        visit.broke(Attempt::TimedOut, Some(why));
    }
    let notes = visit.leave();
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
        return None;
    }
    let judgements = tools
        .checks
        .iter()
        .filter_map(|check| (check.judge)(&notes.observations, notes.attempt))
        .collect();
    Some(Service {
        target: label(host, door),
        endpoint: Some(endpoint),
        name: host.name.clone(),
        protocol: notes.chosen.id().to_owned(),
        role: role(endpoint, notes.chosen.id(), notes.mark),
        started,
        elapsed_ms: u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX),
        connections: notes.connections,
        bytes_sent: notes.sent,
        bytes_received: notes.received,
        attempt: notes.attempt,
        trouble: notes.trouble,
        observations: notes.observations,
        judgements,
        oddities: notes.oddities.into_iter().collect(),
    })
}

/// What was typed where it names one endpoint, else the endpoint itself.
fn label(host: &Host, door: &Door) -> String {
    let (text, port) = (&host.typed, door.port);
    let bare = text.parse::<std::net::IpAddr>().is_ok();
    match &host.name {
        _ if text.ends_with(&format!(":{port}")) || text.contains("://") || text.ends_with("/udp") => {
            text.clone()
        }
        Some(name) => format!("{name}:{port}"),
        None if bare || !door.named => host.endpoint(door).socket().to_string(),
        None => format!("{text}:{port}"),
    }
}
