//! Shares in the finite fields of RFC 7919, whose primes are made by their formula: 2^b - 2^(b-64) + ([2^(b-130) e] + X) 2^64 - 1.

use holter_model::seam::Dice;
use holter_wire::NamedGroup;

use crate::power::power;

/// 256 bits, as up to TLS 1.2: enough for every field, and quick in the largest.
const EXPONENT: usize = 32;

/// Our half of an exchange.
pub(super) struct Field {
    prime: Vec<u8>,
    exponent: [u8; EXPONENT],
    public: Vec<u8>,
}

impl Field {
    /// A new one; `None` for a group that is no field.
    pub(super) fn new(group: NamedGroup, dice: &dyn Dice) -> Option<Self> {
        let prime = prime(group)?;
        let mut exponent = [0; EXPONENT];
        dice.fill(&mut exponent);
        if let Some(first) = exponent.first_mut() {
            *first |= 0x80;
        }
        let public = power(&[2], &exponent, &prime)?;
        Some(Self {
            prime,
            exponent,
            public,
        })
    }

    /// What the peer is told, as long as the prime (RFC 8446 section 4.2.8.1).
    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }

    /// The common secret, with its leading zeros (section 7.4.1); `None` when the peer's value is none of the field.
    pub(super) fn agree_on(&self, theirs: &[u8]) -> Option<Vec<u8>> {
        if theirs.len() != self.prime.len() {
            return None;
        }
        power(theirs, &self.exponent, &self.prime)
    }
}

/// The prime of a group; `None` where it is none of RFC 7919.
fn prime(group: NamedGroup) -> Option<Vec<u8>> {
    let (bits, x): (usize, u32) = match group {
        NamedGroup::FFDHE2048 => (2048, 560_316),
        NamedGroup::FFDHE3072 => (3072, 2_625_351),
        NamedGroup::FFDHE4096 => (4096, 5_736_041),
        NamedGroup::FFDHE6144 => (6144, 15_705_020),
        NamedGroup::FFDHE8192 => (8192, 10_965_728),
        _ => return None,
    };
    // [2^(b-130) e] has b-128 bits; 2^b - 2^(b-64) puts 64 ones before it, and -1 puts 64 behind it, which takes one away.
    let length = bits / 8 - 16;
    let mut middle = shifted(&e(length + 16), length);
    add(&mut middle, x - 1);
    Some([&[0xff; 8][..], &middle, &[0xff; 8]].concat())
}

/// e, as a byte before the point and so many behind it.
fn e(behind: usize) -> Vec<u8> {
    let mut term = vec![0; behind + 1];
    if let Some(one) = term.first_mut() {
        *one = 1;
    }
    let mut sum = term.clone();
    // The sum of 1/k!, until nothing is left of it.
    for k in 1_u32.. {
        let mut rest = 0;
        for byte in &mut term {
            let number = rest << 8 | u32::from(*byte);
            *byte = low(number / k);
            rest = number % k;
        }
        if term.iter().all(|byte| *byte == 0) {
            break;
        }
        let mut carry = 0;
        for (sum, term) in sum.iter_mut().zip(&term).rev() {
            let number = u32::from(*sum) + u32::from(*term) + carry;
            *sum = low(number);
            carry = number >> 8;
        }
    }
    sum
}

/// The first bytes of a number whose first byte has two bits, moved up until it has eight.
fn shifted(number: &[u8], length: usize) -> Vec<u8> {
    let pairs = number.iter().zip(number.iter().skip(1));
    pairs
        .map(|(high, next)| high << 6 | next >> 2)
        .take(length)
        .collect()
}

fn add(number: &mut [u8], what: u32) {
    let mut carry = what;
    for byte in number.iter_mut().rev() {
        let sum = u32::from(*byte) + (carry & 0xff);
        *byte = low(sum);
        carry = (carry >> 8) + (sum >> 8);
    }
}

/// The last byte of a number.
const fn low(number: u32) -> u8 {
    let [.., last] = number.to_be_bytes();
    last
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;
    use sha2::{Digest as _, Sha256};

    use super::*;

    const FIELDS: [NamedGroup; 5] = [
        NamedGroup::FFDHE2048,
        NamedGroup::FFDHE3072,
        NamedGroup::FFDHE4096,
        NamedGroup::FFDHE6144,
        NamedGroup::FFDHE8192,
    ];

    #[test]
    fn the_primes_are_those_of_the_registry() {
        let registry = include_str!("../../../../registry/primes.tsv");
        for group in FIELDS {
            let prime = prime(group).unwrap();
            let hash: String = Sha256::digest(&prime)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let row = registry.lines().find(|line| line.starts_with(&hash));
            let named = row.is_some_and(|row| row.contains(group.name().unwrap()));
            assert!(named, "{group}: {} bits, {row:?}", prime.len() * 8);
        }
    }

    #[test]
    fn both_sides_come_to_the_same_secret() {
        let (ours, theirs) = (FixedDice(1), FixedDice(0xff));
        let group = NamedGroup::FFDHE2048;
        let (ours, theirs) = (
            Field::new(group, &ours).unwrap(),
            Field::new(group, &theirs).unwrap(),
        );
        let secret = ours.agree_on(theirs.public());
        assert!(secret.is_some() && secret == theirs.agree_on(ours.public()));
        assert_eq!(ours.agree_on(&[4; 255]), None);
        assert!(Field::new(NamedGroup::X25519, &FixedDice(1)).is_none());
    }
}
