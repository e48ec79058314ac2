//! Passwords: argon2id, and rules that help instead of annoying (NIST SP 800-63B section 3.1.1: length, and not one
//! that everybody guesses).

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use holter_model::seam::{Dice, NoChance};

/// Shorter ones are guessed from a stolen database.
pub(crate) const SHORTEST: usize = 12;

/// Longer ones would only keep the machine busy.
pub(crate) const LONGEST: usize = 256;

/// Parts of passwords that everybody tries first.
const GUESSED: [&str; 12] = [
    "password",
    "passwort",
    "12345678",
    "qwertyui",
    "letmein",
    "changeme",
    "welcome1",
    "administrator",
    "hospital",
    "holter",
    "iloveyou",
    "00000000",
];

/// 19 MiB, two passes, one lane: what OWASP's password storage guide asks for.
fn argon() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Why a password is none.
pub(crate) fn objection(password: &str, name: &str) -> Option<String> {
    let lower = password.to_lowercase();
    let name = name.to_lowercase();
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(format!(
            "A password needs at least {SHORTEST} characters; four words that have nothing to do with each other are easy to keep in mind."
        ));
    }
    if password.len() > LONGEST {
        return Some(format!("A password has at most {LONGEST} characters."));
    }
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let guessed = GUESSED
        .iter()
        .any(|part| lower.contains(part) && length < part.len() + 8);
    if different.len() < 5 || guessed || (name.len() > 2 && lower.contains(&name)) {
        return Some("This password is too easy to guess: it repeats itself, holds the name, or is one that everybody tries first.".to_owned());
    }
    None
}

/// The hash that is kept.
pub(crate) fn hash(password: &str, dice: &dyn Dice) -> Result<String, NoChance> {
    let mut salt = [0; 16];
    dice.secret(&mut salt)?;
    let hashed = argon().hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|_| NoChance)
}

/// Whether this is the password. With no hash, as long is worked as with one, so that nobody learns by waiting
/// whether there is such an account.
pub(crate) fn is_right(password: &str, hash: Option<&str>) -> bool {
    let parsed = hash.and_then(|hash| PasswordHash::new(hash).ok());
    match parsed {
        Some(hash) => argon().verify_password(password.as_bytes(), &hash).is_ok(),
        None => {
            let _ = argon().hash_password_with_salt(password.as_bytes(), &[7; 16]);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::SystemDice;

    use super::*;

    #[test]
    fn only_the_password_is_right() {
        let hash = hash("correct horse battery", &SystemDice).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(is_right("correct horse battery", Some(&hash)));
        assert!(!is_right("correct horse batterie", Some(&hash)));
        assert!(!is_right("correct horse battery", None));
        assert!(!is_right("", Some("not a hash")));
    }

    #[test]
    fn what_everybody_guesses_is_refused() {
        for bad in ["short", "aaaaaaaaaaaa", "Password1234", "mira.lopez-2026"] {
            assert!(objection(bad, "mira.lopez").is_some(), "{bad}");
        }
        assert!(objection(&"ab cd ef gh ".repeat(40), "x").is_some());
        assert_eq!(objection("gravel otter lamp tuesday", "mira"), None);
    }
}
