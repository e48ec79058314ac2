//! # Padding oracles of CBC suites: POODLE against TLS and its kin
//!
//! ## What it asks
//! Finished handshakes with a CBC suite, each followed by one record that is wrong in one way: filler of the padding, length
//! of the padding, checksum, no text and checksum, nothing but padding. A sound service ends all alike. Where it does not, what
//! was answered seldom again twice: only a difference that comes back counts. Times are never compared. OpenSSL computes AES with
//! SHA-1 or SHA-256 by other code than all else, so that AES is asked first, and what is not AES for itself.
//!
//! Over datagrams wrong records are dropped without a word. There one session is sent them all, each in the place of
//! something that is always answered; then a sound one, whose answer shows that the session stood until then.
//!
//! ## Why it matters
//! A service that tells one wrong record from another tells whoever stands on the way, byte by byte, what a patient's
//! browser sends: its session cookie first.
//!
//! ## References
//! Merget et al., "Scalable Scanning and Automatic Classification of TLS Padding Oracle Vulnerabilities", USENIX Security
//! 2019; C. Young, "Zombie POODLE and GOLDENDOODLE", 2019; OpenSSL security advisory of 2019-02-26.

mod datagrams;
mod judge;

use std::time::Duration;

use holter_handshake::mac::Mac;
use holter_handshake::odd::cbc::{self, Malformed};
use holter_handshake::protect::BlockCipher;
use holter_handshake::suite::Bulk;
use holter_handshake::{HandshakeError, Offer, Suite, suite};
use holter_model::{Fact, Observation, Reaction};
use holter_wire::{CipherSuite, Version};

use crate::oracle::{self, ROUNDS, Table};
use crate::session::http2;
use crate::{Check, Configuration, Needs, Profile, Visit, greeting, ground, reaction, session, spoken};

const SERIES: &str = "padding-oracle";

/// The same with a cipher that is not AES, or with another checksum.
const PLAIN: &str = "plain-padding-oracle";

/// What is wrong with the record; the first is wrong in every way. It is what the others are compared with where they are
/// not taken alike, and not sent where they are.
const WAYS: [(&str, Malformed); 6] = [
    ("all-wrong", Malformed::FillerAndTag),
    ("filler", Malformed::Filler),
    ("length", Malformed::Padding),
    ("checksum", Malformed::TagStart),
    (EMPTY, Malformed::EmptyAndTag),
    (ONLY, Malformed::OnlyPadding),
];

const EMPTY: &str = "empty";
const ONLY: &str = "only-padding";

/// The ways that are wrong in one part only, but for [`ONLY`].
const PARTS: [&str; 4] = ["filler", "length", "checksum", EMPTY];

/// What shows the zero-length oracle by itself.
const APART: [&str; 2] = ["checksum", EMPTY];

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
        include_str!("../../../flaws/CVE-2016-2107.toml"),
        include_str!("../../../flaws/CVE-2019-1559.toml"),
        include_str!("../../../flaws/CVE-2019-6485.toml"),
        include_str!("../../../flaws/CVE-2019-6593.toml"),
    ],
    ask: |visit| Box::pin(ask(visit)),
    judge: judge::judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let known = Configuration::of(visit.observations());
    let Some(suite) = askable(&known) else {
        return;
    };
    // Sessions show whether it would harm.
    if http2::is_spoken(visit.observations()) || visit.is_unknown_inside() {
        session::survey(visit).await;
    }
    if http2::is_brittle(&greeting::known(visit), visit.observations()) {
        return;
    }
    let plain = plain(&known).filter(|_| is_stitched(suite.1));
    if suite.0.is_datagram() {
        datagrams::ask(visit, suite, SERIES, &WAYS.map(|(way, _)| way)).await;
        if let Some(plain) = plain {
            datagrams::ask(visit, plain, PLAIN, &APART).await;
        }
        return;
    }
    let mut ways = PARTS.to_vec();
    // Each is asked once where all is well, and where it lives.
    ways.retain(|way| plain.is_none() || *way != EMPTY);
    if ask_all(visit, suite, &ways).await.is_none() {
        return;
    }
    if !table(visit.observations()).is_uniform() {
        visit.later(|visit| Box::pin(again(visit)));
    }
    if let Some(plain) = plain
        && put_each(visit, plain, PLAIN, 1, &[EMPTY]).await.is_some()
        && taken(visit.observations(), PLAIN, EMPTY) != taken(visit.observations(), SERIES, "checksum")
    {
        visit.later(|visit| Box::pin(again_apart(visit)));
    }
}

