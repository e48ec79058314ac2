//! ECDSA signatures of a client (RFC 8422 section 5.8): P-256 with SHA-256, P-384 with SHA-384.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair};
use holter_net::identity::Identity;
use holter_wire::SignatureScheme;

/// The signature; `None` when the key is not of the scheme.
pub(super) fn sign(identity: &Identity, scheme: SignatureScheme, messages: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match scheme {
        SignatureScheme::ECDSA_SECP256R1_SHA256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
        SignatureScheme::ECDSA_SECP384R1_SHA384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
        _ => return None,
    };
    let pair = EcdsaKeyPair::from_private_key_der(algorithm, identity.key.secret_der()).ok()?;
    // A real key wants real chance, not the dice that a tape may load: one nonce told is the key told.
    let signature = pair.sign(&SystemRandom::new(), messages).ok()?;
    Some(signature.as_ref().to_vec())
}
