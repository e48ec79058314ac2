//! Microsoft SQL Server's way into TLS: TDS 7.x PRELOGIN ([MS-TDS] 2.2.6.5), then a TLS handshake inside PRELOGIN
//! packets, then TLS as it is.
//!
//! The server behind should speak TLS 1.2 at most, as SQL Server does over TDS 7.x: what TLS 1.3 sends after the
//! handshake (tickets) would come inside packets until the client sends its first record outside of one.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::LabError;
use crate::proxy::pump;
use crate::zoo::Running;
use crate::zoo::line::{Ended, Line};
use crate::zoo::running::serve;

const PRELOGIN: u8 = 0x12;
const TABULAR_RESULT: u8 = 0x04;
const END_OF_MESSAGE: u8 = 0x01;
const HEADER: usize = 8;
/// The packet size before a login has agreed on another.
const PACKET: usize = 4096;

const VERSION: u8 = 0;
const ENCRYPTION: u8 = 1;
const TERMINATOR: u8 = 0xff;
const ENCRYPT_ON: u8 = 1;

/// Starts a peer on a free port of `ip` that wants encryption, in front of the TLS server `upstream`.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(ip: IpAddr, upstream: SocketAddr) -> Result<Running, LabError> {
    serve(ip, move |client| {
        if !hear_prelogin(client)? {
            return Err(Ended);
        }
        client.send(&packet(TABULAR_RESULT, &prelogin_answer()))?;
        let mut server = client.dial(upstream)?;
        // TDS does not mark the end of the handshake: the client's first record outside of a packet does.
        let handshake_done = AtomicBool::new(false);
        let mut unwrapper = Unwrapper::default();
        pump::join(
            client,
            &mut server,
            |bytes, to| {
                let (records, done) = unwrapper.feed(bytes)?;
                if done {
                    handshake_done.store(true, Ordering::SeqCst);
                }
                to.send(&records)
            },
            |bytes, to| {
                if handshake_done.load(Ordering::SeqCst) {
                    to.send(bytes)
                } else {
                    to.send(&wrap(bytes))
                }
            },
        )
    })
}

/// Takes the client's PRELOGIN message; says whether it is one that asks about encryption.
fn hear_prelogin(client: &mut Line) -> Result<bool, Ended> {
    let mut message = Vec::new();
    loop {
        let header = client.read_exactly(HEADER)?;
        let &[PRELOGIN, status, high, low, ..] = header.as_slice() else {
            return Ok(false);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        message.extend(client.read_exactly(length.saturating_sub(HEADER))?);
        if status & END_OF_MESSAGE != 0 {
            break;
        }
    }
    let options = message
        .chunks(5)
        .take_while(|option| option.first() != Some(&TERMINATOR));
    let mut tokens = options.filter_map(|option| option.first());
    // VERSION has to be the first option.
    Ok(tokens.next() == Some(&VERSION) && tokens.any(|token| *token == ENCRYPTION))
}

/// Two options: SQL Server 2014 (12.0.2000.0), and encryption on.
fn prelogin_answer() -> Vec<u8> {
    let mut answer = vec![VERSION, 0, 11, 0, 6, ENCRYPTION, 0, 17, 0, 1, TERMINATOR];
    answer.extend([12, 0, 0x07, 0xd0, 0, 0, ENCRYPT_ON]);
    answer
}

/// Handshake bytes in PRELOGIN packets; the last one ends the message.
fn wrap(bytes: &[u8]) -> Vec<u8> {
    let mut parts = bytes.chunks(PACKET - HEADER).peekable();
    let mut out = Vec::new();
    while let Some(part) = parts.next() {
        let status = if parts.peek().is_none() { END_OF_MESSAGE } else { 0 };
        out.extend(packet_with(PRELOGIN, status, part));
    }
    out
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    packet_with(kind, END_OF_MESSAGE, body)
}

fn packet_with(kind: u8, status: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(HEADER + body.len())
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    [&[kind, status, high, low, 0, 0, 0, 0], body].concat()
}

/// Takes TLS out of packets as long as packets come, and passes it on as it is from the first record outside of one.
#[derive(Debug, Default)]
struct Unwrapper {
    held: Vec<u8>,
    done: bool,
}

impl Unwrapper {
    fn feed(&mut self, bytes: &[u8]) -> Result<(Vec<u8>, bool), Ended> {
        self.held.extend_from_slice(bytes);
        let mut out = Vec::new();
        while let Some(first) = self.held.first().copied().filter(|_| !self.done) {
            if first != PRELOGIN {
                // TLS content types are 20 to 24; anything else is neither a packet nor a record.
                if !(20..=24).contains(&first) {
                    return Err(Ended);
                }
                self.done = true;
                break;
            }
            let &[_, _, high, low, ..] = self.held.as_slice() else {
                break;
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            if length < HEADER {
                return Err(Ended);
            }
            let Some(packet) = self.held.get(HEADER..length) else {
                break;
            };
            out.extend_from_slice(packet);
            self.held.drain(..length);
        }
        if self.done {
            out.append(&mut self.held);
        }
        Ok((out, self.done))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{PRELOGIN, Unwrapper, packet, wrap};

    #[test]
    fn what_was_wrapped_comes_out_however_it_is_cut() {
        let records: Vec<u8> = (0..9000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let wrapped = wrap(&records);
        for piece in [1, 7, 4096, 9999] {
            let mut unwrapper = Unwrapper::default();
            let out: Vec<u8> = wrapped
                .chunks(piece)
                .flat_map(|part| unwrapper.feed(part).unwrap().0)
                .collect();
            assert_eq!(out, records);
        }
    }

    #[test]
    fn the_first_record_outside_of_a_packet_ends_the_wrapping() {
        let mut unwrapper = Unwrapper::default();
        let bytes = [packet(PRELOGIN, b"finished"), vec![23, 3, 3, 0, 1, 0x12]].concat();
        assert_eq!(
            unwrapper.feed(&bytes).unwrap(),
            (b"finished\x17\x03\x03\x00\x01\x12".to_vec(), true)
        );
        assert_eq!(unwrapper.feed(&[0x12]).unwrap(), (vec![0x12], true));
    }
}
