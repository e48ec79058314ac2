//! The pseudorandom function of TLS 1.0 and 1.1 (RFC 2246 section 5): one half of the secret through MD5, the
//! other through SHA-1, added without carry.

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use md5::Md5;
use sha1::Sha1;

/// Fills `out` from the secret and the parts of the seed, the label first.
pub fn expand(secret: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    // An odd middle byte belongs to both halves.
    let half = secret.len().div_ceil(2);
    let (first, second) = (secret.get(..half), secret.get(secret.len() - half..));
    out.fill(0);
    add_p_hash::<Md5>(first.unwrap_or_default(), seed, out);
    add_p_hash::<Sha1>(second.unwrap_or_default(), seed, out);
}

/// Adds, without carry, the output of `P_hash` to `out`. It is not obsolete itself: TLS 1.2 uses it with one newer
/// hash over the whole secret (RFC 5246 section 5).
pub fn add_p_hash<D: EagerHash>(secret: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    // HMAC takes keys of any length, so there is always a MAC.
    let Ok(keyed) = Hmac::<D>::new_from_slice(secret) else {
        return;
    };
    let with_seed = |mac: Hmac<D>| {
        seed.iter()
            .fold(mac, |mac, part| mac.chain_update(part))
            .finalize()
            .into_bytes()
    };
    let mut a = with_seed(keyed.clone());
    for chunk in out.chunks_mut(a.len()) {
        let block = with_seed(keyed.clone().chain_update(&a));
        for (byte, more) in chunk.iter_mut().zip(&block) {
            *byte ^= more;
        }
        a = keyed.clone().chain_update(&a).finalize().into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_secret_is_that_of_openssl() {
        // openssl kdf -keylen 48 -kdfopt digest:MD5-SHA1 -kdfopt hexsecret:… -kdfopt hexseed:… TLS1-PRF
        let secret = unhex(
            "bded7fa5c1699c010be23dd06ada3a48349f21e5f86263d512c0c5cc379f0e780ec55d9844b2f1db02a96453513568d0",
        );
        let client = unhex("e5acaf549cd25c22d964c0d930fa4b5261d2507fad84c33715b7b9a864020693");
        let server = unhex("135e4d557fdf3aa6406d82975d5c606a9734c9334b42136e96990fbd5358cdb2");
        let mut out = [0; 48];
        expand(&secret, &[b"master secret", &client, &server], &mut out);
        let expected = unhex(
            "2f6962dfbc744c4b2138bb6b3d33054c5ecc14f24851d9896395a44ab3964efc2090c5bf51a0891209f46c1e1e998f62",
        );
        assert_eq!(out.to_vec(), expected);
    }

    fn unhex(text: &str) -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }
}
