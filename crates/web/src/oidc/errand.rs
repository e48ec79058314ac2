//! A browser on its way to a provider and back: what was asked, sealed in a cookie of that browser, so that nobody else's
//! answer is taken for its own and nothing has to be remembered of those who never come back.

use data_encoding::BASE64URL_NOPAD;
use holter_model::seam::{Dice, NoChance};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::access::seal::Key;
use crate::access::token;

/// Whoever takes longer begins anew.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);
/// What it is sealed as.
const SEALED: &str = "errand to the provider";

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Errand {
    /// Comes back beside the code.
    pub(crate) state: String,
    /// Comes back within what is signed.
    pub(crate) nonce: String,
    /// Proves that whoever asks for the token is who asked for the code (RFC 7636).
    pub(crate) verifier: String,
    /// Where to go afterwards.
    pub(crate) to: String,
    /// The account that the provider's name for somebody is to be bound to; none: somebody signs in.
    pub(crate) account: Option<i64>,
    begun: i64,
}

impl Errand {
    pub(super) fn new(
        dice: &dyn Dice,
        now: Timestamp,
        to: &str,
        account: Option<i64>,
    ) -> Result<Self, NoChance> {
        Ok(Self {
            state: token::new(dice)?,
            nonce: token::new(dice)?,
            verifier: token::new(dice)?,
            to: to.chars().take(1000).collect(),
            account,
            begun: now.as_second(),
        })
    }

    /// For the browser.
    pub(crate) fn sealed(&self, key: &Key, dice: &dyn Dice) -> Result<String, NoChance> {
        let text = serde_json::to_string(self).map_err(|_| NoChance)?;
        key.seal(&text, SEALED, dice)
    }

    /// From the browser; none where it is not ours, or too old.
    pub(crate) fn open(sealed: &str, key: &Key, now: Timestamp) -> Option<Self> {
        let errand: Self = serde_json::from_str(&key.open(sealed, SEALED).ok()?).ok()?;
        let age = now.as_second().checked_sub(errand.begun)?;
        (0..=LONGEST.as_secs()).contains(&age).then_some(errand)
    }

    /// Whether an answer is to this question. Hashes are compared, so that nothing is learned by trying.
    pub(super) fn is_of(&self, state: &str) -> bool {
        token::hash(&self.state) == token::hash(state)
    }

    /// What the provider holds the verifier against.
    pub(super) fn challenge(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.verifier.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::SystemDice;

    use super::*;

    #[test]
    fn an_errand_is_its_browsers_own_and_soon_over() {
        let (key, other) = (Key::new(&SystemDice).unwrap(), Key::new(&SystemDice).unwrap());
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let errand = Errand::new(&SystemDice, now, "/findings", None).unwrap();
        let sealed = errand.sealed(&key, &SystemDice).unwrap();
        assert_eq!(Errand::open(&sealed, &key, now), Some(errand.clone()));
        for (key, minutes) in [(&key, 11), (&key, -1), (&other, 0)] {
            let then = now + SignedDuration::from_mins(minutes);
            assert_eq!(Errand::open(&sealed, key, then), None);
        }
        assert!(errand.is_of(&errand.state) && !errand.is_of("") && !errand.is_of(&errand.nonce));
    }

    /// RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let mut errand = Errand::new(&SystemDice, now, "/", None).unwrap();
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".clone_into(&mut errand.verifier);
        assert_eq!(errand.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
