//! The ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2; with a cookie RFC 6347 section 4.2.1).

use crate::extension::{self, Extension};
use crate::reader::Reader;
use crate::{CipherSuite, HandshakeType, Oddity, Version, handshake, writer};

/// A ClientHello, to send or as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientHello {
    /// `legacy_version`: the highest version offered, up to TLS 1.2.
    pub version: Version,
    /// The client's random.
    pub random: [u8; 32],
    /// The session to resume, or empty.
    pub session_id: Vec<u8>,
    /// DTLS: the cookie that the server asked for; `None` in TLS, where the field does not exist.
    pub cookie: Option<Vec<u8>>,
    /// Suites in order of preference.
    pub suites: Vec<CipherSuite>,
    /// Compression methods; `[0]` is none.
    pub compression: Vec<u8>,
    /// Extensions in order.
    pub extensions: Vec<Extension>,
}

impl ClientHello {
    /// A first hello that offers nothing yet but a version.
    #[must_use]
    pub fn new(version: Version, random: [u8; 32]) -> Self {
        Self {
            version,
            random,
            session_id: Vec::new(),
            cookie: None,
            suites: Vec::new(),
            compression: vec![0],
            extensions: Vec::new(),
        }
    }

    /// Appends the body, without the handshake header.
    pub fn encode_body(&self, out: &mut Vec<u8>) {
        out.extend(self.version.0.to_be_bytes());
        out.extend(self.random);
        writer::vec8(out, |out| out.extend_from_slice(&self.session_id));
        if let Some(cookie) = &self.cookie {
            writer::vec8(out, |out| out.extend_from_slice(cookie));
        }
        writer::vec16(out, |out| {
            out.extend(self.suites.iter().flat_map(|suite| suite.0.to_be_bytes()))
        });
        writer::vec8(out, |out| out.extend_from_slice(&self.compression));
        extension::encode_list(out, &self.extensions);
    }

    /// Appends the message with its TLS handshake header.
    pub fn encode(&self, out: &mut Vec<u8>) {
        handshake::encode(out, HandshakeType::CLIENT_HELLO, |out| self.encode_body(out));
    }

    /// Reads a body. `datagram` says whether the cookie field of DTLS is there.
    #[must_use]
    pub fn read(body: &[u8], datagram: bool) -> (Self, Vec<Oddity>) {
        let (mut hello, mut oddities) = (Self::new(Version(0), [0; 32]), Vec::new());
        hello.compression.clear();
        let mut reader = Reader::new(body);
        if hello.read_fields(&mut reader, datagram).is_none() {
            oddities.push(Oddity::Truncated("the ClientHello"));
            return (hello, oddities);
        }
        hello.extensions = extension::read_list(&mut reader, "the ClientHello's extensions", &mut oddities);
        if oddities.is_empty() && !reader.is_empty() {
            oddities.push(Oddity::Trailing("the ClientHello", reader.rest().len()));
        }
        (hello, oddities)
    }

    fn read_fields(&mut self, reader: &mut Reader<'_>, datagram: bool) -> Option<()> {
        self.version = Version(reader.u16()?);
        self.random = reader.array()?;
        self.session_id = reader.vec8()?.to_vec();
        if datagram {
            self.cookie = Some(reader.vec8()?.to_vec());
        }
        let suites = reader.vec16()?;
        self.suites = suites
            .as_chunks::<2>()
            .0
            .iter()
            .map(|code| CipherSuite(u16::from_be_bytes(*code)))
            .collect();
        self.compression = reader.vec8()?.to_vec();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ExtensionType, NamedGroup};

    fn example(datagram: bool) -> ClientHello {
        let mut hello = ClientHello::new(Version::TLS12, [7; 32]);
        hello.cookie = datagram.then(|| vec![9; 20]);
        hello.suites = vec![CipherSuite(0x002f), CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV];
        hello.extensions = vec![
            Extension::server_name("portal.example"),
            Extension::supported_groups(&[NamedGroup::X25519]),
            Extension::heartbeat(),
        ];
        hello
    }

    #[test]
    fn what_is_written_is_read() {
        for datagram in [false, true] {
            let mut body = Vec::new();
            example(datagram).encode_body(&mut body);
            assert_eq!(
                ClientHello::read(&body, datagram),
                (example(datagram), Vec::new())
            );
        }
    }

    #[test]
    fn a_heartbeat_extension_is_five_bytes() {
        let mut body = Vec::new();
        example(false).encode_body(&mut body);
        assert!(body.ends_with(&[0, 15, 0, 1, 1]));
        assert_eq!(ExtensionType::HEARTBEAT.0, 15);
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), datagram: bool) {
            let _ = ClientHello::read(&bytes, datagram);
        }
    }
}
