//! The two hellos of SSLv2 (draft-hickman-netscape-ssl-00): enough to ask whether a server still speaks it and with
//! which ciphers, and not enough to speak it.

use std::fmt;

use crate::codepoint::{SSL2_KINDS, name_in};
use crate::reader::Reader;
use crate::{CipherSuite, Oddity, Version, writer};

/// SSLv2's own number; its hello may also carry a newer one, for servers that take either (RFC 5246 appendix E.2).
pub const VERSION: Version = Version(0x0002);

/// The seven kinds that the draft defines. Others are in the registry, and no server is known to speak them.
pub const KINDS: [CipherKind; 7] = [
    CipherKind(0x01_0080),
    CipherKind(0x02_0080),
    CipherKind(0x03_0080),
    CipherKind(0x04_0080),
    CipherKind(0x05_0080),
    CipherKind(0x06_0040),
    CipherKind(0x07_00c0),
];

const ERROR: u8 = 0;
const CLIENT_HELLO: u8 = 1;
const CLIENT_MASTER_KEY: u8 = 2;
const SERVER_HELLO: u8 = 4;

/// More kinds than this are passed over: no registry has as many.
const MOST_KINDS: usize = 512;

/// An SSLv2 cipher kind: three bytes on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CipherKind(pub u32);

impl CipherKind {
    /// The registry's name for this value, if it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        name_in(&SSL2_KINDS, self.0)
    }

    /// Whether its key is cut to 40 bits for export.
    #[must_use]
    pub fn is_export(self) -> bool {
        self.name().is_some_and(|name| name.contains("EXPORT"))
    }
}

impl From<CipherSuite> for CipherKind {
    /// The suite of a newer version, as a hello of this form offers it.
    fn from(suite: CipherSuite) -> Self {
        Self(suite.0.into())
    }
}

impl fmt::Display for CipherKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:06x}", self.0),
        }
    }
}

impl fmt::Debug for CipherKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CipherKind({self})")
    }
}

/// A CLIENT-HELLO to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// [`VERSION`], or the highest that a server may choose instead.
    pub version: Version,
    /// The kinds offered.
    pub kinds: Vec<CipherKind>,
    /// Bytes that nobody can guess; 16 of the 32 that the draft allows.
    pub challenge: [u8; 16],
}

impl ClientHello {
    /// Appends the message with its record header.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut kinds = Vec::with_capacity(3 * self.kinds.len());
        for kind in &self.kinds {
            writer::u24(&mut kinds, usize::try_from(kind.0).unwrap_or(0));
        }
        let mut body = vec![CLIENT_HELLO];
        body.extend(self.version.0.to_be_bytes());
        for length in [kinds.len(), 0, self.challenge.len()] {
            body.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
        body.extend(kinds);
        body.extend(self.challenge);
        encode_record(out, &body);
    }
}

/// A CLIENT-MASTER-KEY to send: the choice of a kind, and a key for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientMasterKey {
    /// The kind chosen; one without an initialisation vector, such as RC4's.
    pub kind: CipherKind,
    /// The key, encrypted to that of the server's certificate.
    pub encrypted_key: Vec<u8>,
}

impl ClientMasterKey {
    /// Appends the message with its record header.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut body = vec![CLIENT_MASTER_KEY];
        writer::u24(&mut body, usize::try_from(self.kind.0).unwrap_or(0));
        for length in [0, self.encrypted_key.len(), 0] {
            body.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
        body.extend_from_slice(&self.encrypted_key);
        encode_record(out, &body);
    }
}

/// A SERVER-HELLO as it was read. Fields that the bytes did not reach are empty, and an oddity says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerHello {
    /// Whether the server knows the session; nobody who sent none should hear so.
    pub session_id_hit: bool,
    /// The kind of certificate; 1 is X.509.
    pub certificate_type: u8,
    /// The version that the server claims.
    pub version: u16,
    /// The certificate in DER, not yet looked into.
    pub certificate: Vec<u8>,
    /// The kinds that the server takes, of those offered or, in some servers, of all.
    pub kinds: Vec<CipherKind>,
    /// How long the connection's name is; its bytes serve nobody here.
    pub connection_id_length: usize,
}

/// What an SSLv2 server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It speaks SSLv2. Without a kind in common the list is empty.
    Hello(ServerHello),
    /// It refuses by an ERROR message with this code; 1 is "no cipher in common".
    Error(u16),
    /// A message of another type, which has no place here.
    Other(u8),
}

/// What stands at the front of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// Not all of a record is there yet.
    Incomplete,
    /// The body of a record, and how many bytes of the stream it took.
    Record(&'a [u8], usize),
    /// Nothing of SSLv2; a TLS record, mostly.
    NotSsl2,
}

/// The record at the front of a stream. Before keys are agreed none is padded, so a header of three bytes is taken for
/// something else.
#[must_use]
pub fn next_record(stream: &[u8]) -> Next<'_> {
    let mut reader = Reader::new(stream);
    let Some(header) = reader.u16() else {
        return match stream.first() {
            Some(first) if first & 0x80 == 0 => Next::NotSsl2,
            _ => Next::Incomplete,
        };
    };
    if header & 0x8000 == 0 || header == 0x8000 {
        return Next::NotSsl2;
    }
    let length = usize::from(header & 0x7fff);
    reader
        .take(length)
        .map_or(Next::Incomplete, |body| Next::Record(body, 2 + length))
}

