//! Keys that should not be: too short, made wrongly, or made by a generator that everybody can run.
//!
//! What is named here is arithmetic, and holds for ever. "Shared" is a matter of a whole scan: see [`repeated`].

pub mod debian;
pub mod fermat;
pub mod repeated;
pub mod roca;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::key::{Algorithm, Key, Rsa};
use crate::{Certificate, Number};
use debian::{Debian, Origin};

/// Something that is wrong with a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Weakness {
    /// So many bits, which are too few today: about so many bits of work break it.
    Short {
        /// The key's.
        bits: u32,
        /// Of work.
        strength: u32,
    },
    /// An RSA exponent of 1: what is encrypted stays as it is.
    ExponentOne,
    /// An even RSA exponent, which nobody can decrypt with.
    ExponentEven,
    /// An RSA exponent below 65,537: no flaw by itself, and the ground of many.
    ExponentSmall(u64),
    /// An RSA exponent of so many bits, which slows clients down or is refused.
    ExponentLarge(u32),
    /// The modulus is divisible by this small number: it is broken, or was damaged on its way.
    SmallFactor(u32),
    /// The two primes stand so close together that Fermat's method finds them at once (CVE-2022-26320).
    ClosePrimes,
    /// It was made by the smart-card library of ROCA (CVE-2017-15361).
    Roca,
    /// It was made by Debian's broken OpenSSL (CVE-2008-0166): its private key is public.
    Debian(Origin),
    /// A curve that is spelt out instead of named: clients that believe it can be deceived (CVE-2020-0601).
    ExplicitCurve,
    /// A kind of key that today's clients do not take: DSA.
    Obsolete,
}

impl Weakness {
    /// Whether whoever reads the public key has the private one, or nearly so.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        match self {
            Self::Short { strength, .. } => *strength < 60,
            Self::ExponentOne | Self::SmallFactor(_) | Self::ClosePrimes | Self::Roca | Self::Debian(_) => {
                true
            }
            _ => false,
        }
    }
}

/// What is wrong with a key by itself.
#[must_use]
pub fn weaknesses(key: &Key) -> Vec<Weakness> {
    let mut found = Vec::new();
    if let (Some(bits), Some(strength)) = (key.bits, key.strength())
        && strength < 112
    {
        found.push(Weakness::Short { bits, strength });
    }
    if key.curve.as_deref() == Some("explicit") {
        found.push(Weakness::ExplicitCurve);
    }
    if key.algorithm == Algorithm::Dsa {
        found.push(Weakness::Obsolete);
    }
    if let Some(rsa) = &key.rsa {
        exponent(&rsa.exponent, &mut found);
        modulus(rsa, &mut found);
    }
    found
}

/// Whether a certificate began before Heartbleed was disclosed, on 2014-04-07: a hint that its *key* may have lain in the
/// memory of a server that leaked. It is no more than that: a key can be older than its certificate, and an old key need not
/// have met a flawed server.
#[must_use]
pub fn predates_heartbleed(certificate: &Certificate) -> Option<bool> {
    const DISCLOSED: i64 = 1_396_828_800;
    let disclosed = Timestamp::from_second(DISCLOSED).ok()?;
    certificate.not_before.map(|since| since < disclosed)
}

fn exponent(exponent: &Number, found: &mut Vec<Weakness>) {
    // FIPS 186-5 section 5.4 (e): more than 2^16, less than 2^256; Windows takes 32 bits.
    match exponent.small() {
        Some(1) => found.push(Weakness::ExponentOne),
        _ if exponent.is_even() => found.push(Weakness::ExponentEven),
        Some(small) if small < 65_537 => found.push(Weakness::ExponentSmall(small)),
        Some(fits) if u32::try_from(fits).is_ok() => {}
        _ => found.push(Weakness::ExponentLarge(exponent.bits())),
    }
}

fn modulus(rsa: &Rsa, found: &mut Vec<Weakness>) {
    if let Some(factor) = small_factor(&rsa.modulus) {
        return found.push(Weakness::SmallFactor(factor));
    }
    if roca::is_roca(&rsa.modulus) {
        found.push(Weakness::Roca);
    }
    if fermat::are_close(&rsa.modulus) {
        found.push(Weakness::ClosePrimes);
    }
    if let Debian::Weak(origin) = debian::look_up(&rsa.modulus) {
        found.push(Weakness::Debian(origin));
    }
}

