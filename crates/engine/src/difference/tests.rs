//! Comparisons with hand-made runs, written to journals and read again.

use holter_model::seam::{FixedClock, SystemDice};
use holter_model::{Attempt, Basis, Fact, Judgement, Method, Observation, Transport, Verdict};
use tempfile::TempDir;

use super::*;
use crate::journal::{Batch, words};
use crate::{Header, Plan, Summary};

/// What a run says of one service: "affected", "refused", …; a port may follow.
fn service(said: &str) -> Service {
    let (said, port) = said.split_once(':').unwrap_or((said, "443"));
    let endpoint = Endpoint {
        address: [10, 0, 0, 1].into(),
        port: port.parse().unwrap(),
        transport: Transport::Tcp,
    };
    let (attempt, verdict) = match said {
        "refused" => (Attempt::Refused, None),
        "failed" => (Attempt::OurFault, None),
        "broken" => (Attempt::TimedOut, Some(Verdict::Inconclusive)),
        "no_tls" => (Attempt::TlsDeclined, Some(Verdict::NotApplicable)),
        "affected" => (Attempt::Completed, Some(Verdict::Affected)),
        _ => (Attempt::Completed, Some(Verdict::NotAffected)),
    };
    let judgement = |verdict| Judgement {
        check: "heartbleed".to_owned(),
        flaw: "CVE-2014-0160".to_owned(),
        verdict,
        basis: Basis::Behaviour,
        evidence: String::new(),
        foreign_bytes: 0,
        needs: None,
    };
    let (version, suite, heartbeat) = match said {
        "tls13" => (0x0304, 0x1301, None),
        "offering" => (0x0303, 0x002f, Some(1)),
        "weaker" => (0x0303, 0x0005, None),
        _ => (0x0303, 0x002f, None),
    };
    let hello = Fact::Hello {
        offered: version,
        version,
        suite,
        heartbeat,
        extensions: Vec::new(),
        cut_short: false,
        client_certificate: false,
    };
    let observation = Observation {
        at: Timestamp::UNIX_EPOCH,
        method: Method::Active,
        subject: endpoint,
        fact: hello,
    };
    let answered = attempt == Attempt::Completed;
    Service {
        target: endpoint.to_string(),
        endpoint: Some(endpoint),
        name: None,
        role: (said == "archive").then(|| holter_model::Role {
            name: "imaging archive".to_owned(),
            criticality: holter_model::Criticality::High,
            fragility: holter_model::Fragility::Robust,
            source: holter_model::role::Source::Inventory,
        }),
        protocol: if said == "ldap" { "ldap" } else { "https" }.to_owned(),
        started: Timestamp::UNIX_EPOCH,
        elapsed_ms: 0,
        connections: 1,
        bytes_sent: 1,
        bytes_received: u64::from(answered),
        attempt,
        trouble: None,
        observations: answered.then_some(observation).into_iter().collect(),
        judgements: verdict.map(judgement).into_iter().collect(),
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
    }
}

fn left_alone() -> LeftAlone {
    LeftAlone {
        at: Timestamp::UNIX_EPOCH,
        endpoint: service("").endpoint.unwrap(),
        why: "it answered no more".to_owned(),
        not_asked: 1,
    }
}

fn header(hour: i64) -> Header {
    let clock = FixedClock(Timestamp::from_second(3600 * hour).unwrap());
    let (plan, addresses) = (Plan::default(), Vec::new());
    Header::new(plan, addresses, "plan".to_owned(), (&clock, &SystemDice))
}

fn visits() -> Visits {
    let chosen = |port| holter_protocols::PortChoice {
        port,
        transport: Transport::Tcp,
        named: false,
    };
    let plan = Plan {
        targets: vec!["10.0.0.0/24".parse().unwrap()],
        ports: [443, 636].map(chosen).into(),
        ..Plan::default()
    };
    plan.lay_out_at(&[Ok(vec!["10.0.0.0/24".parse().unwrap()])]).0
}

/// Runs that ended, one a list of what they say, the first the oldest.
fn runs(folder: &TempDir, said: &[&[&str]]) -> Runs {
    let runs = Runs::in_folder(folder.path()).unwrap();
    for (hour, said) in (0..).zip(said) {
        let mut journal = runs.begin(&header(hour), &SystemDice).unwrap();
        let (mut batch, mut services) = (Batch::default(), Vec::new());
        for said in *said {
            match *said {
                "left" => batch.left(left_alone()),
                said => words(&service(said), &mut services),
            }
        }
        batch.add(0, (0, 0), &services);
        journal.write(&mut batch).unwrap();
        journal.end(&Summary::default()).unwrap();
    }
    runs
}

/// What is different when the last list is this run's: "kind: was -> now", with the port where it is not 443.
fn different(said: &[&[&str]]) -> Vec<String> {
    let (now, earlier) = said.split_last().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let runs = runs(&folder, earlier);
    let mut comparison = Comparison::with_last(&runs, &header(0), &visits()).unwrap();
    let mut interrupted = false;
    for said in *now {
        match *said {
            "left" => comparison.left_alone(&left_alone()),
            "stopped" => interrupted = true,
            said => comparison.service(&service(said)),
        }
    }
    let found = comparison.end(interrupted, TimeZone::UTC);
    let shown = |item: Difference| {
        let port = match item.endpoint.port {
            443 => String::new(),
            port => format!(" at {port}"),
        };
        format!("{}{port}: {} -> {}", item.kind.as_str(), item.was, item.now)
    };
    found.items.into_iter().map(shown).collect()
}

