//! RDP with TLS after the X.224 connection (MS-RDPBCGR sections 2.2.1.1 and 2.2.1.2).
//!
//! ```text
//! C: 03 00 0013 0E E0 …  01 00 0800 protocols    TPKT, Connection Request, RDP_NEG_REQ
//! S: 03 00 0013 0E D0 …  02 .. 0800 protocol     RDP_NEG_RSP: TLS begins
//! S: 03 00 0013 0E D0 …  03 .. 0800 reason       RDP_NEG_FAILURE
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet, u16_at};
use crate::{Opening, Protocol};

/// Thin clients' sessions and vendors' support.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "rdp",
    direct_id: None,
    name: "RDP",
    clear_name: "RDP",
    about: "thin clients' sessions and vendors' support",
    upgrade_ports: &[3389],
    direct_ports: &[],
    open: Some(|line, _| Box::pin(open(line))),
    recognise,
};

/// What a Connection Confirm says about security.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// This protocol: 0 RDP's own, 1 TLS, 2 CredSSP inside TLS, 8 the same with early authorisation.
    Selected(u32),
    /// None, for this reason.
    Refused(u32),
    /// Nothing: a server from before the choice was there.
    Silent,
}

/// Reads an X.224 Connection Confirm in its TPKT.
#[must_use]
pub fn confirm(bytes: &[u8]) -> Packet<Confirm> {
    // TPKT version 3, reserved, a length under 256; X.224's own length, Connection Confirm.
    let fits: [fn(u8) -> bool; 6] = [
        |version| version == 3,
        |reserved| reserved == 0,
        |high| high == 0,
        |low| low >= 11,
        |_| true,
        |code| code & 0xf0 == 0xd0,
    ];
    if !bytes.iter().zip(fits).all(|(byte, fits)| fits(*byte)) {
        return Packet::Foreign;
    }
    let Some(length) = u16_at(bytes, 2).map(usize::from) else {
        return Packet::Part;
    };
    let Some(body) = bytes.get(4..length) else {
        return Packet::Part;
    };
    let answer = |at: usize| Some(u32::from_le_bytes(*body.get(at..)?.first_chunk()?));
    // After X.224's seven bytes: kind, flags, length 8, and what is selected or why nothing is.
    let confirm = match (body.get(7), answer(11)) {
        (Some(2), Some(protocol)) => Confirm::Selected(protocol),
        (Some(3), Some(reason)) => Confirm::Refused(reason),
        (None, _) => Confirm::Silent,
        _ => return Packet::Foreign,
    };
    Packet::Whole(confirm, length)
}

/// Asks for TLS or CredSSP, whichever the server prefers. Both begin with the same TLS handshake, and a server
/// that insists on CredSSP would turn away one who asks for TLS alone.
const REQUEST: &[u8] = b"\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0";

/// A Connection Confirm; or MCS's Disconnect Provider Ultimatum, with which xrdp answers a TLS hello.
fn recognise(words: &[u8]) -> bool {
    confirm(words).is_whole() || matches!(words, [3, 0, 0, 9, 2, 0xf0, 0x80, 0x21, _])
}

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(REQUEST).await?;
    Err(Opening::Declined(match packet::first(line, confirm).await? {
        Confirm::Selected(1..) => return tls_begins(line),
        Confirm::Selected(0) | Confirm::Silent => "it has only RDP's own encryption",
        Confirm::Refused(2) => "its settings allow only RDP's own encryption",
        Confirm::Refused(3) => "it has no certificate",
        Confirm::Refused(_) => "it refused TLS",
    }))
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOL, REQUEST};
    use crate::script::{C, S, check};

    #[test]
    fn a_desktop_is_brought_to_tls() {
        let ask = C(REQUEST);
        let confirm = |kind: u8, what: u8| {
            let mut bytes = b"\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0".to_vec();
            bytes.extend([kind, 0, 8, 0, what, 0, 0, 0]);
            S(bytes.leak())
        };
        check(&PROTOCOL, &[ask, confirm(2, 1)], "TLS");
        check(&PROTOCOL, &[ask, confirm(2, 2)], "TLS");
        check(
            &PROTOCOL,
            &[ask, confirm(2, 0)],
            "declined: it has only RDP's own encryption",
        );
        check(
            &PROTOCOL,
            &[ask, confirm(3, 2)],
            "declined: its settings allow only RDP's own encryption",
        );
        check(
            &PROTOCOL,
            &[ask, confirm(3, 3)],
            "declined: it has no certificate",
        );
        let old = S(b"\x03\0\0\x0b\x06\xd0\0\0\x12\x34\0");
        check(
            &PROTOCOL,
            &[ask, old],
            "declined: it has only RDP's own encryption",
        );
        check(&PROTOCOL, &[ask, S(b"HTTP/1.1 400")], "not spoken: HTTP/1.1 400");
        check(
            &PROTOCOL,
            &[ask, S(b"\x03\0\0\x13\x0e")],
            "not spoken: \\x03\\x00\\x00\\x13\\x0e",
        );
    }
}
