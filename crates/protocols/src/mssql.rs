//! Microsoft SQL Server, TDS with encryption from PRELOGIN (MS-TDS sections 2.2.6.5 and 3.2.5.1).
//!
//! ```text
//! C: 12 01 … VERSION, ENCRYPTION=ON              PRELOGIN
//! S: 04 01 … VERSION, ENCRYPTION=ON              TLS begins, inside TDS packets:
//! C: 12 01 length … ClientHello                  S: 12 01 length … ServerHello …
//! C: 12 01 length … Finished                     S: 12 01 length … Finished
//! C: 17 03 …                                     from here TLS stands alone
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet, may_be, u16_at};
use crate::tds::Tds;
use crate::{Opening, Protocol};

/// Records, laboratory systems, billing.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "mssql",
    direct_id: None,
    name: "Microsoft SQL Server",
    clear_name: "TDS",
    about: "databases of records, laboratories and billing",
    upgrade_ports: &[1433],
    direct_ports: &[],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| prelogin(words).is_whole(),
};

/// Reads a server's answer to PRELOGIN: its ENCRYPTION byte (0 off, 1 on, 2 not supported, 3 required).
#[must_use]
pub fn prelogin(bytes: &[u8]) -> Packet<u8> {
    if !may_be(bytes, &[ANSWER, LAST]) {
        return Packet::Foreign;
    }
    let Some(length) = u16_at(bytes, 2).map(usize::from) else {
        return Packet::Part;
    };
    if !(HEADER..=LONGEST).contains(&length) {
        return Packet::Foreign;
    }
    let Some(body) = bytes.get(HEADER..length) else {
        return Packet::Part;
    };
    encryption(body).map_or(Packet::Foreign, |encryption| Packet::Whole(encryption, length))
}

const ANSWER: u8 = 0x04;
const LAST: u8 = 0x01;
const HEADER: usize = 8;
const LONGEST: usize = 4096;
const NOT_SUPPORTED: u8 = 2;

/// Options by kind, offset and length: VERSION at 11, six bytes; ENCRYPTION at 17, one byte; the end. Version 11
/// of a client, as it were, and encryption on.
const REQUEST: &[u8] = b"\x12\x01\0\x1a\0\0\0\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0b\0\0\0\0\0\x01";

async fn open(line: &mut Line) -> Result<(), Opening> {
    line.send(REQUEST).await?;
    if packet::first(line, prelogin).await? == NOT_SUPPORTED {
        return Err(Opening::Declined("its encryption is off"));
    }
    tls_begins(line)?;
    line.frame(Box::new(Tds::default()));
    Ok(())
}

/// The options' table, which begins with VERSION and ends with FF; what ENCRYPTION points to.
fn encryption(body: &[u8]) -> Option<u8> {
    const VERSION: u8 = 0;
    const ENCRYPTION: u8 = 1;
    let (options, _) = body.as_chunks::<5>();
    let table = options.iter().take_while(|[kind, ..]| *kind != 0xff);
    let mut found = None;
    for (index, &[kind, high, low, _, _]) in table.enumerate() {
        if (index == 0) != (kind == VERSION) {
            return None;
        }
        if kind == ENCRYPTION {
            let at = usize::from(u16::from_be_bytes([high, low]));
            found = body.get(at).copied().filter(|value| *value <= 3);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOL, REQUEST};
    use crate::script::{C, S, Step, check, converse, open};

    fn answer(encryption: u8) -> Step {
        let mut bytes =
            b"\x04\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x0f\0\x07\xd0\0\0".to_vec();
        bytes.push(encryption);
        S(bytes.leak())
    }

    #[test]
    fn a_database_is_brought_to_tls() {
        let ask = C(REQUEST);
        check(&PROTOCOL, &[ask, answer(1)], "TLS");
        check(&PROTOCOL, &[ask, answer(3)], "TLS");
        check(&PROTOCOL, &[ask, answer(2)], "declined: its encryption is off");
        check(&PROTOCOL, &[ask, S(b"HTTP/1.1 400")], "not spoken: HTTP/1.1 400");
        check(
            &PROTOCOL,
            &[ask, S(b"\x04\x01\0\x1a")],
            "not spoken: \\x04\\x01\\x00\\x1a",
        );
        check(
            &PROTOCOL,
            &[ask, S(b"\x04\x01\0\x09\0\0\x01\0\xff")],
            "not spoken: \\x04\\x01\\x00\\t\\x00\\x00\\x01\\x00\\xff",
        );
    }

    #[test]
    fn tls_goes_inside_tds_from_then_on() {
        let inside = [
            C(REQUEST),
            answer(1),
            C(b"\x12\x01\0\x0d\0\0\x01\0hello"),
            S(b"\x12\x01\0\x0b\0\0\x01\0you"),
        ];
        let heard = converse(&inside, async |line| {
            open(&PROTOCOL, line).await.unwrap();
            line.send(b"hello").await.unwrap();
            let mut heard = Vec::new();
            line.receive(&mut heard).await.unwrap();
            heard
        });
        assert_eq!(heard, b"you");
    }
}
