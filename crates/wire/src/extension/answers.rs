//! What a server's extensions say.

use super::Extension;
use crate::reader::Reader;
use crate::{ExtensionType, NamedGroup};

/// More timestamps than logs there are.
const MOST_TIMESTAMPS: usize = 64;

impl Extension {
    /// The one application protocol that a server chose (RFC 7301 section 3.1); `None` for another extension.
    #[must_use]
    pub fn protocol(&self) -> Option<&[u8]> {
        let list = self.reader_of(ExtensionType::ALPN)?.vec16()?;
        Reader::new(list).vec8()
    }

    /// The certificate timestamps of a server (RFC 6962 section 3.3), each as it stood.
    #[must_use]
    pub fn timestamps(&self) -> Vec<&[u8]> {
        let list = self
            .reader_of(ExtensionType::SCT)
            .and_then(|mut reader| reader.vec16());
        let mut list = Reader::new(list.unwrap_or_default());
        std::iter::from_fn(|| list.vec16())
            .take(MOST_TIMESTAMPS)
            .collect()
    }

    /// A server's share of the key exchange (RFC 8446 section 4.2.8).
    #[must_use]
    pub fn server_share(&self) -> Option<(NamedGroup, &[u8])> {
        let mut reader = self.reader_of(ExtensionType::KEY_SHARE)?;
        Some((NamedGroup(reader.u16()?), reader.vec16()?))
    }

    /// The group that a server wants a share of instead (RFC 8446 section 4.2.8).
    #[must_use]
    pub fn retry_group(&self) -> Option<NamedGroup> {
        let mut reader = self.reader_of(ExtensionType::KEY_SHARE)?;
        let group = reader.u16()?;
        reader.is_empty().then_some(NamedGroup(group))
    }

    fn reader_of(&self, kind: ExtensionType) -> Option<Reader<'_>> {
        (self.kind == kind).then(|| Reader::new(&self.body))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extension(kind: ExtensionType, body: &[u8]) -> Extension {
        Extension {
            kind,
            body: body.to_vec(),
        }
    }

    #[test]
    fn answers_are_read_where_they_belong() {
        let protocols = Extension::protocols(&[b"h2"]);
        assert_eq!(protocols.protocol(), Some(&b"h2"[..]));
        assert_eq!(protocols.server_share(), None);
        let share = extension(ExtensionType::KEY_SHARE, b"\x00\x1d\x00\x02ab");
        assert_eq!(share.server_share(), Some((NamedGroup::X25519, &b"ab"[..])));
        assert_eq!(share.retry_group(), None);
        let retry = extension(ExtensionType::KEY_SHARE, b"\x00\x17");
        assert_eq!(retry.retry_group(), Some(NamedGroup::SECP256R1));
        let stamps = extension(ExtensionType::SCT, b"\x00\x07\x00\x01a\x00\x02bc");
        assert_eq!(stamps.timestamps(), [&b"a"[..], b"bc"]);
    }

    proptest! {
        #[test]
        fn hostile_bodies_never_panic(kind in any::<u16>(), body in proptest::collection::vec(any::<u8>(), 0..60)) {
            for kind in [kind, 0x10, 0x12, 0x33] {
                let one = extension(ExtensionType(kind), &body);
                let _ = (one.protocol(), one.timestamps(), one.server_share(), one.retry_group());
            }
        }
    }
}
