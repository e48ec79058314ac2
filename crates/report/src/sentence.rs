//! The whole answer in one sentence, where more was asked than whether memory leaks.

use std::collections::BTreeMap;

use holter_checks::catalogue::{flaw, severity, weighed};
use holter_model::{Service, Severity, Verdict};

use crate::Summary;
use crate::escape::terminal;
use crate::shape::PolicySum;
use crate::text::number;

/// So many names are enough for a sentence.
const FIRST: usize = 3;

/// How many services each flaw affects, and how many break a policy.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    flaws: BTreeMap<String, (Severity, u64)>,
    /// Services that break a policy that they are held against.
    breaking: u64,
    policies: BTreeMap<String, PolicySum>,
}

impl Tally {
    /// Adds what a service is affected by.
    pub(crate) fn add(&mut self, service: &Service) {
        self.breaking += u64::from(breaks(service));
        for result in service.assessment.iter().flat_map(|all| &all.policies) {
            let sum = self
                .policies
                .entry(result.policy.clone())
                .or_insert_with(|| PolicySum {
                    policy: result.policy.clone(),
                    name: result.name.clone(),
                    ..PolicySum::default()
                });
            match result.kept {
                Some(true) => sum.kept += 1,
                Some(false) => sum.broken += 1,
                None => sum.undecided += 1,
            }
        }
        for judgement in &service.judgements {
            if weighed(judgement) == Verdict::Affected {
                let entry = self.flaws.entry(judgement.flaw.clone());
                entry.or_insert((severity(judgement), 0)).1 += 1;
            }
        }
    }

    /// How many flaws of a severity were found, each counted once.
    pub(crate) fn of(&self, severity: Severity) -> usize {
        self.flaws
            .values()
            .filter(|(weight, _)| *weight == severity)
            .count()
    }

    /// How services fare with each policy, by its id.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &PolicySum> {
        self.policies.values()
    }

    /// "PCI DSS 4.0.1 and BSI TR-02102-2": the policies that are broken, those first that most services break.
    fn broken(&self) -> String {
        let mut broken: Vec<&PolicySum> = self.policies().filter(|sum| sum.broken > 0).collect();
        broken.sort_by_key(|sum| std::cmp::Reverse(sum.broken));
        let names: Vec<String> = broken
            .into_iter()
            .map(|sum| terminal(&sum.name).into_owned())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        some(&names, "; ")
    }

    /// "2 services break a policy: PCI DSS 4.0.1."
    fn also_broken(&self, services: u64) -> String {
        let who = match (services, self.breaking) {
            (1, _) => "It breaks".to_owned(),
            (_, 1) => "1 service breaks".to_owned(),
            (_, more) => format!("{} services break", number(more)),
        };
        format!("{who} a policy: {}.", self.broken())
    }

    /// ", worst by Heartbleed and ROBOT (critical)".
    fn worst(&self) -> String {
        let Some(worst) = self.flaws.values().map(|(weight, _)| *weight).max() else {
            return String::new();
        };
        let names: Vec<&str> = self
            .flaws
            .iter()
            .filter(|(_, (weight, _))| *weight == worst)
            .map(|(id, _)| flaw(id).map_or(id.as_str(), |known| known.flaw.name.as_str()))
            .collect();
        format!(", worst by {} ({})", some(&names, ", "), worst.as_str())
    }
}

/// Whether a service breaks a policy that it is held against.
pub(crate) fn breaks(service: &Service) -> bool {
    let mut policies = service.assessment.iter().flat_map(|all| &all.policies);
    policies.any(|policy| policy.kept == Some(false))
}

/// The first few, and how many more there are.
fn some(names: &[&str], between: &str) -> String {
    match names.len().checked_sub(FIRST) {
        Some(more @ 1..) => format!(
            "{} and {more} more",
            names.get(..FIRST).unwrap_or_default().join(between)
        ),
        // A name with a comma in it wants more than a comma behind it.
        _ if between == "; " => names.join(between),
        _ => listed(names),
    }
}

/// "a, b and c".
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// How good or bad the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Something is affected.
    Bad,
    /// Nothing is known to be, but something is not known.
    Open,
    /// Nothing is.
    Good,
}

/// The sentence about policies that stands behind the first one, where that one is about flaws.
pub(crate) fn behind(summary: &Summary, tally: &Tally) -> Option<String> {
    (summary.affected > 0 && tally.breaking > 0).then(|| tally.also_broken(summary.services))
}

/// The sentence.
pub(crate) fn of(summary: &Summary, tally: &Tally) -> (Mood, String) {
    let services = number(summary.services);
    match *summary {
        Summary { affected: 1.., .. } => (Mood::Bad, affected(summary, &tally.worst())),
        _ if tally.breaking > 0 => (Mood::Bad, breaking(summary, tally)),
        Summary {
            services: 0,
            nothing_there: 0,
            spared: 1..,
            ..
        } => (Mood::Open, "Nothing was asked.".to_owned()),
        Summary { services: 0, .. } => (
            Mood::Open,
            format!(
                "No service was found: nothing answers at {} endpoints.",
                number(summary.tried)
            ),
        ),
        Summary {
            inconclusive: 1..,
            services: 1,
            ..
        } => (
            Mood::Open,
            "Nothing was found to be affected, but the service could not be assessed in full.".to_owned(),
        ),
        Summary {
            inconclusive: 1.., ..
        } => (
            Mood::Open,
            format!(
                "Nothing was found to be affected, but {} of {services} services could not be assessed in full.",
                number(summary.inconclusive)
            ),
        ),
        Summary { left_alone: 1.., .. } => (
            Mood::Open,
            "Nothing was found to be affected, but a host was left alone before all was asked.".to_owned(),
        ),
        Summary {
            interrupted: true, ..
        } => (
            Mood::Open,
            "Nothing affected was found before the scan was stopped.".to_owned(),
        ),
        Summary { services: 1, .. } => (Mood::Good, "The service is not affected.".to_owned()),
        Summary { services: 2, .. } => (Mood::Good, "Neither of the 2 services is affected.".to_owned()),
        _ => (
            Mood::Good,
            format!("None of the {services} services is affected."),
        ),
    }
}

fn affected(summary: &Summary, worst: &str) -> String {
    if summary.services == 1 {
        return format!("The service is affected{worst}.");
    }
    let is = if summary.affected == 1 { "is" } else { "are" };
    let (count, of) = (number(summary.affected), number(summary.services));
    format!("{count} of {of} services {is} affected{worst}.")
}

fn breaking(summary: &Summary, tally: &Tally) -> String {
    let who = match (summary.services, tally.breaking) {
        (1, _) => "the service breaks a policy that it is".to_owned(),
        (of, 1) => format!("1 of {} services breaks a policy that it is", number(of)),
        (of, more) => format!(
            "{} of {} services break a policy that they are",
            number(more),
            number(of)
        ),
    };
    let open = match summary.inconclusive {
        0 => String::new(),
        more => format!("; {} could not be assessed in full", number(more)),
    };
    let policies = tally.broken();
    format!("No flaw was found, but {who} held against: {policies}{open}.")
}
