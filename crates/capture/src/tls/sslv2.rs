//! The hello of SSLv2, in which old clients begin whatever they speak.

use holter_wire::reader::Reader;
use holter_wire::{Version, ssl2};

const CLIENT_HELLO: u8 = 1;

/// A CLIENT-HELLO at the front of a stream: what it offers, and how many bytes it takes.
pub(crate) fn client_hello(stream: &[u8]) -> Option<(Version, usize)> {
    let mut reader = Reader::new(stream);
    let header = reader.u16()?;
    let length = usize::from(header & 0x7fff);
    if header & 0x8000 == 0 || reader.u8()? != CLIENT_HELLO {
        return None;
    }
    let version = Version(reader.u16()?);
    let [kinds, session, challenge] = [reader.u16()?, reader.u16()?, reader.u16()?].map(usize::from);
    let known = version == ssl2::VERSION || (0x0300..=0x0304).contains(&version.0);
    let sound = kinds > 0
        && kinds.is_multiple_of(3)
        && matches!(session, 0 | 16)
        && (16..=32).contains(&challenge)
        && length == 9 + kinds + session + challenge;
    (known && sound).then_some((version, 2 + length))
}

/// A SERVER-HELLO at the front of a stream: the kinds of ciphers that it lists and its certificate.
pub(crate) fn server_hello(stream: &[u8]) -> Option<ssl2::ServerHello> {
    let ssl2::Next::Record(body, _) = ssl2::next_record(stream) else {
        return None;
    };
    match ssl2::read_answer(body) {
        (Some(ssl2::Answer::Hello(hello)), odd) if odd.is_empty() && hello.version == 2 => Some(hello),
        _ => None,
    }
}
