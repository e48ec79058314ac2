//! Tokens that open something: sessions, the set-up link, the API. Only their hashes are kept.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use holter_model::seam::{Dice, NoChance};
use sha2::{Digest as _, Sha256};

/// What every token of the API begins with, so that one that was published by mistake is found by whoever looks.
pub(crate) const API_PREFIX: &str = "holter_";

/// A token of 256 bits, for the one who is to hold it.
pub(crate) fn new(dice: &dyn Dice) -> Result<String, NoChance> {
    let mut bytes = [0; 32];
    dice.secret(&mut bytes)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// What is kept of a token. It has 256 bits of its own, so that a plain hash cannot be turned round.
pub(crate) fn hash(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use holter_model::seam::SystemDice;

    use super::*;

    #[test]
    fn a_token_is_never_the_same_and_its_hash_always_is() {
        let (one, two) = (new(&SystemDice).unwrap(), new(&SystemDice).unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
        assert_eq!(hash(&one), hash(&one));
        assert!(!hash(&one).contains(&one));
    }
}
