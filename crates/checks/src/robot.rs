//! # ROBOT: Bleichenbacher's oracle
//!
//! ## What it asks
//! Five handshakes, whose secret is encrypted to the service's RSA key soundly once and wrongly in four ways. Where the
//! service says nothing of the secret, a Finished under keys that nobody agreed on follows. A sound service takes all five
//! alike. Where it does not, one of each kind again twice: only a difference that comes back counts. Times are never compared. An
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
use holter_model::{Fact, Feature, Observation};
use holter_wire::{CipherSuite, Version};

use crate::oracle::{self, ROUNDS, Table};
use crate::{Check, Configuration, Needs, Profile, Visit, greeting, reaction, session};

const SERIES: &str = "robot";

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
    // Whoever demands a certificate first refuses for want of one, whatever the secret.
    if wants_certificate(visit) {
        return;
    }
    let mut again: Vec<&str> = WAYS.iter().map(|(way, _)| *way).collect();
    for round in 1..=ROUNDS {
        for (way, plaintext) in WAYS.into_iter().filter(|(way, _)| again.contains(way)) {
            let probe = oracle::id(SERIES, way, round);
            if put(visit, (version, suite), plaintext, &probe).await.is_none() {
                return;
            }
        }
        let table = table(visit.observations());
        if table.is_uniform() {
            return;
        }
        again = table.kinds();
    }
}

/// Whether it demands a certificate of the client, and none was given for it.
fn wants_certificate(visit: &Visit<'_>) -> bool {
    let demanded = greeting::known(visit).has(Feature::ClientCertificate);
    demanded == Some(true) && visit.questions.identity.is_none()
}

/// The newest version and a suite of it with RSA key exchange that can be asked in.
fn askable(known: &Configuration) -> Option<(Version, CipherSuite)> {
    let mut suites: Vec<_> = known
        .suites()
        .filter(|(version, suite, _)| {
            (Version::SSL3..=Version::TLS12).contains(version)
                && Suite::of(*suite).is_some_and(|suite| suite.exchange == suite::Exchange::Rsa)
        })
        .collect();
    // A sort that keeps the service's own order within a version.
    suites.sort_by_key(|(version, ..)| std::cmp::Reverse(*version));
    suites.first().map(|(version, suite, _)| (*version, *suite))
}

/// Puts one question. `None`: there was no answer.
async fn put(
    visit: &mut Visit<'_>,
    (version, suite): (Version, CipherSuite),
    plaintext: Plaintext,
    probe: &str,
) -> Option<()> {
    let suites = [suite];
    let offer = Offer {
        suites: &suites,
        ..session::offer(visit, version)
    };
    let waits = (visit.pause(), visit.short_patience());
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
    let (pause, patience) = waits;
    match answer {
        Ok(heard) => {
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
    if !greeting::may_ask(visit) {
        return None;
    }
    let mut line = visit.open().await?;
    let answer = bleichenbacher::ask_in_steps(&mut line, offer, plaintext, visit.dice, waits).await;
    visit.provoked(line);
    Some(answer)
}

fn table(observations: &[Observation]) -> Table {
    Table::of(observations, SERIES, &WAYS.map(|(way, _)| way))
}
