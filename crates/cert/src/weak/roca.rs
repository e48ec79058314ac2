//! ROCA (CVE-2017-15361): a smart-card library made its primes as `k·M + (65537^a mod M)`, with M the product of the first
//! primes. So the modulus is a power of 65537 modulo M, which a random number is with a chance of 2^-154 (Nemec et al., CCS
//! 2017, section 2.2). Its private key can be computed for most sizes.

use crate::Number;

/// The odd primes whose product divides M for every size of key that the library makes, from 512 bits on.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

const GENERATOR: u32 = 65_537;

/// Whether a modulus has the fingerprint.
#[must_use]
pub fn is_roca(modulus: &Number) -> bool {
    // The exponent, as far as the primes up to here tell it: `exponent` modulo `order`.
    let (mut exponent, mut order) = (0_u128, 1_u128);
    for prime in PRIMES {
        let Some((logarithm, period)) = logarithm(modulus.remainder(prime), prime) else {
            return false;
        };
        let Some(both) = agree((exponent, order), (logarithm.into(), period.into())) else {
            return false;
        };
        (exponent, order) = both;
    }
    !modulus.is_even()
}

/// The exponent that makes `value` of the generator modulo `prime`, and the generator's order there.
fn logarithm(value: u32, prime: u32) -> Option<(u32, u32)> {
    let (mut power, mut found, mut exponent) = (1, None, 0);
    loop {
        if power == value {
            found = Some(exponent);
        }
        power = power * (GENERATOR % prime) % prime;
        exponent += 1;
        if power == 1 || exponent > prime {
            return found.map(|found| (found, exponent));
        }
    }
}

/// The one exponent that is both (Chinese remainders); `None` when none is. The orders' least common multiple is
/// 2,454,106,387,091,158,800 in the end, so nothing overflows.
fn agree((a, m): (u128, u128), (b, n): (u128, u128)) -> Option<(u128, u128)> {
    let step = m;
    (0..n)
        .map(|round| a + round * step)
        .find(|sum| sum % n == b % n)
        .map(|sum| {
            let common = m / gcd(m, n) * n;
            (sum % common, common)
        })
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::BoxedUint;

    use super::*;

    /// A generator that is good enough to look random and is the same each time.
    fn bytes(seed: u64, count: usize) -> Vec<u8> {
        use sha2::{Digest as _, Sha512};
        (0_u64..)
            .flat_map(|round| Sha512::digest([seed.to_be_bytes(), round.to_be_bytes()].concat()))
            .take(count)
            .collect()
    }

    fn product() -> BoxedUint {
        let mut product = BoxedUint::from_be_slice(&[2], 4096).unwrap();
        for prime in PRIMES {
            product = product.wrapping_mul(BoxedUint::from_be_slice(&prime.to_be_bytes(), 4096).unwrap());
        }
        product
    }

    /// `k·M + (65537^a mod M)`, prime or not.
    fn factor(seed: u64, length: usize) -> BoxedUint {
        let m = product();
        let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 4096).unwrap();
        let mut power = number(&[1]);
        for _ in 0..seed % 1000 + 17 {
            power = power
                .wrapping_mul(number(&[1, 0, 1]))
                .rem_vartime(&crypto_bigint::NonZero::new(m.clone()).unwrap());
        }
        number(&bytes(seed, length)).wrapping_mul(&m).wrapping_add(&power)
    }

    #[test]
    fn made_by_the_library() {
        for seed in 0..50 {
            for length in [5, 37, 101] {
                let modulus = factor(seed, length).wrapping_mul(factor(seed + 1000, length));
                let modulus = Number::new(&modulus.to_be_bytes());
                assert!(modulus.bits() > 500 && is_roca(&modulus));
            }
        }
    }

    #[test]
    fn not_made_by_the_library() {
        let mut tried = 0;
        for seed in 0.. {
            let mut modulus = bytes(seed, 256);
            modulus[255] |= 1;
            let modulus = Number::new(&modulus);
            // A real modulus has no small factors, which alone would clear most of these.
            if PRIMES.iter().any(|prime| modulus.remainder(*prime) == 0) {
                continue;
            }
            assert!(!is_roca(&modulus));
            tried += 1;
            if tried == 2000 {
                break;
            }
        }
        assert!(!is_roca(&Number::default()));
        // One factor of theirs and one of another's.
        let half = factor(7, 37).wrapping_mul(BoxedUint::from_be_slice(&bytes(9, 60), 4096).unwrap());
        assert!(!is_roca(&Number::new(&half.to_be_bytes())));
    }
}
