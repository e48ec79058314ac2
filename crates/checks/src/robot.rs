//! # ROBOT: Bleichenbacher's oracle
//!
//! ## What it asks
//! Five handshakes, whose secret is encrypted to the service's RSA key soundly once and wrongly in four ways. Where the
//! service says nothing of the secret, a Finished under keys that nobody agreed on follows. A sound service takes all five
//! alike. Over datagrams, where such a Finished would be dropped, one in the open follows. Where it does not, what was answered seldom again twice: only a difference that comes back counts. Times are never compared. An
//! oracle takes a hundred thousand such questions to be of use; these are fifteen at the very most.
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
use holter_model::{Fact, Observation, Reaction};
use holter_wire::{CipherSuite, Version};

use crate::oracle::{self, ROUNDS, Table};
use crate::{Check, Configuration, Needs, Profile, Visit, greeting, reaction, session, spoken};

const SERIES: &str = "robot";

/// How it took that the client has no certificate to show.
const INTRODUCED: &str = "introduction-of-robot";

/// How a key exchange failed that the question needs.
const UNMADE: &str = "unmade-key-exchange";

/// How the secret is encrypted, first in the way that every known oracle tells from a sound one.
const WAYS: [(&str, Plaintext); 5] = [
    ("wrong-start", Plaintext::WrongStart),
    ("sound", Plaintext::Sound),
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
    let Some(suite) = askable(&greeting::known(visit)) else {
        return;
    };
    let all = WAYS.map(|(way, _)| way);
    if put_each(visit, suite, 1, &all).await.is_some() && !table(visit.observations()).is_uniform() {
        visit.later(|visit| Box::pin(again(visit)));
    }
}

/// What was answered less often than the rest again, as long as they differ; and first what was not waited for to its end.
async fn again(visit: &mut Visit<'_>) {
    let Some(suite) = askable(&greeting::known(visit)) else {
        return;
    };
    for round in 2..=ROUNDS {
        let table = table(visit.observations());
        let mut wanting = table.wanting(round, None);
        wanting.extend(table.hasty());
        if table.is_uniform() || put_each(visit, suite, round, &wanting).await.is_none() {
            return;
        }
    }
}

/// Puts questions, each on a connection of its own. `None`: one of them came to no answer.
async fn put_each(
    visit: &mut Visit<'_>,
    suite: (Version, CipherSuite),
    round: usize,
    ways: &[&str],
) -> Option<()> {
    for (way, plaintext) in WAYS.into_iter().filter(|(way, _)| ways.contains(way)) {
        let pause = pause(visit, suite.0, round, plaintext);
        put(visit, suite, plaintext, &oracle::id(SERIES, way, round), pause).await?;
    }
    Some(())
}

/// How long to listen for a word of the service's own. Who has none for the first secret has hardly one for the others, and
/// none for a sound one, with which it waits for what comes next. Where answers differ, each gets the time that a busy peer takes.
fn pause(visit: &Visit<'_>, version: Version, round: usize, plaintext: Plaintext) -> Duration {
    if version.is_datagram() {
        // A peer that is slow to refuse a datagram is heard longer at once.
        return spoken::patience(visit);
    }
    let first = reaction::signature(visit.observations(), &oracle::id(SERIES, WAYS[0].0, 1));
    match first.first() {
        Some(Reaction::Silence(_)) if round == 1 && plaintext == Plaintext::Sound => Duration::ZERO,
        Some(Reaction::Silence(_)) if round == 1 => visit.glance(),
        _ if round == 1 => visit.pause(),
        _ => spoken::patience(visit),
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
    pause: Duration,
) -> Option<()> {
    let suites = [suite];
    let offer = Offer {
        suites: &suites,
        ..session::offer(visit, version)
    };
    let patience = spoken::patience(visit);
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
            visit.heard(Fact::Probe {
                probe: UNMADE.to_owned(),
                version: version.0,
                suite: suite.0,
                reaction: session::failure(&error),
            });
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
    Table::of(observations, SERIES, &WAYS.map(|(way, _)| way)).by_words()
}
