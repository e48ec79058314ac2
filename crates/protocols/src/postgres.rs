//! PostgreSQL with SSLRequest (PostgreSQL documentation, "Message Flow" section "SSL Session Encryption").
//!
//! ```text
//! C: 00000008 04D2162F             SSLRequest
//! S: 'S'                           TLS begins      (one byte, alone)
//! S: 'N'                           no TLS here
//! S: 'E' length fields             an error, from servers that are full or very old
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet, may_be, u32_at};
use crate::{Opening, Protocol};

/// Records, images' indexes, laboratory data.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "postgres",
    direct_id: None,
    name: "PostgreSQL",
    clear_name: "PostgreSQL",
    about: "databases of records, images and laboratories",
    upgrade_ports: &[5432],
    direct_ports: &[],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| matches!(answer(words), Packet::Whole(Answer::Error, _)),
};

/// What a server says to an SSLRequest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Begin.
    Accepts,
    /// Not here.
    Refuses,
    /// It is in no state to talk.
    Error,
}

/// Reads the answer to an SSLRequest. 'S' and 'N' must stand alone: what follows them would be clear text
/// pretending to be protected (CVE-2021-23222), or the rest of "SSH-2.0".
#[must_use]
pub fn answer(bytes: &[u8]) -> Packet<Answer> {
    match bytes {
        [] => Packet::Part,
        b"S" => Packet::Whole(Answer::Accepts, 1),
        b"N" => Packet::Whole(Answer::Refuses, 1),
        [b'E', ..] => error(bytes),
        _ => Packet::Foreign,
    }
}

const SSL_REQUEST: &[u8] = &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
const LONGEST_ERROR: u32 = 8 << 10;

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(SSL_REQUEST).await?;
    match packet::first(line, answer).await? {
        Answer::Accepts => tls_begins(line),
        Answer::Refuses => Err(Opening::Declined("it answers that it has no TLS")),
        Answer::Error => Err(Opening::TurnedAway(
            "it answers the request for TLS with an error",
        )),
    }
}

/// 'E', a length, and fields of which the first is the severity; before version 7.4 the text itself.
fn error(bytes: &[u8]) -> Packet<Answer> {
    const OLD: &[u8] = b"EFATAL";
    if may_be(bytes, OLD) {
        return match bytes.len() {
            length if length >= OLD.len() => Packet::Whole(Answer::Error, length),
            _ => Packet::Part,
        };
    }
    let Some(length) = u32_at(bytes, 1) else {
        return if may_be(bytes, b"E\0\0") {
            Packet::Part
        } else {
            Packet::Foreign
        };
    };
    let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(1);
    match bytes.get(5) {
        _ if !(8..=LONGEST_ERROR).contains(&length) => Packet::Foreign,
        Some(b'S') if bytes.len() >= whole => Packet::Whole(Answer::Error, whole),
        Some(b'S') | None => Packet::Part,
        Some(_) => Packet::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOL, SSL_REQUEST};
    use crate::script::{C, S, check};

    #[test]
    fn a_database_is_brought_to_tls() {
        let ask = C(SSL_REQUEST);
        check(&PROTOCOL, &[ask, S(b"S")], "TLS");
        check(
            &PROTOCOL,
            &[ask, S(b"N")],
            "declined: it answers that it has no TLS",
        );
        let error = "turned away: it answers the request for TLS with an error";
        check(&PROTOCOL, &[ask, S(b"E\0\0\0\x0dSFATAL\0\0\0")], error);
        check(
            &PROTOCOL,
            &[ask, S(b"EFATAL:  unsupported frontend protocol\n\0")],
            error,
        );
        check(
            &PROTOCOL,
            &[S(b"SSH-2.0-x\r\n"), ask],
            "not spoken: SSH-2.0-x\\r\\n",
        );
        check(&PROTOCOL, &[ask, S(b"S\x16\x03")], "not spoken: S\\x16\\x03");
        check(&PROTOCOL, &[ask, S(b"HTTP/1.1 400")], "not spoken: HTTP/1.1 400");
        check(
            &PROTOCOL,
            &[ask, S(b"E\0\0\0\x0dSFATAL")],
            "not spoken: E\\x00\\x00\\x00\\rSFATAL",
        );
    }
}
