//! # ROBOT: Bleichenbacher's oracle
//!
//! ## What it asks
//! Five handshakes, whose secret is encrypted to the service's RSA key soundly once and wrongly in four ways. Where the
//! service says nothing of the secret, a Finished under keys that nobody agreed on follows. A sound service takes all five
//! alike. Over datagrams, where such a Finished would be dropped, one in the open follows. Where it does not, one of each kind
//! again twice, and once more where the first round was heard otherwise: only a difference that comes back counts. Times are
//! never compared. An oracle takes a hundred thousand such questions to be of use; these are twenty at the very most.
//!
//! ## Why it matters
//! With such a service recorded connections can be decrypted, and its key can be made to sign for others.
//!
//! ## References
//! Böck, Somorovsky, Young, "Return Of Bleichenbacher's Oracle Threat", USENIX Security 2018; RFC 5246 section 7.4.7.1.

mod judge;

use std::time::Duration;

use holter_handshake::odd::bleichenbacher::{self, Plaintext, Steps};
use holter_handshake::{HandshakeError, Offer, Suite, suite};
use holter_model::{Fact, Observation};
use holter_wire::{CipherSuite, Version};

use crate::oracle::{self, MOST_ROUNDS, ROUNDS, Table};
use crate::{Check, Configuration, Needs, Profile, Visit, greeting, reaction, session, spoken};

const SERIES: &str = "robot";

/// How long a word of the service's own is awaited at least, once a difference has been seen.
const SURE: Duration = Duration::from_millis(30);

/// How it took that the client has no certificate to show.
const INTRODUCED: &str = "introduction-of-robot";

/// How the secret is encrypted.
const WAYS: [(&str, Plaintext); 5] = [
    ("sound", Plaintext::Sound),
    ("wrong-start", Plaintext::WrongStart),
    ("no-zero", Plaintext::NoZero),
    ("wrong-zero", Plaintext::WrongZero),
    ("wrong-version", Plaintext::WrongVersion),
];

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "robot",
    name: "ROBOT",
    about: "encrypts a handshake's secret wrongly in four ways and compares how the service takes it",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/ROBOT.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge: judge::judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let Some((version, suite)) = askable(&greeting::known(visit)) else {
        return;
    };
    let mut again: Vec<&str> = WAYS.iter().map(|(way, _)| *way).collect();
    let mut least = Duration::ZERO;
    for round in 1..=MOST_ROUNDS {
        for (way, plaintext) in WAYS.into_iter().filter(|(way, _)| again.contains(way)) {
            let probe = oracle::id(SERIES, way, round);
            if put(visit, (version, suite), plaintext, &probe, least)
                .await
                .is_none()
            {
                return;
            }
        }
        let table = table(visit.observations());
        if table.is_uniform() || round >= ROUNDS && table.is_steady() {
            return;
        }
        again = table.kinds();
        least = SURE;
    }
}

/// The newest version and a suite of it with RSA key exchange that can be asked in.
fn askable(known: &Configuration) -> Option<(Version, CipherSuite)> {
    let mut suites: Vec<_> = known
        .suites()
        .filter(|(version, suite, _)| {
            (Version::SSL3..=Version::TLS12).contains(&version.rules())
                && Suite::of(*suite)
                    .is_some_and(|suite| suite.exchange == suite::Exchange::Rsa && suite.fits(*version))
        })
        .collect();
    // A sort that keeps the service's own order within a version.
    suites.sort_by_key(|(version, ..)| std::cmp::Reverse(version.rules()));
    suites.first().map(|(version, suite, _)| (*version, *suite))
}

/// Puts one question. `None`: there was no answer.
async fn put(
    visit: &mut Visit<'_>,
    (version, suite): (Version, CipherSuite),
    plaintext: Plaintext,
    probe: &str,
    least: Duration,
) -> Option<()> {
    let suites = [suite];
    let offer = Offer {
        suites: &suites,
        ..session::offer(visit, version)
    };
    let patience = spoken::patience(visit);
    // A peer that is slow to refuse a datagram is heard longer at once.
    let pause = if version.is_datagram() {
        patience
    } else {
        visit.pause().max(least)
    };
    let waits = (pause, patience);
    let mut answer = say(visit, &offer, plaintext, waits).await?;
    // The suite was accepted before. One server accepts it again; another behind the same address may not.
    if matches!(answer, Err(HandshakeError::Alert(_))) {
        answer = say(visit, &offer, plaintext, waits).await?;
        if answer.is_ok() {
            visit.heard(Fact::Inconsistent {
                why: format!(
                    "different servers seem to answer at this address: {suite} was refused and accepted"
                ),
            });
        }
    }
    match answer {
        Ok(heard) => {
            if let Some(introduced) = &heard.introduced {
                reaction::note(visit, INTRODUCED, (version, suite), introduced, patience);
                if !introduced.is_silence() {
                    return None;
                }
            }
            reaction::note(visit, probe, (version, suite), &heard.alone, pause);
            if let Some(finished) = heard.finished {
                reaction::note(visit, probe, (version, suite), &finished, patience);
            }
            Some(())
        }
        Err(error) => {
            visit.odd(format!("no RSA key exchange came about in {version}: {error}"));
            None
        }
    }
}

/// Says it on a connection of its own. `None`: there was none to be had.
async fn say(
    visit: &mut Visit<'_>,
    offer: &Offer<'_>,
    plaintext: Plaintext,
    waits: (Duration, Duration),
) -> Option<Result<Steps, HandshakeError>> {
    if !spoken::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let answer = if offer.version.is_datagram() {
        bleichenbacher::ask_over_datagrams(&mut line, offer, plaintext, visit.dice, waits.1).await
    } else {
        bleichenbacher::ask_in_steps(&mut line, offer, plaintext, visit.dice, waits).await
    };
    visit.provoked(line);
    Some(answer)
}

fn table(observations: &[Observation]) -> Table {
    Table::of(observations, SERIES, &WAYS.map(|(way, _)| way))
}
