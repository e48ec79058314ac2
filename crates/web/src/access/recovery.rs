//! Codes for whoever has lost the telephone: each opens once in place of a one-time code. They are shown when they are
//! made and never again; of each a hash under a key that is not in the database is kept.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use holter_model::seam::{Dice, NoChance};
use sha2::Sha256;

use crate::access::seal::Key;

/// So many are made at once.
pub(crate) const NUMBER: usize = 10;
/// 80 bits each: nobody tries them out.
const BYTES: usize = 10;
/// In groups, as people read them.
const GROUP: usize = 4;

/// New ones, for the one who is to write them down: `K7QF-2MZD-W3LN-XA5T`.
pub(crate) fn new(dice: &dyn Dice) -> Result<Vec<String>, NoChance> {
    let one = || {
        let mut bytes = [0; BYTES];
        dice.secret(&mut bytes)?;
        let text = BASE32_NOPAD.encode(&bytes);
        let groups: Vec<&str> = (0..text.len())
            .step_by(GROUP)
            .filter_map(|from| text.get(from..from + GROUP))
            .collect();
        Ok(groups.join("-"))
    };
    (0..NUMBER).map(|_| one()).collect()
}

/// What is kept of a code, or looked for when one is typed, however its letters are written and grouped. `None`: it is
/// no such code.
pub(crate) fn hash(code: &str, account: i64, key: &Key) -> Option<String> {
    let plain: String = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .take(64)
        .collect::<String>()
        .to_ascii_uppercase();
    let bytes = BASE32_NOPAD.decode(plain.as_bytes()).ok()?;
    if bytes.len() != BYTES {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.derived("recovery")).ok()?;
    mac.update(&account.to_be_bytes());
    mac.update(&bytes);
    Some(HEXLOWER.encode(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use holter_model::seam::SystemDice;

    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed_and_by_one_account() {
        let key = Key::new(&SystemDice).unwrap();
        let codes = new(&SystemDice).unwrap();
        assert_eq!(codes.len(), NUMBER);
        let code = &codes[0];
        assert_eq!((code.len(), code.matches('-').count()), (19, 3));
        let kept = hash(code, 1, &key).unwrap();
        assert_eq!(
            hash(&code.to_lowercase().replace('-', " "), 1, &key),
            Some(kept.clone())
        );
        assert_ne!(hash(code, 2, &key), Some(kept.clone()));
        assert_ne!(hash(code, 1, &Key::new(&SystemDice).unwrap()), Some(kept));
        for none in ["", "287082", "AAAA-AAAA-AAAA", "%%", &"A".repeat(1000)] {
            assert_eq!(hash(none, 1, &key), None);
        }
    }
}
