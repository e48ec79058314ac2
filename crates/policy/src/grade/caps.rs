//! What keeps a grade from being better, whatever the score: the guide's rules, revision by revision.

use holter_checks::catalogue::{self, Known};
use holter_model::Feature;
use holter_wire::Version;
use holter_wire::suite::{Authentication, Mode, Parts};

use super::Letter;
use crate::policy::max_age;
use crate::subject::{SSL2, Subject};

/// Half a year, the least that the guide counts for HSTS (2009e).
const HALF_A_YEAR: u64 = 15_768_000;

/// The best letter that something leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cap {
    /// The letter.
    pub(super) letter: Letter,
    /// Why.
    pub(super) why: String,
}

/// Flaws that decide a letter by themselves.
const FLAWS: [(&str, Letter, &str); 18] = [
    ("CVE-2014-0160", Letter::F, "Heartbleed"),
    (
        "CVE-2014-0224",
        Letter::F,
        "an early ChangeCipherSpec is taken (CCS injection)",
    ),
    ("CVE-2016-9244", Letter::F, "Ticketbleed"),
    ("ROBOT", Letter::F, "RSA padding oracle (ROBOT)"),
    ("CVE-2016-0800", Letter::F, "DROWN"),
    (
        "CVE-2014-8730",
        Letter::F,
        "padding is not looked at (TLS POODLE)",
    ),
    ("CVE-2019-6593", Letter::F, "CBC padding oracle (GOLDENDOODLE)"),
    ("CVE-2019-6485", Letter::F, "CBC padding oracle (Zombie POODLE)"),
    ("CVE-2019-1559", Letter::F, "CBC padding oracle (0-length)"),
    ("CVE-2009-3555", Letter::F, "insecure renegotiation"),
    ("CVE-2008-0166", Letter::F, "a key of Debian's broken generator"),
    (
        "CVE-2017-15361",
        Letter::F,
        "a key of Infineon's broken generator (ROCA)",
    ),
    ("KEY-WEAK-FACTOR", Letter::F, "a key that can be factored"),
    ("CERT-WEAK-KEY", Letter::F, "a certificate's key is too weak"),
    (
        "CERT-WEAK-SIGNATURE",
        Letter::F,
        "a certificate is signed with a broken hash",
    ),
    ("CVE-2014-3566", Letter::C, "POODLE"),
    ("CVE-2012-4929", Letter::C, "records are compressed (CRIME)"),
    ("CERT-CHAIN-INCOMPLETE", Letter::B, "the chain is incomplete"),
];

/// The names of checks that can lower the letter and were not asked, in the order of the list above.
pub(super) fn unasked(subject: &Subject<'_>) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (id, ..) in FLAWS {
        let Some(Known { check, .. }) = catalogue::flaw(id) else {
            continue;
        };
        // A check that was asked says something of at least one of its flaws.
        let judgements = subject.service.judgements.iter();
        let asked = check
            .flaws()
            .any(|flaw| judgements.clone().any(|judgement| judgement.flaw == flaw.id));
        if !asked && !names.contains(&check.name) {
            names.push(check.name);
        }
    }
    names
}

/// What caps the letter, in no order.
pub(super) fn caps(subject: &Subject<'_>) -> Vec<Cap> {
    let mut caps = Vec::new();
    let mut cap = |holds: bool, letter: Letter, why: &str| {
        if holds {
            caps.push(Cap {
                letter,
                why: why.to_owned(),
            });
        }
    };
    for (flaw, letter, why) in FLAWS {
        cap(subject.is_affected(flaw), letter, why);
    }
    versions(subject, &mut cap);
    suites(subject, &mut cap);
    let shortest = subject.configuration.fields.iter().map(|field| field.bits).min();
    cap(
        shortest.is_some_and(|bits| bits < 1024),
        Letter::F,
        "a Diffie-Hellman prime below 1024 bits (Logjam)",
    );
    cap(
        shortest.is_some_and(|bits| bits < 2048),
        Letter::B,
        "a Diffie-Hellman prime below 2048 bits",
    );
    let shortest = subject
        .leaves
        .iter()
        .filter_map(|leaf| leaf.rsa_equivalent())
        .min();
    cap(
        shortest.is_some_and(|bits| (1024..2048).contains(&bits)),
        Letter::B,
        "a certificate's key below 2048 bits",
    );
    cap(
        shortest.is_some_and(|bits| bits < 1024),
        Letter::F,
        "a certificate's key below 1024 bits",
    );
    let renegotiation = subject.configuration.has(Feature::SecureRenegotiation);
    cap(
        renegotiation == Some(false),
        Letter::AMinus,
        "secure renegotiation is not supported",
    );
    caps
}

