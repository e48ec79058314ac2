//! Finds flaws by what a person calls them.

use std::collections::BTreeSet;

use super::Entry;

/// Less alike than this is something else.
const ALIKE: f64 = 0.75;

/// What there is of a name.
#[derive(Debug)]
pub enum Answer {
    /// These flaws are called so, or are those of the check that is.
    Found(Vec<&'static Entry>),
    /// None is; these names are like it, the likest first.
    Similar(Vec<String>),
}

/// Looks for a flaw's id, another id of it, its name, or a check's id; else for a part of these. Capitals make no
/// difference.
#[must_use]
pub fn search(text: &str) -> Answer {
    let wanted = plain(text);
    let matching = |fits: &dyn Fn(&str) -> bool| -> Vec<&'static Entry> {
        let is = |known: &&Entry| names(known).any(|name| fits(&plain(name)));
        Entry::all().iter().filter(is).collect()
    };
    let mut found = matching(&|name| name == wanted);
    // A part that is too short is a part of everything.
    if found.is_empty() && wanted.len() >= 3 {
        found = matching(&|name| name.contains(&wanted));
    }
    if found.is_empty() {
        return Answer::Similar(similar(&wanted));
    }
    Answer::Found(found)
}

fn similar(wanted: &str) -> Vec<String> {
    let all: BTreeSet<&str> = Entry::all().iter().flat_map(names).collect();
    let mut alike: Vec<(f64, &str)> = all
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&plain(name), wanted), name))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut seen = BTreeSet::new();
    alike
        .into_iter()
        // "POODLE" and "poodle" are one answer.
        .filter(|(_, name)| seen.insert(plain(name)))
        .take(3)
        .map(|(_, name)| name.to_owned())
        .collect()
}

fn names(known: &Entry) -> impl Iterator<Item = &'static str> + use<> {
    let flaw = known.flaw;
    let also = flaw.also.iter().map(String::as_str);
    [flaw.id.as_str(), flaw.name.as_str()]
        .into_iter()
        .chain(known.checks())
        .chain(also)
}

/// Without capitals, blanks and dashes, which nobody remembers.
fn plain(name: &str) -> String {
    let kept = |character: &char| character.is_alphanumeric();
    name.chars().filter(kept).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        match search(text) {
            Answer::Found(flaws) => flaws.iter().map(|known| known.flaw.id.as_str()).collect(),
            Answer::Similar(_) => Vec::new(),
        }
    }

    #[test]
    fn a_flaw_is_found_by_whatever_it_is_called() {
        for name in [
            "CVE-2014-0160",
            "cve 2014 0160",
            "heartbleed",
            "HEARTBLEED",
            "2014-0160",
            "bleed",
        ] {
            assert!(found(name).contains(&"CVE-2014-0160"), "{name}");
        }
        for known in Entry::all() {
            for name in names(known) {
                assert!(found(name).contains(&known.flaw.id.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_put_right() {
        let Answer::Similar(names) = search("haertbleed") else {
            panic!("found");
        };
        assert_eq!(
            names.first().map(|name| name.to_lowercase()).as_deref(),
            Some("heartbleed")
        );
        let Answer::Similar(names) = search("popdle") else {
            panic!("there is no such name")
        };
        let mut plain: Vec<String> = names.iter().map(|name| super::plain(name)).collect();
        plain.dedup();
        assert_eq!(plain.len(), names.len(), "{names:?}");
        assert!(matches!(search("qqqqqqq"), Answer::Similar(names) if names.is_empty()));
        assert!(matches!(search(""), Answer::Similar(names) if names.is_empty()));
    }
}
