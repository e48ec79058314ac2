//! RSA keys of Debian's broken OpenSSL (CVE-2008-0166, 2006–2008): there were 32,768 of each kind, and everybody has them.
//!
//! The table beside this file, which `examples/debian-table.rs` made by doing what that OpenSSL did, holds three bytes of each
//! key's hash. They only say which process may have made it: the process is run again then, and the key counts as weak when
//! one of the primes that it tried divides the modulus. So there is no false alarm.

mod candidates;
mod modulus;
mod pool;

use crypto_bigint::{BoxedUint, NonZero};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use candidates::Candidates;
pub use modulus::modulus;

use crate::Number;

/// What is known of a modulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Debian {
    /// It is one of theirs: its private key is public.
    Weak(Origin),
    /// It is none of those that were looked for.
    NotListed,
    /// Keys of this size are not looked for.
    NotCovered,
}

/// How a weak key came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// On what kind of machine.
    pub machine: Machine,
    /// By the process with this number.
    pub process: u16,
    /// With what kind of `~/.rnd`.
    pub file: RandomFile,
}

/// Machines whose bytes and words differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// amd64 and its like.
    Little64,
    /// i386 and its like.
    Little32,
    /// PowerPC and its like.
    Big32,
}

/// What OpenSSL found at `~/.rnd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RandomFile {
    /// A file, and it read it.
    Read,
    /// A file that it could not read; OpenSSL 0.9.8c took a missing one for that.
    Unreadable,
    /// None.
    Missing,
}

impl Machine {
    /// The size of a `long` and of a `time_t`.
    const fn long(self) -> usize {
        match self {
            Self::Little64 => 8,
            Self::Little32 | Self::Big32 => 4,
        }
    }

    /// The size of a `struct stat`.
    const fn stat(self) -> usize {
        match self {
            Self::Little64 => 144,
            Self::Little32 | Self::Big32 => 88,
        }
    }
}

/// How many candidates a process is followed for: a prime is found among 600 all but once in a million times.
const MOST_CANDIDATES: usize = 600;

/// Bytes of a hash in the table.
const SHORT: usize = 3;

/// What a table's row is found by: the beginning of the SHA-256 of the modulus, big-endian without leading zeros.
#[must_use]
pub fn short_hash(modulus: &[u8]) -> [u8; SHORT] {
    let [a, b, c, ..] = <[u8; 32]>::from(Sha256::digest(modulus));
    [a, b, c]
}

/// Whether this RSA modulus is one of Debian's.
#[must_use]
pub fn look_up(modulus: &Number) -> Debian {
    let mut covered = false;
    let hash = short_hash(modulus.bytes());
    for (bits, machine, file, table) in TABLES {
        if *bits != modulus.bits() {
            continue;
        }
        covered = true;
        let (rows, _) = table.as_chunks::<SHORT>();
        for (process, _) in rows.iter().enumerate().filter(|(_, row)| **row == hash) {
            let origin = Origin {
                machine: *machine,
                process: u16::try_from(process).unwrap_or(u16::MAX),
                file: *file,
            };
            if makes(origin, modulus) {
                return Debian::Weak(origin);
            }
        }
    }
    if covered {
        Debian::NotListed
    } else {
        Debian::NotCovered
    }
}

/// Whether a process of this origin tried a prime that divides the modulus.
fn makes(origin: Origin, modulus: &Number) -> bool {
    let Some(mut candidates) = Candidates::new(origin.machine, origin.process, origin.file, modulus.bits())
    else {
        return false;
    };
    let Ok(number) = BoxedUint::from_be_slice(modulus.bytes(), modulus.bits().next_multiple_of(64)) else {
        return false;
    };
    for _ in 0..MOST_CANDIDATES {
        let candidate = candidates.candidate();
        let divisor = BoxedUint::from_be_slice(&candidate, modulus.bits() / 2).ok();
        let Some(divisor) = divisor.and_then(|divisor| NonZero::new(divisor).into_option()) else {
            return false;
        };
        if bool::from(number.rem_vartime(&divisor).is_zero()) {
            return true;
        }
        candidates.witness(&candidate);
    }
    false
}

/// A size of keys, where they were made, and their rows, one a process.
type Table = (u32, Machine, RandomFile, &'static [u8]);

const TABLES: &[Table] = &[(
    1024,
    Machine::Little32,
    RandomFile::Missing,
    include_bytes!("debian/tables/1024-le32-missing"),
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_keys_are_found_and_others_are_not() {
        for (bits, machine, file, table) in TABLES {
            assert_eq!(table.len(), 32_768 * SHORT, "{bits} {machine:?} {file:?}");
            let origin = Origin {
                machine: *machine,
                process: 4321,
                file: *file,
            };
            let weak = Number::new(&modulus(origin, *bits).unwrap());
            assert_eq!(look_up(&weak), Debian::Weak(origin));
            let mut other = weak.bytes().to_vec();
            other[20] ^= 1;
            assert_eq!(look_up(&Number::new(&other)), Debian::NotListed);
        }
        assert_eq!(look_up(&Number::new(&[0xff; 96])), Debian::NotCovered);
    }

    #[test]
    fn a_row_alone_convicts_nobody() {
        // The first row's hash, and a modulus that process 0 did not make.
        let origin = Origin {
            machine: Machine::Little32,
            process: 0,
            file: RandomFile::Missing,
        };
        assert!(!makes(origin, &Number::new(&[0xf1; 128])));
    }
}
