//! Debian's weak keys made anew, primes and all: what the table is made with, and what shows that the rest is right.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

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
    let bits = u32::try_from(candidate.len() * 8).ok()?;
    let number = BoxedUint::from_be_slice(candidate, bits).ok()?;
    let odd = Odd::new(number.clone()).into_option()?;
    let one = BoxedUint::one_with_precision(bits);
    let less = number.wrapping_sub(&one);
    let parameters = BoxedMontyParams::new_vartime(odd);
    let two = BoxedUint::from_be_slice(&[2], bits).ok()?;
    Some(BoxedMontyForm::new(two, &parameters).pow(&less).retrieve() == one)
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
    const PUBLISHED: [(u32, Machine, RandomFile, u16, &str); 13] = [
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
            1000,
            "60f80f7cb1b4de946401cefbb43fb6de6725adf42945b90776259147d88f9cbf",
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
            Machine::Little64,
            RandomFile::Unreadable,
            1000,
            "6a5fe0a26ec49ea11eda6c6c05ee63f01c8dda392fc771b6ececd2efe4f3f039",
        ),
        (
            2048,
            Machine::Little64,
            RandomFile::Missing,
            1000,
            "9da68edea95ad8b3f133c7c7185adbd7b5a6a6b832fa5f347d90192a37122601",
        ),
        (
            2048,
            Machine::Little32,
            RandomFile::Unreadable,
            1000,
            "c018d3ba8361ed48146b2e9056de57171924a12d3a75ab5876dbc67d3162f532",
        ),
        (
            2048,
            Machine::Little32,
            RandomFile::Missing,
            1000,
            "2b4a2d39bec8ce9b5f5910f5400ed8c986dede6133b926371c3fd4a0625da82f",
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
            assert!(!makes(
                Origin {
                    process: process - 1,
                    ..origin
                },
                &made
            ));
        }
    }
}
