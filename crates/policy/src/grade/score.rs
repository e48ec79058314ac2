//! The score: 30 parts for versions, 30 for keys, 40 for ciphers, each from 0 to 100; a zero anywhere is a zero in all.

use holter_wire::suite::{Authentication, Exchange, Mode, Parts};
use holter_wire::{NamedGroup, Version};

use crate::certificate::of_curve;
use crate::subject::{SSL2, Subject};

/// A score and what it is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    /// All together.
    pub(crate) total: u8,
    /// For the versions.
    pub(crate) versions: u8,
    /// For the keys.
    pub(crate) keys: u8,
    /// For the ciphers.
    pub(crate) ciphers: u8,
    /// What could not be counted in.
    pub(crate) notes: Vec<String>,
}

/// The score of a service whose survey is complete.
pub(crate) fn score(subject: &Subject<'_>) -> Score {
    let mut spoken: Vec<Version> = subject.spoken().map(|(version, _)| version).collect();
    if subject.speaks(SSL2) == Some(true) {
        spoken.push(SSL2);
    }
    let versions = middle(spoken.into_iter().map(of_version));
    let ciphers = middle(subject.suites().map(|(_, _, parts)| of_cipher(&parts)));
    let (keys, notes) = of_keys(subject);
    Score {
        total: together(versions, keys, ciphers),
        versions,
        keys,
        ciphers,
        notes,
    }
}

fn together(versions: u8, keys: u8, ciphers: u8) -> u8 {
    if versions == 0 || keys == 0 || ciphers == 0 {
        return 0;
    }
    let sum = 30 * u16::from(versions) + 30 * u16::from(keys) + 40 * u16::from(ciphers);
    u8::try_from((sum + 50) / 100).unwrap_or(100)
}

/// The middle between the best and the worst.
fn middle(scores: impl Iterator<Item = u8>) -> u8 {
    let scores: Vec<u8> = scores.collect();
    let (best, worst) = (scores.iter().max(), scores.iter().min());
    u8::midpoint(best.copied().unwrap_or(0), worst.copied().unwrap_or(0))
}

/// The guide's table 3, and TLS 1.3 like 1.2.
const fn of_version(version: Version) -> u8 {
    match version {
        SSL2 => 0,
        Version::SSL3 => 80,
        Version::TLS10 => 90,
        Version::TLS11 => 95,
        _ => 100,
    }
}

/// The guide's table 5. It counts Triple DES with the 112 bits that it is worth.
const fn of_cipher(parts: &Parts) -> u8 {
    match (parts.mode, parts.bits) {
        (Mode::Null, _) | (_, 0) => 0,
        (_, 1..128) => 20,
        (_, 128..256) => 80,
        _ => 100,
    }
}

/// The guide's table 4: the weakest of the certificate's key and of what is agreed on with it.
fn of_keys(subject: &Subject<'_>) -> (u8, Vec<String>) {
    let mut notes = Vec::new();
    if subject.is_affected("CVE-2008-0166") {
        return (0, notes);
    }
    let suites: Vec<Parts> = subject.suites().map(|(_, _, parts)| parts).collect();
    if suites
        .iter()
        .any(|parts| parts.authentication == Authentication::Anonymous)
    {
        return (0, notes);
    }
    let mut weakest = None;
    let mut consider = |bits: u32| weakest = Some(weakest.map_or(bits, |weakest: u32| weakest.min(bits)));
    let keys = subject.leaves.iter().filter_map(|leaf| leaf.rsa_equivalent());
    keys.for_each(&mut consider);
    subject
        .configuration
        .fields
        .iter()
        .for_each(|field| consider(field.bits));
    for (_, spoken) in subject.spoken() {
        let uses = |parts: &Parts| matches!(parts.exchange, Exchange::Ecdhe | Exchange::Any);
        if suites.iter().any(uses) {
            let strengths = spoken.groups.iter().filter_map(|group| of_group(*group));
            strengths.for_each(&mut consider);
        }
    }
    if subject.leaves.is_empty() {
        notes.push(
            "the certificate's key was not read: the score for keys counts only what is agreed on".to_owned(),
        );
    }
    let score = match weakest {
        // Nothing that could be weak was seen; a key of 2048 bits is what nearly all have.
        None => 90,
        Some(0..512) => 20,
        Some(512..1024) => 40,
        Some(1024..2048) => 80,
        Some(2048..4096) => 90,
        Some(_) => 100,
    };
    let exports = suites.iter().any(|parts| parts.export);
    (if exports { score.min(40) } else { score }, notes)
}

/// The length of an RSA key about as strong as a group.
fn of_group(group: NamedGroup) -> Option<u32> {
    let name = group.name()?;
    if let Some(bits) = name.strip_prefix("ffdhe") {
        return bits.parse().ok();
    }
    if name.contains("MLKEM") {
        return Some(of_curve(256));
    }
    let digits: String = name
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    match (name, digits.parse::<u32>().ok()?) {
        ("x25519", _) => Some(of_curve(256)),
        (_, bits) => Some(of_curve(bits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_weighed_as_the_guide_weighs_them() {
        assert_eq!(together(100, 90, 90), 93);
        assert_eq!(together(100, 100, 100), 100);
        assert_eq!(together(100, 0, 100), 0);
        assert_eq!(middle([100, 80].into_iter()), 90);
        assert_eq!(middle([].into_iter()), 0);
        assert_eq!(of_version(Version::TLS13), 100);
    }

    #[test]
    fn groups_are_as_strong_as_keys() {
        for (group, bits) in [
            (0x001d, 3072),
            (0x0017, 3072),
            (0x0018, 7680),
            (0x0019, 15360),
            (0x0100, 2048),
            (0x0001, 1024),
            (0x0015, 2048),
            (0x11ec, 3072),
            (0x001e, 7680),
        ] {
            assert_eq!(of_group(NamedGroup(group)), Some(bits), "{group:#x}");
        }
    }
}
