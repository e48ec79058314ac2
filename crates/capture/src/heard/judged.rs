//! The judges of the active ear, over what was overheard. A capture shows what a service did, never all that it would do, so that
//! only what it is affected by is said.

use holter_checks::ALL;
use holter_model::{Attempt, Observation, Verdict};

use crate::subject::Said;

/// Checks whose "affected" rests on one thing that the service did, however little else is known of it.
const BY_ONE_SIGHT: [&str; 13] = [
    "beast",
    "certificate",
    "clear-clinical",
    "crime",
    "drown",
    "freak",
    "logjam",
    "old-versions",
    "poodle",
    "rc4",
    "sweet32",
    "weak-key",
    "weak-suites",
];

/// What it is affected by.
pub(crate) fn affected(observations: &[Observation]) -> Vec<Said> {
    if observations.is_empty() {
        return Vec::new();
    }
    ALL.iter()
        .filter(|check| BY_ONE_SIGHT.contains(&check.id))
        .flat_map(|check| (check.judge)(observations, Attempt::Completed))
        .filter(|judgement| judgement.verdict == Verdict::Affected)
        .map(|judgement| Said {
            check: judgement.check,
            flaw: judgement.flaw,
            verdict: judgement.verdict,
            basis: judgement.basis,
            weight: None,
            evidence: judgement.evidence,
            by: Vec::new(),
            exposure: None,
        })
        .collect()
}
