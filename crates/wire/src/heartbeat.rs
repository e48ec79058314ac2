//! Heartbeats (RFC 6520), built so that a request cannot claim a byte that it does not bring.
//!
//! ```text
//! type (1) | payload_length (2) | payload (payload_length) | padding (at least 16)
//! ```
//! [`Request`] writes `payload_length` from the payload itself; no public way sets it to anything else.
//! The one exception, [`OverClaim`], wants a [`ProveConsent`], which only `--prove` gives.

use zeroize::Zeroize as _;

use crate::reader::Reader;

/// The least padding that RFC 6520 section 4 allows; a peer must drop a message with less.
pub const LEAST_PADDING: usize = 16;

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const HEADER: usize = 3;

/// A request that brings every byte of payload that it claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    payload: Vec<u8>,
    padding: Vec<u8>,
}

impl Request {
    /// A request with this payload and this padding.
    ///
    /// The payload is cut to what fits a record with its padding, so its length always fits its field.
    #[must_use]
    pub fn new(mut payload: Vec<u8>, mut padding: Vec<u8>) -> Self {
        padding.truncate(1 << 10);
        payload.truncate(crate::record::LONGEST_PLAINTEXT - HEADER - padding.len());
        Self { payload, padding }
    }

    /// The payload.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// How many bytes of padding follow it.
    #[must_use]
    pub const fn padding(&self) -> usize {
        self.padding.len()
    }

    /// Appends the message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(REQUEST);
        crate::writer::vec16(out, |out| out.extend_from_slice(&self.payload));
        out.extend_from_slice(&self.padding);
    }
}

/// What an answer to a [`Request`] is, without a byte of it kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Our payload, byte for byte, and padding.
    Echo {
        /// How many bytes of padding follow the payload.
        padding: usize,
        /// Whether all of them are zero, as Botan 1.11 writes them; OpenSSL's are random.
        zero_padding: bool,
    },
    /// A heartbeat that is not our echo: how many bytes, and how many of them are beyond what we brought.
    Other {
        /// The length of the answer's record body.
        length: usize,
        /// Bytes that an echo of our payload and 16 bytes of padding does not account for.
        beyond: usize,
    },
}

/// Whether this is a request of the peer's own (RFC 6520 section 3), which answers nothing.
#[must_use]
pub fn is_request(message: &[u8]) -> bool {
    message.first() == Some(&REQUEST)
}

/// Compares an answer with what was asked. Reads in place and keeps lengths only.
#[must_use]
pub fn compare(asked: &Request, answer: &[u8]) -> Answer {
    let expected = asked.payload();
    let ours = HEADER + expected.len() + LEAST_PADDING;
    let other = Answer::Other {
        length: answer.len(),
        beyond: answer.len().saturating_sub(ours),
    };
    let mut reader = Reader::new(answer);
    let (Some(RESPONSE), Some(payload)) = (reader.u8(), reader.vec16()) else {
        return other;
    };
    let padding = reader.rest();
    if payload != expected {
        return other;
    }
    // RFC 6520 lets an answer be padded further than 16 bytes, but no stack with heartbeats pads beyond 255: that is
    // no echo to build on, and yet nothing beyond our payload was claimed.
    if padding.len() > 255 {
        return Answer::Other {
            length: answer.len(),
            beyond: 0,
        };
    }
    Answer::Echo {
        padding: padding.len(),
        zero_padding: padding.iter().all(|byte| *byte == 0),
    }
}

/// A heartbeat as a capture or a log shows it: what it claims beside what it brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether it is a request (1) or a response (2); other values are the peer's.
    pub kind: u8,
    /// `payload_length` as claimed.
    pub claimed: usize,
    /// Bytes after the header: payload and padding together.
    pub brought: usize,
}

impl Seen {
    /// Reads the body of an unencrypted heartbeat record; `None` when it is shorter than its header.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let (kind, claimed) = (reader.u8()?, reader.u16()?);
        Some(Self {
            kind,
            claimed: claimed.into(),
            brought: reader.rest().len(),
        })
    }

    /// Whether the claim stays within what was brought. RFC 6520 section 4 makes a peer drop it otherwise.
    #[must_use]
    pub const fn is_honest(&self) -> bool {
        self.claimed <= self.brought
    }
}

/// The user's word that over-reading one's own marker may be asked for (`--prove`).
#[derive(Clone, Copy, Debug)]
pub struct ProveConsent(());

impl ProveConsent {
    /// Call this where the user's `--prove` is read, and nowhere else.
    #[must_use]
    pub const fn given_by_user() -> Self {
        Self(())
    }
}

/// The proof's second request: it claims more than it brings, after a full [`Request`] has laid our marker
/// into the buffer that an affected peer reads from.
#[derive(Clone, Copy, Debug)]
pub struct OverClaim {
    marker: Marker,
    claimed: u16,
    brought: usize,
}

/// Our own bytes, told from foreign ones by their value and their place: 16 random bytes over and over.
#[derive(Clone, Copy, Debug)]
pub struct Marker(pub [u8; 16]);

impl Marker {
    /// `count` bytes of the marker from its start.
    pub fn bytes(self, count: usize) -> impl Iterator<Item = u8> {
        (0..count).map(move |at| self.at(at))
    }

    fn at(self, place: usize) -> u8 {
        self.0.get(place % 16).copied().unwrap_or_default()
    }
}

impl OverClaim {
    /// Claims `claimed` bytes of `marker` but brings `brought`.
    #[must_use]
    pub const fn new(marker: Marker, claimed: u16, brought: usize, _consent: ProveConsent) -> Self {
        Self {
            marker,
            claimed,
            brought,
        }
    }

