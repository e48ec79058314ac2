//! What is offered beside suites: groups and schemes. Most of them show while suites are asked for; here are the rest.

use std::collections::BTreeMap;

use holter_model::{Fact, Order};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

use super::enumerate::Survey;
use super::offer::Extent;
use super::say::Said;
use super::tally::{Rotation, Tally};
use super::{heard, known};

/// So many connections may go into schemes that no suite needed.
const MOST_FOR_SCHEMES: usize = 8;

/// So many schemes stand before one that was chosen at most: wolfSSL reads 22, and refuses every signed suite where it finds
/// none of its own among them.
const READ: usize = 16;

/// What is offered beside suites.
pub(super) struct Axes {
    pub(super) groups: Rotation<NamedGroup>,
    /// Which groups were chosen from which.
    pub(super) choices: Tally<NamedGroup>,
    pub(super) schemes: Rotation<SignatureScheme>,
    /// Whether all groups were asked for already.
    asked: bool,
    /// Whether the suite chosen last needs a group.
    grouped: bool,
    /// Whether one that needs none was chosen, with all groups to be had, before one that does: its order mixes them.
    mixes: Mixes,
    /// Whether the unseen groups alone were offered a second time.
    renewed: bool,
}

/// Whether an order mixes suites that need a group with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mixes {
    Unknown,
    /// One that needs none was chosen freely.
    Perhaps,
    Surely,
}

impl Axes {
    pub(super) fn of(version: Version) -> Self {
        Self {
            groups: Rotation::new(known::groups(version)),
            choices: Tally::default(),
            schemes: Rotation::new(known::schemes()).within(READ),
            asked: false,
            grouped: true,
            mixes: Mixes::Unknown,
            renewed: false,
        }
    }

    pub(super) fn narrow(&self) -> Narrow {
        Narrow {
            groups: self.groups.is_narrow(),
            schemes: self.schemes.is_narrow(),
        }
    }

    /// Notes that this suite was chosen while less than all was offered. One that needs no group, or no scheme, may be
    /// the answer to there being none left that the peer knows.
    ///
    /// `hope`: TLS 1.3 has groups that were not seen here yet.
    pub(super) fn spend(&mut self, narrow: Narrow, chosen: CipherSuite, hope: bool) {
        let grouped = known::has_group(chosen);
        let before = std::mem::replace(&mut self.grouped, grouped);
        self.mixes = match (self.mixes, grouped) {
            (Mixes::Unknown, false) if !narrow.groups => Mixes::Perhaps,
            (Mixes::Perhaps, true) => Mixes::Surely,
            (mixes, _) => mixes,
        };
        if hope && grouped && !narrow.groups && self.mixes == Mixes::Surely && !self.renewed {
            self.renewed = self.groups.renew();
        }
        if narrow.groups && !grouped {
            // Where the order mixes them, one such choice says nothing, and two in a row do.
            if !(before && self.mixes == Mixes::Surely) {
                self.groups.spend();
            }
        } else if narrow.schemes && !known::is_signed(chosen) {
            self.schemes.spend();
        }
    }

    /// Notes that nothing was chosen while less than all was offered. What is offered more of next: one thing at a time,
    /// so that the answer tells which it was.
    pub(super) fn widen(&mut self, refused: Narrow) -> Narrow {
        if refused.schemes {
            self.schemes.spend();
        } else {
            self.groups.spend();
        }
        Narrow {
            groups: refused.groups && !refused.schemes,
            schemes: refused.schemes,
        }
    }

    /// Notes that all was well again as soon as more than this was offered: there are no others of these.
    pub(super) const fn exhaust(&mut self, refused: Narrow) {
        match refused {
            Narrow {
                groups: true,
                schemes: false,
            } => self.groups.exhaust(),
            Narrow {
                groups: false,
                schemes: true,
            } => self.schemes.exhaust(),
            _ => {}
        }
    }
}

/// Which of groups and schemes were offered without those that were seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Narrow {
    groups: bool,
    schemes: bool,
}

impl Narrow {
    /// All was offered.
    pub(super) const NOT: Self = Self {
        groups: false,
        schemes: false,
    };

    pub(super) const fn is_any(self) -> bool {
        self.groups || self.schemes
    }

    /// What of an offer the choice was from: where no group or scheme was left, suites that need one could not be chosen.
    pub(super) fn usable(self, chosen: CipherSuite, mut offered: Vec<CipherSuite>) -> Vec<CipherSuite> {
        if self.groups && !known::has_group(chosen) {
            offered.retain(|suite| !known::has_group(*suite));
        }
        if self.schemes && !known::is_signed(chosen) {
            offered.retain(|suite| !known::is_signed(*suite));
        }
        offered
    }
}

