//! Which of a service's suites are of some kind, and whether those are all: what most judges of a configuration ask. Pure.

use std::collections::BTreeSet;

use holter_model::Attempt;
use holter_wire::suite::Parts;
use holter_wire::{CipherSuite, Version};

use crate::Configuration;
use crate::ground::Ruling;

/// The versions that are asked for over streams, newest first.
const STREAMS: [Version; 5] = [
    Version::TLS13,
    Version::TLS12,
    Version::TLS11,
    Version::TLS10,
    Version::SSL3,
];

/// And over datagrams.
const DATAGRAMS: [Version; 2] = [Version::DTLS12, Version::DTLS10];

/// How many suites a sentence can hold.
const NAMED: usize = 3;

/// The suites of some kind that a service accepts.
#[derive(Debug, Default)]
pub(crate) struct Accepted {
    found: Vec<(Version, CipherSuite)>,
    gap: Option<String>,
}

impl Accepted {
    /// Looks for suites in the versions that matter.
    pub(crate) fn of(
        configuration: &Configuration,
        attempt: Attempt,
        matters: impl Fn(Version) -> bool,
        wanted: impl Fn(&Parts) -> bool,
    ) -> Self {
        let found = configuration
            .suites()
            .filter(|(version, _, parts)| matters(*version) && wanted(parts))
            .map(|(version, suite, _)| (version, suite))
            .collect();
        Self {
            found,
            gap: gap(configuration, attempt, matters),
        }
    }

    pub(crate) fn any(&self) -> bool {
        !self.found.is_empty()
    }

    /// Why more may be accepted than was found.
    pub(crate) fn gap(&self) -> Option<&str> {
        self.gap.as_deref()
    }

    /// "accepts A, B, C and 2 more in TLS 1.1 and TLS 1.0".
    pub(crate) fn phrase(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for (_, suite) in &self.found {
            let name = suite.to_string();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let versions: BTreeSet<Version> = self.found.iter().map(|(version, _)| *version).collect();
        let versions: Vec<String> = versions.iter().rev().map(ToString::to_string).collect();
        let more = names.len().saturating_sub(NAMED);
        if more > 0 {
            names.truncate(NAMED);
            names.push(format!("{more} more"));
        }
        format!("accepts {} in {}", list(&names), list(&versions))
    }

    /// The verdict where such a suite is the flaw: `none` says so of a service that has none.
    pub(crate) fn rule(&self, so: &str, none: &str) -> Ruling {
        if self.any() {
            return Ruling::affected(format!("it {}{so}", self.phrase()));
        }
        match &self.gap {
            Some(gap) => Ruling::inconclusive(gap.clone()),
            None => Ruling::not_affected(none),
        }
    }
}

/// What keeps the suites of these versions from being known whole; `None`: nothing.
pub(crate) fn gap(
    configuration: &Configuration,
    attempt: Attempt,
    matters: impl Fn(Version) -> bool,
) -> Option<String> {
    let unknown: Vec<String> = asked_for(configuration)
        .iter()
        .filter(|version| matters(**version) && speaks(configuration, **version).is_none())
        .map(ToString::to_string)
        .collect();
    let incomplete: Vec<String> = configuration
        .versions
        .iter()
        .rev()
        .filter(|(version, spoken)| matters(**version) && !spoken.complete)
        .map(|(version, _)| version.to_string())
        .collect();
    let what = if unknown.is_empty() && incomplete.is_empty() {
        return None;
    } else if incomplete.is_empty() {
        format!("whether it speaks {} is not known", list(&unknown))
    } else {
        format!("not all that it accepts in {} is known", list(&incomplete))
    };
    Some(match attempt {
        Attempt::Completed => what,
        _ => format!("{what}: {}", attempt.explain()),
    })
}

/// Whether it speaks a version. Versions are asked for from the newest down, so that one which is newer than one that it
/// chose, and not among those that it chose, is not spoken.
pub(crate) fn speaks(configuration: &Configuration, version: Version) -> Option<bool> {
    configuration.speaks(version).or_else(|| {
        let all = asked_for(configuration);
        let mut older = all.iter().skip_while(|other| **other != version).skip(1);
        older
            .any(|other| configuration.versions.contains_key(other))
            .then_some(false)
    })
}

/// The versions that such a service is asked for, newest first.
pub(crate) fn asked_for(configuration: &Configuration) -> &'static [Version] {
    let mut heard = configuration.versions.keys().chain(configuration.refused.iter());
    if heard.any(|version| version.0 >= 0xfe00) {
        &DATAGRAMS
    } else {
        &STREAMS
    }
}

/// "a, b and c".
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{configured, listed, refused};

    #[test]
    fn a_sentence_names_a_few_suites_and_all_versions() {
        let configuration = configured(vec![
            listed(Version::TLS12, &[0x002f, 0x0035, 0x000a, 0xc013, 0x009c], true),
            listed(Version::TLS11, &[0x002f], true),
            refused(Version::TLS10),
            refused(Version::SSL3),
        ]);
        let cbc = Accepted::of(
            &configuration,
            Attempt::Completed,
            |_| true,
            |parts| parts.block > 0,
        );
        assert_eq!(
            cbc.phrase(),
            "accepts TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_256_CBC_SHA, \
             TLS_RSA_WITH_3DES_EDE_CBC_SHA and 2 more in TLS 1.2 and TLS 1.1"
        );
        assert_eq!(cbc.gap(), None);
    }

    #[test]
    fn what_was_not_heard_to_the_end_is_a_gap() {
        let whole = |_: Version| true;
        let no_old = configured(vec![listed(Version::TLS12, &[0x002f], true)]);
        assert_eq!(
            gap(&no_old, Attempt::TimedOut, whole).unwrap(),
            "whether it speaks TLS 1.1, TLS 1.0 and SSLv3 is not known: \
             it accepted the connection and then said nothing in time"
        );
        assert_eq!(gap(&no_old, Attempt::TimedOut, |v| v == Version::TLS12), None);
        let cut = configured(vec![listed(Version::SSL3, &[0x002f], false)]);
        assert_eq!(
            gap(&cut, Attempt::Completed, whole).unwrap(),
            "not all that it accepts in SSLv3 is known"
        );
    }

    #[test]
    fn a_version_above_one_that_was_chosen_is_not_spoken() {
        let configuration = configured(vec![listed(Version::TLS11, &[0x002f], true)]);
        assert_eq!(speaks(&configuration, Version::TLS13), Some(false));
        assert_eq!(speaks(&configuration, Version::TLS11), Some(true));
        assert_eq!(speaks(&configuration, Version::SSL3), None);
        let configuration = configured(vec![listed(Version::DTLS10, &[0x002f], true)]);
        assert_eq!(speaks(&configuration, Version::DTLS12), Some(false));
    }
}
