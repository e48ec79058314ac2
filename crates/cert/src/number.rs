//! A natural number as keys and serials write it: big-endian, shown in hexadecimal.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A natural number without leading zeros; zero is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Number(Vec<u8>);

impl Number {
    /// The number that these big-endian bytes are.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(trimmed(bytes).to_vec())
    }

    /// Big-endian, without leading zeros.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bits it takes.
    #[must_use]
    pub fn bits(&self) -> u32 {
        let first = self.0.first().map_or(0, |byte| byte.leading_zeros());
        u32::try_from(self.0.len())
            .unwrap_or(u32::MAX / 8)
            .saturating_mul(8)
            .saturating_sub(first)
    }

    /// Whether it is even; zero is.
    #[must_use]
    pub fn is_even(&self) -> bool {
        self.0.last().is_none_or(|byte| byte % 2 == 0)
    }

    /// The number if it is small enough.
    #[must_use]
    pub fn small(&self) -> Option<u64> {
        (self.0.len() <= 8).then(|| self.0.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    /// What is left after division by a small number; 0 for a divisor of 0.
    #[must_use]
    pub fn remainder(&self, divisor: u32) -> u32 {
        // The first word has what the others, of four bytes each, leave over.
        let (head, words) = self.0.as_rchunks::<4>();
        let head = head.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let left = words.iter().fold(head, |left, word| {
            let left = left.checked_rem(divisor.into()).unwrap_or(0);
            left << 32 | u64::from(u32::from_be_bytes(*word))
        });
        left.checked_rem(divisor.into())
            .and_then(|left| u32::try_from(left).ok())
            .unwrap_or(0)
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Big-endian bytes without leading zeros.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        unhex(&text)
            .map(|bytes| Self::new(&bytes))
            .ok_or_else(|| D::Error::custom("a number is written in hexadecimal, two digits a byte"))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks_exact(2);
    if !digits.remainder().is_empty() {
        return None;
    }
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_their_bytes_say() {
        let number = Number::new(&[0, 1, 0, 1]);
        assert_eq!(
            (number.bits(), number.small(), number.is_even()),
            (17, Some(65_537), false)
        );
        assert_eq!((number.remainder(10), number.remainder(0)), (7, 0));
        assert_eq!(Number::new(&[0xff; 9]).remainder(1009), 430);
        assert_eq!(Number::new(&[0, 0]), Number::default());
        assert_eq!(Number::default().bits(), 0);
        let text = serde_json::to_string(&number).unwrap();
        assert_eq!(text, "\"010001\"");
        assert_eq!(serde_json::from_str::<Number>(&text).unwrap(), number);
        assert!(serde_json::from_str::<Number>("\"0\"").is_err());
    }
}
