//! Against certificates that OpenSSL made, which the tests of `holter-cert` keep.

use holter_cert::{Purpose, Store, StoreKind};
use holter_model::Verdict::{self, Affected, Inconclusive, NotAffected, NotApplicable};
use holter_model::{Attempt, Der, Fact};
use holter_wire::Version;
use jiff::Timestamp;

use super::*;
use crate::testing::{made, made_file, observed, observed_at, whole};

const NOW: &str = "2026-11-22T00:00:00Z";

fn chain(host: &str, names: &[&str]) -> Fact {
    Fact::Chain {
        version: Version::TLS12.0,
        name: Some(host.to_owned()),
        certificates: names.iter().map(|name| made(name)).collect(),
    }
}

/// What `ask` would note of a chain when the user gave these roots.
fn trusted(roots: &[&str], names: &[&str]) -> Vec<Fact> {
    let roots: Vec<Der> = roots.iter().map(|name| made(name)).collect();
    let user = Store::from_ders(StoreKind::User, roots.iter().map(|der| der.0.as_slice())).0;
    let sent: Vec<Der> = names.iter().map(|name| made(name)).collect();
    let sent: Vec<&[u8]> = sent.iter().map(|der| der.0.as_slice()).collect();
    [Store::mozilla(), user]
        .iter()
        .map(|store| Fact::Trust {
            store: named(store.kind()),
            problem: trust(store, &sent, Purpose::Server, NOW.parse().unwrap())
                .distrust
                .as_ref()
                .map(path::words),
        })
        .collect()
}

/// The verdict of a flaw, `None` where there is none, and why.
fn verdict(flaw: &str, facts: Vec<Fact>) -> (Option<Verdict>, String) {
    let at: Timestamp = NOW.parse().unwrap();
    let mut all = whole(&[(Version::TLS12, &[0xc02b])]);
    all.extend(facts);
    let judgements = judge(&observed_at(at, all), Attempt::Completed);
    let found = judgements.into_iter().find(|judgement| judgement.flaw == flaw);
    found.map_or((None, String::new()), |judgement| {
        (Some(judgement.verdict), judgement.evidence)
    })
}

fn holds(flaw: &str, facts: Vec<Fact>, expected: Verdict) {
    let (verdict, evidence) = verdict(flaw, facts);
    assert_eq!(verdict, Some(expected), "{flaw}: {evidence}");
}

const HOST: &str = "pacs.hospital.example";

#[test]
fn a_tidy_certificate_of_the_house_is_no_flaw() {
    let sent = ["leaf", "issuing"];
    let facts = || {
        let mut facts = trusted(&["root"], &sent);
        facts.push(chain(HOST, &sent));
        facts.push(Fact::Ocsp {
            stapled: true,
            response: Some(Der(made_file("good.ocsp"))),
        });
        facts
    };
    for flaw in [
        "CERT-EXPIRED",
        "CERT-NAME-MISMATCH",
        "CERT-UNTRUSTED",
        "CERT-SELF-SIGNED",
        "CERT-CHAIN-INCOMPLETE",
        "CERT-CHAIN-ORDER",
        "CERT-WEAK-SIGNATURE",
        "CERT-WEAK-KEY",
        "CERT-MUST-STAPLE",
    ] {
        holds(flaw, facts(), NotAffected);
    }
    let why = verdict("CERT-UNTRUSTED", facts()).1;
    assert!(
        why.contains("your files, an authority that is known here"),
        "{why}"
    );
}

