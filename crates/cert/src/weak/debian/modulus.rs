//! Debian's weak keys made anew, primes and all: what the table is made with, and what shows that the rest is right.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{BoxedUint, Odd, U512, U1024, Uint};

use super::{Candidates, Origin};

/// The modulus that a process made, big-endian; `None` for a size that is not made here.
#[must_use]
pub fn modulus(origin: Origin, bits: u32) -> Option<Vec<u8>> {
    let mut candidates = Candidates::new(origin.machine, origin.process, origin.file, bits)?;
    let p = prime(&mut candidates)?;
    let q = prime(&mut candidates)?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, bits).ok();
    Some(number(&p)?.wrapping_mul(&number(&q)?).to_be_bytes().to_vec())
}

fn prime(candidates: &mut Candidates) -> Option<Vec<u8>> {
    loop {
        let candidate = candidates.candidate();
        let prime = is_prime(&candidate)?;
        for _ in 0..if prime { candidates.witnesses() } else { 1 } {
            candidates.witness(&candidate);
        }
        if prime {
            return Some(candidate);
        }
    }
}

/// Fermat's test to the base 2; no composite of this size that came by chance has ever passed it.
fn is_prime(candidate: &[u8]) -> Option<bool> {
    match candidate.len() {
        64 => fermat::<{ U512::LIMBS }>(U512::from_be_slice(candidate)),
        128 => fermat::<{ U1024::LIMBS }>(U1024::from_be_slice(candidate)),
        _ => None,
    }
}

fn fermat<const LIMBS: usize>(number: Uint<LIMBS>) -> Option<bool> {
    let parameters = FixedMontyParams::new_vartime(Odd::new(number).into_option()?);
    let less = number.wrapping_sub(&Uint::ONE);
    Some(
        FixedMontyForm::new(&Uint::from_u8(2), &parameters)
            .pow_vartime(&less)
            .retrieve()
            == Uint::ONE,
    )
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::Number;
    use crate::number::hex;
    use crate::weak::debian::{Machine, RandomFile, makes};

    /// SHA-256 of the moduli of keys that an affected OpenSSL made, out of the collections that HARICA and badkeys
    /// published.
    const PUBLISHED: [(u32, Machine, RandomFile, u16, &str); 8] = [
        (
            1024,
            Machine::Little32,
            RandomFile::Missing,
            1000,
            "231ebfa2af3e1fc07c998c3d49ea882ec76aebd1079e9798c308e2a468182c8b",
        ),
        (
            1024,
            Machine::Little32,
            RandomFile::Read,
            1000,
            "3e30fcd6ad6a5bf0909bbb41027d9815c94a91bf2280564c73234046edcc41b2",
        ),
        (
            1024,
            Machine::Big32,
            RandomFile::Missing,
            1000,
            "6a9b16a3d28fe1719bd1c51b1f2d6966fdcc7429a274b02f1498460e42612321",
        ),
        (
            1024,
            Machine::Big32,
            RandomFile::Unreadable,
            1000,
            "40116ef501bf0901290bde88a6846847bbee56183bea5551c75a2dc7bdc668d0",
        ),
        (
            1024,
            Machine::Big32,
            RandomFile::Read,
            1000,
            "3a8ce8aff3d98c40476ad711e07a69729a7dcde1ae52104fa71281e23662a75b",
        ),
        (
            1024,
            Machine::Little64,
            RandomFile::Unreadable,
            1000,
            "40b6d1c1d903c604e3c4cd141345e9a5045a59345c6662e71260caaf20faf872",
        ),
        (
            2048,
            Machine::Little64,
            RandomFile::Read,
            32_767,
            "e781148da2785b6870c7b852a062bcc34c000bfa425f1626416bbf6bc202e696",
        ),
        (
            2048,
            Machine::Little32,
            RandomFile::Missing,
            7,
            "a95752b0784f390c63656748eb45455e39f64dee88b472de28d4260221b2700a",
        ),
    ];

    #[test]
    fn published_keys_are_made_to_the_bit() {
        for (bits, machine, file, process, published) in PUBLISHED {
            let origin = Origin {
                machine,
                process,
                file,
            };
            let made = modulus(origin, bits).unwrap();
            assert_eq!(hex(&Sha256::digest(&made)), published, "{origin:?}");
            let made = Number::new(&made);
            assert!(makes(origin, &made));
        }
    }
}
