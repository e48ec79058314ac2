//! The ground that every judge stands on: whether there was TLS to have a verdict on at all. Pure.

use holter_model::{Attempt, Basis, Fact, Judgement, Observation, Reaction, Verdict};
use holter_wire::{CipherSuite, Version};

use crate::Configuration;

/// What a judge makes of a service that speaks TLS.
pub(crate) type Decision = (Verdict, String);

/// One answer to a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    /// What was done.
    pub(crate) probe: &'a str,
    /// The version of the connection.
    pub(crate) version: Version,
    /// The suite of the connection.
    pub(crate) suite: CipherSuite,
    /// How it was taken.
    pub(crate) reaction: Reaction,
}

/// Judges one flaw: `decide` is asked only where TLS over a stream was met. Empty: nothing was reached.
pub(crate) fn on_tls(
    (check, flaw, basis): (&str, &str, Basis),
    observations: &[Observation],
    attempt: Attempt,
    decide: impl FnOnce(&Configuration) -> Decision,
) -> Vec<Judgement> {
    let configuration = Configuration::of(observations);
    let speaks = !configuration.versions.is_empty() || configuration.ssl2.is_some();
    let (verdict, evidence) = if speaks && crate::greeting::versions(&configuration).next().is_none() {
        if configuration.ssl2.is_none() {
            (
                Verdict::Inconclusive,
                "it speaks DTLS, over which this was not asked".to_owned(),
            )
        } else {
            (
                Verdict::NotApplicable,
                "it speaks SSLv2 only, and this is a matter of TLS".to_owned(),
            )
        }
    } else if speaks {
        decide(&configuration)
    } else if attempt == Attempt::TlsDeclined {
        (Verdict::NotApplicable, "it offers no TLS here".to_owned())
    } else if !attempt.reached() {
        return Vec::new();
    } else if attempt == Attempt::Completed {
        (
            Verdict::Inconclusive,
            "no version of TLS could be agreed on".to_owned(),
        )
    } else {
        (Verdict::Inconclusive, unasked(attempt))
    };
    vec![Judgement::new(check, flaw, verdict, basis, evidence)]
}

/// Why there is no answer.
pub(crate) fn unasked(attempt: Attempt) -> String {
    if attempt == Attempt::Completed {
        "it was not asked for this".to_owned()
    } else {
        format!("it could not be asked to the end: {}", attempt.explain())
    }
}

/// Inconclusive, since it was not asked.
pub(crate) fn not_asked(attempt: Attempt) -> Decision {
    (Verdict::Inconclusive, unasked(attempt))
}

/// Every answer to the probes whose ids begin so, in the order in which they came.
pub(crate) fn answers<'a>(
    observations: &'a [Observation],
    begins: &'a str,
) -> impl Iterator<Item = Answer<'a>> + Clone {
    observations
        .iter()
        .filter_map(move |observation| match &observation.fact {
            Fact::Probe {
                probe,
                version,
                suite,
                reaction,
            } if probe.starts_with(begins) => Some(Answer {
                probe,
                version: Version(*version),
                suite: CipherSuite(*suite),
                reaction: *reaction,
            }),
            _ => None,
        })
}

/// The protocol that was spoken, by its id in the roster.
pub(crate) fn protocol(observations: &[Observation]) -> Option<&str> {
    observations
        .iter()
        .rev()
        .find_map(|observation| match &observation.fact {
            Fact::Protocol { id, .. } => Some(id.as_str()),
            _ => None,
        })
}
