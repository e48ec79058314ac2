//! Rules about certificates, on certificates.

use holter_model::assessment::ClientOutcome;
use holter_model::{Der, Fact, Service};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SignatureAlgorithm};

use super::golden::{Known as _, all_asked, intermediate, modern};
use crate::subject::Subject;
use crate::{Policy, assess, policies};

/// A certificate of this kind of key, meant for so many days.
fn certificate(algorithm: &'static SignatureAlgorithm, month: u8) -> Der {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let mut parameters = CertificateParams::new(vec!["portal.example".to_owned()]).unwrap();
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2026, month, 1);
    Der(parameters.self_signed(&key).unwrap().der().to_vec())
}

fn shows(service: Service, certificates: Vec<Der>) -> Service {
    service.fact(Fact::Chain {
        version: 0x0304,
        name: None,
        certificates,
    })
}

fn keeps(service: &Service, demand: &str) -> Option<bool> {
    let text = format!("name = 'ours'\n[[rule]]\nrule = 'r'\nsource = 's'\ncertificate = {{ {demand} }}");
    Policy::parse("ours", &text)
        .unwrap()
        .judge(&Subject::of(service))
        .kept
}

#[test]
fn certificates_are_held_against_rules() {
    let service = shows(modern(), vec![certificate(&PKCS_ECDSA_P256_SHA256, 3)]);
    for (demand, kept) in [
        ("keys = ['ec']", true),
        ("keys = ['rsa']", false),
        ("ec_bits = 256, rsa_bits = 4096", true),
        ("ec_bits = 257", false),
        ("curves = ['P-256']", true),
        ("curves = ['P-384']", false),
        ("signatures = ['ecdsa-sha256']", true),
        ("signatures = ['rsa-sha256']", false),
        ("days = 60", true),
        ("days = 58", false),
    ] {
        assert_eq!(keeps(&service, demand), Some(kept), "{demand}");
    }
    // All of them must be so, unless one is enough.
    let both = shows(service, vec![certificate(&PKCS_ECDSA_P384_SHA384, 3)]);
    assert_eq!(keeps(&both, "curves = ['P-256']"), Some(false));
    assert_eq!(
        keeps(&both, "curves = ['P-256'], one_is_enough = true"),
        Some(true)
    );
}

#[test]
fn mozillas_modern_policy_is_kept_by_what_keeps_it() {
    let service = shows(modern(), vec![certificate(&PKCS_ECDSA_P256_SHA256, 3)]);
    for id in ["mozilla-modern-5.7", "mozilla-modern-5.8"] {
        let policy = policies().iter().find(|policy| policy.id == id).unwrap();
        let result = assess(&service, &[policy]).unwrap().policies.remove(0);
        assert_eq!(result.kept, Some(true), "{result:?}");
    }
    let long = shows(modern(), vec![certificate(&PKCS_ECDSA_P256_SHA256, 12)]);
    let policy = policies()
        .iter()
        .find(|policy| policy.id == "mozilla-modern-5.7")
        .unwrap();
    let result = assess(&long, &[policy]).unwrap().policies.remove(0);
    assert_eq!(result.violations.len(), 1);
    assert_eq!(
        result.violations.first().unwrap().found,
        "a certificate for 335 days"
    );
}

#[test]
fn what_is_no_certificate_decides_nothing() {
    let service = shows(
        all_asked(intermediate()),
        vec![Der(vec![0x30, 0x03, 0x02, 0x01, 0x05])],
    );
    assert_eq!(keeps(&service, "keys = ['ec']"), None);
    let grade = assess(&service, &[]).unwrap().grade.unwrap();
    assert!(
        grade.notes.iter().any(|note| note.contains("key was not read")),
        "{grade:?}"
    );
    let clients = assess(&service, &[]).unwrap().clients;
    let fare = |id: &str| {
        clients
            .iter()
            .find(|result| result.client == id)
            .unwrap()
            .outcome
            .clone()
    };
    assert!(matches!(fare("java-17"), ClientOutcome::Connects { .. }));
}
