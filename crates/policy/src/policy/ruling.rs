//! Whether a service keeps a rule. What was found breaks it even where not all is known; only where all is known is it kept.

mod connection;
mod suites;

pub(crate) use self::connection::max_age;

use holter_wire::Version;

use super::demand::{Demand, Rule, Versions};
use crate::names::{Named, plain, some};
use crate::subject::{SSL2, Subject};

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It is kept, or does not hold here.
    Kept,
    /// It is broken: by this.
    Broken(String),
    /// What is known does not decide: why.
    Undecided(String),
}

impl Ruling {
    /// Broken by whatever there is; else kept, unless something is missing.
    pub(super) fn of(found: &[String], missing: Option<String>) -> Self {
        match (found, missing) {
            ([], None) => Self::Kept,
            ([], Some(why)) => Self::Undecided(why),
            (found, _) => Self::Broken(some(found)),
        }
    }
}

/// Every version that rules speak of.
const VERSIONS: [Version; 6] = [
    SSL2,
    Version::SSL3,
    Version::TLS10,
    Version::TLS11,
    Version::TLS12,
    Version::TLS13,
];

impl Rule {
    /// Whether a service keeps it.
    pub(super) fn ruling(&self, demand: &Demand, subject: &Subject<'_>) -> Ruling {
        let holds = self.holds(subject);
        let ruling = match holds {
            Some(false) => return Ruling::Kept,
            _ => self.made_of(demand, subject),
        };
        match holds {
            // What is kept is kept whether the rule holds or not.
            None if ruling != Ruling::Kept => {
                Ruling::Undecided(unheard(&self.when_speaks, &self.unless_speaks, subject))
            }
            _ => ruling,
        }
    }

    /// Whether a service does what it demands.
    fn made_of(&self, demand: &Demand, subject: &Subject<'_>) -> Ruling {
        match demand {
            Demand::Versions(versions) => of_versions(versions, subject),
            Demand::Suites(demand) => suites::named(demand, subject),
            Demand::Parts(demand) => suites::made_of(demand, subject),
            Demand::Groups(demand) => suites::groups(demand, subject),
            Demand::Schemes(demand) => suites::schemes(demand, subject),
            Demand::DhBits(bits) => suites::fields(*bits, subject),
            Demand::Certificate(demand) => connection::certificate(demand, subject),
            Demand::Hsts(seconds) => connection::hsts(*seconds, subject),
            Demand::Ticket(seconds) => connection::tickets(*seconds, subject),
            Demand::Order(order) => connection::order(*order, subject),
            Demand::Stapling => connection::stapling(subject),
            Demand::NoHeartbeats => connection::heartbeats(subject),
            Demand::Present(features) => connection::present(features, subject),
            Demand::Absent(features) => connection::absent(features, subject),
            Demand::Unaffected(flaws) => connection::unaffected(flaws, subject),
            Demand::Unmeasured(why) => Ruling::Undecided(why.clone()),
        }
    }

    /// Whether it holds for this service; `None`: whether it speaks the versions that it hangs on was not heard.
    fn holds(&self, subject: &Subject<'_>) -> Option<bool> {
        let any = |versions: &[Named<Version>]| {
            let spoken: Vec<_> = versions.iter().map(|version| subject.speaks(version.0)).collect();
            if spoken.contains(&Some(true)) {
                Some(true)
            } else if spoken.contains(&None) {
                None
            } else {
                Some(false)
            }
        };
        let when = if self.when_speaks.is_empty() {
            Some(true)
        } else {
            any(&self.when_speaks)
        };
        match (when, any(&self.unless_speaks)) {
            (Some(false), _) | (_, Some(true)) => Some(false),
            (Some(true), Some(false)) => Some(true),
            _ => None,
        }
    }
}

fn of_versions(demand: &Versions, subject: &Subject<'_>) -> Ruling {
    let (mut found, mut unheard) = (Vec::new(), Vec::new());
    let required = plain(&demand.required);
    for version in &required {
        // What there is not in datagrams cannot be demanded of them.
        let Some(called) = subject.called(*version) else {
            continue;
        };
        match subject.speaks(*version) {
            Some(true) => {}
            Some(false) => found.push(format!("{called} is not spoken")),
            None => unheard.push(called.to_string()),
        }
    }
    let allowed = demand.allowed.as_deref().map(plain);
    let forbidden = plain(&demand.forbidden);
    for version in VERSIONS {
        let barred = forbidden.contains(&version)
            || allowed
                .as_ref()
                .is_some_and(|allowed| !allowed.contains(&version));
        let called = subject.name(version);
        match subject.speaks(version) {
            Some(true) if barred => found.push(format!("{called} is spoken")),
            None if barred => unheard.push(called.to_string()),
            _ => {}
        }
    }
    let missing =
        (!unheard.is_empty()).then(|| format!("whether it speaks {} was not heard", some(&unheard)));
    Ruling::of(&found, missing)
}

fn unheard(when: &[Named<Version>], unless: &[Named<Version>], subject: &Subject<'_>) -> String {
    let names: Vec<String> = when
        .iter()
        .chain(unless)
        .filter_map(|version| subject.called(version.0))
        .map(|version| version.to_string())
        .collect();
    format!(
        "it hangs on whether {} is spoken, which was not heard",
        names.join(" or ")
    )
}