impl Survey<'_, '_> {
    /// The groups that no suite needed yet. Once for all versions before TLS 1.3, which share them.
    pub(super) async fn groups(&mut self, version: Version, suites: &[CipherSuite]) -> bool {
        let offered: Vec<CipherSuite> = suites
            .iter()
            .copied()
            .filter(|suite| known::has_group(*suite))
            .collect();
        if offered.is_empty() || std::mem::replace(&mut self.axes(version).asked, true) {
            return true;
        }
        // Before TLS 1.3 the certificate's own curve must be offered, too (RFC 8422 section 5.1); the one chosen last may
        // be that.
        let mut own_curve = offered.iter().all(|suite| known::is_ecdsa(*suite));
        let mut besides = None;
        let (mut complete, mut on) = (false, true);
        loop {
            let unseen = self.axes(version).groups.unseen();
            if unseen.is_empty() || self.axes(version).groups.is_exhausted() {
                complete = true;
                break;
            }
            let schemes = self.axes(version).schemes.all();
            let extent = (version, Extent::Needed);
            let groups: Vec<NamedGroup> = unseen.iter().copied().chain(besides).collect();
            match self.ask(extent, &offered, &groups, &schemes).await {
                Said::Flight(flight) if flight.hello.negotiated() == version => {
                    let group = heard::exchanged(&flight).group;
                    self.take(version, &flight, (&groups, &schemes));
                    // Some choose a group that nobody offered rather than none; and with a shared key, where no certificate comes
                    // first, OpenSSL breaks off behind its hello.
                    if group.is_none_or(|group| !unseen.contains(&group)) {
                        let breaks_off = known::is_shared(flight.hello.suite)
                            && !self.axes(version).groups.seen().is_empty();
                        complete = group.is_some() || breaks_off;
                        break;
                    }
                }
                Said::Flight(_) | Said::No(_) if std::mem::take(&mut own_curve) => {
                    besides = self.axes(version).groups.seen().last().copied();
                }
                Said::Flight(_) | Said::No(_) => {
                    complete = true;
                    break;
                }
                Said::End => {
                    on = false;
                    break;
                }
            }
        }
        self.axes(version).groups.spend();
        let choices = &self.axes(version).choices;
        let (chosen, order) = (choices.chosen().to_vec(), choices.order());
        let groups = chosen.iter().map(|group| group.0).collect();
        self.listed.extend(chosen);
        self.ledger.note(Fact::Groups {
            version: version.0,
            groups,
            order,
            complete,
        });
        on
    }

    /// Notes the groups that showed where nobody asked for them: in a version that is asked for suites alone, or is not known
    /// to the end. A version that showed one is noted with all that it showed.
    pub(super) fn list_groups(&mut self) {
        let mut by_version: BTreeMap<Version, Vec<NamedGroup>> = BTreeMap::new();
        for (version, group) in &self.shown {
            by_version.entry(*version).or_default().push(*group);
        }
        by_version.retain(|_, groups| groups.iter().any(|group| !self.listed.contains(group)));
        for (version, groups) in by_version {
            self.ledger.note(Fact::Groups {
                version: version.0,
                groups: groups.iter().map(|group| group.0).collect(),
                order: Order::Unknown,
                complete: false,
            });
            self.listed.extend(groups);
        }
    }

    /// The schemes that no suite needed yet; TLS 1.3 signs behind a curtain, older versions name none. Whether there is any
    /// use in asking on, as there is where `on`.
    pub(super) async fn schemes(&mut self, mut on: bool) -> bool {
        let named = |version: Version| matches!(version, Version::TLS12 | Version::DTLS12);
        let Some((version, signed)) = self.found.iter().find_map(|(version, tally)| {
            let signed = tally.chosen().iter().copied();
            let signed: Vec<CipherSuite> = signed.filter(|suite| known::is_signed(*suite)).collect();
            (named(*version) && !signed.is_empty()).then_some((*version, signed))
        }) else {
            return on;
        };
        let mut complete = self.old.schemes.is_exhausted();
        for _ in 0..MOST_FOR_SCHEMES {
            if complete || !on || self.servers.why().is_some() || !self.may_go_on() {
                break;
            }
            let unseen = self.old.schemes.unseen();
            let groups = self.old.groups.all();
            match self
                .ask((version, Extent::Needed), &signed, &groups, &unseen)
                .await
            {
                Said::Flight(flight) => {
                    let scheme = heard::exchanged(&flight).scheme;
                    self.take(version, &flight, (&groups, &unseen));
                    complete = scheme.is_none_or(|scheme| !unseen.contains(&scheme));
                }
                Said::No(_) => complete = true,
                Said::End => on = false,
            }
        }
        self.old.schemes.spend();
        self.ledger.note(Fact::Schemes {
            version: version.0,
            schemes: self.old.schemes.seen().iter().map(|scheme| scheme.0).collect(),
            complete,
        });
        on
    }

    pub(super) fn axes(&mut self, version: Version) -> &mut Axes {
        if version == Version::TLS13 {
            &mut self.new
        } else {
            &mut self.old
        }
    }
}
