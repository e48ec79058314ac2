//! The two messages sent, and as much of the peer's as the question needs.
//!
//! A heartbeat here claims exactly the payload that it brings. Nothing of an answer is kept but what it was.

/// What arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// ServerHelloDone; whether the ServerHello offered heartbeats.
    Done {
        /// Extension 15 was there.
        heartbeat: bool,
    },
    /// Our payload came back, byte for byte.
    Echo,
    /// An alert, a foreign heartbeat, or bytes that are not TLS.
    Odd,
}

/// A ClientHello of TLS 1.2 with suites of RSA key exchange, so that the peer need not sign, and heartbeats.
pub(crate) fn client_hello() -> Vec<u8> {
    let mut body = vec![0x03, 0x03];
    body.extend([0x48; 32]);
    body.push(0);
    let suites = [
        0x00, 0x2f, 0x00, 0x35, 0x00, 0x3c, 0x00, 0x3d, 0x00, 0x9c, 0x00, 0x0a,
    ];
    body.extend(length16(suites.len()));
    body.extend(suites);
    body.extend([1, 0]);
    // Signature algorithms (RSA with SHA-256 and SHA-1); heartbeat: the peer may send them.
    let extensions = [
        0x00, 0x0d, 0x00, 0x06, 0x00, 0x04, 0x04, 0x01, 0x02, 0x01, 0x00, 0x0f, 0x00, 0x01, 0x01,
    ];
    body.extend(length16(extensions.len()));
    body.extend(extensions);
    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(length16(body.len()));
    message.extend(body);
    record(HANDSHAKE, 0x01, &message)
}

/// A heartbeat that brings all of its 4,096 bytes of payload. Fewer would stay in OpenSSL's handshake buffer.
///
/// RFC 6520 wants at least 16 bytes of padding: one byte less is the probe, 16 the control.
pub(crate) fn heartbeat(padding: usize) -> Vec<u8> {
    let mut message = vec![HEARTBEAT_REQUEST];
    message.extend(length16(PAYLOAD.len()));
    message.extend(PAYLOAD);
    message.resize(message.len() + padding, 0);
    record(HEARTBEAT, 0x03, &message)
}

/// The bytes of one peer, record by record, in whatever pieces they come.
#[derive(Debug, Default)]
pub(crate) struct Ear {
    bytes: Vec<u8>,
    handshake: Vec<u8>,
    heartbeat: bool,
}

impl Ear {
    /// Takes what was read; says what it completes. The peer sends one thing and waits, so there is one answer.
    pub(crate) fn hear(&mut self, read: &[u8]) -> Option<Heard> {
        self.bytes.extend_from_slice(read);
        let mut rest = self.bytes.as_slice();
        let mut heard = None;
        while heard.is_none() {
            let Some((&[kind, major, _, high, low], after)) = rest.split_first_chunk() else {
                break;
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            if major != 0x03 || length > LONGEST {
                heard = Some(Heard::Odd);
                break;
            }
            let Some((body, after)) = after.split_at_checked(length) else {
                break;
            };
            rest = after;
            heard = match kind {
                HANDSHAKE => {
                    self.handshake.extend_from_slice(body);
                    done(&mut self.handshake, &mut self.heartbeat)
                }
                HEARTBEAT if is_echo(body) => Some(Heard::Echo),
                _ => Some(Heard::Odd),
            };
        }
        let taken = self.bytes.len() - rest.len();
        self.bytes.drain(..taken);
        heard
    }

    /// Ready for the next peer, the memory kept.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.handshake.clear();
        self.heartbeat = false;
    }
}

fn done(handshake: &mut Vec<u8>, heartbeat: &mut bool) -> Option<Heard> {
    let mut rest = handshake.as_slice();
    let mut heard = None;
    while let Some((&[kind, a, b, c], after)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        if length > LONGEST * 4 {
            return Some(Heard::Odd);
        }
        let Some((body, after)) = after.split_at_checked(length) else {
            break;
        };
        rest = after;
        match kind {
            SERVER_HELLO => *heartbeat = offers_heartbeat(body),
            SERVER_HELLO_DONE => {
                heard = Some(Heard::Done {
                    heartbeat: *heartbeat,
                })
            }
            _ => {}
        }
    }
    let taken = handshake.len() - rest.len();
    handshake.drain(..taken);
    heard
}

fn offers_heartbeat(hello: &[u8]) -> bool {
    find_heartbeat(hello).unwrap_or(false)
}

