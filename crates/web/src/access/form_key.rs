//! The hidden field of every form that changes something: only a page of ours can know it.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The name of the field.
pub(crate) const FIELD: &str = "form_key";

/// The header that scripts send instead.
pub(crate) const HEADER: &str = "x-form-key";

/// Makes and checks the keys of forms.
pub(crate) struct FormKeys([u8; 32]);

impl FormKeys {
    /// By this secret.
    pub(crate) const fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// The key for whoever holds this session, or this visitor's cookie.
    pub(crate) fn of(&self, holder: &str) -> String {
        let tag = self.mac(holder).map(|mac| mac.finalize().into_bytes());
        tag.map(|tag| BASE64URL_NOPAD.encode(&tag)).unwrap_or_default()
    }

    /// Whether it is.
    pub(crate) fn is_right(&self, holder: &str, key: &str) -> bool {
        let Ok(tag) = BASE64URL_NOPAD.decode(key.as_bytes()) else {
            return false;
        };
        self.mac(holder).is_some_and(|mac| mac.verify_slice(&tag).is_ok())
    }

    fn mac(&self, holder: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(b"form\0");
        mac.update(holder.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_for_one_holder() {
        let keys = FormKeys::new([3; 32]);
        let key = keys.of("mira");
        assert!(keys.is_right("mira", &key));
        for (holder, key) in [
            ("noor", key.as_str()),
            ("mira", ""),
            ("mira", "AAAA"),
            ("mira", "%%"),
        ] {
            assert!(!keys.is_right(holder, key));
        }
        assert!(!FormKeys::new([4; 32]).is_right("mira", &key));
    }
}
