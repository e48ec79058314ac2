//! Whether a signature is right, for every algorithm that can be computed here: today's by aws-lc, and RSA keys too small
//! for it by our own power. Whether it should be *relied on* is another question.

use aws_lc_rs::signature as lc;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

use crate::key::{self, Algorithm};
use crate::signature::{self, Hash, Scheme};

/// What computing says of a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    /// By this key, and nothing was changed since.
    Yes,
    /// Not by this key, or something was changed.
    No,
    /// Cannot be computed here: MD2, MD5, DSA, GOST and their like, or a part is missing.
    #[default]
    Unchecked,
}

/// Whether `signature` over `message` was made with this SubjectPublicKeyInfo's key.
#[must_use]
pub fn verify(info: &[u8], algorithm: &[u8], message: &[u8], signature: &[u8]) -> Signed {
    let (Some(parts), (key, _)) = (key::parted(info), key::read(info)) else {
        return Signed::Unchecked;
    };
    let with = signature::read(algorithm);
    if message.is_empty() || signature.is_empty() {
        return Signed::Unchecked;
    }
    match (with.scheme, &key.algorithm) {
        (Scheme::Rsa, Algorithm::Rsa) => rsa(parts.octets, with.hash, message, signature),
        (Scheme::RsaPss, Algorithm::Rsa | Algorithm::RsaPss) => {
            let (params, salt): (&'static lc::RsaParameters, u32) = match with.hash {
                Some(Hash::Sha256) => (&lc::RSA_PSS_2048_8192_SHA256, 32),
                Some(Hash::Sha384) => (&lc::RSA_PSS_2048_8192_SHA384, 48),
                Some(Hash::Sha512) => (&lc::RSA_PSS_2048_8192_SHA512, 64),
                _ => return Signed::Unchecked,
            };
            // aws-lc takes salts as long as the hash, as TLS does; others are allowed in certificates, and rare.
            let small = key.bits.is_none_or(|bits| !(2048..=8192).contains(&bits));
            if small || signature::pss_salt(algorithm) != Some(salt) {
                return Signed::Unchecked;
            }
            by(params, parts.octets, message, signature)
        }
        (Scheme::Ecdsa, Algorithm::Ec) => match curve(key.curve.as_deref(), with.hash) {
            Some(algorithm) => by(algorithm, parts.octets, message, signature),
            None => Signed::Unchecked,
        },
        (Scheme::Eddsa, Algorithm::Ed25519) => by(&lc::ED25519, parts.octets, message, signature),
        (Scheme::MlDsa, Algorithm::MlDsa44) => by(&lc::ML_DSA_44, parts.octets, message, signature),
        (Scheme::MlDsa, Algorithm::MlDsa65) => by(&lc::ML_DSA_65, parts.octets, message, signature),
        (Scheme::MlDsa, Algorithm::MlDsa87) => by(&lc::ML_DSA_87, parts.octets, message, signature),
        (Scheme::Rsa | Scheme::RsaPss, Algorithm::Ec | Algorithm::Ed25519)
        | (Scheme::Ecdsa | Scheme::Eddsa, Algorithm::Rsa) => Signed::No,
        _ => Signed::Unchecked,
    }
}

fn by(
    algorithm: &'static dyn lc::VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Signed {
    match lc::UnparsedPublicKey::new(algorithm, key).verify(message, signature) {
        Ok(()) => Signed::Yes,
        Err(_) => Signed::No,
    }
}

