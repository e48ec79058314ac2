//! Grades of the golden services, and each thing that caps one.

use holter_model::assessment::Grade;
use holter_model::{Fact, Feature, Order, Service, Verdict};
use holter_wire::Version;

use super::golden::{Known as _, all_asked, device, intermediate, modern, node, service};
use crate::assess;

fn grade(service: &Service) -> Grade {
    assess(&all_asked(service.clone()), &[]).unwrap().grade.unwrap()
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
    let open = assess(&all_asked(open), &[]).unwrap();
    assert_eq!(open.grade, None);
    assert!(open.ungraded.unwrap().contains("did not come to its end"));
}

#[test]
fn a_letter_is_given_only_where_all_was_asked_that_can_lower_it() {
    let few = intermediate().judged("CERT-EXPIRED", Verdict::NotAffected);
    let few = assess(&few, &[]).unwrap();
    assert_eq!(few.grade, None);
    let why = few.ungraded.unwrap();
    assert!(why.contains("Heartbleed") && why.contains("ROBOT"), "{why}");
    assert!(
        !why.contains("Certificate") && why.ends_with("--profile full asks them all"),
        "{why}"
    );
    // What is the worst already cannot become worse.
    let worst = assess(&node(), &[]).unwrap();
    assert_eq!(worst.grade.unwrap().letter, "F");
    assert_eq!(worst.ungraded, None);
}

#[test]
fn dtls_is_told_of_by_its_own_names() {
    let mut service = service("dtls")
        .speaks(
            Version::DTLS12,
            Order::Server,
            &["TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"],
        )
        .speaks(Version::DTLS10, Order::Server, &["TLS_RSA_WITH_3DES_EDE_CBC_SHA"]);
    service.endpoint.as_mut().unwrap().transport = holter_model::Transport::Udp;
    let reasons = grade(&service).reasons.join("; ");
    assert!(
        reasons.contains("DTLS 1.0 is spoken") && reasons.contains("accepted in DTLS (SWEET32)"),
        "{reasons}"
    );
    assert!(!reasons.replace("DTLS", "").contains("TLS 1"), "{reasons}");
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
