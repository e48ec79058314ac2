//! The log of a VPN or portal: sessions that two users share are a finding of the device that keeps the log. No number of a session
//! and no name of a user is in it; a session is shown by its line.

use holter_capture::SessionLog;
use holter_capture::flaws::SESSION_TAKEOVER;
use holter_capture::takeover::Flips;
use holter_model::{
    Attempt, Basis, Endpoint, Fact, Judgement, Method, Observation, Service, Transport, Verdict,
};
use holter_store::{NewScan, Scope, Store, StoreError};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Overheard;
use super::beginning::{bare, digits};
use crate::due;
use crate::ingest::{Heard, Ingest, PASSIVE};

/// What such a log's device is at: not a port, for a log does not say where the sessions came in.
pub const SESSIONS: &str = "sessions";

/// The check that judges them.
const CHECK: &str = "session-takeover";

/// So many sessions are kept as facts, the worst first.
const MOST: usize = 100;

/// Remembers what a log of sessions says; the same one twice changes nothing. `of` is the name or the address of the device whose log
/// it is; without it, the log stands for the device.
///
/// # Errors
/// When the database does not answer.
pub async fn sessions(
    store: &Store,
    log: &SessionLog,
    of: Option<&str>,
    (actor, now): (Option<i64>, Timestamp),
) -> Result<Overheard, StoreError> {
    let deadlines = due::chosen(store).await?;
    let name = bare(&log.file);
    let about = NewScan {
        key: key(log),
        method: PASSIVE.to_owned(),
        label: format!("Sessions in {}", name.chars().take(80).collect::<String>()),
        scope: Scope::default(),
        actor,
        started: log.span.map_or(now, |(first, _)| first),
    };
    let ingest = Ingest::begin(store, about, deadlines).await?;
    let mut sums = Overheard::default();
    if let Some((_, last)) = log.span {
        let told = service(log, &device(of, name), last);
        sums.taken = ingest.take_heard(&[told]).await?;
        sums.services = 1;
    }
    // What a log leaves out proves nothing, so that it is never the whole.
    ingest.end(now, false).await?;
    Ok(sums)
}

/// What the device is called: a log that is begun anew every day is the same device's.
fn device(of: Option<&str>, file: &str) -> String {
    let named = of.map(|of| of.trim().trim_end_matches('.').to_lowercase());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| {
        let stem = file.split('.').next().unwrap_or(file);
        let bare: String = stem.chars().filter(|letter| !letter.is_ascii_digit()).collect();
        let bare = bare.trim_matches(|letter: char| !letter.is_alphanumeric());
        format!("sessions in {}", if bare.is_empty() { file } else { bare }).to_lowercase()
    })
}

fn service(log: &SessionLog, name: &str, last: Timestamp) -> (Service, Heard) {
    let endpoint = Endpoint {
        address: std::net::Ipv4Addr::UNSPECIFIED.into(),
        port: 0,
        transport: Transport::Tcp,
    };
    let observations = log.flips.iter().take(MOST).map(|flips| Observation {
        at: flips.last,
        method: Method::File,
        subject: endpoint,
        fact: Fact::SessionMoved {
            first_line: flips.first_line,
            networks: u64::try_from(flips.networks).unwrap_or(u64::MAX),
            changes: flips.changes,
            returns: flips.returns,
            quickest: flips.quickest,
        },
    });
    let taken = || {
        log.flips
            .iter()
            .filter(|flips| flips.verdict == Verdict::Affected)
    };
    let mut heard = Heard::default();
    if let Some(latest) = taken().map(|flips| flips.last).max() {
        heard.seen.insert(SESSION_TAKEOVER.to_owned(), latest);
    }
    let service = Service {
        target: format!("the sessions of {name}"),
        endpoint: Some(endpoint),
        name: Some(name.to_owned()),
        protocol: SESSIONS.to_owned(),
        role: None,
        started: last,
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: 0,
        attempt: Attempt::Completed,
        trouble: None,
        observations: observations.collect(),
        judgements: judgement(log, taken().collect()).into_iter().collect(),
        not_asked: Vec::new(),
        assessment: None,
        oddities: Vec::new(),
    };
    (service, heard)
}

/// The worst session's verdict, and how many there are like it.
fn judgement(log: &SessionLog, taken: Vec<&Flips>) -> Option<Judgement> {
    let worst = log.flips.first()?;
    let like_it = taken.len();
    let others = match like_it {
        0 | 1 => String::new(),
        2 => "; one more session in it was used in the same way".to_owned(),
        many => format!("; {} more sessions in it were used in the same way", many - 1),
    };
    let evidence = format!(
        "{}, the session that line {} has first: {}{others}",
        bare(&log.file),
        worst.first_line,
        worst.evidence
    );
    Some(Judgement::new(
        CHECK,
        SESSION_TAKEOVER,
        worst.verdict,
        Basis::Behaviour,
        evidence,
    ))
}

/// What makes it the same log.
fn key(log: &SessionLog) -> String {
    let mut hash = Sha256::new();
    let mut number = |number: u64| hash.update(number.to_be_bytes());
    number(log.uses);
    number(log.sessions.into());
    number(log.unused);
    for flips in &log.flips {
        number(flips.first_line);
        number(flips.changes);
    }
    if let Some((first, last)) = log.span {
        hash.update(first.as_microsecond().to_be_bytes());
        hash.update(last.as_microsecond().to_be_bytes());
    }
    format!("sessions-{}", digits(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_begun_anew_every_day_is_one_devices() {
        assert_eq!(device(None, "vpn-2026-11-22.csv"), "sessions in vpn");
        assert_eq!(device(None, "vpn.csv.gz"), device(None, "VPN_2.csv"));
        assert_eq!(device(None, "2026.csv"), "sessions in 2026.csv");
        assert_eq!(device(Some("VPN.example."), "a.csv"), "vpn.example");
        assert_eq!(device(Some(" "), "a.csv"), "sessions in a");
    }
}
