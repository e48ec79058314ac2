//! How much a finding matters here: what it lets out, who can reach it, and what hangs on it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use holter_model::{Criticality, Severity};
use holter_store::AssetAbout;

/// A row of CISA's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exploited {
    /// Since when it stands there, as a date.
    pub since: &'static str,
    /// By when US federal agencies had to mend it.
    pub due: &'static str,
}

/// Flaws that are known to be exploited.
static EXPLOITED: LazyLock<BTreeMap<&str, Exploited>> = LazyLock::new(|| {
    include_str!("../../../registry/kev.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (flaw, since, due) = (cells.next()?, cells.next()?, cells.next()?);
            Some((flaw, Exploited { since, due }))
        })
        .collect()
});

/// The weight of a finding, with what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// The sum; the heavier first.
    pub sum: i64,
    /// What it is made of, in words, the heaviest first.
    pub parts: Vec<(i64, &'static str)>,
}

/// What CISA's catalogue says of a flaw that is known to be exploited.
#[must_use]
pub fn exploited(flaw: &str) -> Option<Exploited> {
    EXPLOITED.get(flaw).copied()
}

/// How much a flaw matters on an asset. The parts add up: two that are each less than a grade of severity together weigh
/// more than one.
#[must_use]
pub fn weigh(flaw: &str, severity: Severity, asset: &AssetAbout) -> Weight {
    let yes = |fact: Option<bool>| fact == Some(true);
    let mut parts = vec![match severity {
        Severity::Critical => (
            400,
            "records, keys or passwords are to be had by anyone who can reach it",
        ),
        Severity::High => (300, "traffic can be read or changed by whoever stands on the way"),
        Severity::Medium => (200, "traffic can be read or changed under conditions that occur"),
        Severity::Low => (100, "it helps an attacker who has much else already"),
        Severity::Info => (0, "worth knowing"),
    }];
    if exploited(flaw).is_some() {
        parts.push((150, "it is known to be exploited (CISA KEV)"));
    }
    if yes(asset.internet_facing) {
        parts.push((140, "it can be reached from the internet"));
    }
    if yes(asset.front_door) {
        parts.push((110, "it is a VPN gateway or a portal"));
    }
    if yes(asset.holds_ephi) {
        parts.push((90, "patients' records are on it"));
    }
    match asset.criticality {
        Some(Criticality::Life) => parts.push((90, "a patient's life depends on it")),
        Some(Criticality::Highest) => parts.push((60, "the hospital stands still without it")),
        Some(Criticality::High) => parts.push((30, "a department stands still without it")),
        Some(Criticality::Medium) => parts.push((10, "work is slower without it")),
        Some(Criticality::Low) | None => {}
    }
    if yes(asset.at_home) {
        parts.push((
            20,
            "it stands at somebody's home, where nobody guards the network",
        ));
    }
    parts.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    Weight {
        sum: parts.iter().map(|(weight, _)| weight).sum(),
        parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_on_the_internet_outweighs_a_printer() {
        let portal = AssetAbout {
            internet_facing: Some(true),
            front_door: Some(true),
            holds_ephi: Some(true),
            ..AssetAbout::default()
        };
        let inside = AssetAbout::default();
        let heartbleed = weigh("CVE-2014-0160", Severity::Critical, &portal);
        assert_eq!(heartbleed.sum, 400 + 150 + 140 + 110 + 90);
        assert_eq!(heartbleed.parts[0].0, 400);
        let medium = weigh("CVE-2013-0169", Severity::Medium, &portal).sum;
        assert!(medium > weigh("CVE-2009-3555", Severity::High, &inside).sum);
        let (since, due) = ("2022-05-04", "2022-05-25");
        assert_eq!(exploited("CVE-2014-0160"), Some(Exploited { since, due }));
        for row in EXPLOITED.values() {
            assert!(row.since.parse::<jiff::civil::Date>().unwrap() < row.due.parse().unwrap());
        }
    }
}
