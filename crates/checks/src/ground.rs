//! The ground that every judge stands on: whether there was TLS to have a verdict on at all, what a verdict rests on, and
//! what was answered to a probe. Pure.

use holter_model::{Attempt, Basis, Fact, Judgement, Observation, Reaction, Verdict};
use holter_wire::{CipherSuite, Version};

use crate::Configuration;

/// A verdict and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub(crate) verdict: Verdict,
    pub(crate) evidence: String,
    /// `None`: what its check usually rests on.
    basis: Option<Basis>,
    /// What the user has to allow before it can be asked, where it is open for want of that.
    needs: Option<&'static str>,
}

/// A verdict and why, by what its check usually rests on.
pub(crate) type Decision = (Verdict, String);

impl Ruling {
    pub(crate) fn affected(evidence: impl Into<String>) -> Self {
        (Verdict::Affected, evidence.into()).into()
    }

    pub(crate) fn not_affected(evidence: impl Into<String>) -> Self {
        (Verdict::NotAffected, evidence.into()).into()
    }

    pub(crate) fn inconclusive(evidence: impl Into<String>) -> Self {
        (Verdict::Inconclusive, evidence.into()).into()
    }

    pub(crate) fn not_applicable(evidence: impl Into<String>) -> Self {
        (Verdict::NotApplicable, evidence.into()).into()
    }

    /// The same with something else to rest on than its check usually does.
    pub(crate) fn by(self, basis: Basis) -> Self {
        let basis = Some(basis);
        Self { basis, ..self }
    }

    /// The same, open for want of what the user has to allow first.
    pub(crate) fn needing(self, what: &'static str) -> Self {
        let needs = Some(what);
        Self { needs, ..self }
    }

    /// Under the names of its check and its flaw; what it rests on is the configuration, unless it says otherwise.
    pub(crate) fn under(self, check: &str, flaw: &str) -> Judgement {
        self.resting_on((check, flaw, Basis::Configuration))
    }

    /// The judgement of it; `usual` is what it rests on where it does not say so itself.
    pub(crate) fn resting_on(self, (check, flaw, usual): (&str, &str, Basis)) -> Judgement {
        let basis = self.basis.unwrap_or(usual);
        Judgement {
            needs: self.needs.map(str::to_owned),
            ..Judgement::new(check, flaw, self.verdict, basis, self.evidence)
        }
    }
}

impl From<Decision> for Ruling {
    fn from((verdict, evidence): Decision) -> Self {
        Self {
            verdict,
            evidence,
            basis: None,
            needs: None,
        }
    }
}

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

/// Judges one flaw of a service's configuration; the same is said by every check where nothing was heard of that.
pub(crate) fn rule(
    (check, flaw): (&str, &str),
    observations: &[Observation],
    attempt: Attempt,
    judge: impl FnOnce(&Configuration) -> Ruling,
) -> Option<Judgement> {
    let ruling = reached(observations, attempt, judge)?;
    Some(ruling.under(check, flaw))
}

/// Judges one flaw: `decide` is asked only where TLS over a stream was met. Empty: nothing was reached.
pub(crate) fn on_tls<R: Into<Ruling>>(
    about: (&str, &str, Basis),
    observations: &[Observation],
    attempt: Attempt,
    decide: impl FnOnce(&Configuration) -> R,
) -> Vec<Judgement> {
    let unasked = Ruling::inconclusive("it speaks DTLS, over which this was not asked");
    over_streams(about, observations, attempt, unasked, decide)
}

/// The same of a flaw in what is spoken before or inside TLS, which datagrams do not carry.
pub(crate) fn on_streams<R: Into<Ruling>>(
    about: (&str, &str, Basis),
    observations: &[Observation],
    attempt: Attempt,
    decide: impl FnOnce(&Configuration) -> R,
) -> Vec<Judgement> {
    let elsewhere = Ruling::not_applicable("it speaks DTLS, and this is a matter of what goes over streams");
    over_streams(about, observations, attempt, elsewhere, decide)
}

fn over_streams<R: Into<Ruling>>(
    about: (&str, &str, Basis),
    observations: &[Observation],
    attempt: Attempt,
    over_datagrams: Ruling,
    decide: impl FnOnce(&Configuration) -> R,
) -> Vec<Judgement> {
    let ruling = reached(observations, attempt, |configuration| {
        if crate::greeting::versions(configuration).next().is_some() {
            decide(configuration).into()
        } else if configuration.ssl2.is_none() {
            over_datagrams
        } else {
            Ruling::not_applicable("it speaks SSLv2 only, and this is a matter of TLS")
        }
    });
    ruling
        .map(|ruling| ruling.resting_on(about))
        .into_iter()
        .collect()
}

/// What is made of a service where a greeting was answered, and what is to be said where none was; `None`: nothing, as
/// nobody was reached.
fn reached(
    observations: &[Observation],
    attempt: Attempt,
    judge: impl FnOnce(&Configuration) -> Ruling,
) -> Option<Ruling> {
    let configuration = Configuration::of(observations);
    Some(match attempt {
        _ if !configuration.versions.is_empty() || configuration.ssl2.is_some() => judge(&configuration),
        Attempt::TlsDeclined => Ruling::not_applicable("it offers no TLS here"),
        Attempt::Completed => Ruling::inconclusive("no version of TLS could be agreed on"),
        _ if !attempt.reached() => return None,
        _ => Ruling::inconclusive(unasked(attempt)),
    })
}

/// Why there is no answer.
pub(crate) fn unasked(attempt: Attempt) -> String {
    if attempt == Attempt::Completed {
        "nothing that was heard from it tells".to_owned()
    } else {
        format!("it could not be asked to the end: {}", attempt.explain())
    }
}

/// Inconclusive, since nothing was heard that tells.
pub(crate) fn not_asked(attempt: Attempt) -> Decision {
    (Verdict::Inconclusive, unasked(attempt))
}

/// Inconclusive, since it may speak what this could be asked in.
pub(crate) fn unsettled(attempt: Attempt) -> Decision {
    let mut why = "whether it speaks anything older than TLS 1.3 is not known".to_owned();
    if attempt != Attempt::Completed {
        why = format!("{why}: {}", attempt.explain());
    }
    (Verdict::Inconclusive, why)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{listed, observed};
    use holter_wire::Version;

    fn verdict(observations: &[Observation], attempt: Attempt) -> Option<Verdict> {
        rule(("check", "FLAW"), observations, attempt, |_| {
            Ruling::not_affected("it is so")
        })
        .map(|judgement| judgement.verdict)
    }

    #[test]
    fn who_was_not_heard_is_not_judged() {
        assert_eq!(verdict(&[], Attempt::Refused), None);
        assert_eq!(verdict(&[], Attempt::TlsDeclined), Some(Verdict::NotApplicable));
        for attempt in [
            Attempt::Completed,
            Attempt::NotSpoken,
            Attempt::HandshakeRefused,
            Attempt::TimedOut,
        ] {
            assert_eq!(verdict(&[], attempt), Some(Verdict::Inconclusive), "{attempt:?}");
        }
        let heard = observed(vec![listed(Version::TLS12, &[0x002f], true)]);
        assert_eq!(verdict(&heard, Attempt::TimedOut), Some(Verdict::NotAffected));
    }
}
