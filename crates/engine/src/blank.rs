//! Services of which nothing was heard: what to say of a host that is silent, unknown, or where Holter failed.

use holter_model::seam::Clock;
use holter_model::{Attempt, Endpoint, Service, Target};

use crate::visits::{Door, Host};

/// A host that was named and shows nothing at all deserves a line: silence is not "not affected".
pub(crate) fn silent(host: &Host, clock: &dyn Clock) -> Service {
    let why = "none of the ports asked is open";
    of_host(host, Attempt::Unreachable, why, clock)
}

/// A bug of ours must not pass for a host with nothing on it.
pub(crate) fn failed(host: &Host, clock: &dyn Clock) -> Service {
    let why = "Holter failed while it asked this host, which is a bug of Holter's";
    of_host(host, Attempt::OurFault, why, clock)
}

/// An endpoint that was named and where no connection came about.
pub(crate) fn shut(host: &Host, door: &Door, attempt: Attempt, why: String, clock: &dyn Clock) -> Service {
    Service {
        protocol: door.chosen.id().to_owned(),
        ..blank(
            host.label(door),
            Some(host.endpoint(door)),
            host.name.clone(),
            attempt,
            why,
            clock,
        )
    }
}

/// A name without an address.
pub(crate) fn unresolved(target: &Target, why: &str, clock: &dyn Clock) -> Service {
    blank(
        target.text.clone(),
        None,
        None,
        Attempt::Unresolved,
        why.to_owned(),
        clock,
    )
}

fn of_host(host: &Host, attempt: Attempt, why: &str, clock: &dyn Clock) -> Service {
    blank(
        host.typed.clone(),
        host.doors.first().map(|door| host.endpoint(door)),
        host.name.clone(),
        attempt,
        why.to_owned(),
        clock,
    )
}

fn blank(
    target: String,
    endpoint: Option<Endpoint>,
    name: Option<String>,
    attempt: Attempt,
    why: String,
    clock: &dyn Clock,
) -> Service {
    Service {
        target,
        endpoint,
        name,
        protocol: "tls".to_owned(),
        started: clock.now(),
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: 0,
        attempt,
        trouble: Some(why),
        observations: Vec::new(),
        judgements: Vec::new(),
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
        role: None,
    }
}
