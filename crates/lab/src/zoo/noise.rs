//! Pseudo-random bytes, the same on every run, so that a failing test can be run again.

/// An xorshift generator; nothing here is secret.
#[derive(Debug)]
pub(crate) struct Noise(u64);

impl Noise {
    /// A stream of bytes that only depends on `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    /// The next `count` bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            bytes.extend(self.0.to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}
