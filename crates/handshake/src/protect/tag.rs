//! The MAC of records that are not sealed by an AEAD (RFC 5246 section 6.2.3.1; SSLv3's is RFC 6101 section 5.2.3.1).

use holter_legacy::ssl3;
use holter_wire::Version;

use super::Cover;
use crate::mac::Mac;

/// Makes and checks the tags of one direction.
#[derive(Debug)]
pub(super) struct Tagger {
    hash: Mac,
    ssl3: bool,
    key: Vec<u8>,
}

impl Tagger {
    pub(super) fn new(hash: Mac, version: Version, key: Vec<u8>) -> Self {
        Self {
            hash,
            ssl3: version <= Version::SSL3,
            key,
        }
    }

    /// The tag of a record's text.
    pub(super) fn tag(&self, cover: Cover, text: &[u8]) -> Vec<u8> {
        let sequence = cover.sequence.to_be_bytes();
        let content = [cover.content.0];
        let version = cover.version.0.to_be_bytes();
        // A text is at most 2^14 bytes and a few, so its length always fits its field.
        let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
        if self.ssl3 {
            let hash = match self.hash {
                Mac::Obsolete(hash) => ssl3::Hash::Obsolete(hash),
                _ => ssl3::Hash::Sha1,
            };
            return ssl3::mac(hash, &self.key, &[&sequence, &content, &length, text]);
        }
        self.hash
            .tag(&self.key, &[&sequence, &content, &version, &length, text])
    }

    /// The text before its tag; `None` when the tag is not its.
    pub(super) fn strip(&self, cover: Cover, mut text: Vec<u8>) -> Option<Vec<u8>> {
        let tag = text.split_off(text.len().checked_sub(self.hash.length())?);
        (tag == self.tag(cover, &text)).then_some(text)
    }
}
