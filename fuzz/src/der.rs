//! Keys in certificates and files: what is found lies inside what was given.

use holter_handshake::der;

/// Reads `data` as a certificate and as private keys of both forms.
pub fn run(data: &[u8]) {
    if let Some(key) = der::rsa_public(data) {
        inside(data, key.modulus, key.exponent);
    }
    if let Some(key) = der::rsa_private_pkcs1(data) {
        inside(data, key.modulus, key.exponent);
    }
    if let Some(key) = der::rsa_private_pkcs8(data) {
        inside(data, key.modulus, key.exponent);
    }
}

fn inside(data: &[u8], modulus: &[u8], exponent: &[u8]) {
    assert!(modulus.len() + exponent.len() < data.len());
    for number in [modulus, exponent] {
        assert_ne!(number.first(), Some(&0));
    }
}
