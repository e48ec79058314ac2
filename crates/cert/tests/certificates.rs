//! Certificates that OpenSSL made, tidy ones of a house and the odd ones of devices: what is read from them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

use holter_cert::certificate::Validation;
use holter_cert::key::Algorithm;
use holter_cert::signature::{Hash, Scheme};
use holter_cert::{Certificate, NameMatch, Oddity, Signed, matches_name};

mod made;

fn read(name: &str) -> (Certificate, Vec<Oddity>) {
    Certificate::read(&made::der(name))
}

#[test]
fn a_tidy_leaf_gives_all_its_facts() {
    let (leaf, oddities) = read("leaf");
    assert_eq!(oddities, []);
    assert_eq!(leaf.version, Some(3));
    assert_eq!(leaf.subject, "O=Hospital\\, Radiology,CN=pacs.hospital.example");
    assert_eq!(leaf.issuer, "C=US,O=Hospital,CN=Hospital Issuing");
    assert_eq!(leaf.common_name.as_deref(), Some("pacs.hospital.example"));
    assert_eq!(leaf.not_before, "2020-01-01T00:00:00Z".parse().ok());
    assert_eq!(leaf.not_after, "2029-12-31T23:59:59Z".parse().ok());
    assert_eq!(
        (leaf.key.algorithm.clone(), leaf.key.bits),
        (Algorithm::Ec, Some(256))
    );
    assert_eq!(leaf.key.curve.as_deref(), Some("P-256"));
    assert_eq!(leaf.signature.name, "ecdsa-with-SHA256");
    assert_eq!((leaf.self_issued, leaf.self_signed), (false, Signed::No));
    let said = &leaf.extensions;
    assert_eq!(
        said.names.dns,
        ["pacs.hospital.example", "*.lab.hospital.example"]
    );
    assert_eq!(
        said.names.ip,
        [
            "192.0.2.7".parse::<std::net::IpAddr>().unwrap(),
            "2001:db8::7".parse().unwrap()
        ]
    );
    assert_eq!(said.names.email, ["it@hospital.example"]);
    assert_eq!(said.names.uri, ["https://hospital.example/"]);
    assert_eq!(leaf.wildcards().collect::<Vec<_>>(), ["*.lab.hospital.example"]);
    assert_eq!(said.key_usage, ["digitalSignature", "keyEncipherment"]);
    assert_eq!(said.purposes, ["serverAuth"]);
    assert_eq!(said.ocsp, ["http://ocsp.hospital.example/"]);
    assert_eq!(said.issuers, ["http://ca.hospital.example/ca.der"]);
    assert_eq!(said.crls, ["http://ca.hospital.example/ca.crl"]);
    assert_eq!(said.policies, ["2.23.140.1.2.2", "1.3.6.1.4.1.99999.1"]);
    assert_eq!(said.validation, Validation::Organisation);
    assert!(said.must_staple && !leaf.is_ca());
    assert_eq!(
        matches_name(&leaf, "192.0.2.7"),
        NameMatch::Name("192.0.2.7".into())
    );
}

#[test]
fn fingerprints_are_those_that_openssl_prints() {
    use sha2::{Digest as _, Sha256};
    let der = made::der("leaf");
    let (leaf, _) = Certificate::read(&der);
    assert_eq!(leaf.sha256, holter_cert::number::hex(&Sha256::digest(&der)));
    assert_eq!(
        (leaf.sha256.len(), leaf.sha1.len(), leaf.key.sha256.len()),
        (64, 40, 64)
    );
}

#[test]
fn authorities_say_so() {
    let (root, oddities) = read("root");
    assert_eq!(oddities, []);
    assert!(root.is_ca() && root.self_issued && root.self_signed == Signed::Yes);
    let (issuing, _) = read("issuing");
    assert_eq!((issuing.is_ca(), issuing.extensions.path_length), (true, Some(0)));
    assert_eq!(issuing.extensions.issuer_key_id, root.extensions.key_id);
}

