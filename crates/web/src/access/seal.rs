//! What must be kept and read again, such as the secrets of one-time codes, is sealed under a key that is not in the
//! database: whoever steals a backup has nothing of it.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use holter_model::seam::{Dice, NoChance};

const NONCE: usize = 24;

/// The key that seals.
#[derive(Clone)]
pub struct Key([u8; 32]);

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is 32 bytes as base64url without padding, 43 characters")]
pub struct NoKey;

/// Why something sealed cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret cannot be opened: it was changed, or sealed under another key")]
pub(crate) struct Broken;

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// [`NoChance`] where the system has no randomness.
    pub fn new(dice: &dyn Dice) -> Result<Self, NoChance> {
        let mut bytes = [0; 32];
        dice.secret(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// As it stands in its file.
    ///
    /// # Errors
    /// [`NoKey`] where that is none.
    pub fn read(text: &str) -> Result<Self, NoKey> {
        let bytes = BASE64URL_NOPAD
            .decode(text.trim().as_bytes())
            .map_err(|_| NoKey)?;
        bytes.try_into().map(Self).map_err(|_| NoKey)
    }

    /// For its file.
    #[must_use]
    pub fn written(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// A key of its own for one purpose.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        use hmac::Mac as _;
        let Ok(mut mac) = <hmac::Hmac<sha2::Sha256> as hmac::KeyInit>::new_from_slice(&self.0) else {
            return self.0;
        };
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// Seals. `of` says what it is and whose, and must be said again to open it: nothing sealed can be put in
    /// another's place.
    pub(crate) fn seal(&self, secret: &str, of: &str, dice: &dyn Dice) -> Result<String, NoChance> {
        let mut nonce = [0; NONCE];
        dice.secret(&mut nonce)?;
        let payload = Payload {
            msg: secret.as_bytes(),
            aad: of.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| NoChance)?;
        let mut whole = nonce.to_vec();
        whole.extend(sealed);
        Ok(BASE64URL_NOPAD.encode(&whole))
    }

    /// Opens.
    pub(crate) fn open(&self, sealed: &str, of: &str) -> Result<String, Broken> {
        let whole = BASE64URL_NOPAD.decode(sealed.as_bytes()).map_err(|_| Broken)?;
        let (nonce, sealed) = whole.split_first_chunk::<NONCE>().ok_or(Broken)?;
        let payload = Payload {
            msg: sealed,
            aad: of.as_bytes(),
        };
        let opened = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| Broken)?;
        String::from_utf8(opened).map_err(|_| Broken)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.derived("seal").into())
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::SystemDice;

    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let key = Key::new(&SystemDice).unwrap();
        let sealed = key.seal("JBSWY3DP", "totp of mira", &SystemDice).unwrap();
        assert!(!sealed.contains("JBSWY3DP"));
        assert_eq!(key.open(&sealed, "totp of mira").unwrap(), "JBSWY3DP");
        assert_eq!(key.open(&sealed, "totp of noor"), Err(Broken));
        let other = Key::new(&SystemDice).unwrap();
        assert_eq!(other.open(&sealed, "totp of mira"), Err(Broken));
        for hostile in ["", "AAAA", "=", &"A".repeat(31)] {
            assert_eq!(key.open(hostile, "totp of mira"), Err(Broken));
        }
        assert_eq!(Key::read(&key.written()).unwrap().0, key.0);
        assert!(Key::read("AAAA").is_err());
    }
}
