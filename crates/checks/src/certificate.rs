//! # The certificate
//!
//! ## What it asks
//! Nothing of the service: the survey noted the certificates that it sent and the proof that it stapled. Whether a path
//! leads from them to a root is looked for on this machine, in Mozilla's store, the platform's and the user's.
//!
//! ## Why it matters
//! A client that cannot check whom it talks to talks to anybody. An authority of the house is as good as any, as long as
//! its clients know it: what only Mozilla does not trust is no flaw.

mod leaf;
mod path;
pub(crate) mod shown;
mod staple;

use holter_cert::{Distrust, Purpose, StoreKind, trust};
use holter_model::{Attempt, Fact, Judgement, Observation, Store};

use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile, Visit};
use shown::Shown;

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "certificate",
    name: "Certificate",
    about: "reads the certificates that the service sent and looks for a path to a root on this machine",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[
        include_str!("../../../flaws/CERT-EXPIRED.toml"),
        include_str!("../../../flaws/CERT-NAME-MISMATCH.toml"),
        include_str!("../../../flaws/CERT-UNTRUSTED.toml"),
        include_str!("../../../flaws/CERT-SELF-SIGNED.toml"),
        include_str!("../../../flaws/CERT-CHAIN-INCOMPLETE.toml"),
        include_str!("../../../flaws/CERT-CHAIN-ORDER.toml"),
        include_str!("../../../flaws/CERT-WEAK-SIGNATURE.toml"),
        include_str!("../../../flaws/CERT-WEAK-KEY.toml"),
        include_str!("../../../flaws/CERT-MUST-STAPLE.toml"),
    ],
    ask: |visit| {
        ask(visit);
        Box::pin(async {})
    },
    judge,
};

/// Looks for paths. A service with several chains is trusted by a store if all of them are.
fn ask(visit: &mut Visit<'_>) {
    let shown = shown::of(visit.observations());
    if shown.is_empty() {
        return;
    }
    let facts: Vec<Fact> = visit
        .questions
        .trust
        .iter()
        .map(|store| Fact::Trust {
            store: named(store.kind()),
            problem: shown.iter().find_map(|shown| {
                let trust = trust(store, &shown.ders(), Purpose::Server, shown.at);
                // A path leads there; what is wrong with its algorithms and dates is judged by itself.
                let apart = |distrust: &&Distrust| {
                    matches!(
                        distrust,
                        Distrust::OldAlgorithm(_) | Distrust::NotYetValid(_) | Distrust::Expired(_)
                    )
                };
                let distrust = trust.distrust.as_ref();
                distrust
                    .filter(|distrust| !(trust.reaches_anchor && apart(distrust)))
                    .map(path::words)
            }),
        })
        .collect();
    facts.into_iter().for_each(|fact| visit.heard(fact));
}

const fn named(kind: StoreKind) -> Store {
    match kind {
        StoreKind::Mozilla => Store::Mozilla,
        StoreKind::Platform => Store::Platform,
        StoreKind::User => Store::User,
    }
}

/// How a flaw is judged of one chain; `None` where there is nothing to judge it by.
type Judge = fn(&Shown, &Configuration) -> Option<Ruling>;

const JUDGES: [(&str, Judge); 9] = [
    ("CERT-EXPIRED", leaf::dates),
    ("CERT-NAME-MISMATCH", leaf::name),
    ("CERT-UNTRUSTED", path::untrusted),
    ("CERT-SELF-SIGNED", path::self_signed),
    ("CERT-CHAIN-INCOMPLETE", path::incomplete),
    ("CERT-CHAIN-ORDER", path::order),
    ("CERT-WEAK-SIGNATURE", leaf::signature),
    ("CERT-WEAK-KEY", leaf::key),
    ("CERT-MUST-STAPLE", staple::must_staple),
];

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let shown = shown::of(observations);
    let configuration = Configuration::of(observations);
    JUDGES
        .iter()
        .filter_map(|(flaw, judge)| {
            if shown.is_empty() {
                let unseen = |configuration: &Configuration| shown::unseen(configuration, attempt);
                return rule((CHECK.id, flaw), observations, attempt, unseen);
            }
            // Who has keys of several kinds is as weak as the weakest of them.
            let rulings = shown.iter().filter_map(|shown| judge(shown, &configuration));
            rulings
                .max_by_key(|ruling| ruling.verdict)
                .map(|ruling| ruling.under(CHECK.id, flaw))
        })
        .collect()
}

#[cfg(test)]
mod tests;
