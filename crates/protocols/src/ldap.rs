//! LDAP with StartTLS (RFC 4511 section 4.14; on 636 and 3269 at once, as Active Directory does).
//!
//! ```text
//! C: 30 … 02 01 01 77 … 80 "1.3.6.1.4.1.1466.20037"     ExtendedRequest
//! S: 30 … 02 01 01 78 … 0A 01 00                        ExtendedResponse, success: TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet};
use crate::{Opening, Protocol};

/// Log-in to everything.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "ldap",
    direct_id: Some("ldaps"),
    name: "LDAP",
    clear_name: "LDAP",
    about: "the directory that decides who may log in",
    upgrade_ports: &[389, 3268],
    direct_ports: &[636, 3269],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| response(words).is_whole(),
};

/// What an ExtendedResponse says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    /// Which request it answers; 0 for a notice of disconnection.
    pub id: u32,
    /// Its result code, 0 for success.
    pub code: u8,
}

/// Reads an ExtendedResponse (BER, lengths in any form).
#[must_use]
pub fn response(bytes: &[u8]) -> Packet<Response> {
    match bytes.first() {
        None => return Packet::Part,
        Some(&SEQUENCE) => {}
        Some(_) => return Packet::Foreign,
    }
    let (head, length) = match length(bytes) {
        Packet::Whole(length, head) if length <= LONGEST => (head, length),
        Packet::Part => return Packet::Part,
        Packet::Whole(..) | Packet::Foreign => return Packet::Foreign,
    };
    let whole = head + length;
    let Some(message) = bytes.get(head..whole) else {
        return Packet::Part;
    };
    extended(message).map_or(Packet::Foreign, |response| Packet::Whole(response, whole))
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const ENUMERATED: u8 = 0x0a;
const EXTENDED_RESPONSE: u8 = 0x78;
const LONGEST: usize = 8 << 10;
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(START_TLS).await?;
    match packet::first(line, response).await? {
        Response { id: 1, code: 0 } => tls_begins(line),
        Response { id: 1, code: 2 | 12 } => Err(Opening::Declined("it does not know StartTLS")),
        Response { id: 0, .. } => Err(Opening::TurnedAway("it disconnects when asked for StartTLS")),
        Response { code: 51 | 52, .. } => Err(Opening::TurnedAway("it is busy or unavailable")),
        Response { .. } => Err(Opening::Declined("it refused StartTLS")),
    }
}

/// Message id, then the response, which begins with its result code.
fn extended(message: &[u8]) -> Option<Response> {
    let (id, rest) = element(message, INTEGER)?;
    let (response, _) = element(rest, EXTENDED_RESPONSE)?;
    let (code, _) = element(response, ENUMERATED)?;
    let &[code] = code else { return None };
    if id.is_empty() || id.len() > 4 {
        return None;
    }
    let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    Some(Response { id, code })
}

/// The contents of the element with this tag that `bytes` begin with, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    match (bytes.first()? == &tag, length(bytes)) {
        (true, Packet::Whole(length, head)) => bytes.get(head..)?.split_at_checked(length),
        _ => None,
    }
}

/// The length of the element that `bytes` begin with, and the size of its tag and length.
fn length(bytes: &[u8]) -> Packet<usize> {
    match bytes.get(1) {
        None => Packet::Part,
        Some(short @ 0..=0x7f) => Packet::Whole(usize::from(*short), 2),
        Some(long @ 0x81..=0x84) => {
            let head = 2 + usize::from(long & 0x7f);
            bytes.get(2..head).map_or(Packet::Part, |digits| {
                let length = digits
                    .iter()
                    .fold(0u32, |length, byte| length << 8 | u32::from(*byte));
                Packet::Whole(usize::try_from(length).unwrap_or(usize::MAX), head)
            })
        }
        Some(_) => Packet::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOL, START_TLS};
    use crate::script::{C, S, check};

    #[test]
    fn a_directory_is_brought_to_tls() {
        let ask = C(START_TLS);
        check(
            &PROTOCOL,
            &[ask, S(b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0")],
            "TLS",
        );
        // Active Directory writes each length in four bytes.
        let wide = b"0\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0";
        check(&PROTOCOL, &[ask, S(wide)], "TLS");
        let unknown = "declined: it does not know StartTLS";
        check(
            &PROTOCOL,
            &[ask, S(b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\0\x04\0")],
            unknown,
        );
        let refused = "turned away: it is busy or unavailable";
        check(
            &PROTOCOL,
            &[ask, S(b"0\x0c\x02\x01\x01\x78\x07\x0a\x01\x34\x04\0\x04\0")],
            refused,
        );
        let notice = "turned away: it disconnects when asked for StartTLS";
        check(
            &PROTOCOL,
            &[ask, S(b"0\x0c\x02\x01\0\x78\x07\x0a\x01\x34\x04\0\x04\0")],
            notice,
        );
        check(
            &PROTOCOL,
            &[ask, S(b"\x15\x03\x01\0\x02\x02\x0a")],
            "not spoken: \\x15\\x03\\x01\\x00\\x02\\x02\\n",
        );
        check(
            &PROTOCOL,
            &[ask, S(b"0\x84\xff\xff\xff\xff")],
            "not spoken: 0\\x84\\xff\\xff\\xff\\xff",
        );
        check(&PROTOCOL, &[ask, S(b"0\x0c\x02")], "not spoken: 0\\x0c\\x02");
        check(&PROTOCOL, &[ask], "line: the peer closed the connection");
    }
}