/// Every way once. `None`: one of them came to no answer.
async fn ask_all(visit: &mut Visit<'_>, suite: (Version, CipherSuite), ways: &[&str]) -> Option<()> {
    put_each(visit, suite, SERIES, 1, ways).await?;
    put_each(visit, suite, SERIES, 1, &[ONLY]).await?;
    if stands_out(visit.observations(), ways) {
        // An alert of its own is no accident of a network, and a second one is none at all.
        put_each(visit, suite, SERIES, 2, &[ONLY]).await?;
    }
    Some(())
}

/// What the differing ways are compared with, then what was answered less often than the rest again.
async fn again(visit: &mut Visit<'_>) {
    let Some(suite) = askable(&greeting::known(visit)) else {
        return;
    };
    let mut asked = put_each(visit, suite, SERIES, 1, &[WAYS[0].0]).await;
    for round in 2..=ROUNDS {
        if asked.is_none() {
            return;
        }
        let wanting = table(visit.observations()).wanting(round, Some(WAYS[0].0));
        asked = put_each(visit, suite, SERIES, round, &wanting).await;
    }
}

/// Where a record without a text is told from one with it: that one, and both again.
async fn again_apart(visit: &mut Visit<'_>) {
    let Some(suite) = plain(&greeting::known(visit)) else {
        return;
    };
    let mut asked = put_each(visit, suite, PLAIN, 1, &["checksum"]).await;
    for round in 2..=ROUNDS {
        if asked.is_none() || plain_table(visit.observations()).is_uniform() {
            return;
        }
        let wanting = plain_table(visit.observations()).wanting(round, None);
        asked = put_each(visit, suite, PLAIN, round, &wanting).await;
    }
}

/// How a way was taken the first time.
fn taken(observations: &[Observation], series: &str, way: &str) -> Vec<Reaction> {
    reaction::signature(observations, &oracle::id(series, way, 1))
}

/// Whether nothing but padding was taken as nothing else was.
fn stands_out(observations: &[Observation], ways: &[&str]) -> bool {
    let only = taken(observations, SERIES, ONLY);
    ways.iter()
        .all(|way| taken(observations, SERIES, way).first() != only.first())
}

/// Puts questions, each on a connection of its own. `None`: one of them came to no answer.
async fn put_each(
    visit: &mut Visit<'_>,
    suite: (Version, CipherSuite),
    series: &str,
    round: usize,
    ways: &[&str],
) -> Option<()> {
    let text = text(visit);
    for (way, malformed) in WAYS.into_iter().filter(|(way, _)| ways.contains(way)) {
        put(visit, suite, malformed, &text, &oracle::id(series, way, round)).await?;
    }
    Some(())
}

/// The newest version and a CBC suite of it that can be asked in: AES with SHA-1 or SHA-256, if possible, and with RSA key
/// exchange, which costs a device least. In SSLv3 nobody looks at the padding: that is POODLE itself.
fn askable(known: &Configuration) -> Option<(Version, CipherSuite)> {
    best(known, |_| true)
}

/// The same of what OpenSSL computes by its general code.
fn plain(known: &Configuration) -> Option<(Version, CipherSuite)> {
    best(known, |code| !is_stitched(code))
}

fn best(known: &Configuration, wanted: impl Fn(CipherSuite) -> bool) -> Option<(Version, CipherSuite)> {
    let suites = known.suites().filter_map(|(version, code, _)| {
        let suite =
            Suite::of(code).filter(|suite| matches!(suite.bulk, Bulk::Cbc(_)) && suite.fits(version))?;
        ((Version::TLS10..=Version::TLS12).contains(&version.rules()) && wanted(code)).then_some((
            version,
            code,
            suite.exchange == suite::Exchange::Rsa,
        ))
    });
    suites
        .max_by_key(|(version, code, rsa)| {
            (
                version.rules(),
                is_stitched(*code),
                *rsa,
                std::cmp::Reverse(*code),
            )
        })
        .map(|(version, code, _)| (version, code))
}

