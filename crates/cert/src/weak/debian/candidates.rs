//! The numbers that OpenSSL 0.9.8 tries as primes, one after the other (bn_prime.c, `probable_prime`): odd, with the two
//! highest bits set, and neither they nor their predecessors divisible by one of the first primes.

use std::sync::OnceLock;

use super::pool::Pool;
use super::{Machine, RandomFile};

/// How many primes are divided by, and the last of them.
const PRIMES: usize = 2048;
const LAST: u32 = 17_863;

/// The longest candidate, in 32-bit words.
const WORDS: usize = 32;

/// An odd prime that is divided by, and the powers of 2^32 modulo it.
struct Divisor {
    prime: u32,
    powers: [u32; WORDS],
}

/// The candidates of one process.
pub struct Candidates {
    pool: Pool,
    machine: Machine,
    bytes: usize,
}

impl Candidates {
    /// Those of a process that makes an RSA key of so many bits: 512 to 2048, in steps of 64.
    #[must_use]
    pub fn new(machine: Machine, process: u16, file: RandomFile, key_bits: u32) -> Option<Self> {
        let bytes = usize::try_from(key_bits / 16).ok()?;
        (key_bits.is_multiple_of(64) && (32..=WORDS * 4).contains(&bytes)).then(|| Self {
            pool: Pool::new(machine, process, file),
            machine,
            bytes,
        })
    }

    /// The next candidate, big-endian.
    pub fn candidate(&mut self) -> Vec<u8> {
        let mut number = self.random();
        if let Some(first) = number.first_mut() {
            *first |= 0xc0;
        }
        if let Some(last) = number.last_mut() {
            *last |= 1;
        }
        let words: Vec<u64> = number
            .rchunks(4)
            .map(|chunk| chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
            .collect();
        let left: Vec<(u32, u32)> = divisors()
            .iter()
            .map(|divisor| {
                let sum: u64 = words
                    .iter()
                    .zip(&divisor.powers)
                    .map(|(word, power)| word * u64::from(*power))
                    .sum();
                (
                    u32::try_from(sum % u64::from(divisor.prime)).unwrap_or(0),
                    divisor.prime,
                )
            })
            .collect();
        let mut step = 0;
        while left.iter().any(|(left, prime)| (left + step) % prime <= 1) {
            step += 2;
        }
        add(&mut number, step);
        number
    }

    /// Draws the witness that the primality test of `candidate` asks for, as often as it takes to be below it. A composite
    /// costs one, and the next candidate follows; a prime costs [`witnesses`](Self::witnesses).
    pub fn witness(&mut self, candidate: &[u8]) {
        // It is compared with the candidate less one; both are odd or not, and equality has no chance.
        while self.random().as_slice() >= candidate {}
    }

    /// How many witnesses a prime of this size is asked for.
    #[must_use]
    pub fn witnesses(&self) -> usize {
        match self.bytes * 8 {
            1300.. => 2,
            850.. => 3,
            650.. => 4,
            550.. => 5,
            450.. => 6,
            400.. => 7,
            350.. => 8,
            300.. => 9,
            _ => 12,
        }
    }

    /// BN_rand, which stirs in the time first.
    fn random(&mut self) -> Vec<u8> {
        self.pool.stir(self.machine.long());
        let mut number = vec![0; self.bytes];
        self.pool.fill(&mut number);
        number
    }
}

fn add(number: &mut [u8], step: u32) {
    let mut carry = u64::from(step);
    for byte in number.iter_mut().rev() {
        carry += u64::from(*byte);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
}

fn divisors() -> &'static [Divisor] {
    static DIVISORS: OnceLock<Vec<Divisor>> = OnceLock::new();
    DIVISORS.get_or_init(|| {
        let mut primes: Vec<u32> = Vec::with_capacity(PRIMES);
        for number in 2..=LAST {
            let divides = |prime: &&u32| number % **prime == 0;
            if !primes
                .iter()
                .take_while(|prime| **prime * **prime <= number)
                .any(|prime| divides(&prime))
            {
                primes.push(number);
            }
        }
        primes.into_iter().skip(1).map(divisor).collect()
    })
}

fn divisor(prime: u32) -> Divisor {
    let mut powers = [1; WORDS];
    let mut power = 1_u64;
    for kept in &mut powers {
        *kept = u32::try_from(power).unwrap_or(0);
        power = (power << 32) % u64::from(prime);
    }
    Divisor { prime, powers }
}