#[test]
fn each_kind_says_what_it_promises() {
    const THERE: &str = "https, TLS 1.2, not affected";
    const LEAKS: &str = "https, TLS 1.2, affected";
    let table: &[(&[&[&str]], &str)] = &[
        (&[&["fine"], &["fine"]], ""),
        (&[&["affected"], &["affected"]], ""),
        (&[&["fine"], &["affected"]], "affected: not affected -> affected"),
        (&[&[], &["affected"]], "affected: not there -> affected"),
        (
            &[&["broken"], &["affected"]],
            "affected: not assessed -> affected",
        ),
        (&[&["affected"], &["fine"]], "fixed: affected -> not affected"),
        (
            &[&["affected"], &["no_tls"]],
            "changed: affected -> not applicable",
        ),
        (&[&["affected"], &["broken"]], "changed: affected -> not assessed"),
        // Neither a closed port nor silence has ever fixed anything.
        (
            &[&["affected"], &["refused"]],
            &format!("gone: {LEAKS} -> the port is closed"),
        ),
        (
            &[&["affected"], &[]],
            &format!("gone: {LEAKS} -> nothing answers there"),
        ),
        (&[&["affected"], &[], &[]], ""),
        // What was affected once and is asked again at last.
        (
            &[&["affected"], &[], &["fine"]],
            "fixed: affected, then not there -> not affected",
        ),
        (
            &[&["affected"], &["broken"], &["fine"]],
            "fixed: affected, then not assessed -> not affected",
        ),
        (
            &[&["affected"], &["broken"], &["affected"]],
            "changed: not assessed -> affected",
        ),
        (
            &[&["affected"], &["fine"], &["affected"]],
            "back: not affected, and affected before -> affected",
        ),
        (
            &[&["affected"], &[], &["affected"]],
            "back: not there, and affected before -> affected",
        ),
        (
            &[&["affected"], &["fine"], &["broken"], &["affected"]],
            "back: not assessed, and affected before -> affected",
        ),
        // It was fixed before it went.
        (
            &[&["affected"], &["fine"], &[], &["fine"]],
            &format!("new: not there -> {THERE}"),
        ),
        (
            &[&["affected"], &["fine"], &["broken"], &["fine"]],
            "changed: not assessed -> not affected",
        ),
        (&[&[], &["fine"]], &format!("new: not there -> {THERE}")),
        (&[&["refused"], &["fine"]], &format!("new: not there -> {THERE}")),
        (
            &[&["fine"], &[]],
            &format!("gone: {THERE} -> nothing answers there"),
        ),
        (&[&["broken"], &["fine"]], "changed: not assessed -> not affected"),
        (&[&["fine"], &["tls13"]], "changed: TLS 1.2 -> TLS 1.3"),
        (&[&["fine"], &["ldap"]], "changed: https -> ldap"),
        (
            &[&["fine"], &["archive"]],
            "changed: of no known role -> imaging archive",
        ),
        (
            &[&["fine"], &["weaker"]],
            "changed: TLS_RSA_WITH_AES_128_CBC_SHA in TLS 1.2 -> TLS_RSA_WITH_RC4_128_SHA in TLS 1.2",
        ),
        (
            &[&["fine"], &["offering"]],
            "changed: no heartbeats in TLS 1.2 -> heartbeats offered in TLS 1.2",
        ),
    ];
    for (runs, expected) in table {
        let expected: Vec<&str> = expected.lines().collect();
        assert_eq!(different(runs), expected, "{runs:?}");
    }
}

#[test]
fn what_was_not_asked_is_neither_gone_nor_new() {
    let silent: &[&[&[&str]]] = &[
        &[&["fine", "fine:636"], &["fine", "stopped"]],
        &[&["fine", "fine:636"], &["fine", "left"]],
        &[&["fine"], &["failed"]],
        // The last run did not come so far; the one before did.
        &[&["fine", "fine:636"], &["fine", "left"], &["fine", "fine:636"]],
        &[&["fine"], &["failed"], &["fine"]],
        // Nobody asks for this port any more.
        &[&["fine:8443"], &[]],
    ];
    for runs in silent {
        assert_eq!(different(runs), [""; 0], "{runs:?}");
    }
    let stopped = different(&[&["affected", "fine:636"], &["refused", "stopped"]]);
    assert_eq!(stopped, ["gone: https, TLS 1.2, affected -> the port is closed"]);
}

#[test]
fn they_stand_in_the_order_in_which_they_matter() {
    let kinds = different(&[
        &["affected", "fine:636"],
        &["fine", "fine:636"],
        &["affected", "affected:636"],
    ]);
    let kinds: Vec<&str> = kinds.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(kinds, ["affected at 636", "back"]);
}

#[test]
fn a_journal_that_is_not_whole_is_no_run_to_compare_with() {
    let folder = tempfile::tempdir().unwrap();
    let runs = runs(&folder, &[&["fine"], &["fine", "fine:636"]]);
    let last = runs.ended("plan")[0].clone();
    let text = std::fs::read_to_string(&last).unwrap();
    std::fs::write(&last, text.replace("\"ended\"", "\"closed\"")).unwrap();
    let since = |runs: &Runs| {
        let found = Comparison::with_last(runs, &header(0), &visits());
        found.map(|comparison| comparison.since.as_second())
    };
    assert_eq!(since(&runs), Some(0));
    std::fs::write(&runs.ended("plan")[1], "").unwrap();
    assert_eq!(since(&runs), None);
}
