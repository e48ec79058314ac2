//! The judges of the active ear, over what was overheard. A capture shows what a service did, never all that it would do, so that
//! only what it is affected by is said.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use holter_checks::ALL;
use holter_model::{Attempt, Observation, Verdict};

use crate::book::facts::FactId;
use crate::book::server::Server;
use crate::clear::Tongue;
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

/// Judgements, kept for services of which the same is known: a farm of a thousand machines is judged once.
#[derive(Debug, Default)]
pub(super) struct Judged {
    known: HashMap<Like, Vec<Said>, RandomState>,
    generation: u64,
}

/// Different services that are remembered.
const MOST: usize = 4096;

/// In nanoseconds.
const DAY: u64 = 86_400_000_000_000;

impl Judged {
    /// Forgets all where places of certificates speak of others since.
    pub(super) fn follow(&mut self, generation: u64) {
        if self.generation != generation {
            self.generation = generation;
            self.known.clear();
        }
    }

    /// What a server is affected by; the observations are looked at where nobody like it was judged before.
    pub(super) fn of(&mut self, server: &Server, observations: &[Observation]) -> Vec<Said> {
        let like = Like::of(server);
        if let Some(known) = self.known.get(&like) {
            return known.clone();
        }
        let said = affected(observations);
        if self.known.len() < MOST {
            self.known.insert(like, said.clone());
        }
        said
    }
}

/// All that a judgement rests on.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Like {
    facts: Box<[FactId]>,
    chains: Box<[Showed]>,
    clinical: Option<(Tongue, u64)>,
}

/// A chain and the day, for certificates run out by the day.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Showed {
    day: u64,
    version: u16,
    name: Option<Box<str>>,
    certificates: Box<[u32]>,
}

impl Like {
    fn of(server: &Server) -> Self {
        let chains = server.chains.iter().map(|shown| Showed {
            day: shown.at.0 / DAY,
            version: shown.version,
            name: shown.name.clone(),
            certificates: shown.certificates.clone(),
        });
        let clinical = server.clinical.as_ref();
        Self {
            facts: server.facts.iter().map(|(_, fact)| *fact).collect(),
            chains: chains.collect(),
            clinical: clinical.map(|clinical| (clinical.tongue, clinical.messages)),
        }
    }
}

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
