//! Policies held against the golden services.

use holter_model::assessment::PolicyResult;
use holter_model::{Fact, Feature, Order, Service, Verdict};
use holter_wire::Version;

use super::golden::{Known as _, device, intermediate, modern, node, service};
use crate::subject::Subject;
use crate::{Policy, assess, policies};

fn result(service: &Service, id: &str) -> PolicyResult {
    let policy = policies().iter().find(|policy| policy.id == id).unwrap();
    let mut results = assess(service, &[policy]).unwrap().policies;
    assert_eq!(results.len(), 1);
    results.remove(0)
}

fn broken(service: &Service, id: &str) -> Vec<String> {
    let result = result(service, id);
    result
        .violations
        .into_iter()
        .map(|violation| violation.found)
        .collect()
}

/// Whether a service keeps one rule: `None` where that cannot be decided.
fn keeps(service: &Service, demand: &str) -> Option<bool> {
    let text = format!("name = 'ours'\n[[rule]]\nrule = 'r'\nsource = 's'\n{demand}");
    let policy = Policy::parse("ours", &text).unwrap_or_else(|error| panic!("{demand}: {error}"));
    policy.judge(&Subject::of(service)).kept
}

#[test]
fn a_service_that_was_not_surveyed_has_no_assessment() {
    assert_eq!(assess(&service("https"), &[]), None);
    let refused = service("https").refuses(&[Version::TLS12]);
    assert_eq!(assess(&refused, &[]), None);
}

#[test]
fn mozillas_own_configuration_breaks_nothing_of_mozillas_policy() {
    for edition in ["", "-5.7", "-5.8"] {
        let id = format!("mozilla-intermediate{edition}");
        let result = result(&intermediate(), &id);
        // Since 5.8 there are no finite fields any more.
        assert_eq!(
            result.violations.len(),
            usize::from(edition != "-5.7"),
            "{result:?}"
        );
        // No certificate was noted.
        assert!(
            result
                .undecided
                .iter()
                .any(|why| why.contains("certificate was not read"))
        );
    }
    assert_eq!(result(&intermediate(), "mozilla-intermediate-5.7").kept, None);
    assert!(broken(&modern(), "mozilla-modern-5.7").is_empty());
    assert!(broken(&modern(), "mozilla-intermediate-5.7").is_empty());
    let wrong = broken(&intermediate(), "mozilla-modern-5.7");
    assert_eq!(
        wrong.first().map(String::as_str),
        Some("TLS 1.2 is spoken"),
        "{wrong:?}"
    );
}

#[test]
fn an_old_device_keeps_no_policy() {
    for policy in policies() {
        for service in [device(), node()] {
            let result = result(&service, &policy.id);
            assert_eq!(result.kept, Some(false), "{}", policy.id);
            assert!(
                result
                    .violations
                    .iter()
                    .all(|violation| !violation.source.is_empty())
            );
        }
    }
    assert_eq!(
        broken(&device(), "bsi-tr-02102-2").first().map(String::as_str),
        Some("SSLv3 is spoken, TLS 1.0 is spoken")
    );
}

#[test]
fn hhs_is_never_kept_for_certain_and_broken_by_a_leak() {
    let asked = [
        "CVE-2014-0160",
        "CVE-2008-0166",
        "CVE-2017-15361",
        "ROBOT",
        "CVE-2016-0800",
        "CVE-2016-9244",
    ];
    let good = asked.iter().fold(modern(), |service, flaw| {
        service.judged(flaw, Verdict::NotAffected)
    });
    // ChaCha20 is none of the suites of SP 800-52.
    assert_eq!(result(&good, "hhs-unsecured-phi").kept, Some(false));
    let wrong = broken(
        &intermediate().judged("CVE-2014-0160", Verdict::Affected),
        "hhs-unsecured-phi",
    );
    assert!(
        wrong.contains(&"it is affected by CVE-2014-0160".to_owned()),
        "{wrong:?}"
    );
    let open = result(&intermediate(), "hhs-unsecured-phi").undecided;
    assert!(
        open.iter().any(|why| why.contains("validated to FIPS 140-2")),
        "{open:?}"
    );
}