// version (2), random (32), session id (1 + n), suite (2), compression (1), extensions (2 + n)
fn find_heartbeat(hello: &[u8]) -> Option<bool> {
    let (&[id], rest) = hello.get(34..)?.split_first_chunk()?;
    let mut rest = rest.get(usize::from(id) + 2 + 1 + 2..)?;
    while let Some((&[high, low, long, short], after)) = rest.split_first_chunk() {
        if u16::from_be_bytes([high, low]) == HEARTBEAT_EXTENSION {
            return Some(true);
        }
        rest = after.get(usize::from(u16::from_be_bytes([long, short]))..)?;
    }
    Some(false)
}

fn is_echo(message: &[u8]) -> bool {
    let [high, low] = length16(PAYLOAD.len());
    message
        .strip_prefix(&[HEARTBEAT_RESPONSE, high, low])
        .is_some_and(|rest| rest.starts_with(&PAYLOAD) && rest.len() <= PAYLOAD.len() + MOST_PADDING)
}

fn record(kind: u8, minor: u8, message: &[u8]) -> Vec<u8> {
    let mut record = vec![kind, 0x03, minor];
    record.extend(length16(message.len()));
    record.extend(message);
    record
}

// Every length here is of something built above, far below 65,536.
fn length16(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

const HANDSHAKE: u8 = 22;
const HEARTBEAT: u8 = 24;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;
const SERVER_HELLO_DONE: u8 = 14;
const HEARTBEAT_EXTENSION: u16 = 15;
const HEARTBEAT_REQUEST: u8 = 1;
const HEARTBEAT_RESPONSE: u8 = 2;
const LONGEST: usize = (1 << 14) + 2048;
const PAYLOAD: [u8; 4096] = [0x48; 4096];
const MOST_PADDING: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn server_flight(heartbeat: bool) -> Vec<u8> {
        let mut hello = vec![0x03, 0x03];
        hello.extend([7; 32]);
        hello.extend([2, 9, 9, 0x00, 0x2f, 0]);
        let extensions: &[u8] = if heartbeat {
            &[0xff, 0x01, 0, 1, 0, 0, 15, 0, 1, 1]
        } else {
            &[0xff, 0x01, 0, 1, 0]
        };
        hello.extend(length16(extensions.len()));
        hello.extend(extensions);
        let mut messages = vec![SERVER_HELLO, 0];
        messages.extend(length16(hello.len()));
        messages.extend(hello);
        // A certificate that spans records.
        messages.extend([11, 0, 0x03, 0xe8]);
        messages.extend([0; 1000]);
        messages.extend([SERVER_HELLO_DONE, 0, 0, 0]);
        let (one, two) = messages.split_at(500);
        [record(HANDSHAKE, 3, one), record(HANDSHAKE, 3, two)].concat()
    }

    #[test]
    fn a_request_never_claims_more_than_it_brings() {
        for padding in [15, 16] {
            let sent = heartbeat(padding);
            let claimed = usize::from(u16::from_be_bytes([sent[6], sent[7]]));
            assert_eq!(claimed + padding, sent.len() - 5 - 3);
            assert_eq!(claimed, 4096);
        }
    }

    #[test]
    fn a_flight_is_heard_whole_and_byte_by_byte() {
        for heartbeat in [true, false] {
            let flight = server_flight(heartbeat);
            assert_eq!(Ear::default().hear(&flight), Some(Heard::Done { heartbeat }));
            let mut ear = Ear::default();
            let heard: Vec<_> = flight.chunks(1).filter_map(|byte| ear.hear(byte)).collect();
            assert_eq!(heard, [Heard::Done { heartbeat }]);
        }
    }

    #[test]
    fn only_our_own_bytes_are_an_echo() {
        let mut echo = heartbeat(16);
        echo[5] = HEARTBEAT_RESPONSE;
        assert_eq!(Ear::default().hear(&echo), Some(Heard::Echo));
        echo[100] ^= 1;
        assert_eq!(Ear::default().hear(&echo), Some(Heard::Odd));
        assert_eq!(Ear::default().hear(&heartbeat(16)), Some(Heard::Odd));
    }

    #[test]
    fn noise_is_odd_and_never_kept_for_long() {
        assert_eq!(Ear::default().hear(b"HTTP/1.1 400"), Some(Heard::Odd));
        assert_eq!(Ear::default().hear(&[22, 3, 3, 0xff, 0xff]), Some(Heard::Odd));
        assert_eq!(Ear::default().hear(&[21, 3, 3, 0, 2, 2, 10]), Some(Heard::Odd));
        assert_eq!(
            Ear::default().hear(&record(HANDSHAKE, 3, &[11, 0xff, 0xff, 0xff])),
            Some(Heard::Odd)
        );
    }
}