fn curve(name: Option<&str>, hash: Option<Hash>) -> Option<&'static lc::EcdsaVerificationAlgorithm> {
    Some(match (name?, hash?) {
        ("P-256", Hash::Sha1) => &lc::ECDSA_P256_SHA1_ASN1,
        ("P-256", Hash::Sha256) => &lc::ECDSA_P256_SHA256_ASN1,
        ("P-256", Hash::Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
        ("P-256", Hash::Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
        ("P-384", Hash::Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
        ("P-384", Hash::Sha384) => &lc::ECDSA_P384_SHA384_ASN1,
        ("P-384", Hash::Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
        ("P-521", Hash::Sha1) => &lc::ECDSA_P521_SHA1_ASN1,
        ("P-521", Hash::Sha224) => &lc::ECDSA_P521_SHA224_ASN1,
        ("P-521", Hash::Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
        ("P-521", Hash::Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
        ("P-521", Hash::Sha512) => &lc::ECDSA_P521_SHA512_ASN1,
        ("secp256k1", Hash::Sha256) => &lc::ECDSA_P256K1_SHA256_ASN1,
        _ => return None,
    })
}

fn rsa(key: &[u8], hash: Option<Hash>, message: &[u8], signature: &[u8]) -> Signed {
    let today: Option<&'static lc::RsaParameters> = match hash {
        Some(Hash::Sha1) => Some(&lc::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        Some(Hash::Sha256) => Some(&lc::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
        Some(Hash::Sha384) => Some(&lc::RSA_PKCS1_2048_8192_SHA384),
        Some(Hash::Sha512) => Some(&lc::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
        _ => None,
    };
    if let Some(algorithm) = today
        && by(algorithm, key, message, signature) == Signed::Yes
    {
        return Signed::Yes;
    }
    // aws-lc says the same "no" to a key that it does not take.
    let (Some(rsa), Some((prefix, digest))) = (key::rsa(key), hash.and_then(|hash| digest(hash, message)))
    else {
        return Signed::Unchecked;
    };
    let (modulus, exponent) = (rsa.modulus.bytes(), rsa.exponent.bytes());
    let length = modulus.len();
    let Some(padding) = length
        .checked_sub(prefix.len() + digest.len() + 3)
        .filter(|padding| *padding >= 8)
    else {
        return Signed::Unchecked;
    };
    // RFC 8017 section 9.2
    let expected = [&[0, 1], vec![0xff; padding].as_slice(), &[0], prefix, &digest].concat();
    match power(signature, exponent, modulus) {
        Some(found) if found == expected => Signed::Yes,
        Some(_) => Signed::No,
        None => Signed::Unchecked,
    }
}

/// A hash's DigestInfo up to the digest (RFC 8017 section 9.2, note 1), and the digest.
fn digest(hash: Hash, message: &[u8]) -> Option<(&'static [u8], Vec<u8>)> {
    const SHA1: &[u8] = &[
        0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14,
    ];
    const SHA224: &[u8] = &[
        0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04, 0x05, 0x00,
        0x04, 0x1c,
    ];
    const SHA256: &[u8] = &[
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
        0x04, 0x20,
    ];
    const SHA384: &[u8] = &[
        0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00,
        0x04, 0x30,
    ];
    const SHA512: &[u8] = &[
        0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00,
        0x04, 0x40,
    ];
    Some(match hash {
        Hash::Sha1 => (SHA1, Sha1::digest(message).to_vec()),
        Hash::Sha224 => (SHA224, Sha224::digest(message).to_vec()),
        Hash::Sha256 => (SHA256, Sha256::digest(message).to_vec()),
        Hash::Sha384 => (SHA384, Sha384::digest(message).to_vec()),
        Hash::Sha512 => (SHA512, Sha512::digest(message).to_vec()),
        Hash::Md2 | Hash::Md4 | Hash::Md5 => return None,
    })
}

/// `base` to the `exponent` modulo `modulus`, as long as the modulus; `None` for what is no RSA key: an even modulus, one
/// of more than 16,384 bits, or an exponent that would take longer than it tells.
fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
    const MOST: usize = 2048;
    const MOST_EXPONENT: usize = 32;
    if modulus.len() > MOST
        || base.len() > modulus.len()
        || exponent.is_empty()
        || exponent.len() > MOST_EXPONENT
    {
        return None;
    }
    let bits = u32::try_from(modulus.len().checked_mul(8)?).ok()?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).ok();
    let odd = Odd::new(number(modulus)?).into_option()?;
    let base = number(base).filter(|base| base < odd.as_ref())?;
    let parameters = BoxedMontyParams::new_vartime(odd);
    let exponent_bits = u32::try_from(exponent.len() * 8).ok()?;
    let result = BoxedMontyForm::new(base, &parameters)
        .pow_bounded_exp(&number(exponent)?, exponent_bits)
        .retrieve()
        .to_be_bytes();
    result
        .get(result.len().checked_sub(modulus.len())?..)
        .map(<[u8]>::to_vec)
}
