//! Grades of the golden services, and each thing that caps one.

use holter_model::assessment::Grade;
use holter_model::{Fact, Feature, Order, Service, Verdict};
use holter_wire::Version;

use super::golden::{Known as _, device, intermediate, modern, node, service};
use crate::assess;

fn grade(service: &Service) -> Grade {
    assess(service, &[]).unwrap().grade.unwrap()
}

fn letter(service: &Service) -> String {
    grade(service).letter
}

#[test]
fn golden_services_have_their_letters() {
    for (service, letter, score) in [
        (modern(), "A+", 93),
        (intermediate(), "A+", 93),
        (node(), "F", 92),
        (device(), "F", 58),
    ] {
        let grade = grade(&service);
        assert_eq!((grade.letter.as_str(), grade.score), (letter, score), "{grade:?}");
    }
    assert!(grade(&node()).reasons.first().unwrap().contains("Heartbleed"));
    assert!(grade(&modern()).reasons.is_empty());
}

#[test]
fn what_is_not_surveyed_to_its_end_has_no_grade() {
    let open = intermediate().fact(Fact::Suites {
        version: Version::TLS12.0,
        suites: vec![0xc02f],
        order: Order::Client,
        complete: false,
    });
    assert_eq!(assess(&open, &[]).unwrap().grade, None);
}

#[test]
fn each_rule_of_the_guide_caps() {
    let with = |version, suite: &str| {
        intermediate().speaks(version, Order::Client, &[suite]).feature(
            Feature::SecureRenegotiation,
            version,
            true,
        )
    };
    let all = [
        Version::SSL3,
        Version::TLS10,
        Version::TLS11,
        Version::TLS12,
        Version::TLS13,
    ];
    let only = |version, suites: &[&str]| {
        let others: Vec<Version> = all.into_iter().filter(|other| *other != version).collect();
        service("https")
            .speaks(version, Order::Client, suites)
            .refuses(&others)
    };
    for (service, letter_is, why) in [
        (
            with(Version::TLS11, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            "B",
            "TLS 1.1 is spoken",
        ),
        (
            with(Version::TLS10, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
            "B",
            "TLS 1.0 is spoken",
        ),
        (
            with(Version::SSL3, "TLS_RSA_WITH_AES_128_CBC_SHA"),
            "B",
            "SSLv3 is spoken",
        ),
        (
            with(Version::TLS10, "TLS_RSA_WITH_RC4_128_SHA"),
            "B",
            "RC4 is accepted",
        ),
        (
            with(Version::TLS11, "TLS_RSA_WITH_RC4_128_SHA"),
            "C",
            "RC4 is accepted in TLS 1.1",
        ),
        (
            with(Version::TLS11, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
            "C",
            "SWEET32",
        ),
        (
            with(Version::TLS10, "TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
            "F",
            "less than 112 bits",
        ),
        (
            with(Version::TLS10, "TLS_RSA_WITH_NULL_SHA"),
            "F",
            "less than 112 bits",
        ),
        (
            with(Version::TLS10, "TLS_DH_anon_WITH_AES_128_CBC_SHA"),
            "F",
            "nobody shows",
        ),
        (
            intermediate().fact(Fact::Ssl2 {
                kinds: vec![0x0001_0080],
            }),
            "F",
            "SSLv2",
        ),
        (intermediate().prime(Version::TLS12, 1016), "F", "Logjam"),
        (
            intermediate().prime(Version::TLS12, 1024),
            "B",
            "prime below 2048",
        ),
        (
            intermediate().feature(Feature::SecureRenegotiation, Version::TLS12, false),
            "A-",
            "secure renegotiation",
        ),
        (
            only(Version::SSL3, &["TLS_RSA_WITH_AES_128_CBC_SHA"]),
            "F",
            "nothing newer than SSLv3",
        ),
        (
            only(Version::TLS11, &["TLS_RSA_WITH_AES_128_CBC_SHA"]),
            "C",
            "nothing newer than TLS 1.1",
        ),
        (
            only(Version::TLS12, &["TLS_RSA_WITH_RC4_128_SHA"]),
            "F",
            "nothing but RC4",
        ),
        (
            only(Version::TLS12, &["TLS_RSA_WITH_AES_128_GCM_SHA256"]),
            "B",
            "stolen later",
        ),
        (
            only(Version::TLS12, &["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"]),
            "B",
            "AEAD",
        ),
        (
            only(Version::TLS12, &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]),
            "A-",
            "TLS 1.3 is not spoken",
        ),
        (only(Version::TLS13, &["TLS_AES_128_GCM_SHA256"]), "A", ""),
    ] {
        let grade = grade(&service);
        let said = grade.reasons.iter().any(|reason| reason.contains(why));
        assert_eq!(grade.letter, letter_is, "{why}: {grade:?}");
        assert!(why.is_empty() || said, "{why}: {grade:?}");
    }
}

#[test]
fn flaws_cap() {
    for (flaw, letter_is) in [
        ("CVE-2014-0160", "F"),
        ("CVE-2014-0224", "F"),
        ("CVE-2016-9244", "F"),
        ("ROBOT", "F"),
        ("CVE-2016-0800", "F"),
        ("CVE-2014-8730", "F"),
        ("CVE-2009-3555", "F"),
        ("CVE-2008-0166", "F"),
        ("CERT-WEAK-SIGNATURE", "F"),
        ("CVE-2014-3566", "C"),
        ("CVE-2012-4929", "C"),
        ("CERT-CHAIN-INCOMPLETE", "B"),
        ("TLS-NO-FALLBACK-SCSV", "A"),
    ] {
        assert_eq!(
            letter(&intermediate().judged(flaw, Verdict::Affected)),
            letter_is,
            "{flaw}"
        );
        assert_eq!(
            letter(&intermediate().judged(flaw, Verdict::Inconclusive)),
            "A+",
            "{flaw}"
        );
    }
}

#[test]
fn a_hospitals_own_authority_costs_no_letter_but_is_told() {
    for (flaw, guide) in [
        ("CERT-UNTRUSTED", "T"),
        ("CERT-EXPIRED", "T"),
        ("CERT-NAME-MISMATCH", "M"),
    ] {
        let grade = grade(&intermediate().judged(flaw, Verdict::Affected));
        assert_eq!(grade.letter, "A+");
        let told = format!("the guide would give {guide}");
        assert!(grade.notes.iter().any(|note| note.contains(&told)), "{grade:?}");
    }
}
