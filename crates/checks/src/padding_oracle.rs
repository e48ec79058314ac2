//! # Padding oracles of CBC suites: POODLE against TLS and its kin
//!
//! ## What it asks
//! Five finished handshakes with a CBC suite, each followed by one record that is wrong in one way: filler of the padding,
//! length of the padding, checksum, filler and checksum, no text and checksum. A sound service ends all five alike. Where
//! it does not, one of each kind again twice: only a difference that comes back counts. Times are never compared.
//!
//! ## Why it matters
//! A service that tells one wrong record from another tells whoever stands on the way, byte by byte, what a patient's
//! browser sends: its session cookie first.
//!
//! ## References
//! Merget et al., "Scalable Scanning and Automatic Classification of TLS Padding Oracle Vulnerabilities", USENIX Security
//! 2019; C. Young, "Zombie POODLE and GOLDENDOODLE", 2019; OpenSSL security advisory of 2019-02-26.

mod judge;

use holter_handshake::odd::cbc::{self, Malformed};
use holter_handshake::suite::Bulk;
use holter_handshake::{Offer, Suite, suite};
use holter_wire::{CipherSuite, Version};

use crate::oracle::{self, ROUNDS, Table};
use crate::{Check, Configuration, Needs, Profile, Visit, greeting, reaction, session};

const SERIES: &str = "padding-oracle";

/// What is wrong with the record; the first is wrong in every way. It is what the others are compared with where they are
/// not taken alike, and not sent where they are.
const WAYS: [(&str, Malformed); 5] = [
    ("all-wrong", Malformed::FillerAndTag),
    ("filler", Malformed::Filler),
    ("length", Malformed::Padding),
    ("checksum", Malformed::TagStart),
    ("empty", Malformed::EmptyAndTag),
];

/// Protocols in which a server that took a line would answer goodbye.
const LINES: [&str; 7] = ["ftp", "irc", "lmtp", "nntp", "pop3", "sieve", "smtp"];

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "padding-oracle",
    name: "Padding oracles",
    about: "sends records with wrong padding or a wrong checksum and compares how the service takes them",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[
        include_str!("../../../flaws/CVE-2014-8730.toml"),
        include_str!("../../../flaws/CVE-2019-1559.toml"),
        include_str!("../../../flaws/CVE-2019-6485.toml"),
        include_str!("../../../flaws/CVE-2019-6593.toml"),
    ],
    ask: |visit| Box::pin(ask(visit)),
    judge: judge::judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let Some((version, suite)) = askable(&greeting::known(visit)) else {
        return;
    };
    let text = text(visit);
    // Once each, then what the differing ones are compared with, then one of each kind again.
    let mut rounds = vec![(1, parts()), (1, vec![WAYS[0].0])];
    rounds.extend((2..=ROUNDS).map(|round| (round, Vec::new())));
    for (round, ways) in rounds {
        let ways = if ways.is_empty() {
            table(visit.observations()).kinds()
        } else {
            ways
        };
        for (way, malformed) in WAYS.into_iter().filter(|(way, _)| ways.contains(way)) {
            let probe = oracle::id(SERIES, way, round);
            if put(visit, (version, suite), malformed, &text, &probe)
                .await
                .is_none()
            {
                return;
            }
        }
        if table(visit.observations()).is_uniform() {
            return;
        }
    }
}

/// The ways that are wrong in one part only.
fn parts() -> Vec<&'static str> {
    WAYS.iter().skip(1).map(|(way, _)| *way).collect()
}

/// The newest version and a CBC suite of it that can be asked in: with RSA key exchange, if possible, which costs a device
/// least. In SSLv3 nobody looks at the padding: that is POODLE itself.
fn askable(known: &Configuration) -> Option<(Version, CipherSuite)> {
    let suites = known.suites().filter_map(|(version, code, _)| {
        let suite = Suite::of(code).filter(|suite| matches!(suite.bulk, Bulk::Cbc(_)))?;
        (Version::TLS10..=Version::TLS12).contains(&version).then_some((
            version,
            code,
            suite.exchange == suite::Exchange::Rsa,
        ))
    });
    suites
        .max_by_key(|(version, code, rsa)| (*version, *rsa, std::cmp::Reverse(*code)))
        .map(|(version, code, _)| (version, code))
}

/// A harmless text that the service would answer at once, were the record taken.
fn text(visit: &Visit<'_>) -> Vec<u8> {
    let id = visit.chosen().protocol.id;
    if visit.is_web() {
        b"GET / HTTP/1.0\r\n\r\n".to_vec()
    } else if id == "imap" {
        b"h1 LOGOUT\r\n".to_vec()
    } else if LINES.contains(&id) {
        b"QUIT\r\n".to_vec()
    } else {
        Vec::new()
    }
}

/// Puts one question. `None`: there was no answer.
async fn put(
    visit: &mut Visit<'_>,
    (version, suite): (Version, CipherSuite),
    malformed: Malformed,
    text: &[u8],
    probe: &str,
) -> Option<()> {
    if !greeting::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let suites = [suite];
    let offer = Offer {
        suites: &suites,
        ..session::offer(visit, version)
    };
    let patience = visit.short_patience();
    let answer = cbc::probe(&mut line, &offer, malformed, text, visit.dice, patience).await;
    visit.provoked(line);
    match answer {
        Ok(heard) => {
            reaction::note(visit, probe, (version, suite), &heard, patience);
            Some(())
        }
        Err(error) => {
            visit.odd(format!(
                "no handshake with a CBC suite could be finished in {version}: {error}"
            ));
            None
        }
    }
}

fn table(observations: &[holter_model::Observation]) -> Table {
    let apart = Table::of(observations, SERIES, &parts());
    if apart.is_uniform() {
        return apart;
    }
    Table::of(observations, SERIES, &WAYS.map(|(way, _)| way))
}
