//! Extensions of hellos (RFC 8446 section 4.2): the list, and the few whose bodies Holter writes.

mod answers;
mod offers;

use crate::reader::Reader;
use crate::{ExtensionType, NamedGroup, Oddity, SignatureScheme, Version, writer};

/// No hello has a reason for more; OpenSSL refuses far fewer.
const MOST: usize = 128;

/// One extension: its type and its body as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its type.
    pub kind: ExtensionType,
    /// Its body.
    pub body: Vec<u8>,
}

/// Which way heartbeats may go (RFC 6520 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeartbeatMode {
    /// "I answer heartbeat requests."
    PeerAllowedToSend,
    /// "Send me none."
    PeerNotAllowedToSend,
    /// Neither of the two that the RFC defines.
    Unknown(u8),
}

impl Extension {
    /// `server_name` with one host name (RFC 6066 section 3).
    #[must_use]
    pub fn server_name(name: &str) -> Self {
        Self::written(ExtensionType::SERVER_NAME, |out| {
            writer::vec16(out, |out| {
                out.push(0);
                writer::vec16(out, |out| out.extend_from_slice(name.as_bytes()));
            });
        })
    }

    /// `heartbeat` that allows the peer to send (RFC 6520 section 2).
    #[must_use]
    pub fn heartbeat() -> Self {
        Self {
            kind: ExtensionType::HEARTBEAT,
            body: vec![1],
        }
    }

    /// `supported_groups` in order of preference.
    #[must_use]
    pub fn supported_groups(groups: &[NamedGroup]) -> Self {
        Self::written(ExtensionType::SUPPORTED_GROUPS, |out| {
            writer::vec16(out, |out| {
                out.extend(groups.iter().flat_map(|group| group.0.to_be_bytes()))
            });
        })
    }

    /// `ec_point_formats` with the uncompressed form only.
    #[must_use]
    pub fn ec_point_formats() -> Self {
        Self {
            kind: ExtensionType::EC_POINT_FORMATS,
            body: vec![1, 0],
        }
    }

    /// `signature_algorithms` in order of preference.
    #[must_use]
    pub fn signature_algorithms(schemes: &[SignatureScheme]) -> Self {
        Self::written(ExtensionType::SIGNATURE_ALGORITHMS, |out| {
            writer::vec16(out, |out| {
                out.extend(schemes.iter().flat_map(|scheme| scheme.0.to_be_bytes()))
            });
        })
    }

    /// An empty `session_ticket`: "I take tickets" (RFC 5077 section 3.2).
    #[must_use]
    pub fn session_ticket() -> Self {
        Self {
            kind: ExtensionType::SESSION_TICKET,
            body: Vec::new(),
        }
    }

    /// `renegotiation_info` of a first handshake (RFC 5746 section 3.5).
    #[must_use]
    pub fn renegotiation_info() -> Self {
        Self {
            kind: ExtensionType::RENEGOTIATION_INFO,
            body: vec![0],
        }
    }

    /// `supported_versions` of a client (RFC 8446 section 4.2.1).
    #[must_use]
    pub fn supported_versions(versions: &[Version]) -> Self {
        Self::written(ExtensionType::SUPPORTED_VERSIONS, |out| {
            writer::vec8(out, |out| {
                out.extend(versions.iter().flat_map(|version| version.0.to_be_bytes()))
            });
        })
    }

    /// `key_share` of a client (RFC 8446 section 4.2.8).
    #[must_use]
    pub fn key_share(shares: &[(NamedGroup, &[u8])]) -> Self {
        Self::written(ExtensionType::KEY_SHARE, |out| {
            writer::vec16(out, |out| {
                for (group, share) in shares {
                    out.extend(group.0.to_be_bytes());
                    writer::vec16(out, |out| out.extend_from_slice(share));
                }
            });
        })
    }

    /// What a heartbeat extension says; `None` for another extension or an empty body.
    #[must_use]
    pub fn heartbeat_mode(&self) -> Option<HeartbeatMode> {
        if self.kind != ExtensionType::HEARTBEAT {
            return None;
        }
        self.body.first().map(|mode| match mode {
            1 => HeartbeatMode::PeerAllowedToSend,
            2 => HeartbeatMode::PeerNotAllowedToSend,
            other => HeartbeatMode::Unknown(*other),
        })
    }

    fn written(kind: ExtensionType, body: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::new();
        body(&mut bytes);
        Self { kind, body: bytes }
    }
}

/// Appends the list behind its length; an empty list writes nothing at all, as SSLv3 peers want it.
pub(crate) fn encode_list(out: &mut Vec<u8>, extensions: &[Extension]) {
    if extensions.is_empty() {
        return;
    }
    writer::vec16(out, |out| {
        for extension in extensions {
            out.extend(extension.kind.0.to_be_bytes());
            writer::vec16(out, |out| out.extend_from_slice(&extension.body));
        }
    });
}

/// Reads the list that ends a hello. Absent is allowed, and empty.
pub(crate) fn read_list(
    reader: &mut Reader<'_>,
    what: &'static str,
    oddities: &mut Vec<Oddity>,
) -> Vec<Extension> {
    let mut extensions: Vec<Extension> = Vec::new();
    if reader.is_empty() {
        return extensions;
    }
    let list = reader.vec16().unwrap_or_else(|| {
        oddities.push(Oddity::Truncated(what));
        reader.rest().get(2..).unwrap_or_default()
    });
    let mut list = Reader::new(list);
    while !list.is_empty() {
        if extensions.len() == MOST {
            oddities.push(Oddity::TooMany(what));
            break;
        }
        let (Some(kind), Some(body)) = (list.u16(), list.vec16()) else {
            if !oddities.contains(&Oddity::Truncated(what)) {
                oddities.push(Oddity::Truncated(what));
            }
            break;
        };
        let kind = ExtensionType(kind);
        if extensions.iter().any(|earlier| earlier.kind == kind) {
            oddities.push(Oddity::DuplicateExtension(kind.0));
        }
        extensions.push(Extension {
            kind,
            body: body.to_vec(),
        });
    }
    extensions
}
