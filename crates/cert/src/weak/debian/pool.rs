//! The generator of random bytes in Debian's OpenSSL 0.9.8c-1 to 0.9.8g-8 (CVE-2008-0166): a patch kept the hash from ever
//! seeing what was stirred in, so that only the *lengths* of what was stirred in, the process's number and the machine's
//! byte order and word length decide every byte.

use sha1::{Digest as _, Sha1};

use super::{Machine, RandomFile};

/// The pool's size and a hash's.
const POOL: usize = 1023;
const HASH: usize = 20;

/// The generator in one process.
pub(super) struct Pool {
    machine: Machine,
    /// The process's number, as `pid_t` stands in memory; process 0 is left out.
    process: Vec<u8>,
    state: [u8; POOL],
    filled: usize,
    at: usize,
    hash: [u8; HASH],
    counts: [u64; 2],
    polled: bool,
    stirred: bool,
}

impl Pool {
    /// The generator at the moment that `openssl genrsa` asks for the first byte.
    pub(super) fn new(machine: Machine, process: u16, file: RandomFile) -> Self {
        let number = u32::from(process);
        let mut pool = Self {
            machine,
            process: match (process, machine) {
                (0, _) => Vec::new(),
                (_, Machine::Big32) => number.to_be_bytes().to_vec(),
                _ => number.to_le_bytes().to_vec(),
            },
            state: [0; POOL],
            filled: 0,
            at: 0,
            hash: [0; HASH],
            counts: [0; 2],
            polled: false,
            stirred: false,
        };
        // RAND_load_file stirs in its `struct stat` where there is a file, and a read file by buffers of 1024.
        if file != RandomFile::Missing {
            pool.stir(machine.stat());
        }
        match file {
            RandomFile::Read => pool.stir(1024),
            RandomFile::Missing | RandomFile::Unreadable => pool.poll(),
        }
        pool
    }

    /// RAND_add of what is so long.
    pub(super) fn stir(&mut self, length: usize) {
        let (mut at, [first, mut second]) = (self.at, self.counts);
        let mut local = self.hash;
        self.at += length;
        if self.at >= POOL {
            self.at %= POOL;
            self.filled = POOL;
        } else {
            self.filled = self.filled.max(self.at);
        }
        self.counts[1] += length.div_ceil(HASH) as u64;
        let mut left = length;
        while left > 0 {
            let part = left.min(HASH);
            left -= part;
            let mut hash = Sha1::new();
            hash.update(local);
            self.update(&mut hash, at, part, POOL);
            self.count(&mut hash, [first, second]);
            local = hash.finalize().into();
            second += 1;
            at = self.mix(at, local.get(..part).unwrap_or_default(), POOL);
        }
        for (kept, byte) in self.hash.iter_mut().zip(local) {
            *kept ^= byte;
        }
    }

    /// RAND_bytes.
    pub(super) fn fill(&mut self, out: &mut [u8]) {
        if !self.polled {
            self.poll();
        }
        if !self.stirred {
            for _ in 0..POOL.div_ceil(HASH) {
                self.stir(HASH);
            }
            self.stirred = true;
        }
        let (mut at, filled, counts) = (self.at, self.filled, self.counts);
        let mut local = self.hash;
        self.at += out.len().div_ceil(HASH / 2) * (HASH / 2);
        if self.at > filled {
            self.at %= filled.max(1);
        }
        self.counts[0] += 1;
        for (round, part) in out.chunks_mut(HASH / 2).enumerate() {
            let mut hash = Sha1::new();
            if round == 0 {
                hash.update(&self.process);
            }
            hash.update(local);
            self.count(&mut hash, counts);
            self.update(&mut hash, at, HASH / 2, filled);
            local = hash.finalize().into();
            let (kept, given) = local.split_at(HASH / 2);
            at = self.mix(at, kept, filled);
            for (byte, given) in part.iter_mut().zip(given) {
                *byte = *given;
            }
        }
        let mut hash = Sha1::new();
        self.count(&mut hash, counts);
        hash.update(local);
        hash.update(self.hash);
        self.hash = hash.finalize().into();
    }

    /// RAND_poll: 32 bytes of the system's randomness, then the process, the user and the time, a `long` each.
    fn poll(&mut self) {
        self.stir(32);
        for _ in 0..3 {
            self.stir(self.machine.long());
        }
        self.polled = true;
    }

    /// Hashes so much of the pool, which begins again at its end.
    fn update(&self, hash: &mut Sha1, at: usize, length: usize, end: usize) {
        let pool = self.state.get(..end).unwrap_or_default();
        let (before, after) = pool.split_at(at.min(end));
        hash.update(after.get(..length).unwrap_or(after));
        hash.update(
            before
                .get(..length.saturating_sub(after.len()))
                .unwrap_or_default(),
        );
    }

    fn mix(&mut self, mut at: usize, bytes: &[u8], end: usize) -> usize {
        for byte in bytes {
            if let Some(kept) = self.state.get_mut(at) {
                *kept ^= byte;
            }
            at += 1;
            if at >= end {
                at = 0;
            }
        }
        at
    }

    /// The counters, as `long`s stand in memory.
    fn count(&self, hash: &mut Sha1, counts: [u64; 2]) {
        for count in counts {
            match self.machine {
                Machine::Little64 => hash.update(count.to_le_bytes()),
                Machine::Little32 => hash.update(count.to_le_bytes().get(..4).unwrap_or_default()),
                Machine::Big32 => hash.update(count.to_be_bytes().get(4..).unwrap_or_default()),
            }
        }
    }
}
