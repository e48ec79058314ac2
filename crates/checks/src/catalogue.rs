//! What is known of every flaw that a check decides: read once, asked for by id. And the one rule about flaws that are
//! only worth knowing.

use std::collections::HashMap;
use std::sync::LazyLock;

use holter_model::{Flaw, Judgement, Service, Severity, Verdict};

use crate::{ALL, Check};

/// A flaw and the check that decides it.
#[derive(Debug)]
pub struct Known {
    /// The check.
    pub check: &'static Check,
    /// The flaw.
    pub flaw: Flaw,
}

struct Catalogue {
    known: Vec<Known>,
    places: HashMap<String, usize>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let of = |check: &&'static Check| {
        let check = *check;
        check.flaws().map(move |flaw| Known { check, flaw })
    };
    let known: Vec<Known> = ALL.iter().flat_map(of).collect();
    let named = known.iter().enumerate();
    let places = named
        .map(|(place, known)| (known.flaw.id.clone(), place))
        .collect();
    Catalogue { known, places }
});

/// Every flaw, in the order of the roster.
#[must_use]
pub fn known() -> &'static [Known] {
    &CATALOGUE.known
}

/// What is known of the flaw with this id.
#[must_use]
pub fn flaw(id: &str) -> Option<&'static Known> {
    CATALOGUE.known.get(*CATALOGUE.places.get(id)?)
}

/// How much a judgement's flaw lets out. A flaw that this build does not know is taken for a grave one: a journal of a
/// newer Holter may name it.
#[must_use]
pub fn severity(judgement: &Judgement) -> Severity {
    flaw(&judgement.flaw).map_or(Severity::High, |known| known.flaw.severity)
}

/// A verdict as it counts in sums, exit codes and differences. **The rule**: what is only worth knowing
/// ([`Severity::Info`]) makes nothing affected, and leaves nothing open.
#[must_use]
pub fn weighed(judgement: &Judgement) -> Verdict {
    match judgement.verdict {
        Verdict::Affected | Verdict::Inconclusive if severity(judgement) == Severity::Info => {
            Verdict::NotAffected
        }
        verdict => verdict,
    }
}

/// The gravest verdict of a service, as it counts; `None` when nothing could be judged.
#[must_use]
pub fn worst(service: &Service) -> Option<Verdict> {
    service.judgements.iter().map(weighed).max()
}

#[cfg(test)]
mod tests {
    use holter_model::Basis;

    use super::*;

    #[test]
    fn a_flaw_is_found_by_its_id() {
        let known = flaw("CVE-2014-0160").unwrap();
        assert_eq!(
            (known.check.id, known.flaw.severity),
            ("heartbleed", Severity::Critical)
        );
        assert!(flaw("CVE-1999-0001").is_none());
    }

    #[test]
    fn what_is_only_worth_knowing_counts_for_nothing() {
        let judged = |id: &str, verdict| weighed(&Judgement::new("x", id, verdict, Basis::Behaviour, "why"));
        assert_eq!(judged("CVE-2014-0160", Verdict::Affected), Verdict::Affected);
        assert_eq!(
            judged("unknown here", Verdict::Inconclusive),
            Verdict::Inconclusive
        );
        for known in known() {
            let counted = judged(&known.flaw.id, Verdict::Affected) == Verdict::Affected;
            assert_eq!(counted, known.flaw.severity > Severity::Info, "{}", known.flaw.id);
        }
    }
}