/// The smallest factor below 10,000; 2 for zero.
pub(crate) fn small_factor(modulus: &Number) -> Option<u32> {
    const MOST: u32 = 10_000;
    if modulus.remainder(2) == 0 {
        return Some(2);
    }
    // A number that divides has a prime factor that divides, and was met before: most that are no primes need not be tried.
    let fresh = |divisor: &u32| {
        [3, 5, 7]
            .iter()
            .all(|prime| !divisor.is_multiple_of(*prime) || divisor == prime)
    };
    let mut divisors = (3..MOST).step_by(2).filter(fresh);
    // The long division is what takes time; one does for two.
    while let Some(first) = divisors.next() {
        let second = divisors.next().unwrap_or(first);
        let rest = modulus.remainder(first * second);
        if let Some(divisor) = [first, second]
            .into_iter()
            .find(|divisor| rest.is_multiple_of(*divisor))
        {
            return Some(divisor);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<Weakness> {
        let rsa = Rsa {
            modulus: Number::new(modulus),
            exponent: Number::new(exponent),
        };
        weaknesses(&Key {
            algorithm: Algorithm::Rsa,
            bits: Some(rsa.modulus.bits()),
            rsa: Some(rsa),
            ..Key::default()
        })
    }

    #[test]
    fn the_smallest_factor_is_found_whatever_it_is() {
        for divisor in 2..10_100_u32 {
            let found = small_factor(&Number::new(&(u64::from(divisor) * 1_000_003).to_be_bytes()));
            let smallest = (2..10_000).find(|small| divisor.is_multiple_of(*small));
            assert_eq!(found, smallest, "{divisor}");
        }
    }

    #[test]
    fn exponents() {
        // 2^521 - 1 is prime, so nothing else is found here.
        let mut prime = vec![0xff; 66];
        prime[0] = 1;
        let short = Weakness::Short {
            bits: 521,
            strength: 40,
        };
        let with = |exponent: &[u8]| {
            let mut found = rsa(&prime, exponent);
            assert_eq!(found.remove(0), short);
            found
        };
        assert_eq!(with(&[1]), [Weakness::ExponentOne]);
        assert_eq!(with(&[3]), [Weakness::ExponentSmall(3)]);
        assert_eq!(with(&[1, 0, 0]), [Weakness::ExponentEven]);
        assert_eq!(with(&[]), [Weakness::ExponentEven]);
        assert_eq!(with(&[1, 0, 1]), []);
        assert_eq!(with(&[0xff; 5]), [Weakness::ExponentLarge(40)]);
        assert_eq!(rsa(&[15], &[1, 0, 1])[1], Weakness::SmallFactor(3));
        assert!(rsa(&[], &[])[2].is_broken());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn hostile_numbers_never_panic(
            modulus in proptest::collection::vec(any::<u8>(), 0..300),
            exponent in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let _ = rsa(&modulus, &exponent);
            let numbers = [Number::new(&modulus), Number::new(&exponent)];
            prop_assert!(repeated::shared_factors(&numbers).1 == 0);
            for number in &numbers {
                // Small factors stand in the way of the others in most numbers.
                let _ = (roca::is_roca(number), fermat::are_close(number), debian::look_up(number));
            }
        }
    }

    #[test]
    fn other_kinds() {
        let key = |algorithm, bits, curve: Option<&str>| {
            weaknesses(&Key {
                algorithm,
                bits: Some(bits),
                curve: curve.map(str::to_owned),
                ..Key::default()
            })
        };
        assert_eq!(key(Algorithm::Ec, 256, Some("P-256")), []);
        assert_eq!(
            key(Algorithm::Ec, 192, Some("P-192")),
            [Weakness::Short {
                bits: 192,
                strength: 96
            }]
        );
        assert_eq!(
            key(Algorithm::Ec, 256, Some("explicit")),
            [Weakness::ExplicitCurve]
        );
        assert_eq!(key(Algorithm::Dsa, 1024, None).len(), 2);
        assert_eq!(key(Algorithm::MlDsa44, 10_496, None), []);
    }
}