    /// Appends the message. It has no padding: what it brings is all there is.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(REQUEST);
        out.extend(self.claimed.to_be_bytes());
        out.extend(self.marker.bytes(self.brought));
    }

    /// Verifies the answer in place, wipes it, and keeps only counts.
    #[must_use]
    pub fn verify(&self, answer: &mut [u8]) -> OverRead {
        let mut reader = Reader::new(answer);
        let (kind, length) = (reader.u8(), reader.u16());
        // What the answer itself calls payload: a peer that stays within its bounds pads what it gives back.
        let length = usize::from(length.unwrap_or(0)).min(reader.rest().len());
        let payload = reader.take(length).unwrap_or_default();
        // An affected peer copies from where our earlier request lay, so each byte has its place.
        let ours = payload
            .iter()
            .enumerate()
            .filter(|(place, byte)| self.marker.at(*place) == **byte)
            .count();
        let padding = reader.rest().len();
        let whole = kind == Some(RESPONSE) && length == usize::from(self.claimed);
        let counts = OverRead {
            // Any other length is no answer to this claim: over datagrams the full echo before it may come twice.
            over_read: if whole {
                ours.saturating_sub(self.brought)
            } else {
                0
            },
            foreign: payload.len() - ours + padding.saturating_sub(LEAST_PADDING),
        };
        answer.zeroize();
        counts
    }
}

/// How an over-claiming request was answered, in counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverRead {
    /// Bytes of our own marker beyond what the request brought, in an answer of the length claimed: each one
    /// proves the over-read.
    pub over_read: usize,
    /// Bytes that are not ours. One is reason to stop and report.
    pub foreign: usize,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn response(payload: &[u8], padding: &[u8]) -> Vec<u8> {
        let mut out = vec![RESPONSE];
        crate::writer::vec16(&mut out, |out| out.extend_from_slice(payload));
        out.extend_from_slice(padding);
        out
    }

    proptest! {
        #[test]
        fn a_request_never_claims_more_than_it_brings(payload in 0usize..40_000, padding in 0usize..3000) {
            let request = Request::new(vec![1; payload], vec![2; padding]);
            let mut body = Vec::new();
            request.encode(&mut body);
            prop_assert!(body.len() <= crate::record::LONGEST_PLAINTEXT);
            let seen = Seen::read(&body).unwrap();
            prop_assert_eq!(seen.claimed, request.payload().len());
            prop_assert!(seen.is_honest());
        }

        #[test]
        fn hostile_answers_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = compare(&Request::new(vec![1; 16], vec![2; 15]), &bytes);
            let _ = Seen::read(&bytes);
            let _ = OverClaim::new(Marker([7; 16]), 8192, 16, ProveConsent::given_by_user()).verify(&mut bytes.clone());
        }
    }

    #[test]
    fn an_echo_is_told_from_anything_else() {
        let asked = Request::new(b"0123456789abcdef".to_vec(), vec![0; 15]);
        let echo = compare(&asked, &response(b"0123456789abcdef", &[0; 16]));
        assert_eq!(
            echo,
            Answer::Echo {
                padding: 16,
                zero_padding: true
            }
        );
        let wrong = compare(&asked, &response(b"0123456789abcdeX", &[1; 16]));
        assert_eq!(
            wrong,
            Answer::Other {
                length: 35,
                beyond: 0
            }
        );
        let longer = compare(&asked, &response(&[7; 4000], &[1; 16]));
        assert_eq!(
            longer,
            Answer::Other {
                length: 4019,
                beyond: 3984
            }
        );
        // An answer may be padded as long as its record allows; that accuses nobody, and clears nobody.
        let padded = compare(&asked, &response(b"0123456789abcdef", &[1; 300]));
        assert_eq!(
            padded,
            Answer::Other {
                length: 319,
                beyond: 0
            }
        );
    }

    #[test]
    fn an_over_read_is_counted_and_wiped() {
        let marker = Marker(*b"0123456789abcdef");
        let ours: Vec<u8> = marker.bytes(8192).collect();
        let claim = OverClaim::new(marker, 8192, 16, ProveConsent::given_by_user());
        let mut answer = response(&ours, &[9; 16]);
        let counts = claim.verify(&mut answer);
        assert_eq!(
            counts,
            OverRead {
                over_read: 8176,
                foreign: 0,
            }
        );
        assert!(answer.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn only_an_answer_of_the_claimed_length_proves_and_no_strange_byte_is_forgiven() {
        let marker = Marker(*b"0123456789abcdef");
        let ours: Vec<u8> = marker.bytes(16_365).collect();
        let check = |answer: &[u8], over_read, foreign| {
            let claim = OverClaim::new(marker, 8192, 16, ProveConsent::given_by_user());
            let counts = claim.verify(&mut answer.to_vec());
            assert_eq!(counts, OverRead { over_read, foreign });
        };
        // A peer that stays within its bounds: what was brought, and padding.
        check(&response(&ours[..16], &[9; 16]), 0, 0);
        // The full echo before, twice on the way.
        check(&response(&ours, &[9; 16]), 0, 0);
        check(&response(&ours[..8000], &[9; 208]), 0, 192);
        // Foreign bytes inside a whole answer.
        let mixed = [&ours[..4096], &[9; 4096]].concat();
        check(&response(&mixed, &[9; 16]), 4080, 4096);
        // An answer that hides behind its own header.
        check(&[&[RESPONSE, 0, 0][..], &[9; 64]].concat(), 0, 48);
        // A request of the peer's own.
        let mut request = response(&ours[..8192], &[]);
        request[0] = REQUEST;
        check(&request, 0, 0);
        check(&[], 0, 0);
    }
}
