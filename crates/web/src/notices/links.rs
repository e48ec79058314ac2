//! Signed links: one finding for one person until a date. They stand in a mail and nowhere else; what is made again is
//! the same again, so that a mail that is sent twice holds one link.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) finding: i64,
    pub(crate) person: i64,
    pub(crate) until: Timestamp,
}

/// Makes links and reads them.
pub(crate) struct LinkKeys([u8; 32]);

impl LinkKeys {
    /// By this secret, which must be of no other use.
    pub(crate) const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The token of a link. Its end is kept to the second.
    pub(crate) fn token(&self, link: Link) -> String {
        let bytes = written(link);
        let tag = self.mac(&bytes).map(|mac| mac.finalize().into_bytes());
        let tag = tag.map(|tag| BASE64URL_NOPAD.encode(&tag)).unwrap_or_default();
        format!("{}.{tag}", BASE64URL_NOPAD.encode(&bytes))
    }

    /// The link of a token that is ours. Whether its end has come is for the caller to ask.
    pub(crate) fn read(&self, token: &str) -> Option<Link> {
        let (bytes, tag) = token.split_once('.')?;
        let bytes: [u8; 24] = BASE64URL_NOPAD.decode(bytes.as_bytes()).ok()?.try_into().ok()?;
        let tag = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?;
        self.mac(&bytes)?.verify_slice(&tag).ok()?;
        let (finding, rest) = bytes.split_first_chunk::<8>()?;
        let (person, until) = rest.split_first_chunk::<8>()?;
        let until = i64::from_be_bytes(until.try_into().ok()?);
        Some(Link {
            finding: i64::from_be_bytes(*finding),
            person: i64::from_be_bytes(*person),
            until: Timestamp::from_second(until).ok()?,
        })
    }

    fn mac(&self, bytes: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(b"acknowledge\0");
        mac.update(bytes);
        Some(mac)
    }
}

fn written(link: Link) -> Vec<u8> {
    let parts = [link.finding, link.person, link.until.as_second()];
    parts.iter().flat_map(|part| part.to_be_bytes()).collect()
}

/// Links for the sender, with where they lead.
pub(super) struct Linking<'a> {
    pub(super) keys: &'a LinkKeys,
    pub(super) url: &'a str,
}

impl holter_notify::Links for Linking<'_> {
    fn link(&self, finding: i64, person: i64, until: Timestamp) -> String {
        let token = self.keys.token(Link {
            finding,
            person,
            until,
        });
        format!("{}/acknowledge/{token}", self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_what_it_says_and_nothing_else() {
        let keys = LinkKeys::new([7; 32]);
        let link = Link {
            finding: 17,
            person: 3,
            until: Timestamp::from_second(1_790_000_000).unwrap(),
        };
        let token = keys.token(link);
        assert_eq!(keys.read(&token), Some(link));
        assert_eq!(LinkKeys::new([8; 32]).read(&token), None);
        let (bytes, tag) = token.split_once('.').unwrap();
        let other = keys.token(Link { finding: 18, ..link });
        let (others, _) = other.split_once('.').unwrap();
        for hostile in [
            format!("{others}.{tag}"),
            format!("{bytes}."),
            bytes.to_owned(),
            String::new(),
            ".".to_owned(),
            format!("{bytes}.{tag}A"),
            format!("%{token}"),
        ] {
            assert_eq!(keys.read(&hostile), None, "{hostile}");
        }
    }
}
