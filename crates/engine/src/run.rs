//! Carries out a plan: many hosts at once, the endpoints of one host one after the other.

use std::collections::HashMap;
use std::sync::Arc;

use holter_checks::{Check, Questions};
use holter_model::seam::{Clock, Dice};
use holter_model::{Attempt, Service};
use holter_net::Dialer;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::ask::{Tools, ask};
use crate::visits::{Host, Visits};
use crate::{Event, Sink, Stop, Summary};

/// What a run works with.
pub struct Scan {
    /// Opens lines.
    pub dialer: Dialer,
    /// The checks that ask.
    pub checks: Vec<&'static Check>,
    /// What the user asked for.
    pub questions: Questions,
    /// Time of day.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub dice: Box<dyn Dice>,
    /// How many hosts are visited at once.
    pub hosts_at_once: usize,
}

/// Services that wait for the sink before hosts wait for it.
const BACKLOG: usize = 256;

/// Runs to the end, or until stopped. Every service is in the sink before this returns.
pub async fn run(scan: Scan, visits: Visits, sink: &mut dyn Sink, stop: &Stop) -> Summary {
    let mut summary = Summary::default();
    sink.take(Event::Began {
        endpoints: visits.endpoints().saturating_add(visits.unresolved.len() as u64),
    });
    let mut tell = |sink: &mut dyn Sink, service: Option<Service>| {
        summary.count(service.as_ref());
        sink.take(Event::Tried {
            service: service.map(Box::new),
        });
    };
    for (target, why) in &visits.unresolved {
        tell(sink, Some(unresolved(target, why, scan.clock.as_ref())));
    }
    let at_once = scan.hosts_at_once.max(1);
    let scan = Arc::new(scan);
    let (send, mut receive) = mpsc::channel::<Option<Service>>(BACKLOG);
    let mut hosts = visits.hosts();
    let mut running = JoinSet::new();
    let mut visited = HashMap::new();
    let mut more = true;
    loop {
        while more && running.len() < at_once && !stop.asked() {
            match hosts.next() {
                Some(host) => {
                    let task = running.spawn(visit(Arc::clone(&scan), host.clone(), send.clone()));
                    visited.insert(task.id(), host);
                }
                None => more = false,
            }
        }
        // Before waiting: with no host at all, or after the last, nobody is left who could wake us.
        if running.is_empty() && (stop.asked() || !more) {
            break;
        }
        tokio::select! {
            biased;
            () = stop.wait(), if !stop.asked() => {}
            Some(service) = receive.recv() => tell(sink, service),
            Some(joined) = running.join_next_with_id() => match joined {
                Ok((task, ())) => drop(visited.remove(&task)),
                Err(error) => {
                    let host = visited.remove(&error.id()).filter(|_| error.is_panic());
                    if let Some(host) = host {
                        tell(sink, Some(failed(&host, scan.clock.as_ref())));
                    }
                }
            },
        }
        if stop.asked() {
            running.shutdown().await;
        }
    }
    drop(send);
    while let Some(service) = receive.recv().await {
        tell(sink, service);
    }
    summary.interrupted = stop.asked();
    sink.take(Event::Ended { summary });
    summary
}

async fn visit(scan: Arc<Scan>, host: Host, send: mpsc::Sender<Option<Service>>) {
    let tools = Tools {
        dialer: &scan.dialer,
        checks: &scan.checks,
        questions: &scan.questions,
        clock: scan.clock.as_ref(),
        dice: scan.dice.as_ref(),
    };
    let mut found = false;
    for door in host.doors.iter() {
        let service = ask(&tools, &host, door).await;
        found |= service.is_some();
        if send.send(service).await.is_err() {
            return;
        }
    }
    // A host that was named and shows nothing at all deserves a line: silence is not "not affected".
    if host.named && !found && !host.doors.is_empty() {
        let _ = send.send(Some(silent(&host, scan.clock.as_ref()))).await;
    }
}

fn silent(host: &Host, clock: &dyn Clock) -> Service {
    let endpoint = host.doors.first().map(|door| host.endpoint(door));
    blank(
        host.typed.clone(),
        endpoint,
        host.name.clone(),
        Attempt::Unreachable,
        "none of the ports asked is open".to_owned(),
        clock,
    )
}

/// A bug of ours must not pass for a host with nothing on it.
fn failed(host: &Host, clock: &dyn Clock) -> Service {
    blank(
        host.typed.clone(),
        host.doors.first().map(|door| host.endpoint(door)),
        host.name.clone(),
        Attempt::OurFault,
        "Holter failed while it asked this host, which is a bug of Holter's".to_owned(),
        clock,
    )
}

fn unresolved(target: &holter_model::Target, why: &str, clock: &dyn Clock) -> Service {
    blank(
        target.text.clone(),
        None,
        None,
        Attempt::Unresolved,
        why.to_owned(),
        clock,
    )
}

fn blank(
    target: String,
    endpoint: Option<holter_model::Endpoint>,
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
        role: None,
        started: clock.now(),
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: 0,
        attempt,
        trouble: Some(why),
        observations: Vec::new(),
        judgements: Vec::new(),
        oddities: Vec::new(),
    }
}
