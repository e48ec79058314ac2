//! # DROWN (CVE-2016-0800)
//!
//! ## What it asks
//! The survey's one greeting in SSLv2. Where that is answered with no cipher at all, a second one, in which a cipher is
//! chosen that was not offered, with a key of random bytes: an OpenSSL before 1.0.1r and 1.0.2f goes on with it
//! (CVE-2015-3197), a later one refuses.
//!
//! ## Why it matters
//! Who answers in SSLv2 helps to open recorded connections of every service with the same key. What other services do
//! with this one's key is not known here: see KEY-SHARED.

use holter_cert::Certificate;
use holter_model::{Attempt, Basis, Fact, Judgement, Observation, Reaction};
use holter_wire::Version;
use holter_wire::ssl2::{self, CipherKind, ClientMasterKey};

use crate::accepted::{asked_for, list};
use crate::ground::{Ruling, rule};
use crate::survey::ssl2::{Said, record, say};
use crate::{Check, Configuration, Needs, Profile, Visit};

/// A cipher was chosen that was not offered.
const UNLISTED: &str = "drown.unlisted";

/// RC4 with 128 bits: it needs no initialisation vector, and every server with SSLv2 has it.
const RC4: CipherKind = CipherKind(0x01_0080);

/// An ERROR message's length.
const ERROR: usize = 3;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "drown",
    name: "DROWN",
    about: "looks whether the service speaks SSLv2, also with ciphers that it does not list",
    profile: Profile::Standard,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2016-0800.toml")],
    ask: |visit| Box::pin(ask(visit)),
    judge,
};

async fn ask(visit: &mut Visit<'_>) {
    let lists_none = Configuration::of(visit.observations())
        .ssl2
        .is_some_and(|kinds| kinds.is_empty());
    if !lists_none {
        return;
    }
    let Some(Said::Hello(said)) = say(visit).await else {
        return;
    };
    let (mut line, hello) = *said;
    let (certificate, _) = Certificate::read(&hello.certificate);
    let length = usize::try_from(certificate.key.bits.unwrap_or(0).div_ceil(8)).unwrap_or(0);
    // Less than any modulus of this length, as every encrypted key is.
    let mut key = vec![0; length];
    if let Some(rest) = key.get_mut(1..) {
        visit.dice.fill(rest);
    }
    let mut message = Vec::new();
    ClientMasterKey {
        kind: RC4,
        encrypted_key: key,
    }
    .encode(&mut message);
    let mut stream = Vec::new();
    let patience = visit.patience().min(line.step());
    let reaction = match line.send(&message).await {
        Err(_) => Reaction::Closed,
        Ok(()) => match record(&mut line, &mut stream, patience).await {
            // What comes is encrypted under a key that nobody knows; that it comes is all that counts.
            Some(body) if body.len() != ERROR => Reaction::Continued,
            Some(_) => Reaction::Alert(0),
            None => Reaction::Closed,
        },
    };
    visit.done(line);
    visit.heard(Fact::Probe {
        probe: UNLISTED.to_owned(),
        version: ssl2::VERSION.0,
        suite: 0,
        reaction,
    });
}

/// How it took a cipher that it does not list.
fn unlisted(observations: &[Observation]) -> Option<Reaction> {
    observations
        .iter()
        .rev()
        .find_map(|observation| match &observation.fact {
            Fact::Probe { probe, reaction, .. } if probe == UNLISTED => Some(*reaction),
            _ => None,
        })
}

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let unlisted = unlisted(observations);
    let judge = |configuration: &Configuration| ruling(configuration, attempt, unlisted);
    rule((CHECK.id, "CVE-2016-0800"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, attempt: Attempt, unlisted: Option<Reaction>) -> Ruling {
    match &configuration.ssl2 {
        Some(kinds) if kinds.is_empty() => match unlisted {
            Some(Reaction::Continued) => Ruling::affected(
                "it answers in SSLv2, offers no cipher there, and goes on with one all the same (CVE-2015-3197); every other service with its key is exposed through it",
            )
            .by(Basis::Behaviour),
            Some(_) => Ruling::not_affected(
                "it answers in SSLv2, offers no cipher there, and refuses one that it was asked for",
            )
            .by(Basis::Behaviour),
            None => Ruling::inconclusive(
                "it answers in SSLv2 and offers no cipher there; whether it takes one all the same was not asked",
            ),
        },
        Some(kinds) => {
            let weak = kinds.iter().any(|kind| CipherKind(*kind).is_export());
            let names: Vec<String> = kinds
                .iter()
                .take(3)
                .map(|kind| CipherKind(*kind).to_string())
                .collect();
            let export = if weak { ", made for export among them" } else { "" };
            Ruling::affected(format!(
                "it speaks SSLv2 with {} kinds of ciphers, such as {}{export}; every other service with its key is exposed through it",
                kinds.len(),
                list(&names),
            ))
        }
        None if !asked_for(configuration).contains(&Version::SSL3) => {
            Ruling::not_applicable("there is no SSLv2 over datagrams")
        }
        None if configuration.refused.contains(&ssl2::VERSION) => {
            Ruling::not_affected("it does not answer in SSLv2")
        }
        None => {
            let why = match attempt {
                Attempt::Completed => String::new(),
                _ => format!(": {}", attempt.explain()),
            };
            Ruling::inconclusive(format!("whether it speaks SSLv2 is not known{why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{holds, listed, whole};
    use holter_model::Verdict::{Affected, Inconclusive, NotAffected, NotApplicable};

    fn ssl2(kinds: &[u32]) -> Vec<Fact> {
        let kinds = kinds.to_vec();
        vec![listed(Version::TLS10, &[0x002f], true), Fact::Ssl2 { kinds }]
    }

    fn taken(reaction: Reaction) -> Vec<Fact> {
        let mut facts = ssl2(&[]);
        facts.push(Fact::Probe {
            probe: UNLISTED.to_owned(),
            version: 2,
            suite: 0,
            reaction,
        });
        facts
    }

    #[test]
    fn an_answer_in_ssl2_is_enough() {
        holds(
            &CHECK,
            vec![
                ("RC4", ssl2(&[0x01_0080]), Affected),
                ("export", ssl2(&[0x01_0080, 0x02_0080]), Affected),
                ("no kind", ssl2(&[]), Inconclusive),
                ("no kind, and goes on", taken(Reaction::Continued), Affected),
                ("no kind, and refuses", taken(Reaction::Closed), NotAffected),
                ("no answer", whole(&[(Version::TLS12, &[0x002f])]), NotAffected),
                (
                    "not asked",
                    vec![listed(Version::TLS12, &[0x002f], true)],
                    Inconclusive,
                ),
                (
                    "DTLS",
                    vec![listed(Version::DTLS12, &[0x002f], true)],
                    NotApplicable,
                ),
            ],
        );
    }
}
