//! What rules of others make of a service: policies, a grade by SSL Labs' published guide, and how clients would fare.
//!
//! Everything here is a pure function of what was heard. A rule that cannot be decided says why; it is never taken for kept.

mod certificate;
mod client;
mod data;
mod grade;
mod likeness;
mod names;
mod policy;
mod subject;

use holter_model::{Assessment, Fact, Service};

pub use client::{Client, Product, clients};
pub use likeness::likest;
pub use policy::{Policy, PolicyError, listed, policies};

use crate::subject::Subject;

/// What rules of others make of a service: its grade, each policy that is wanted, and every client of the registry. `None`
/// where no survey was heard.
#[must_use]
pub fn assess(service: &Service, wanted: &[&Policy]) -> Option<Assessment> {
    let surveyed = |fact: &Fact| matches!(fact, Fact::Suites { .. });
    if !service
        .observations
        .iter()
        .any(|observation| surveyed(&observation.fact))
    {
        return None;
    }
    let subject = Subject::of(service);
    let (grade, ungraded) = match grade::grade(&subject) {
        Ok(grade) => (Some(grade), None),
        Err(why) => (None, Some(why)),
    };
    Some(Assessment {
        grade,
        ungraded,
        policies: wanted.iter().map(|policy| policy.judge(&subject)).collect(),
        clients: client::fare(&subject),
    })
}

#[cfg(test)]
mod tests;
