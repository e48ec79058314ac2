//! What a server of OpenSSL 1.1.0i shows before a key is there: in its hello, its key exchange, and its answer to a
//! premaster secret that is wrong.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::versions::{hello, usual};

/// The alert for a Finished that does not decrypt.
pub(crate) const BAD_RECORD_MAC: u8 = 20;
/// The alert that says that it was the secret.
pub(crate) const DECRYPT_ERROR: u8 = 51;

const DHE_AES_128: u16 = 0x0033;
const RSA_AES_128: u16 = 0x002f;

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) compresses: bool,
    pub(crate) knows_renegotiation: bool,
    /// Two connections got the same Diffie-Hellman key.
    pub(crate) keeps_its_key: bool,
    pub(crate) answer_to_a_wrong_secret: Option<u8>,
}

/// Looks at all of it.
pub(crate) fn look(address: SocketAddr) -> Sight {
    let mut line = connect(address);
    let flight = flight(&mut line, RSA_AES_128).unwrap();
    let server_hello = &flight.iter().find(|message| message.0 == 2).unwrap().1;
    let after_suite = 35 + usize::from(server_hello[34]) + 2;
    Sight {
        compresses: server_hello[after_suite] == 1,
        knows_renegotiation: server_hello[after_suite..]
            .windows(4)
            .any(|bytes| bytes == [0xff, 1, 0, 1]),
        keeps_its_key: keeps_its_key(address),
        answer_to_a_wrong_secret: answer_to_a_wrong_secret(&mut line),
    }
}

fn keeps_its_key(address: SocketAddr) -> bool {
    let key = || {
        let messages = flight(&mut connect(address), DHE_AES_128)?;
        let body = messages.into_iter().find(|message| message.0 == 12)?.1;
        // dh_p, dh_g, dh_Ys, each with its length; the signature over it differs in any case.
        let mut at = 0;
        for _ in 0..3 {
            at += 2 + usize::from(u16::from_be_bytes([body[at], body[at + 1]]));
        }
        Some(body[..at].to_vec())
    };
    let first = key();
    first.is_some() && first == key()
}

/// 256 bytes are as long as the modulus and decrypt to something that begins with 00 02 once in 65,536 times.
fn answer_to_a_wrong_secret(line: &mut TcpStream) -> Option<u8> {
    let mut exchange = vec![22, 3, 3, 1, 6, 16, 0, 1, 2, 1, 0];
    exchange.extend([0x3c; 256]);
    line.write_all(&exchange).ok()?;
    line.write_all(&[20, 3, 3, 0, 1, 1]).ok()?;
    let mut finished = vec![22, 3, 3, 0, 64];
    finished.extend([0x3c; 64]);
    // A server that is done already has closed its end.
    let _ = line.write_all(&finished);
    let mut alert = [0; 7];
    line.read_exact(&mut alert).ok()?;
    (alert[0] == 21).then_some(alert[6])
}

/// The messages to ServerHelloDone, each with its type; `None` where the suite is refused.
fn flight(line: &mut TcpStream, suite: u16) -> Option<Vec<(u8, Vec<u8>)>> {
    line.write_all(&hello(0x0303, &[suite, 0x00ff], &[1, 0], &usual()))
        .ok()?;
    let mut bytes = Vec::new();
    let mut messages = Vec::new();
    while messages.last().is_none_or(|(kind, _): &(u8, _)| *kind != 14) {
        let mut head = [0; 5];
        line.read_exact(&mut head).ok()?;
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        line.read_exact(&mut body).ok()?;
        if head[0] != 22 {
            return None;
        }
        bytes.extend(body);
        while let Some(&[kind, high, middle, low]) = bytes.get(..4) {
            let end = 4 + (usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low));
            let Some(body) = bytes.get(4..end) else { break };
            messages.push((kind, body.to_vec()));
            bytes.drain(..end);
        }
    }
    Some(messages)
}

fn connect(address: SocketAddr) -> TcpStream {
    let line = TcpStream::connect(address).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    line
}