/// Whether it deserves an A+: HSTS for half a year, and no fallback that its own versions make needless.
pub(super) fn is_exceptional(subject: &Subject<'_>) -> bool {
    let configuration = &subject.configuration;
    let headers = configuration.headers.iter().flatten();
    let age = headers
        .filter(|(name, _)| name == "strict-transport-security")
        .filter_map(|(_, value)| max_age(value))
        .max();
    age.is_some_and(|age| age >= HALF_A_YEAR) && !subject.is_affected("TLS-NO-FALLBACK-SCSV")
}

/// Where the guide would give another letter, and Holter does not follow it.
pub(super) fn notes(subject: &Subject<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for (flaw, letter, why) in [
        ("CERT-EXPIRED", "T", "the certificate has expired"),
        ("CERT-REVOKED", "T", "the certificate is revoked"),
        ("CERT-SELF-SIGNED", "T", "the certificate is signed by itself"),
        (
            "CERT-UNTRUSTED",
            "T",
            "no store that Holter knows leads to its authority, as with a hospital's own",
        ),
        ("CERT-NAME-MISMATCH", "M", "the certificate is for another name"),
    ] {
        if subject.is_affected(flaw) {
            notes.push(format!("the guide would give {letter}: {why}; the letter here speaks of versions, keys and ciphers only"));
        }
    }
    let own_protocol = subject.service.protocol != "https" && !subject.is_datagram();
    if own_protocol && notes.is_empty() {
        notes.push(
            "the guide is made for web servers; nothing here is counted against a service for not being one"
                .to_owned(),
        );
    }
    notes
}

fn versions(subject: &Subject<'_>, cap: &mut impl FnMut(bool, Letter, &str)) {
    let speaks = |version| subject.speaks(version) == Some(true);
    let newest = subject.spoken().map(|(version, _)| version).max();
    cap(speaks(SSL2), Letter::F, "SSLv2 is spoken");
    cap(
        newest == Some(Version::SSL3),
        Letter::F,
        "nothing newer than SSLv3 is spoken",
    );
    cap(
        newest.is_some_and(|newest| newest < Version::TLS12),
        Letter::C,
        &format!("nothing newer than {} is spoken", subject.name(Version::TLS11)),
    );
    for version in [Version::SSL3, Version::TLS10, Version::TLS11] {
        cap(
            speaks(version),
            Letter::B,
            &format!("{} is spoken", subject.name(version)),
        );
    }
    // DTLS 1.3 is spoken by hardly anybody yet.
    cap(
        !subject.is_datagram() && !speaks(Version::TLS13),
        Letter::AMinus,
        "TLS 1.3 is not spoken",
    );
}

fn suites(subject: &Subject<'_>, cap: &mut impl FnMut(bool, Letter, &str)) {
    let suites: Vec<(Version, Parts)> = subject
        .suites()
        .map(|(version, _, parts)| (version, parts))
        .collect();
    let any =
        |holds: fn(Version, &Parts) -> bool| suites.iter().any(|(version, parts)| holds(*version, parts));
    cap(
        any(|_, parts| parts.export || parts.bits < 112),
        Letter::F,
        "suites of less than 112 bits are accepted",
    );
    cap(
        any(|_, parts| parts.authentication == Authentication::Anonymous),
        Letter::F,
        "suites are accepted in which nobody shows who he is",
    );
    // All of DTLS is made of what is newer than TLS 1.0.
    let newer = if subject.is_datagram() {
        "DTLS"
    } else {
        "TLS 1.1 or newer"
    };
    let rc4 = |parts: &Parts| parts.cipher.starts_with("RC4");
    cap(
        !suites.is_empty() && suites.iter().all(|(_, parts)| rc4(parts)),
        Letter::F,
        "there is nothing but RC4",
    );
    cap(
        any(|version, parts| version >= Version::TLS11 && parts.cipher.starts_with("RC4")),
        Letter::C,
        &format!("RC4 is accepted in {newer}"),
    );
    cap(
        any(|_, parts| parts.cipher.starts_with("RC4")),
        Letter::B,
        "RC4 is accepted",
    );
    cap(
        any(|version, parts| version >= Version::TLS11 && parts.block == 64),
        Letter::C,
        &format!("ciphers of 64-bit blocks are accepted in {newer} (SWEET32)"),
    );
    cap(
        !any(|_, parts| parts.forward_secret()),
        Letter::B,
        "no suite keeps recorded traffic closed to a key that is stolen later",
    );
    cap(
        !any(|_, parts| parts.mode == Mode::Aead),
        Letter::B,
        "no suite authenticates by itself (AEAD)",
    );
}