/// Whether OpenSSL's code for processors with AES computes cipher and checksum of it in one (1.0.1 and newer): CVE-2016-2107
/// lives there alone, and CVE-2019-1559 nowhere there.
fn is_stitched(code: CipherSuite) -> bool {
    Suite::of(code).is_some_and(|suite| {
        matches!(suite.bulk, Bulk::Cbc(BlockCipher::Aes128 | BlockCipher::Aes256))
            && matches!(suite.hash, Mac::Sha1 | Mac::Sha256)
    })
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
    let suites = [suite];
    let mut answer = put_once(visit, (version, &suites), malformed, text).await?;
    // It may have gone on with a greeting, and not with an answer.
    let unclear = answer
        .as_ref()
        .is_ok_and(|heard| heard.goes_on() && heard.alert().is_none());
    if unclear && !visit.is_web() && greets(visit.observations()).is_none() {
        visit.heard(greeting((version, suite), Reaction::Continued));
        answer = put_once(visit, (version, &suites), malformed, text).await?;
        if answer
            .as_ref()
            .is_ok_and(holter_handshake::odd::Reaction::goes_on)
        {
            visit.heard(greeting((version, suite), Reaction::Silence(0)));
        }
    }
    match answer {
        Ok(heard) => {
            let patience = visit.short_patience();
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

/// Who greets is heard out first, as everybody does in HTTP/2.
async fn put_once(
    visit: &mut Visit<'_>,
    (version, suites): (Version, &[CipherSuite]),
    malformed: Malformed,
    text: &[u8],
) -> Option<Result<holter_handshake::odd::Reaction, HandshakeError>> {
    if !spoken::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let patience = visit.short_patience();
    let mut offer = Offer {
        suites,
        ..session::offer(visit, version)
    };
    let in_http2 = http2::is_alone(visit.observations());
    let greeting = if in_http2 || greets(visit.observations()) == Some(true) {
        patience
    } else {
        Duration::ZERO
    };
    let mut text = text;
    if in_http2 {
        (offer.protocols, text) = (http2::NAMED, http2::PREFACE);
    }
    let answer = cbc::probe(
        &mut line,
        &offer,
        malformed,
        text,
        visit.dice,
        (greeting, patience),
    )
    .await;
    visit.provoked(line);
    Some(answer)
}

/// The probe under which it is noted that the service speaks first.
const GREETING: &str = "greeting-inside";

fn greeting((version, suite): (Version, CipherSuite), reaction: Reaction) -> Fact {
    Fact::Probe {
        probe: GREETING.to_owned(),
        version: version.0,
        suite: suite.0,
        reaction,
    }
}

/// Whether the service speaks first inside of TLS; `None`: nothing said so yet.
fn greets(observations: &[Observation]) -> Option<bool> {
    let last = ground::answers(observations, GREETING).last()?;
    Some(last.reaction == Reaction::Continued)
}

/// What came of all but nothing but padding, which has one reader alone.
fn table(observations: &[Observation]) -> Table {
    let asked = |way: &&'static str| *way != EMPTY || !taken(observations, SERIES, EMPTY).is_empty();
    let parts: Vec<&str> = PARTS.into_iter().filter(asked).collect();
    let apart = Table::of(observations, SERIES, &parts);
    if apart.is_uniform() {
        return apart;
    }
    Table::of(observations, SERIES, &[&[WAYS[0].0], parts.as_slice()].concat())
}

fn plain_table(observations: &[Observation]) -> Table {
    Table::of(observations, PLAIN, &APART)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{observed, probe};

    #[test]
    fn who_greets_is_known_by_the_last_word() {
        let word = |reaction| probe(GREETING, 0x0303, reaction);
        assert_eq!(greets(&observed([])), None);
        assert_eq!(greets(&observed([word(Reaction::Continued)])), Some(true));
        let no = observed([word(Reaction::Continued), word(Reaction::Silence(0))]);
        assert_eq!(greets(&no), Some(false));
    }
}
