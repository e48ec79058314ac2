//! AMQP 1.0 with its TLS protocol header (OASIS AMQP 1.0 part 5 section 5.2.1).
//!
//! ```text
//! C: "AMQP" 02 01 00 00
//! S: "AMQP" 02 01 00 00            TLS begins
//! S: "AMQP" 00 00 09 01            the header that it would rather have: no TLS on this port
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet, may_be};
use crate::{Opening, Protocol};

/// Queues between systems.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "amqp",
    direct_id: Some("amqps"),
    name: "AMQP",
    clear_name: "AMQP",
    about: "queues between systems",
    upgrade_ports: &[5672],
    direct_ports: &[5671],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| header(words).is_whole(),
};

/// Reads the protocol header that a peer answers: its protocol id, 2 for TLS.
#[must_use]
pub fn header(bytes: &[u8]) -> Packet<u8> {
    match bytes.split_at_checked(4) {
        Some((name, _)) if name != b"AMQP" => Packet::Foreign,
        Some((_, [id, _, _, _, ..])) => Packet::Whole(*id, 8),
        Some(_) => Packet::Part,
        None if may_be(bytes, b"AMQP") => Packet::Part,
        None => Packet::Foreign,
    }
}

const TLS: u8 = 2;

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(b"AMQP\x02\x01\x00\x00").await?;
    match packet::first(line, header).await? {
        TLS => tls_begins(line),
        _ => Err(Opening::Declined(
            "it answers with a header other than that of TLS",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_broker_is_brought_to_tls() {
        let ask = C(b"AMQP\x02\x01\0\0");
        check(&PROTOCOL, &[ask, S(b"AMQP\x02\x01\0\0")], "TLS");
        let other = "declined: it answers with a header other than that of TLS";
        check(&PROTOCOL, &[ask, S(b"AMQP\0\0\x09\x01")], other);
        check(&PROTOCOL, &[ask, S(b"HTTP/1.1 400")], "not spoken: HTTP/1.1 400");
        check(&PROTOCOL, &[ask, S(b"AMQP")], "not spoken: AMQP");
    }
}
