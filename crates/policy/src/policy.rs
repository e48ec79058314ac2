//! Policies: what a body of rules demands of a service, as data. `registry/policies` holds those that Holter brings;
//! a user writes one in the same words.

mod demand;
mod ruling;

pub(crate) use self::ruling::max_age;

use std::sync::LazyLock;

use holter_model::assessment::{PolicyResult, Violation};
use serde::Deserialize;
use toml::Spanned;

use self::demand::{Demand, Rule};
use self::ruling::Ruling;
use crate::data;
use crate::subject::Subject;

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id, as in `--policy`: the name of its file.
    pub id: String,
    /// Its name with its edition.
    pub name: String,
    /// What it is for, in one sentence.
    pub about: String,
    /// Where it is published.
    pub source: String,
    /// The text that it is made of, with its edition and date.
    pub document: String,
    /// When and against what it was last held.
    pub checked: String,
    rules: Vec<(Rule, Demand)>,
}

/// What is wrong with a policy's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
}

/// The policies that Holter brings, by their ids.
#[must_use]
pub fn policies() -> &'static [Policy] {
    static ALL: LazyLock<Vec<Policy>> = LazyLock::new(|| {
        // One that does not parse fails a test, so none is missing in a build that passed.
        let parsed = |(id, text): &(&str, &str)| Policy::parse(id, text).ok();
        data::POLICIES.iter().filter_map(parsed).collect()
    });
    &ALL
}

/// The ids and names of the policies that Holter brings, for a list of them: nothing is parsed for that.
pub fn listed() -> impl Iterator<Item = (&'static str, &'static str)> {
    data::POLICIES.iter().filter_map(|(id, text)| {
        let (name, _) = text.strip_prefix("name = \"")?.split_once('"')?;
        Some((*id, name))
    })
}

impl Policy {
    /// Reads a policy's file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    pub fn parse(id: &str, text: &str) -> Result<Self, PolicyError> {
        let written: Written =
            toml::from_str(text).map_err(|error| PolicyError::at(text, error.span(), error.message()))?;
        let mut rules = Vec::with_capacity(written.rule.len());
        for rule in written.rule {
            let span = rule.span();
            let mut rule = rule.into_inner();
            let mut demands = rule.demands();
            match (demands.pop(), demands.is_empty()) {
                (Some(demand), true) => rules.push((rule, demand)),
                _ => {
                    let what = format!("a rule makes one demand: {}", demand::NAMES.join(", "));
                    return Err(PolicyError::at(text, Some(span), &what));
                }
            }
        }
        Ok(Self {
            id: id.to_owned(),
            name: written.name,
            about: written.about,
            source: written.source,
            document: written.document,
            checked: written.checked,
            rules,
        })
    }

    /// How many rules it has.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.rules.len()
    }

    /// What it says of a service.
    pub(crate) fn judge(&self, subject: &Subject<'_>) -> PolicyResult {
        let (mut violations, mut undecided) = (Vec::new(), Vec::new());
        for (rule, demand) in &self.rules {
            match rule.ruling(demand, subject) {
                Ruling::Kept => {}
                Ruling::Broken(found) => violations.push(Violation {
                    rule: rule.rule.clone(),
                    found,
                    source: rule.source.clone(),
                }),
                Ruling::Undecided(why) => undecided.push(format!("{} ({}): {why}", rule.rule, rule.source)),
            }
        }
        PolicyResult {
            policy: self.id.clone(),
            name: self.name.clone(),
            kept: match (violations.is_empty(), undecided.is_empty()) {
                (false, _) => Some(false),
                (true, false) => None,
                (true, true) => Some(true),
            },
            violations,
            undecided,
        }
    }
}

impl PolicyError {
    fn at(text: &str, span: Option<std::ops::Range<usize>>, what: &str) -> Self {
        let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            what: what.lines().map(str::trim).collect::<Vec<_>>().join("; "),
        }
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    document: String,
    #[serde(default)]
    checked: String,
    rule: Vec<Spanned<Rule>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        Policy::parse("x", text).unwrap_err().to_string()
    }

    #[test]
    fn every_policy_of_the_registry_is_one() {
        for (id, text) in data::POLICIES {
            let policy = Policy::parse(id, text).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(policy.rules() > 2 && !policy.about.is_empty() && policy.source.starts_with("http"));
            // Nobody quotes a text that nobody looked at.
            assert!(
                !policy.document.is_empty() && policy.checked.starts_with("202"),
                "{id}"
            );
        }
        assert_eq!(policies().len(), data::POLICIES.len());
        let names = policies()
            .iter()
            .map(|policy| (policy.id.as_str(), policy.name.as_str()));
        assert!(listed().eq(names));
        assert!(policies().is_sorted_by(|a, b| a.id < b.id));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let rule = "name = 'ours'\n[[rule]]\nrule = 'r'\nsource = 's'\n";
        for (text, place, why) in [
            (
                "name = 'ours'\nrules = []".to_owned(),
                "line 2, column 1:",
                "`rules`",
            ),
            ("rule = []".to_owned(), "line 1, column 1:", "`name`"),
            (rule.to_owned(), "line 2, column 1:", "one demand: versions"),
            (
                format!("{rule}dh_bits = 2048\nhsts_seconds = 1"),
                "line 2, column 1:",
                "one demand",
            ),
            (
                format!("{rule}versions = {{ allowed = ['TLS 1.5'] }}"),
                "line 5, column 24:",
                "\"TLS 1.5\" is no version",
            ),
            (
                format!("{rule}suites = {{ alowed = [] }}"),
                "line 5, column 12:",
                "`alowed`",
            ),
            (
                format!("{rule}versions = {{ allowed = ['TLS1.2'] }}"),
                "line 5, column 24:",
                "is \"TLS 1.2\" meant?",
            ),
            (
                format!("{rule}unaffected = ['CVE-2014-016']"),
                "line 5, column 14:",
                "\"CVE-2014-016\" is no flaw that Holter knows; is \"CVE-2014-0160\" meant?",
            ),
            (
                format!("{rule}certificate = {{ signatures = ['sha256-rsa'] }}"),
                "line 5, column 30:",
                "\"sha256-rsa\" is no signature of a certificate",
            ),
            (
                format!("{rule}certificate = {{ signatures = ['rsa-sha265'] }}"),
                "line 5, column 30:",
                "is \"rsa-sha256\" meant?",
            ),
            (
                format!("{rule}certificate = {{ keys = ['rsa', 'ecc'] }}"),
                "line 5, column 24:",
                "\"ecc\" is no kind of key; is \"ec\" meant?",
            ),
            (
                format!("{rule}certificate = {{ curves = ['P256'] }}"),
                "line 5, column 26:",
                "is \"P-256\" meant?",
            ),
            (
                format!("{rule}parts = {{ forbidden_ciphers = ['3DS'] }}"),
                "line 5, column 31:",
                "no suite has the cipher \"3DS\"; is \"3DES",
            ),
            (
                format!("{rule}absent = ['heartburn']"),
                "line 5, column 11:",
                "heartburn",
            ),
        ] {
            let said = wrong(&text);
            assert!(said.starts_with(place) && said.contains(why), "{text}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
}
