//! The ServerHello (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3).

use crate::extension::{self, Extension, HeartbeatMode};
use crate::reader::Reader;
use crate::{CipherSuite, ExtensionType, Oddity, Version, writer};

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2,
    0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A ServerHello as it was read. Fields that the bytes did not reach are zero or empty, and an oddity says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerHello {
    /// The version field of the message itself; see [`Self::negotiated`].
    pub legacy_version: Version,
    /// The server's random.
    pub random: [u8; 32],
    /// The session's name, or empty.
    pub session_id: Vec<u8>,
    /// The suite chosen.
    pub suite: CipherSuite,
    /// The compression chosen; 0 is none.
    pub compression: u8,
    /// Extensions in the order in which the server wrote them, which tells stacks apart.
    pub extensions: Vec<Extension>,
}

impl ServerHello {
    /// Reads a body.
    #[must_use]
    pub fn read(body: &[u8]) -> (Self, Vec<Oddity>) {
        let mut hello = Self {
            legacy_version: Version(0),
            random: [0; 32],
            session_id: Vec::new(),
            suite: CipherSuite(0),
            compression: 0,
            extensions: Vec::new(),
        };
        let (mut reader, mut oddities) = (Reader::new(body), Vec::new());
        if hello.read_fields(&mut reader).is_none() {
            oddities.push(Oddity::Truncated("the ServerHello"));
            return (hello, oddities);
        }
        if hello.session_id.len() > 32 {
            oddities.push(Oddity::BadLength("the session id", hello.session_id.len()));
        }
        hello.extensions = extension::read_list(&mut reader, "the ServerHello's extensions", &mut oddities);
        if oddities.is_empty() && !reader.is_empty() {
            oddities.push(Oddity::Trailing("the ServerHello", reader.rest().len()));
        }
        (hello, oddities)
    }

    /// Appends the body, without the handshake header.
    pub fn encode_body(&self, out: &mut Vec<u8>) {
        out.extend(self.legacy_version.0.to_be_bytes());
        out.extend(self.random);
        writer::vec8(out, |out| out.extend_from_slice(&self.session_id));
        out.extend(self.suite.0.to_be_bytes());
        out.push(self.compression);
        extension::encode_list(out, &self.extensions);
    }

    /// The version that was really chosen: `supported_versions` where it stands, else the message's own field.
    #[must_use]
    pub fn negotiated(&self) -> Version {
        self.extension(ExtensionType::SUPPORTED_VERSIONS)
            .and_then(|extension| Reader::new(&extension.body).u16())
            .map_or(self.legacy_version, Version)
    }

    /// Whether this is TLS 1.3's "come again with another share".
    #[must_use]
    pub fn is_retry_request(&self) -> bool {
        self.random == RETRY
    }

    /// What the server says of heartbeats; `None` when it does not offer the extension. Of several the first counts.
    #[must_use]
    pub fn heartbeat(&self) -> Option<HeartbeatMode> {
        self.extension(ExtensionType::HEARTBEAT)
            .and_then(Extension::heartbeat_mode)
    }

    /// The first extension of this type.
    #[must_use]
    pub fn extension(&self, kind: ExtensionType) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.kind == kind)
    }

    fn read_fields(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        self.legacy_version = Version(reader.u16()?);
        self.random = reader.array()?;
        self.session_id = reader.vec8()?.to_vec();
        self.suite = CipherSuite(reader.u16()?);
        self.compression = reader.u8()?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As Node.js 0.10.1 (OpenSSL 1.0.1e) answers.
    fn openssl_101() -> ServerHello {
        ServerHello {
            legacy_version: Version::TLS12,
            random: [3; 32],
            session_id: vec![1; 32],
            suite: CipherSuite(0x002f),
            compression: 0,
            extensions: vec![Extension::renegotiation_info(), Extension::heartbeat()],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut body = Vec::new();
        openssl_101().encode_body(&mut body);
        let (hello, oddities) = ServerHello::read(&body);
        assert_eq!((&hello, oddities), (&openssl_101(), Vec::new()));
        assert_eq!(hello.heartbeat(), Some(HeartbeatMode::PeerAllowedToSend));
        assert_eq!(hello.negotiated(), Version::TLS12);
    }

    #[test]
    fn a_heartbeat_extension_cut_short_is_no_offer() {
        let mut body = Vec::new();
        openssl_101().encode_body(&mut body);
        body.pop();
        let (hello, oddities) = ServerHello::read(&body);
        assert_eq!(hello.heartbeat(), None);
        assert_eq!(oddities, [Oddity::Truncated("the ServerHello's extensions")]);
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (hello, _) = ServerHello::read(&bytes);
            let _ = (hello.negotiated(), hello.heartbeat(), hello.is_retry_request());
        }
    }
}
