//! Chains and trust: what was sent, where it leads, and why it does not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail"
)]

use holter_cert::{Certificate, Chain, Distrust, Purpose, Store, StoreKind, Trust, trust};
use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

#[allow(dead_code, reason = "another test uses the rest")]
mod made;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn store(names: &[&str]) -> Store {
    let ders: Vec<Vec<u8>> = names.iter().map(|name| made::der(name)).collect();
    let (store, oddities) = Store::from_ders(StoreKind::User, ders.iter().map(Vec::as_slice));
    assert_eq!(oddities, []);
    assert_eq!(store.len(), names.len());
    store
}

fn ders(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| made::der(name)).collect()
}

fn asked(roots: &[&str], sent: &[&str], moment: &str) -> Trust {
    let ders = ders(sent);
    let sent: Vec<&[u8]> = ders.iter().map(Vec::as_slice).collect();
    trust(&store(roots), &sent, Purpose::Server, at(moment))
}

fn chain(sent: &[&str]) -> Chain {
    let ders = ders(sent);
    Chain::read(&ders.iter().map(Vec::as_slice).collect::<Vec<_>>()).0
}

const NOW: &str = "2026-11-22T00:00:00Z";

#[test]
fn a_whole_chain_is_trusted_by_who_holds_its_root() {
    let trusted = asked(&["root"], &["leaf", "issuing"], NOW);
    assert!(trusted.is_trusted() && trusted.reaches_anchor, "{trusted:?}");
    assert_eq!(
        trusted.anchor.as_deref(),
        Some("C=US,O=Hospital,CN=Hospital Root")
    );
    assert_eq!(trusted.store, StoreKind::User);
    assert!(
        asked(&["root"], &["leaf", "root", "issuing"], NOW).is_trusted(),
        "order is no matter here"
    );
    assert!(
        asked(&["issuing"], &["leaf"], NOW).is_trusted(),
        "an intermediate may be an anchor"
    );
    let sent = ders(&["leaf", "issuing"]);
    let sent: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
    let public = trust(&Store::mozilla(), &sent, Purpose::Server, at(NOW));
    assert_eq!(
        public.distrust,
        Some(Distrust::MissingIssuer("C=US,O=Hospital,CN=Hospital Root".into()))
    );
    assert!(Store::mozilla().len() > 100 && !public.reaches_anchor);
}

#[test]
fn why_not_is_said() {
    let why = |roots: &[&str], sent: &[&str]| asked(roots, sent, NOW).distrust;
    assert_eq!(
        why(&["root"], &["leaf"]),
        Some(Distrust::MissingIssuer(
            "C=US,O=Hospital,CN=Hospital Issuing".into()
        ))
    );
    assert_eq!(
        why(&["oldroot"], &["leaf", "issuing", "root"]),
        Some(Distrust::UnknownRoot("C=US,O=Hospital,CN=Hospital Root".into()))
    );
    assert_eq!(why(&["root"], &["device"]), Some(Distrust::SelfSigned));
    assert_eq!(why(&["root"], &["md5"]), Some(Distrust::SelfSigned));
    assert_eq!(why(&["device"], &["device"]), None, "somebody put it there");
    assert_eq!(
        why(&["root"], &["outside", "issuing"]),
        Some(Distrust::NameConstraints)
    );
    assert_eq!(
        why(&["root"], &[]),
        Some(Distrust::Malformed("no certificate was sent".into()))
    );
    assert_eq!(why(&["root"], &["issuing"]), Some(Distrust::LeafIsAuthority));
    let client = {
        let sent = ders(&["leaf", "issuing"]);
        let sent: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
        trust(&store(&["root"]), &sent, Purpose::Client, at(NOW))
    };
    assert_eq!(client.distrust, Some(Distrust::Purpose));
}

#[test]
fn the_leaf_s_own_dates_are_another_question() {
    let expired = asked(&["root"], &["expired", "issuing"], NOW);
    assert!(expired.is_trusted(), "{expired:?}");
    assert_eq!(expired.at, at("2021-01-01T00:00:00Z"));
    let (leaf, _) = Certificate::read(&made::der("expired"));
    assert_eq!(leaf.is_valid_at(at(NOW)), Some(false));
    let early = asked(&["root"], &["leaf", "issuing"], "2010-01-01T00:00:00Z");
    assert_eq!((early.is_trusted(), early.at), (true, at("2020-01-01T00:00:00Z")));
}

