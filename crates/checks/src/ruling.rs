//! What a judge of a configuration comes to, and what it says where there is nothing to judge. Pure.

use holter_model::{Attempt, Basis, Judgement, Observation, Verdict};

use crate::Configuration;

/// A verdict and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub(crate) verdict: Verdict,
    pub(crate) evidence: String,
    pub(crate) basis: Basis,
}

impl Ruling {
    pub(crate) fn affected(evidence: impl Into<String>) -> Self {
        Self::new(Verdict::Affected, evidence)
    }

    pub(crate) fn not_affected(evidence: impl Into<String>) -> Self {
        Self::new(Verdict::NotAffected, evidence)
    }

    pub(crate) fn inconclusive(evidence: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive, evidence)
    }

    pub(crate) fn not_applicable(evidence: impl Into<String>) -> Self {
        Self::new(Verdict::NotApplicable, evidence)
    }

    /// The same with something else to rest on than the configuration.
    pub(crate) fn by(self, basis: Basis) -> Self {
        Self { basis, ..self }
    }

    /// Under the names of its check and its flaw.
    pub(crate) fn under(self, check: &str, flaw: &str) -> Judgement {
        Judgement::new(check, flaw, self.verdict, self.basis, self.evidence)
    }

    fn new(verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self {
            verdict,
            evidence: evidence.into(),
            basis: Basis::Configuration,
        }
    }
}

/// Judges one flaw of a service's configuration; the same is said by every check where nothing was heard of that.
pub(crate) fn rule(
    (check, flaw): (&str, &str),
    observations: &[Observation],
    attempt: Attempt,
    judge: impl FnOnce(&Configuration) -> Ruling,
) -> Option<Judgement> {
    let configuration = Configuration::of(observations);
    let ruling = unheard(&configuration, attempt).unwrap_or_else(|| Some(judge(&configuration)))?;
    Some(ruling.under(check, flaw))
}

/// What is to be said where no greeting was answered: `Some(None)` is nothing, as nobody was reached.
fn unheard(configuration: &Configuration, attempt: Attempt) -> Option<Option<Ruling>> {
    let Configuration { versions, ssl2, .. } = configuration;
    if !versions.is_empty() || ssl2.is_some() {
        return None;
    }
    Some(match attempt {
        Attempt::TlsDeclined => Some(Ruling::not_applicable("it offers no TLS here")),
        Attempt::Completed => Some(Ruling::inconclusive("no version of TLS could be agreed on")),
        _ if !attempt.reached() => None,
        _ => Some(Ruling::inconclusive(format!(
            "it could not be asked: {}",
            attempt.explain()
        ))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{observed, suites};
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
        let heard = observed(vec![suites(Version::TLS12, &[0x002f], true)]);
        assert_eq!(verdict(&heard, Attempt::TimedOut), Some(Verdict::NotAffected));
    }
}
