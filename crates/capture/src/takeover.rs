//! Sessions taken over after a leak, in the log of a VPN or portal.
//!
//! Whoever finds a session's cookie in leaked memory is in without a password or second factor. One trace is left: thief and owner use the
//! session at the same time, so that its source flips back and forth between two networks, often within seconds. So it was found in
//! April 2014 (Mandiant, "Attackers Exploit the Heartbleed OpenSSL Vulnerability to Circumvent Multi-factor Authentication on VPNs").
//! Names and session numbers are never kept: a session is shown by the line on which the log has it first.

mod columns;
mod json;
mod log;
pub(crate) mod moment;
mod network;
mod record;

use std::{collections::BTreeSet, net::IpAddr};

use holter_model::Verdict;
use jiff::Timestamp;
use serde::Serialize;

pub use columns::Columns;
pub use log::{Log, LogError};
use network::Network;

/// So often must a session come back to a network that it had left before two users of it are the likeliest reason: a device that changes
/// from one network to another does not come back, and one that comes back once was carried home.
const RETURNS: u64 = 2;

/// And so quick must its quickest change be, in seconds: nobody travels so fast. The changes of 2014 were one or two seconds apart.
const QUICK: i64 = 120;

/// As many sources of a session are named.
const SOURCES: usize = 8;

/// One use of a session: a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// Which session; numbers are given in the order of first lines.
    pub session: u32,
    /// When.
    pub at: Timestamp,
    /// The line of the log, counted from 1.
    pub line: u64,
    /// From where.
    pub source: IpAddr,
}

/// A session whose source changed, and what that says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Flips {
    /// The line of the log that has the session first.
    pub first_line: u64,
    /// `affected` where two users at once are the likeliest reason, else `inconclusive`.
    pub verdict: Verdict,
    /// Addresses that it was used from, in order of their numbers; the first few of them.
    pub sources: Vec<IpAddr>,
    /// How many networks these are of.
    pub networks: usize,
    /// How often the network changed.
    pub changes: u64,
    /// How often it changed to one that had been left before.
    pub returns: u64,
    /// The quickest change, in seconds.
    pub quickest: i64,
    /// First and last change.
    pub first: Timestamp,
    /// The last change.
    pub last: Timestamp,
    /// Why, in one sentence.
    pub evidence: String,
}

/// The sessions whose network changed, the worst first.
#[must_use]
pub fn judge(uses: &[Use]) -> Vec<Flips> {
    let mut uses = uses.to_vec();
    uses.sort_unstable();
    let mut flips: Vec<Flips> = uses
        .chunk_by(|one, next| one.session == next.session)
        .filter_map(flips)
        .collect();
    flips.sort_by_key(|session| {
        (
            session.verdict != Verdict::Affected,
            std::cmp::Reverse(session.returns),
            session.first_line,
        )
    });
    flips
}

/// What one session's uses, in order of time, say; nothing where it stayed in one network.
fn flips(uses: &[Use]) -> Option<Flips> {
    let mut networks = BTreeSet::new();
    let mut sources = BTreeSet::new();
    let (mut changes, mut returns, mut quickest) = (0, 0, i64::MAX);
    let mut span: Option<(Timestamp, Timestamp)> = None;
    let mut before: Option<&Use> = None;
    for now in uses {
        let network = Network::of(now.source);
        let new = networks.insert(network);
        if sources.len() < SOURCES {
            sources.insert(now.source);
        }
        if let Some(before) = before
            && Network::of(before.source) != network
        {
            changes += 1;
            returns += u64::from(!new);
            quickest = quickest.min(now.at.as_second().saturating_sub(before.at.as_second()));
            span = Some((span.map_or(before.at, |(first, _)| first), now.at));
        }
        before = Some(now);
    }
    let (first, last) = span?;
    let verdict = if returns >= RETURNS && quickest <= QUICK {
        Verdict::Affected
    } else {
        Verdict::Inconclusive
    };
    let often = |times: u64| match times {
        1 => "once".to_owned(),
        _ => format!("{times} times"),
    };
    let (changed, returned) = (often(changes), often(returns));
    let evidence = match verdict {
        Verdict::Affected => format!(
            "the session's source changed {changed} between {} networks and came back {returned}, at the quickest after {quickest} s: \
             two users of one session are the likeliest reason; a device that flaps between two networks would look the same",
            networks.len()
        ),
        _ if returns == 0 => format!(
            "the session's source changed {changed} and never came back, as it does when a device moves"
        ),
        _ => format!(
            "the session's source came back to a network {returned}, at the quickest after {quickest} s: a device that moved there and back, or a second user"
        ),
    };
    Some(Flips {
        first_line: uses.iter().map(|one| one.line).min()?,
        verdict,
        sources: sources.into_iter().collect(),
        networks: networks.len(),
        changes,
        returns,
        quickest,
        first,
        last,
        evidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(of: &[(u32, i64, &str)]) -> Vec<Use> {
        (1..)
            .zip(of)
            .map(|(line, (session, second, source))| Use {
                session: *session,
                at: Timestamp::from_second(1_397_000_000 + second).unwrap(),
                line,
                source: source.parse().unwrap(),
            })
            .collect()
    }

    #[test]
    fn a_session_that_flips_within_seconds_was_taken_over() {
        let found = judge(&uses(&[
            (0, 0, "203.0.113.5"),
            (1, 1, "203.0.113.9"),
            (0, 2, "198.51.100.7"),
            (0, 3, "203.0.113.5"),
            (0, 5, "198.51.100.7"),
        ]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (
                found[0].verdict,
                found[0].changes,
                found[0].returns,
                found[0].quickest
            ),
            (Verdict::Affected, 3, 2, 1)
        );
        assert_eq!((found[0].networks, found[0].first_line), (2, 1));
    }

    #[test]
    fn who_moves_is_not_accused() {
        let moved = judge(&uses(&[
            (0, 0, "203.0.113.5"),
            (0, 60, "198.51.100.7"),
            (0, 90, "198.51.100.8"),
        ]));
        assert_eq!((moved[0].verdict, moved[0].returns), (Verdict::Inconclusive, 0));
        let home = judge(&uses(&[
            (0, 0, "203.0.113.5"),
            (0, 60, "198.51.100.7"),
            (0, 90, "203.0.113.5"),
        ]));
        assert_eq!((home[0].verdict, home[0].returns), (Verdict::Inconclusive, 1));
    }

    #[test]
    fn an_address_that_changes_within_its_network_is_no_change() {
        assert_eq!(
            judge(&uses(&[
                (0, 0, "203.0.113.5"),
                (0, 1, "203.0.99.5"),
                (0, 2, "203.0.113.5")
            ])),
            []
        );
        assert_eq!(judge(&[]), []);
    }

    #[test]
    fn the_order_of_lines_does_not_matter() {
        let mut lines = uses(&[
            (0, 0, "203.0.113.5"),
            (0, 2, "198.51.100.7"),
            (0, 3, "203.0.113.5"),
            (0, 5, "198.51.100.7"),
        ]);
        let sorted = judge(&lines);
        lines.reverse();
        assert_eq!(judge(&lines), sorted);
    }
}
