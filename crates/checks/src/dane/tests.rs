//! Records against certificates that OpenSSL made: root, issuing authority, service.

use holter_model::{Der, Store};
use holter_wire::Version;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::testing::{made, observed_at, protocol, whole};

/// The name that the service's certificate is for.
fn name() -> String {
    let (leaf, _) = holter_cert::Certificate::read(&made("leaf").0);
    leaf.extensions.names.dns.first().unwrap().clone()
}

fn chain(name: Option<String>, certificates: Vec<Der>) -> Vec<Fact> {
    let mut facts = whole(&[(Version::TLS12, &[0xc02b])]);
    facts.push(Fact::Chain {
        version: 0x0303,
        name,
        certificates,
    });
    facts
}

fn verdict(facts: Vec<Fact>) -> (Verdict, String) {
    let at = "2026-11-22T00:00:00Z".parse().unwrap();
    let judgement = judge(&observed_at(at, facts), Attempt::Completed).unwrap();
    (judgement.verdict, judgement.evidence)
}

fn described(usage: u8, certificate: &Der) -> String {
    format!("{usage} 0 1 {}", hex(&Sha256::digest(&certificate.0)))
}

fn with(record: &str, authenticated: bool, trusted: Option<bool>) -> (Verdict, String) {
    let mut facts = chain(Some(name()), vec![made("leaf"), made("issuing")]);
    facts.push(Fact::Tlsa {
        records: vec![record.to_owned()],
        authenticated,
    });
    facts.extend(trusted.map(|trusted| Fact::Trust {
        store: Store::User,
        problem: (!trusted).then(|| "nobody knows it".to_owned()),
    }));
    verdict(facts)
}

#[test]
fn a_record_counts_as_its_usage_says() {
    use Verdict::{Affected, Inconclusive, NotAffected};
    let (leaf, issuing, root) = (made("leaf"), made("issuing"), made("root"));
    let check = |record: &str, trusted, expected| {
        let (verdict, why) = with(record, true, trusted);
        assert_eq!(verdict, expected, "{record}: {why}");
    };
    let key = |usage: u8, der: &Der| {
        let key = holter_cert::certificate::public_key(&der.0).unwrap();
        format!("{usage} 1 1 {}", hex(&Sha256::digest(key)))
    };
    check(&described(3, &leaf), None, NotAffected);
    check(&key(3, &leaf), None, NotAffected);
    check(&format!("3 0 0 {}", hex(&leaf.0)), None, NotAffected);
    check(&described(3, &issuing), None, Affected);
    check(&described(1, &leaf), Some(true), NotAffected);
    check(&described(1, &leaf), Some(false), Inconclusive);
    check(&described(1, &leaf), None, Inconclusive);
    check(&described(2, &issuing), None, NotAffected);
    check(&key(2, &issuing), Some(false), NotAffected);
    // The service's own certificate is no authority, and one that is not on the path signed nothing.
    check(&described(2, &leaf), None, Affected);
    check(&described(2, &root), None, Affected);
    check(&described(0, &issuing), Some(true), NotAffected);
    check(&described(0, &issuing), Some(false), Inconclusive);
    check(&described(0, &root), Some(true), Inconclusive);
    check(&described(0, &leaf), Some(false), Affected);
    for odd in ["", "3 0 1", "9 0 1 aa", "3 7 1 aa", "3 0 9 aa", "x y z aa"] {
        check(odd, Some(true), Inconclusive);
    }
}

#[test]
fn an_authority_that_is_only_in_the_list_vouches_for_nobody() {
    let mut facts = chain(Some(name()), vec![made("leaf"), made("issuing"), made("device")]);
    facts.push(Fact::Tlsa {
        records: vec![described(2, &made("device"))],
        authenticated: true,
    });
    assert_eq!(verdict(facts).0, Verdict::Affected);
}

#[test]
fn an_authoritys_word_is_for_a_name() {
    let mut facts = chain(
        Some("other.example".to_owned()),
        vec![made("leaf"), made("issuing")],
    );
    facts.push(Fact::Tlsa {
        records: vec![described(2, &made("issuing"))],
        authenticated: true,
    });
    let (verdict, why) = verdict(facts);
    assert_eq!(verdict, Verdict::Affected);
    assert!(why.contains("not for this name"), "{why}");
}

#[test]
fn what_dnssec_does_not_vouch_for_proves_nothing() {
    for certificate in [made("leaf"), made("issuing")] {
        let (verdict, why) = with(&described(3, &certificate), false, None);
        assert_eq!(verdict, Verdict::Inconclusive);
        assert!(why.contains("DNSSEC"), "{why}");
    }
}

#[test]
fn what_to_do_is_said_where_the_dns_was_not_asked() {
    let named = |id: &str| {
        let mut facts = chain(Some(name()), vec![made("leaf"), made("issuing")]);
        facts.push(protocol(id));
        verdict(facts)
    };
    let (mail, why) = named("smtp");
    assert_eq!(mail, Verdict::Inconclusive);
    assert!(why.contains("--phone-out"), "{why}");
    assert_eq!(named("https").0, Verdict::NotApplicable);
    let (nameless, why) = verdict(chain(None, vec![made("leaf")]));
    assert_eq!(nameless, Verdict::NotApplicable);
    assert!(why.contains("address"), "{why}");
}