#[test]
fn versions_are_demanded() {
    for (demand, kept) in [
        ("versions = { required = ['TLS 1.2'] }", Some(true)),
        ("versions = { required = ['TLS 1.1'] }", Some(false)),
        ("versions = { forbidden = ['TLS 1.3'] }", Some(false)),
        ("versions = { forbidden = ['SSLv2', 'SSLv3'] }", Some(true)),
        ("versions = { allowed = ['TLS 1.2'] }", Some(false)),
        ("versions = { allowed = ['TLS 1.2', 'TLS 1.3'] }", Some(true)),
        (
            "when_speaks = ['TLS 1.0']\nversions = { required = ['TLS 1.1'] }",
            Some(true),
        ),
        (
            "unless_speaks = ['TLS 1.3']\nversions = { required = ['TLS 1.1'] }",
            Some(true),
        ),
    ] {
        assert_eq!(keeps(&intermediate(), demand), kept, "{demand}");
    }
    // It was not asked for the others: a version that breaks the rule does, whatever else is spoken.
    let one = service("https").speaks(Version::TLS10, Order::Server, &["TLS_RSA_WITH_AES_128_CBC_SHA"]);
    assert_eq!(keeps(&one, "versions = { required = ['TLS 1.3'] }"), None);
    assert_eq!(keeps(&one, "versions = { allowed = ['TLS 1.0'] }"), None);
    assert_eq!(keeps(&one, "versions = { allowed = ['TLS 1.2'] }"), Some(false));
    assert_eq!(
        keeps(
            &one,
            "when_speaks = ['TLS 1.3']\nversions = { required = ['TLS 1.0'] }"
        ),
        Some(true)
    );
    let demand = "when_speaks = ['TLS 1.3']\nversions = { required = ['TLS 1.2'] }";
    assert_eq!(keeps(&one, demand), None);
    // Nor are suites as they should be in a version that may be spoken and was not asked for.
    let demand = "suites = { versions = ['TLS 1.3'], allowed = ['TLS_AES_128_GCM_SHA256'] }";
    assert_eq!(keeps(&one, demand), None);
}

#[test]
fn suites_and_groups_are_demanded() {
    for (demand, kept) in [
        (
            "suites = { versions = ['TLS 1.3'], allowed = ['TLS_AES_128_GCM_SHA256'] }",
            Some(false),
        ),
        ("suites = { versions = ['TLS 1.1'], allowed = [] }", Some(true)),
        (
            "suites = { one_of = ['TLS_AES_128_GCM_SHA256'], versions = ['TLS 1.3'] }",
            Some(true),
        ),
        ("suites = { one_of = ['TLS_AES_128_GCM_SHA256'] }", Some(false)),
        (
            "suites = { forbidden = ['TLS_RSA_WITH_AES_128_CBC_SHA'] }",
            Some(true),
        ),
        (
            "parts = { forward_secret = true, aead = true, bits = 128, authenticated = true }",
            Some(true),
        ),
        ("parts = { bits = 256 }", Some(false)),
        ("parts = { forbidden_ciphers = ['AES_128'] }", Some(false)),
        ("parts = { forbidden_hashes = ['MD5', 'SHA'] }", Some(true)),
        ("groups = { allowed = ['x25519'] }", Some(false)),
        ("groups = { one_of = ['x448'] }", Some(false)),
        ("groups = { one_of = ['x448', 'x25519'] }", Some(true)),
        ("dh_bits = 2048", Some(true)),
        ("dh_bits = 3072", Some(false)),
        ("order = 'client'", Some(true)),
        ("order = 'server'", Some(false)),
        ("schemes = { allowed = ['ed25519'] }", None),
    ] {
        assert_eq!(keeps(&intermediate(), demand), kept, "{demand}");
    }
    // A group that was not asked for is not one that is missing.
    let some = service("https")
        .speaks(
            Version::TLS12,
            Order::Client,
            &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
        )
        .fact(Fact::Groups {
            version: 0x0303,
            groups: vec![0x001d],
            order: Order::Unknown,
            complete: false,
        });
    assert_eq!(keeps(&some, "groups = { one_of = ['secp256r1'] }"), None);
    assert_eq!(keeps(&some, "groups = { allowed = ['x25519'] }"), None);
    assert_eq!(keeps(&some, "groups = { allowed = ['secp256r1'] }"), Some(false));
    // What was found breaks a rule though not all is known; but nothing is kept then.
    let open = service("https").fact(Fact::Suites {
        version: 0x0303,
        suites: vec![0x0005],
        order: Order::Unknown,
        complete: false,
    });
    assert_eq!(
        keeps(&open, "parts = { forbidden_ciphers = ['RC4'] }"),
        Some(false)
    );
    assert_eq!(keeps(&open, "parts = { forbidden_ciphers = ['3DES'] }"), None);
}

