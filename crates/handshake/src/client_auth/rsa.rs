//! RSA signatures of a client: PKCS#1 v1.5 and PSS in TLS 1.2, and before it PKCS#1 v1.5 over two digests without their
//! names (RFC 2246 section 7.4.8, RFC 8017 sections 8.1 and 8.2).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding, RsaKeyPair,
};
use holter_legacy::{ssl3, transcript};
use holter_net::identity::Identity;
use holter_wire::{SignatureScheme, Version};
use rustls_pki_types::PrivateKeyDer;

use crate::der::{self, RsaPrivate};
use crate::power::power;

/// A TLS 1.2 signature; `None` when the key is not of the scheme.
pub(super) fn sign(identity: &Identity, scheme: SignatureScheme, messages: &[u8]) -> Option<Vec<u8>> {
    let encoding: &dyn RsaEncoding = match scheme.0 {
        0x0401 => &RSA_PKCS1_SHA256,
        0x0501 => &RSA_PKCS1_SHA384,
        0x0601 => &RSA_PKCS1_SHA512,
        0x0804 => &RSA_PSS_SHA256,
        0x0805 => &RSA_PSS_SHA384,
        0x0806 => &RSA_PSS_SHA512,
        _ => return None,
    };
    let pair = match &identity.key {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        _ => return None,
    }
    .ok()?;
    let mut signature = vec![0; pair.public_modulus_len()];
    // A real key wants real chance, not the dice that a tape may load.
    pair.sign(encoding, &SystemRandom::new(), messages, &mut signature)
        .ok()?;
    Some(signature)
}

/// A signature before TLS 1.2; `None` when the key is not RSA.
pub(super) fn sign_old(
    identity: &Identity,
    version: Version,
    messages: &[u8],
    master: &[u8],
) -> Option<Vec<u8>> {
    let key = match &identity.key {
        PrivateKeyDer::Pkcs1(key) => der::rsa_private_pkcs1(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => der::rsa_private_pkcs8(key.secret_pkcs8_der()),
        _ => None,
    }?;
    let digest = if version <= Version::SSL3 {
        ssl3::finished(ssl3::Sender::Verify, master, messages)
    } else {
        transcript::digest(messages)
    };
    sign_raw(key, &digest)
}

/// PKCS#1 v1.5 over a digest that goes without its name, which no library does any more. The power's time does not
/// depend on the exponent.
fn sign_raw(key: RsaPrivate<'_>, digest: &[u8]) -> Option<Vec<u8>> {
    let filler = key
        .modulus
        .len()
        .checked_sub(digest.len() + 3)
        .filter(|count| *count >= 8)?;
    let padded = [&[0, 1], &vec![0xff; filler][..], &[0], digest].concat();
    power(&padded, key.exponent, key.modulus)
}
