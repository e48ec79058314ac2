//! One-time codes by the clock, as every authenticator app makes them: RFC 6238 with HMAC-SHA-1, six digits, thirty
//! seconds.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use holter_model::seam::{Dice, NoChance};
use jiff::Timestamp;
use sha1::Sha1;

/// How long a code lasts, in seconds.
const STEP: i64 = 30;

/// A new secret, in the alphabet that apps take.
pub(crate) fn secret(dice: &dyn Dice) -> Result<String, NoChance> {
    let mut bytes = [0; 20];
    dice.secret(&mut bytes)?;
    Ok(BASE32_NOPAD.encode(&bytes))
}

/// What an authenticator app reads out of the square.
pub(crate) fn address(secret: &str, account: &str, host: &str) -> String {
    let plain = |text: &str| {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
                byte => format!("%{byte:02X}"),
            })
            .collect::<String>()
    };
    format!(
        "otpauth://totp/Holter:{}@{}?secret={secret}&issuer=Holter",
        plain(account),
        plain(host)
    )
}

/// The step whose code this is, if it is one of now or of the steps beside it, and later than the last that was
/// used: no code opens twice.
pub(crate) fn step(secret: &str, code: &str, now: Timestamp, last_used: i64) -> Option<i64> {
    let typed: String = code
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    if typed.len() != 6 || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let key = BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let current = now.as_second().div_euclid(STEP);
    // All three are worked out always: which one it was must not show in the time.
    let mut found = None;
    for step in [current - 1, current, current + 1] {
        if code_of(&key, step).is_some_and(|code| code == typed) && step > last_used {
            found = Some(step);
        }
    }
    found
}

fn code_of(key: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash.last()? & 0x0f);
    let four: [u8; 4] = hash.get(offset..offset + 4)?.try_into().ok()?;
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000;
    Some(format!("{number:06}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238's own: the secret is "12345678901234567890".
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(step(SECRET, code, at, 0), Some(second / 30));
        }
    }

    #[test]
    fn a_code_opens_once_and_soon() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let used = step(SECRET, "287082", at(59), 0).unwrap();
        assert_eq!(step(SECRET, "287082", at(60), used), None);
        assert_eq!(step(SECRET, "287 082", at(89), 0), Some(1));
        assert_eq!(step(SECRET, "287082", at(125), 0), None);
        for wrong in ["", "28708", "2870821", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(step(SECRET, wrong, at(59), 0), None);
        }
    }
}
