//! RC4, as the `RC4_128` suites use it (RFC 5246 section 6.2.3.1).

use rc4::{KeyInit as _, Rc4, StreamCipher as _};

/// An obsolete stream cipher of suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamCipher {
    /// RC4 with a key of 128 bits.
    Rc4,
}

/// An obsolete stream cipher with its key; it goes on where the record before ended.
pub struct Stream(Rc4);

impl StreamCipher {
    /// The cipher that suites call by this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == "RC4_128").then_some(Self::Rc4)
    }

    /// The length of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        16
    }

    /// The cipher under this key; `None` when no key can have this length.
    #[must_use]
    pub fn keyed(self, key: &[u8]) -> Option<Stream> {
        Rc4::new_from_slice(key).ok().map(Stream)
    }
}

impl Stream {
    /// Encrypts or decrypts in place: here they are the same.
    pub fn apply(&mut self, data: &mut [u8]) {
        self.0.apply_keystream(data);
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stream")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stream_runs_on_from_call_to_call() {
        // RFC 6229 section 2, the key of 128 bits 0x0102…10.
        let key: Vec<u8> = (1..=16).collect();
        let mut stream = StreamCipher::named("RC4_128").unwrap().keyed(&key).unwrap();
        let (mut first, mut second) = ([0; 5], [0; 3]);
        stream.apply(&mut first);
        stream.apply(&mut second);
        assert_eq!(first, [0x9a, 0xc7, 0xcc, 0x9a, 0x60]);
        assert_eq!(second, [0x9d, 0x1e, 0xf7]);
    }
}