#[test]
fn small_keys_and_old_hashes_are_computed_all_the_same() {
    let (device, oddities) = read("device");
    assert_eq!(oddities, []);
    assert_eq!((device.key.bits, device.key.strength()), (Some(512), Some(40)));
    assert_eq!(device.key.rsa.as_ref().unwrap().exponent.small(), Some(65_537));
    assert_eq!(device.signature.hash, Some(Hash::Sha1));
    assert_eq!(device.self_signed, Signed::Yes);
    let (v1, _) = read("v1");
    assert_eq!(
        (v1.version, v1.self_signed, v1.is_ca()),
        (Some(1), Signed::Yes, true)
    );
    let (old, _) = read("oldroot");
    assert_eq!(
        (old.self_signed, old.not_after),
        (Signed::Yes, Some(jiff::Timestamp::MAX))
    );
    let (pss, _) = read("pss");
    assert_eq!(
        (pss.signature.name.as_str(), pss.self_signed),
        ("RSASSA-PSS-SHA384", Signed::Yes)
    );
    let (ed, _) = read("ed25519");
    assert_eq!(
        (ed.key.algorithm, ed.self_signed),
        (Algorithm::Ed25519, Signed::Yes)
    );
}

#[test]
fn what_cannot_be_computed_is_not_called_wrong() {
    let (md5, _) = read("md5");
    assert_eq!(
        (md5.signature.hash, md5.self_signed),
        (Some(Hash::Md5), Signed::Unchecked)
    );
    let (dsa, _) = read("dsa");
    assert_eq!((dsa.key.algorithm, dsa.key.bits), (Algorithm::Dsa, Some(1024)));
    assert_eq!(
        (dsa.signature.scheme, dsa.self_signed),
        (Scheme::Dsa, Signed::Unchecked)
    );
    let (explicit, _) = read("explicit");
    assert_eq!(
        (explicit.key.curve.as_deref(), explicit.key.bits),
        (Some("explicit"), Some(256))
    );
    assert_eq!(explicit.self_signed, Signed::Unchecked);
}

#[test]
fn odd_certificates_are_read_as_far_as_they_go() {
    let (negative, oddities) = read("negative");
    assert_eq!(negative.subject, "");
    assert_eq!(
        oddities,
        [Oddity::Unreadable("the serial number, which must be positive")]
    );
    let der = made::der("leaf");
    let mut nonsense = der.clone();
    // "20200101000000Z" is written as "200101000000Z": a month of 99 takes the beginning away, and no more.
    let at = der
        .windows(13)
        .position(|bytes| bytes == b"200101000000Z")
        .unwrap();
    nonsense[at + 2..at + 4].copy_from_slice(b"99");
    let (leaf, oddities) = Certificate::read(&nonsense);
    assert_eq!(oddities, [Oddity::Unreadable("notBefore")]);
    assert_eq!((leaf.not_before, leaf.extensions.names.dns.len()), (None, 2));
    assert_eq!(leaf.is_valid_at(jiff::Timestamp::UNIX_EPOCH), None);
    let (none, oddities) = Certificate::read(b"no certificate");
    assert_eq!((none.subject.as_str(), none.sha256.len()), ("", 64));
    assert!(!oddities.is_empty());
    let mut trailing = der.clone();
    trailing.extend([0; 3]);
    assert_eq!(
        Certificate::read(&trailing).1,
        [Oddity::Trailing("the certificate", 3)]
    );
}

#[test]
fn facts_outlive_json() {
    for name in ["leaf", "device", "dsa", "explicit", "root", "pss"] {
        let (certificate, _) = read(name);
        let text = serde_json::to_string(&certificate).unwrap();
        assert_eq!(
            serde_json::from_str::<Certificate>(&text).unwrap(),
            certificate,
            "{text}"
        );
        assert!(text.len() < 3000, "{}", text.len());
    }
}

#[test]
fn a_bit_anywhere_changes_no_more_than_facts() {
    let der = made::der("leaf");
    for at in 0..der.len() {
        for bit in [1, 0x20, 0x80] {
            let mut changed = der.clone();
            changed[at] ^= bit;
            let (certificate, _) = Certificate::read(&changed);
            assert_ne!(certificate.sha256, "");
        }
        let _ = Certificate::read(&der[..at]);
    }
}