#[test]
fn dates_names_keys_and_signatures_are_looked_at() {
    holds("CERT-EXPIRED", vec![chain(HOST, &["expired"])], Affected);
    assert_eq!(
        verdict("CERT-EXPIRED", vec![chain(HOST, &["expired"])]).1,
        "its certificate expired on 2021-01-01"
    );
    holds(
        "CERT-NAME-MISMATCH",
        vec![chain("elsewhere.example", &["leaf"])],
        Affected,
    );
    holds(
        "CERT-NAME-MISMATCH",
        vec![chain("a.lab.hospital.example", &["leaf"])],
        NotAffected,
    );
    holds(
        "CERT-WEAK-SIGNATURE",
        vec![chain(HOST, &["sha1", "root"])],
        Affected,
    );
    holds("CERT-WEAK-SIGNATURE", vec![chain(HOST, &["md5"])], NotApplicable);
    holds("CERT-WEAK-KEY", vec![chain(HOST, &["device"])], Affected);
    holds(
        "CERT-WEAK-KEY",
        vec![chain(HOST, &["oldleaf", "oldroot"])],
        Affected,
    );
    let address = Fact::Chain {
        version: Version::TLS12.0,
        name: None,
        certificates: vec![made("leaf")],
    };
    holds("CERT-NAME-MISMATCH", vec![address], NotApplicable);
}

#[test]
fn a_path_is_looked_for_in_every_store() {
    let shown = |roots: &[&str], sent: &[&str]| {
        let mut facts = trusted(roots, sent);
        facts.push(chain(HOST, sent));
        facts
    };
    // Nobody knows the root.
    holds("CERT-UNTRUSTED", shown(&[], &["leaf", "issuing"]), Affected);
    holds(
        "CERT-CHAIN-INCOMPLETE",
        shown(&[], &["leaf", "issuing"]),
        Inconclusive,
    );
    let why = verdict("CERT-UNTRUSTED", shown(&[], &["leaf", "issuing"])).1;
    assert!(
        why.starts_with("no path leads to a root of Mozilla and your files: "),
        "{why}"
    );
    // The intermediate is missing, and nobody can tell it from a root.
    holds("CERT-CHAIN-INCOMPLETE", shown(&["root"], &["leaf"]), Inconclusive);
    holds("CERT-UNTRUSTED", shown(&["root"], &["leaf"]), Affected);
    // All the way up to a root that nobody knows.
    holds(
        "CERT-CHAIN-INCOMPLETE",
        shown(&[], &["leaf", "issuing", "root"]),
        NotAffected,
    );
    // Signed with its own key: one flaw, not three.
    holds("CERT-SELF-SIGNED", shown(&[], &["device"]), Affected);
    holds("CERT-UNTRUSTED", shown(&[], &["device"]), NotApplicable);
    holds("CERT-CHAIN-INCOMPLETE", shown(&[], &["device"]), NotApplicable);
    holds("CERT-SELF-SIGNED", shown(&["device"], &["device"]), NotAffected);
    // Order.
    holds(
        "CERT-CHAIN-ORDER",
        shown(&["root"], &["leaf", "root", "issuing"]),
        Affected,
    );
    holds(
        "CERT-CHAIN-ORDER",
        shown(&["root"], &["leaf", "issuing", "outside"]),
        Affected,
    );
    holds(
        "CERT-CHAIN-ORDER",
        shown(&["root"], &["leaf", "issuing", "root"]),
        NotAffected,
    );
}

#[test]
fn a_promise_to_staple_is_kept_or_not() {
    let bare = Fact::Ocsp {
        stapled: true,
        response: None,
    };
    holds(
        "CERT-MUST-STAPLE",
        vec![chain(HOST, &["leaf", "issuing"]), bare],
        Affected,
    );
    holds("CERT-MUST-STAPLE", vec![chain(HOST, &["leaf"])], Inconclusive);
}

#[test]
fn who_showed_none_is_not_called_clean() {
    let anonymous = observed(whole(&[(Version::TLS12, &[0x0034])]));
    let judgements = judge(&anonymous, Attempt::Completed);
    assert!(judgements.len() == 9 && judgements.iter().all(|one| one.verdict == NotApplicable));
    let unseen = judge(&observed(whole(&[(Version::TLS13, &[0x1301])])), Attempt::Closed);
    assert!(unseen.iter().all(|one| one.verdict == Inconclusive));
    assert!(judge(&[], Attempt::Refused).is_empty());
}

#[test]
fn of_two_chains_the_weaker_counts() {
    let both = vec![
        chain(HOST, &["leaf", "issuing"]),
        chain(HOST, &["expired", "issuing"]),
    ];
    holds("CERT-EXPIRED", both, Affected);
}
