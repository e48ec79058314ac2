//! Modular powers for RSA (RFC 8017 section 5) and Diffie-Hellman, over moduli that a peer chose: bounded in size.

use std::num::NonZeroU64;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

/// The smallest modulus, in bytes: 512 bits.
pub const LEAST: usize = 64;

/// The largest modulus, in bytes: 8,192 bits.
pub const MOST: usize = 1024;

/// `base` to the `exponent` modulo `modulus`, all big-endian; the result is as long as the modulus. `None` when the
/// modulus is even or not of 512 to 8,192 bits, the exponent longer than it, or the base not smaller.
#[must_use]
pub fn power(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Option<Vec<u8>> {
    let (base, exponent, modulus) = (trimmed(base), trimmed(exponent), trimmed(modulus));
    if !(LEAST..=MOST).contains(&modulus.len()) || exponent.is_empty() || exponent.len() > modulus.len() {
        return None;
    }
    // Slices without leading zeros compare as numbers once their lengths do.
    if (base.len(), base) >= (modulus.len(), modulus) {
        return None;
    }
    let bits = u32::try_from(modulus.len() * 8).ok()?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).ok();
    let odd = Odd::new(number(modulus)?).into_option()?;
    let parameters = BoxedMontyParams::new_vartime(odd);
    let base = BoxedMontyForm::new(number(base)?, &parameters);
    let result = match short(exponent) {
        Some(exponent) => by_squaring(&base, exponent),
        None => base.pow_bounded_exp(&number(exponent)?, u32::try_from(exponent.len() * 8).ok()?),
    };
    let result = result.retrieve().to_be_bytes();
    result
        .get(result.len().checked_sub(modulus.len())?..)
        .map(<[u8]>::to_vec)
}

/// An exponent as a public key has it: no secret, and not 0.
fn short(exponent: &[u8]) -> Option<NonZeroU64> {
    let value = exponent.iter().try_fold(0_u64, |value, byte| {
        value.checked_mul(256)?.checked_add(u64::from(*byte))
    })?;
    NonZeroU64::new(value)
}

/// The power bit by bit, in time that shows the exponent: a third of the work that hiding it takes.
fn by_squaring(base: &BoxedMontyForm, exponent: NonZeroU64) -> BoxedMontyForm {
    let mut result = base.clone();
    for bit in (0..exponent.ilog2()).rev() {
        result = result.square();
        if exponent.get() >> bit & 1 == 1 {
            result = result.mul(base);
        }
    }
    result
}

/// A big-endian number without its leading zeros.
#[must_use]
pub fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn powers_are_right_and_bounded() {
        // 2^512 mod (2^512 - 569) = 569; that modulus is prime, so 3^(p-1) = 1.
        let mut modulus = vec![0xff; 64];
        modulus[62..].copy_from_slice(&[0xfd, 0xc7]);
        let mut expected = vec![0; 64];
        expected[62..].copy_from_slice(&[0x02, 0x39]);
        assert_eq!(power(&[2], &[2, 0], &modulus), Some(expected));
        let mut less = modulus.clone();
        less[63] -= 1;
        assert_eq!(
            power(&[3], &less, &modulus).map(|one| trimmed(&one).to_vec()),
            Some(vec![1])
        );
        assert_eq!(power(&[3], &less, &less), None, "an even modulus");
        assert_eq!(
            power(&modulus, &[3], &modulus),
            None,
            "a base that is not smaller"
        );
        assert_eq!(power(&[3], &[3], &[0xff; 63]), None, "a small modulus");
        assert_eq!(power(&[3], &[3], &[0xff; 1025]), None, "a large modulus");
        assert!(power(&[3], &[1, 0, 1], &[0xff; 65]).is_some_and(|result| result.len() == 65));
    }

    proptest! {
        #[test]
        fn hostile_numbers_never_panic(
            base in proptest::collection::vec(any::<u8>(), 0..90),
            exponent in proptest::collection::vec(any::<u8>(), 0..20),
            modulus in proptest::collection::vec(any::<u8>(), 0..90),
        ) {
            let _ = power(&base, &exponent, &modulus);
        }
    }
}
