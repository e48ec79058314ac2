//! MySQL and MariaDB with SSLRequest (MySQL internals, "Connection Phase"; protocol version 10).
//!
//! ```text
//! S: greeting: 0A version … capabilities with CLIENT_SSL
//! C: SSLRequest: capabilities, packet size, character set, 23 zeros
//!                                  TLS begins      (the server says nothing more)
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet};
use crate::{Opening, Protocol};

/// Portals' and practices' databases.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "mysql",
    direct_id: None,
    name: "MySQL",
    clear_name: "MySQL",
    about: "databases of portals and practices",
    upgrade_ports: &[3306],
    direct_ports: &[],
    open: Some(|line, _| Box::pin(open(line))),
    recognise: |words| greeting(words).is_whole(),
};

/// What a server says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greeting {
    /// It can do TLS.
    Tls,
    /// It cannot.
    NoTls,
    /// It turns us away with an error: too many connections, a host that is not allowed.
    Error,
}

/// Reads the packet with which a server greets.
#[must_use]
pub fn greeting(bytes: &[u8]) -> Packet<Greeting> {
    let Some((&[low, high, top, sequence, kind], _)) = bytes.split_first_chunk::<5>() else {
        // A length under 4,096 and number 0; text has neither.
        let fit = bytes.get(1).is_none_or(|high| *high < 0x10) && bytes.iter().skip(2).all(|byte| *byte == 0);
        return if fit { Packet::Part } else { Packet::Foreign };
    };
    let length = usize::from(u16::from_le_bytes([low, high]));
    if high >= 0x10 || top != 0 || sequence != 0 || !matches!(kind, 9 | 10 | 0xff) {
        return Packet::Foreign;
    }
    let whole = length + 4;
    let Some(body) = bytes.get(5..whole) else {
        return if length == 0 {
            Packet::Foreign
        } else {
            Packet::Part
        };
    };
    let greeting = match kind {
        10 => modern(body),
        // Version 9 ends before the capabilities.
        9 => version(body).map(|_| Greeting::NoTls),
        _ => error(body),
    };
    greeting.map_or(Packet::Foreign, |greeting| Packet::Whole(greeting, whole))
}

const CLIENT_SSL: u16 = 0x0800;

/// CLIENT_PROTOCOL_41, CLIENT_SSL and CLIENT_SECURE_CONNECTION; packets up to 16 MiB; utf8.
const SSL_REQUEST: &[u8; 36] =
    b"\x20\0\0\x01\0\x8a\0\0\0\0\0\x01\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

async fn open(line: &mut Line) -> Result<(), Opening> {
    match packet::first(line, greeting).await? {
        Greeting::Tls => {}
        Greeting::NoTls => return Err(Opening::Declined("its greeting does not list TLS")),
        Greeting::Error => return Err(Opening::TurnedAway("it greets with an error")),
    }
    tls_begins(line)?;
    Ok(line.send(SSL_REQUEST).await?)
}

/// After the version: connection id 4, challenge 8, a zero, capabilities 2.
fn modern(body: &[u8]) -> Option<Greeting> {
    let (_, rest) = version(body)?.split_first_chunk::<13>()?;
    let capabilities = u16::from_le_bytes(*rest.first_chunk()?);
    Some(if capabilities & CLIENT_SSL == 0 {
        Greeting::NoTls
    } else {
        Greeting::Tls
    })
}

/// The version as text, and a zero; what follows it.
fn version(body: &[u8]) -> Option<&[u8]> {
    let end = body.iter().position(|byte| *byte == 0)?;
    let (text, rest) = body.split_at_checked(end)?;
    let fit = text.first()?.is_ascii_digit() && text.iter().all(|byte| (b' '..=b'~').contains(byte));
    if fit { rest.get(1..) } else { None }
}

/// A number from 1000 on, and text.
fn error(body: &[u8]) -> Option<Greeting> {
    let (number, text) = body.split_first_chunk()?;
    let fit = (1000..5000).contains(&u16::from_le_bytes(*number)) && !text.is_empty() && !text.contains(&0);
    fit.then_some(Greeting::Error)
}

#[cfg(test)]
mod tests {
    use super::{PROTOCOL, SSL_REQUEST};
    use crate::script::{C, S, check};

    #[test]
    fn a_database_is_brought_to_tls() {
        let greeting = |high: u8| {
            let mut bytes = b"\x21\0\0\0\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff".to_vec();
            bytes.push(high);
            bytes.extend(b"\x2d\x02\0\xff\xc1\x15");
            bytes[0] = u8::try_from(bytes.len() - 4).unwrap();
            S(bytes.leak())
        };
        check(&PROTOCOL, &[greeting(0xff), C(SSL_REQUEST)], "TLS");
        check(
            &PROTOCOL,
            &[greeting(0xf7)],
            "declined: its greeting does not list TLS",
        );
        check(
            &PROTOCOL,
            &[S(b"\x0a\0\0\0\xff\x10\x04Too man")],
            "turned away: it greets with an error",
        );
        check(
            &PROTOCOL,
            &[S(b"\x0a\0\0\0\x093.21.3\0xy")],
            "declined: its greeting does not list TLS",
        );
        check(
            &PROTOCOL,
            &[S(b"220 x ESMTP\r\n")],
            "not spoken: 220 x ESMTP\\r\\n",
        );
        check(
            &PROTOCOL,
            &[S(b"\x4a\0\0\0\x0a5.7")],
            "not spoken: J\\x00\\x00\\x00\\n5.7",
        );
    }
}
