//! A server's first flight, by hand: ServerHello, Certificate, perhaps CertificateRequest, ServerHelloDone.
//!
//! The key exchange is RSA, so nothing needs a signature, and the certificate is a DER sequence of junk, perhaps with a
//! name in it: clients of the zoo do not verify, and cannot finish the handshake.

use super::hello::ClientHello;
use super::noise::Noise;
use super::record::{self, HANDSHAKE, length16, length24};

/// The heartbeat extension.
pub(crate) const HEARTBEAT_EXTENSION: u16 = 15;
/// The session ticket extension.
pub(crate) const TICKET_EXTENSION: u16 = 35;
/// The renegotiation indication.
pub(crate) const RENEGOTIATION_EXTENSION: u16 = 0xff01;

const RENEGOTIATION_SUITE: u16 = 0x00ff;
/// Suites with RSA key exchange that a server of 2014 knows.
const RSA_SUITES: [u16; 14] = [
    0x0004, 0x0005, 0x0007, 0x0009, 0x000a, 0x002f, 0x0035, 0x003c, 0x003d, 0x0041, 0x0084, 0x0096, 0x009c,
    0x009d,
];

/// What a server answers a ClientHello with.
#[derive(Debug, Clone)]
pub(crate) struct Flight {
    /// The version of the ServerHello and of the records.
    pub(crate) version: u16,
    /// The chosen suite.
    pub(crate) suite: u16,
    /// The extensions of the ServerHello, in their order.
    pub(crate) extensions: Vec<(u16, Vec<u8>)>,
    /// Whether a client certificate is demanded.
    pub(crate) demands_certificate: bool,
    /// What it shows as its certificate.
    pub(crate) certificate: Vec<u8>,
}

impl Flight {
    /// A correct answer without heartbeats: the lower of the client's version and TLS 1.2 (or DTLS 1.2) and the first
    /// RSA suite that it offers. None where it offers no such suite.
    pub(crate) fn answer(hello: &ClientHello) -> Option<Self> {
        let suite = hello
            .suites
            .iter()
            .copied()
            .find(|suite| RSA_SUITES.contains(suite))?;
        // Datagram versions count downwards: 0xfeff is 1.0, 0xfefd is 1.2.
        let is_datagram = hello.version >= 0xfe00;
        let version = if is_datagram {
            hello.version.max(0xfefd)
        } else {
            hello.version.min(0x0303)
        };
        let mut extensions = Vec::new();
        if hello.offers(RENEGOTIATION_EXTENSION) || hello.suites.contains(&RENEGOTIATION_SUITE) {
            extensions.push((RENEGOTIATION_EXTENSION, vec![0]));
        }
        Some(Self {
            version,
            suite,
            extensions,
            demands_certificate: false,
            certificate: junk_certificate(""),
        })
    }

    /// Adds session tickets and heartbeats where the client offers them, in OpenSSL's order.
    pub(crate) fn with_heartbeats(mut self, hello: &ClientHello) -> Self {
        if hello.offers(TICKET_EXTENSION) {
            self.extensions.push((TICKET_EXTENSION, Vec::new()));
        }
        if hello.offers(HEARTBEAT_EXTENSION) {
            self.extensions.push((HEARTBEAT_EXTENSION, vec![1]));
        }
        self
    }

    /// The body of the ServerHello.
    pub(crate) fn server_hello(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        for (kind, body) in &self.extensions {
            extensions.extend(kind.to_be_bytes());
            extensions.extend(length16(body.len()));
            extensions.extend(body);
        }
        self.server_hello_with(&extensions, extensions.len())
    }

    /// A ServerHello with this extension block, and a length before it that may be a lie.
    pub(crate) fn server_hello_with(&self, extensions: &[u8], length: usize) -> Vec<u8> {
        let mut body = self.version.to_be_bytes().to_vec();
        body.extend(Noise::new(32).bytes(32));
        body.push(0);
        body.extend(self.suite.to_be_bytes());
        body.push(0);
        if length > 0 {
            body.extend(length16(length));
            body.extend_from_slice(extensions);
        }
        body
    }

    /// The messages of the flight: type and body.
    pub(crate) fn messages(&self) -> Vec<(u8, Vec<u8>)> {
        let mut messages = vec![(2, self.server_hello()), (11, certificates(&self.certificate))];
        if self.demands_certificate {
            messages.push((13, self.certificate_request()));
        }
        messages.push((14, Vec::new()));
        messages
    }

    /// The messages as one stream, without records.
    pub(crate) fn stream(&self) -> Vec<u8> {
        self.messages()
            .iter()
            .flat_map(|(kind, body)| message(*kind, body))
            .collect()
    }

    /// The whole flight, each message in a record of its own, as OpenSSL writes it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.messages()
            .iter()
            .flat_map(|(kind, body)| self.in_records(&message(*kind, body)))
            .collect()
    }

    /// Handshake bytes in records of this flight's version.
    pub(crate) fn in_records(&self, bytes: &[u8]) -> Vec<u8> {
        record::records(HANDSHAKE, self.version, bytes).concat()
    }

    fn certificate_request(&self) -> Vec<u8> {
        // RSA and DSA signing certificates; any authority will do.
        let mut body = vec![2, 1, 2];
        if self.version == 0x0303 || self.version == 0xfefd {
            body.extend([0, 4, 4, 1, 2, 1]);
        }
        body.extend([0, 0]);
        body
    }
}

/// A handshake message with its header.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [high, middle, low] = length24(body.len());
    [&[kind, high, middle, low], body].concat()
}

/// The body of a Certificate message with one certificate.
pub(crate) fn certificates(der: &[u8]) -> Vec<u8> {
    [&length24(der.len() + 3)[..], &length24(der.len()), der].concat()
}

/// No certificate, but as long as one; perhaps with a name in it.
pub(crate) fn junk_certificate(name: &str) -> Vec<u8> {
    let junk = [&Noise::new(509).bytes(600), name.as_bytes()].concat();
    let octets = [&[0x04, 0x82], &length16(junk.len())[..], &junk].concat();
    [&[0x30, 0x82], &length16(octets.len())[..], &octets].concat()
}