/// Reads the body of a server's first record.
#[must_use]
pub fn read_answer(body: &[u8]) -> (Option<Answer>, Vec<Oddity>) {
    let mut reader = Reader::new(body);
    match reader.u8() {
        None => (None, vec![Oddity::Truncated("the SSLv2 message")]),
        Some(ERROR) => match reader.u16() {
            Some(code) => (Some(Answer::Error(code)), Vec::new()),
            None => (None, vec![Oddity::Truncated("the SSLv2 error")]),
        },
        Some(SERVER_HELLO) => {
            let (mut hello, mut oddities) = (ServerHello::default(), Vec::new());
            if hello.read_fields(&mut reader, &mut oddities).is_none() {
                oddities.push(Oddity::Truncated("the SSLv2 SERVER-HELLO"));
            } else if !reader.is_empty() {
                oddities.push(Oddity::Trailing("the SSLv2 SERVER-HELLO", reader.rest().len()));
            }
            (Some(Answer::Hello(hello)), oddities)
        }
        Some(other) => (Some(Answer::Other(other)), Vec::new()),
    }
}

impl ServerHello {
    /// Appends the message with its record header, for tests and scripted peers. The connection's name is zeros.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut body = vec![SERVER_HELLO, self.session_id_hit.into(), self.certificate_type];
        body.extend(self.version.to_be_bytes());
        let lengths = [
            self.certificate.len(),
            3 * self.kinds.len(),
            self.connection_id_length,
        ];
        for length in lengths {
            body.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
        body.extend_from_slice(&self.certificate);
        for kind in &self.kinds {
            writer::u24(&mut body, usize::try_from(kind.0).unwrap_or(0));
        }
        body.extend(std::iter::repeat_n(0, self.connection_id_length));
        encode_record(out, &body);
    }

    fn read_fields(&mut self, reader: &mut Reader<'_>, oddities: &mut Vec<Oddity>) -> Option<()> {
        self.session_id_hit = reader.u8()? != 0;
        self.certificate_type = reader.u8()?;
        self.version = reader.u16()?;
        let [certificate, kinds, connection] = [reader.u16()?, reader.u16()?, reader.u16()?];
        self.certificate = reader.take(certificate.into())?.to_vec();
        let list = reader.take(kinds.into())?;
        let (list, rest) = list.as_chunks::<3>();
        if !rest.is_empty() {
            oddities.push(Oddity::BadLength("the SSLv2 cipher kinds", kinds.into()));
        }
        if list.len() > MOST_KINDS {
            oddities.push(Oddity::TooMany("the SSLv2 cipher kinds"));
        }
        self.kinds = list
            .iter()
            .take(MOST_KINDS)
            .map(|[a, b, c]| CipherKind(u32::from_be_bytes([0, *a, *b, *c])))
            .collect();
        self.connection_id_length = reader.take(connection.into())?.len();
        Some(())
    }
}

fn encode_record(out: &mut Vec<u8>, body: &[u8]) {
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX).min(0x7fff);
    out.extend((0x8000 | length).to_be_bytes());
    out.extend(body.iter().take(length.into()));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hello_is_that_of_the_draft() {
        let mut out = Vec::new();
        ClientHello {
            version: VERSION,
            kinds: vec![KINDS[0], CipherKind::from(CipherSuite(0x002f))],
            challenge: [9; 16],
        }
        .encode(&mut out);
        let mut expected = b"\x80\x1f\x01\x00\x02\x00\x06\x00\x00\x00\x10\x01\x00\x80\x00\x00\x2f".to_vec();
        expected.extend([9; 16]);
        assert_eq!(out, expected);
        assert_eq!(KINDS[6].to_string(), "SSL_CK_DES_192_EDE3_CBC_WITH_MD5");
        assert_eq!(KINDS.iter().filter(|kind| kind.is_export()).count(), 2);
        assert!(KINDS.iter().all(|kind| kind.name().is_some()));
    }

    #[test]
    fn what_is_written_is_read_and_a_cut_one_as_far_as_it_goes() {
        let hello = ServerHello {
            certificate_type: 1,
            version: 2,
            certificate: b"der".to_vec(),
            kinds: KINDS.to_vec(),
            connection_id_length: 16,
            ..ServerHello::default()
        };
        let mut stream = Vec::new();
        hello.encode(&mut stream);
        let Next::Record(body, used) = next_record(&stream) else {
            panic!("{stream:?}");
        };
        assert_eq!(used, stream.len());
        assert_eq!(
            read_answer(body),
            (Some(Answer::Hello(hello.clone())), Vec::new())
        );
        let (cut, oddities) = read_answer(&body[..20]);
        assert_eq!(oddities, [Oddity::Truncated("the SSLv2 SERVER-HELLO")]);
        let Some(Answer::Hello(cut)) = cut else {
            panic!("{cut:?}")
        };
        assert_eq!((cut.certificate, cut.kinds.len()), (hello.certificate, 0));
        assert_eq!(next_record(&stream[..used - 1]), Next::Incomplete);
        assert_eq!(next_record(&[0x80]), Next::Incomplete);
    }

    #[test]
    fn an_error_and_a_tls_alert_are_told_apart() {
        assert_eq!(
            next_record(b"\x80\x03\x00\x00\x01"),
            Next::Record(b"\x00\x00\x01", 5)
        );
        assert_eq!(read_answer(b"\x00\x00\x01"), (Some(Answer::Error(1)), Vec::new()));
        assert_eq!(next_record(b"\x15"), Next::NotSsl2);
        assert_eq!(next_record(b"\x15\x03\x01\x00\x02\x02\x28"), Next::NotSsl2);
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (next_record(&bytes), read_answer(&bytes));
            let _ = read_answer(&[&[4], &bytes[..]].concat());
        }
    }
}
