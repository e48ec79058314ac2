//! Certificates: whatever the bytes, there are facts, of bounded size, and a chain of them comes to an end.

use holter_cert::{
    Certificate, Chain, Purpose, Store, StoreKind, key, matches_name, signature, trust, verify,
};

/// Reads `data` as a certificate, as each of its parts, as a chain and as a trust store.
pub fn run(data: &[u8]) {
    let (certificate, oddities) = Certificate::read(data);
    for oddity in oddities {
        let _ = oddity.to_string();
    }
    assert!(certificate.subject.len() <= 1100 && certificate.serial.len() <= 128);
    assert!(certificate.extensions.names.dns.len() <= 256);
    let _ = certificate.key.strength();
    let _ = matches_name(&certificate, "a.example");
    let (chain, _) = Chain::read(&[data, data]);
    assert_eq!(chain.certificates.len(), 2);
    let _ = (
        key::read(data),
        signature::read(data),
        verify::verify(data, data, data, data),
    );
    let (store, _) = Store::from_pem(StoreKind::User, data);
    let _ = trust(&store, &[data], Purpose::Server, Default::default());
    let (store, _) = Store::from_ders(StoreKind::User, [data]);
    assert!(store.len() <= 1);
}
