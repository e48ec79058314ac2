//! Keys that a scan met twice, whole or in part: one key on several services, and moduli with a prime in common, which gives
//! both private keys to everybody (Heninger et al., "Mining your Ps and Qs", 2012).

use std::collections::BTreeMap;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Gcd as _, NonZero, Odd};
use serde::{Deserialize, Serialize};

use super::small_factor;
use crate::{Key, Number};

/// Different moduli that are compared with each other; the work grows with the square.
pub const MOST: usize = 8192;

/// Moduli that share a factor with any other, which are then compared one with one. There are few, or somebody makes them.
const MOST_SUSPECTS: usize = 256;

/// The sizes of moduli that are compared.
const BITS: std::ops::RangeInclusive<u32> = 256..=8192;

/// Two moduli that share a prime, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shared {
    /// One.
    pub one: usize,
    /// The other, further on.
    pub other: usize,
}

/// The places of keys that stand more than once, a list each key.
#[must_use]
pub fn same_keys(keys: &[Key]) -> Vec<Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, key) in keys.iter().enumerate().filter(|(_, key)| !key.sha256.is_empty()) {
        places.entry(&key.sha256).or_default().push(place);
    }
    places.into_values().filter(|places| places.len() > 1).collect()
}

/// Pairs of different moduli with a factor in common. Of a modulus that stands more than once, the first place is told; one
/// with a small factor is broken by itself and is left out. Past [`MOST`] different ones the rest is not compared: the second
/// answer is how many.
#[must_use]
pub fn shared_factors(moduli: &[Number]) -> (Vec<Shared>, usize) {
    let mut first: BTreeMap<&[u8], usize> = BTreeMap::new();
    for (place, modulus) in moduli.iter().enumerate() {
        if BITS.contains(&modulus.bits()) && small_factor(modulus).is_none() {
            first.entry(modulus.bytes()).or_insert(place);
        }
    }
    let mut places: Vec<usize> = first.into_values().collect();
    places.sort_unstable();
    let beyond = places.len().saturating_sub(MOST);
    places.truncate(MOST);
    let all: Vec<(usize, Odd<BoxedUint>)> = places
        .into_iter()
        .filter_map(|place| Some((place, odd(moduli.get(place)?)?)))
        .collect();
    let suspects: Vec<&(usize, Odd<BoxedUint>)> = all
        .iter()
        .filter(|one| meets_another(one, &all))
        .take(MOST_SUSPECTS)
        .collect();
    let mut pairs = Vec::new();
    for (index, (one, left)) in suspects.iter().enumerate() {
        for (other, right) in suspects.iter().skip(index + 1) {
            if !is_one(&gcd(left, right)) {
                pairs.push(Shared {
                    one: *one,
                    other: *other,
                });
            }
        }
    }
    (pairs, beyond)
}

/// Whether a modulus has a factor in common with the product of all the others, taken modulo itself. Numbers are multiplied
/// as if they were in Montgomery's form already: that leaves powers of two in the product, which an odd number does not see.
fn meets_another((place, modulus): &(usize, Odd<BoxedUint>), all: &[(usize, Odd<BoxedUint>)]) -> bool {
    let parameters = BoxedMontyParams::new_vartime(modulus.clone());
    let divisor = NonZero::new(modulus.as_ref().clone()).into_option();
    let Some(divisor) = divisor else {
        return false;
    };
    let mut product = BoxedMontyForm::one(&parameters);
    for (_, other) in all.iter().filter(|(other, _)| other != place) {
        let other = other.as_ref().rem_vartime(&divisor);
        product *= BoxedMontyForm::from_montgomery(other, &parameters);
    }
    let product = product.to_montgomery();
    bool::from(product.is_zero()) || !is_one(&gcd(modulus, &product))
}

fn odd(modulus: &Number) -> Option<Odd<BoxedUint>> {
    let number = BoxedUint::from_be_slice(modulus.bytes(), modulus.bits().next_multiple_of(64)).ok()?;
    Odd::new(number).into_option()
}

fn gcd(one: &Odd<BoxedUint>, other: &BoxedUint) -> BoxedUint {
    one.as_ref().gcd_vartime(other)
}

fn is_one(number: &BoxedUint) -> bool {
    bool::from(number.is_one())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(primes: &[u64]) -> Number {
        let number = primes
            .iter()
            .fold(BoxedUint::one_with_precision(512), |product, prime| {
                product.wrapping_mul(BoxedUint::from_be_slice(&prime.to_be_bytes(), 512).unwrap())
            });
        Number::new(&number.to_be_bytes())
    }

    #[test]
    fn primes_in_common_are_found() {
        const P: [u64; 10] = [
            18_446_744_073_709_551_557,
            18_446_744_073_709_551_533,
            18_446_744_073_709_551_521,
            18_446_744_073_709_551_437,
            18_446_744_073_709_551_427,
            18_446_744_073_709_551_359,
            18_446_744_073_709_551_337,
            18_446_744_073_709_551_293,
            18_446_744_073_709_551_263,
            18_446_744_073_709_551_253,
        ];
        let moduli = [
            product(&P[..5]),
            product(&P[5..]),
            product(&[P[0], P[0], P[0], P[0], P[0], P[0]]),
            product(&P[..5]),
            Number::new(&[0xff; 2]),
            product(&[u64::MAX - 2, u64::MAX - 2, u64::MAX - 2, u64::MAX - 2]),
        ];
        let (pairs, beyond) = shared_factors(&moduli);
        assert!(pairs.contains(&Shared { one: 0, other: 2 }));
        assert!(!pairs.iter().any(|pair| pair.one == 1 && pair.other == 2));
        assert!(
            !pairs.iter().any(|pair| pair.other == 3 || pair.other == 4),
            "the same key is another question"
        );
        assert_eq!(beyond, 0);
        assert_eq!(shared_factors(&[]), (vec![], 0));
    }

    #[test]
    fn same_keys_are_told_by_their_places() {
        let key = |sha256: &str| Key {
            sha256: sha256.to_owned(),
            ..Key::default()
        };
        let keys = [key("b"), key("a"), key("b"), key(""), key("")];
        assert_eq!(same_keys(&keys), [vec![0, 2]]);
    }
}
