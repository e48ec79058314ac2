//! One heartbeat message (RFC 6520 section 4), asked or answered.

use super::noise::Noise;

/// The padding that RFC 6520 asks for at least.
pub(crate) const PADDING: usize = 16;

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;

/// A heartbeat request from a client.
#[derive(Debug)]
pub(crate) struct Beat {
    /// The version of the record that it came in.
    pub(crate) version: u16,
    /// The payload length that it claims.
    pub(crate) claimed: usize,
    /// The whole message: type, length, payload and padding.
    pub(crate) body: Vec<u8>,
}

impl Beat {
    /// Reads a request; anything else is none.
    pub(crate) fn parse(version: u16, body: &[u8]) -> Option<Self> {
        let &[REQUEST, high, low, ..] = body else {
            return None;
        };
        Some(Self {
            version,
            claimed: usize::from(u16::from_be_bytes([high, low])),
            body: body.to_vec(),
        })
    }

    /// The claimed payload, if the message really brings it.
    pub(crate) fn payload(&self) -> Option<&[u8]> {
        self.body.get(3..)?.get(..self.claimed)
    }

    /// Whether it brings its payload and all the padding that the standard asks for.
    pub(crate) fn is_proper(&self) -> bool {
        self.claimed + 3 + PADDING <= self.body.len()
    }
}

/// A response with this payload and padding.
pub(crate) fn response(payload: &[u8], padding: &[u8]) -> Vec<u8> {
    let [high, low] = super::record::length16(payload.len());
    [&[RESPONSE, high, low], payload, padding].concat()
}

/// The random padding that OpenSSL and GnuTLS put behind an answer.
pub(crate) fn random_padding(noise: &mut Noise) -> Vec<u8> {
    noise.bytes(PADDING)
}
