//! A subject of a capture as a service that was listened to.

use holter_capture::Subject;
use holter_capture::subject::{End, Said};
use holter_checks::catalogue;
use holter_model::{Attempt, Endpoint, Judgement, Service, Verdict};

use super::CLIENT;
use crate::ingest::Heard;

/// Where a subject is: a client answers nowhere, and stands at port 0.
pub(super) fn place(subject: &Subject) -> Endpoint {
    let who = subject.subject;
    Endpoint {
        address: who.address,
        port: if who.role == End::Client { 0 } else { who.port },
        transport: subject.transport,
    }
}

/// The service, and when each flaw was seen: memory when it last went out, everything else when the subject was first
/// heard, for what was mended in the middle of a capture is not there at its end.
pub(super) fn service(subject: &Subject) -> (Service, Heard) {
    let who = subject.subject;
    let is_client = who.role == End::Client;
    let endpoint = place(subject);
    let protocol = match (is_client, &subject.protocol) {
        (true, _) => CLIENT,
        (false, Some(protocol)) => protocol,
        (false, None) => "tls",
    };
    let affected = subject
        .verdicts
        .iter()
        .filter(|said| said.verdict == Verdict::Affected);
    let mut heard = Heard::default();
    let mut judgements = Vec::new();
    for said in affected {
        let leak = said.weight.and_then(|weight| weight.last_leak);
        heard
            .seen
            .insert(said.flaw.clone(), leak.unwrap_or(subject.first));
        judgements.push(judgement(said));
    }
    let service = Service {
        target: if is_client {
            format!("{} as a client", who.address)
        } else {
            endpoint.to_string()
        },
        endpoint: Some(endpoint),
        name: None,
        protocol: protocol.to_owned(),
        role: if is_client {
            None
        } else {
            holter_protocols::roles::role(endpoint, protocol, None)
        },
        started: subject.last,
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: subject.coverage.bytes_heard,
        attempt: Attempt::Completed,
        trouble: None,
        observations: subject.observations.clone(),
        judgements,
        not_asked: Vec::new(),
        assessment: None,
        oddities: Vec::new(),
    };
    (service, heard)
}

fn judgement(said: &Said) -> Judgement {
    // The check that asks is the one that can say one day that it is fixed.
    let asks = catalogue::flaw(&said.flaw).map_or(said.check.as_str(), |known| known.check.id);
    let mut judgement = Judgement::new(asks, &said.flaw, said.verdict, said.basis, said.evidence.clone());
    judgement.foreign_bytes = said.weight.map_or(0, |weight| weight.leaked_min);
    judgement
}