#[test]
fn old_algorithms_are_refused_and_their_issuer_is_known_all_the_same() {
    let sha1 = asked(&["root"], &["sha1"], NOW);
    assert!(sha1.distrust.is_some() && sha1.reaches_anchor, "{sha1:?}");
    let old = asked(&["oldroot"], &["oldleaf"], NOW);
    assert_eq!(
        old.distrust,
        Some(Distrust::OldAlgorithm("a key of 1024 bits".into()))
    );
    assert!(old.reaches_anchor);
    let mut forged = made::der("oldleaf");
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let forged = trust(&store(&["oldroot"]), &[&forged], Purpose::Server, at(NOW));
    assert!(!forged.is_trusted() && !forged.reaches_anchor);
}

#[test]
fn a_changed_certificate_is_not_signed() {
    let mut leaf = made::der("leaf");
    let place = leaf.windows(4).position(|bytes| bytes == b"pacs").unwrap();
    leaf[place] = b'x';
    let issuing = made::der("issuing");
    let answer = trust(&store(&["root"]), &[&leaf, &issuing], Purpose::Server, at(NOW));
    assert_eq!(answer.distrust, Some(Distrust::BadSignature));
    let (chain, _) = Chain::read(&[&leaf, &issuing]);
    assert_eq!((chain.broken, chain.surplus), (vec![0], vec![1]));
}

#[test]
fn an_expired_issuer_is_told_from_an_expired_leaf() {
    let (root_key, middle_key, leaf_key) = (pair(), pair(), pair());
    let root = authority("Root", 2040);
    let middle = authority("Middle", 2024);
    let mut leaf = CertificateParams::new(vec!["ris.example".to_owned()]).unwrap();
    (leaf.not_before, leaf.not_after) = (rcgen::date_time_ymd(2020, 1, 1), rcgen::date_time_ymd(2030, 1, 1));
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let root_der = root.self_signed(&root_key).unwrap();
    let root = Issuer::new(root, root_key);
    let middle_der = middle.signed_by(&middle_key, &root).unwrap();
    let middle = Issuer::new(middle, middle_key);
    let leaf_der = leaf.signed_by(&leaf_key, &middle).unwrap();
    let (store, _) = Store::from_pem(StoreKind::Platform, root_der.pem().as_bytes());
    let answer = trust(
        &store,
        &[leaf_der.der(), middle_der.der()],
        Purpose::Server,
        at(NOW),
    );
    assert_eq!(
        answer.distrust,
        Some(Distrust::Expired(at("2024-01-01T00:00:00Z")))
    );
    assert!(answer.reaches_anchor);
    let answer = trust(
        &store,
        &[leaf_der.der(), middle_der.der()],
        Purpose::Server,
        at("2023-01-01T00:00:00Z"),
    );
    assert!(answer.is_trusted() && answer.store == StoreKind::Platform);
}

fn pair() -> KeyPair {
    KeyPair::generate().unwrap()
}

fn authority(name: &str, until: i32) -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(rcgen::DnType::CommonName, name);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (authority.not_before, authority.not_after) = (
        rcgen::date_time_ymd(2020, 1, 1),
        rcgen::date_time_ymd(until, 1, 1),
    );
    authority
}

#[test]
fn chains_are_seen_as_sent() {
    let tidy = chain(&["leaf", "issuing"]);
    assert!(tidy.leaf_first && tidy.in_order);
    assert_eq!((tidy.path, tidy.root_sent), (vec![0, 1], None));
    assert_eq!(tidy.ends_at.as_deref(), Some("C=US,O=Hospital,CN=Hospital Root"));

    let untidy = chain(&["leaf", "root", "device", "issuing", "issuing"]);
    assert_eq!(untidy.path, [0, 3, 1]);
    assert_eq!(
        (untidy.in_order, untidy.root_sent, untidy.ends_at),
        (false, Some(1), None)
    );
    assert_eq!((untidy.surplus, untidy.duplicates), (vec![2], vec![4]));

    let reversed = chain(&["root", "issuing", "leaf"]);
    assert!(!reversed.leaf_first);

    let weak = chain(&["oldleaf", "oldroot"]);
    assert_eq!((weak.weakest_key, weak.weakest_signature), (Some(0), Some(0)));
    let alone = chain(&["device"]);
    assert_eq!(
        (alone.path, alone.root_sent, alone.leaf_first),
        (vec![0], None, true)
    );
    assert!(chain(&[]).path.is_empty());
}