#[test]
fn rules_hold_for_dtls_and_are_told_in_its_names() {
    let mut vpn = service("dtls").speaks(
        Version::DTLS10,
        Order::Server,
        &["TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"],
    );
    vpn = vpn.refuses(&[Version::DTLS12]);
    vpn.endpoint.as_mut().unwrap().transport = holter_model::Transport::Udp;
    for policy in policies() {
        let result = result(&vpn, &policy.id);
        let said = result.violations.iter().map(|violation| violation.found.as_str());
        let said: Vec<&str> = said
            .chain(
                result
                    .undecided
                    .iter()
                    .filter_map(|why| why.rsplit_once("): ").map(|(_, why)| why)),
            )
            .collect();
        let said = said.join("; ").replace("DTLS", "").replace("TLS_", "");
        assert!(!said.contains("TLS"), "{}: {said}", policy.id);
    }
    assert_eq!(keeps(&vpn, "versions = { required = ['TLS 1.0'] }"), Some(true));
    assert_eq!(keeps(&vpn, "versions = { required = ['TLS 1.3'] }"), None);
    // Whatever else is spoken, what is demanded is.
    let demand = "unless_speaks = ['TLS 1.3']\nversions = { required = ['TLS 1.1'] }";
    assert_eq!(keeps(&vpn, demand), Some(true));
    let old = keeps(&vpn, "versions = { forbidden = ['TLS 1.1'] }");
    assert_eq!(old, Some(false));
}

#[test]
fn encrypt_then_mac_is_demanded_only_where_block_ciphers_are() {
    let demand = "present = ['encrypt_then_mac']";
    assert_eq!(keeps(&intermediate(), demand), Some(true));
    let cbc = service("https").speaks(Version::TLS12, Order::Server, &["TLS_RSA_WITH_AES_128_CBC_SHA"]);
    assert_eq!(keeps(&cbc, demand), None);
    let without = cbc.feature(Feature::EncryptThenMac, Version::TLS12, false);
    assert_eq!(keeps(&without, demand), Some(false));
}

#[test]
fn heartbeats_can_be_ruled_out() {
    let hello = |heartbeat| {
        intermediate().fact(Fact::Hello {
            offered: 0x0303,
            version: 0x0303,
            suite: 0xc02f,
            heartbeat,
            extensions: Vec::new(),
            cut_short: false,
            client_certificate: false,
        })
    };
    let demand = "no_heartbeats = true";
    assert_eq!(keeps(&hello(Some(1)), demand), Some(false));
    assert_eq!(keeps(&hello(None), demand), Some(true));
    assert_eq!(keeps(&intermediate(), demand), None);
}

#[test]
fn what_surrounds_a_handshake_is_demanded() {
    let plain = service("mllp-tls").speaks(Version::TLS12, Order::Server, &["TLS_RSA_WITH_AES_128_CBC_SHA"]);
    let silent = service("https").speaks(Version::TLS12, Order::Server, &["TLS_RSA_WITH_AES_128_CBC_SHA"]);
    let ticket = |lifetime| {
        silent.clone().fact(Fact::Ticket {
            version: 0x0303,
            lifetime,
            key: String::new(),
            early_data: 0,
        })
    };
    let judged = |verdict| silent.clone().judged("ROBOT", verdict);
    let staples = |response| {
        silent.clone().fact(Fact::Ocsp {
            stapled: true,
            response,
        })
    };
    for (service, demand, kept) in [
        (intermediate(), "hsts_seconds = 63072000", Some(true)),
        (intermediate(), "hsts_seconds = 63072001", Some(false)),
        (silent.clone().header("", "200"), "hsts_seconds = 1", Some(false)),
        (silent.clone(), "hsts_seconds = 1", None),
        (plain, "hsts_seconds = 1", Some(true)),
        (ticket(7200), "ticket_seconds = 7200", Some(true)),
        (ticket(7201), "ticket_seconds = 7200", Some(false)),
        (silent.clone(), "ticket_seconds = 7200", None),
        (silent.clone(), "stapling = true", None),
        (staples(None), "stapling = true", Some(false)),
        (intermediate(), "present = ['secure_renegotiation']", Some(true)),
        (intermediate(), "absent = ['secure_renegotiation']", Some(false)),
        (silent.clone(), "absent = ['compression']", None),
        (
            silent
                .clone()
                .feature(Feature::Compression, Version::TLS12, false),
            "absent = ['compression']",
            Some(true),
        ),
        (judged(Verdict::Affected), "unaffected = ['ROBOT']", Some(false)),
        (
            judged(Verdict::NotApplicable),
            "unaffected = ['ROBOT']",
            Some(true),
        ),
        (judged(Verdict::Inconclusive), "unaffected = ['ROBOT']", None),
        (silent.clone(), "unaffected = ['ROBOT']", None),
        (silent.clone(), "unmeasured = 'who knows'", None),
        (silent, "certificate = { rsa_bits = 2048 }", None),
    ] {
        assert_eq!(keeps(&service, demand), kept, "{demand}");
    }
}
