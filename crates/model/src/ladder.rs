//! What overheard heartbeats show: the steps from a leak that is proven down to nothing at all, and what verdict each of them carries.

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// What the traffic shows, weakest first, so that the gravest of several is their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ladder {
    /// No heartbeat in what was captured. Never "not attacked".
    #[default]
    NoEvidence,
    /// Heartbeats as RFC 6520 has them.
    BenignHeartbeat,
    /// A heartbeat that may have been in order or not: encrypted and unanswered, or answered by one somewhat longer.
    Suspicious,
    /// A request that RFC 6520 forbids, and no answer to it.
    AttemptUnanswered,
    /// A request that RFC 6520 forbids was answered, but with no byte that it had not brought, as far as is shown.
    AnsweredNoLeak,
    /// An encrypted answer is longer than its request explains, if its sender pads as OpenSSL does.
    LeakProbable,
    /// An answer is longer than its request explains, however either was padded.
    LeakBounded,
    /// An answer in the clear gives more than its request brought, and all of it is in the capture.
    LeakExact,
}

impl Ladder {
    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoEvidence => "no_evidence",
            Self::BenignHeartbeat => "benign_heartbeat",
            Self::Suspicious => "suspicious",
            Self::AttemptUnanswered => "attempt_unanswered",
            Self::AnsweredNoLeak => "answered_no_leak",
            Self::LeakProbable => "leak_probable",
            Self::LeakBounded => "leak_bounded",
            Self::LeakExact => "leak_exact",
        }
    }

    /// Whether bytes were given away.
    #[must_use]
    pub const fn is_leak(self) -> bool {
        matches!(self, Self::LeakProbable | Self::LeakBounded | Self::LeakExact)
    }

    /// The verdict that it carries. `ignored` says that a forbidden request was passed over while the connection went on:
    /// only that clears, and it clears no more than the software that was there at that moment.
    #[must_use]
    pub const fn verdict(self, ignored: bool) -> Verdict {
        match self {
            Self::LeakExact | Self::LeakBounded | Self::LeakProbable | Self::AnsweredNoLeak => {
                Verdict::Affected
            }
            Self::AttemptUnanswered if ignored => Verdict::NotAffected,
            _ => Verdict::Inconclusive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_rests_on_what_was_answered() {
        assert_eq!(Ladder::AnsweredNoLeak.verdict(true), Verdict::Affected);
        assert_eq!(Ladder::AttemptUnanswered.verdict(true), Verdict::NotAffected);
        assert_eq!(Ladder::AttemptUnanswered.verdict(false), Verdict::Inconclusive);
        for weak in [Ladder::Suspicious, Ladder::BenignHeartbeat, Ladder::NoEvidence] {
            assert_eq!(weak.verdict(true), Verdict::Inconclusive);
        }
        assert!(Ladder::LeakExact > Ladder::LeakProbable);
    }
}
