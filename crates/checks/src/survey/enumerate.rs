//! A survey under way: what it has found, and one version from its first flight to its last question.

use std::collections::BTreeSet;

use holter_model::{Fact, Order, Refusal};
use holter_wire::{CipherSuite, NamedGroup, Version};

use super::axes::Axes;
use super::bound::Bound;
use super::known;
use super::ledger::Ledger;
use super::offer::Extent;
use super::rest::Rest;
use super::say::Said;
use super::servers::Servers;
use super::streams::First;
use super::tally::Tally;
use super::{heard, ssl2};
use crate::Visit;

/// Whether a hello has what nobody has defined yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// None had it yet.
    Yet,
    /// This one has.
    Now,
    /// One had.
    Past,
}

/// A survey under way.
pub(super) struct Survey<'v, 'a> {
    pub(super) visit: &'v mut Visit<'a>,
    /// Suites in one hello at most, for peers that take no long one.
    pub(super) window: usize,
    /// What a first hello may ask for.
    pub(super) first: Extent,
    /// What was found.
    pub(super) ledger: Ledger,
    /// A hello that was answered.
    pub(super) control: Option<(Version, CipherSuite)>,
    /// The version that the first hello of all that was answered asked for, and what was chosen.
    pub(super) answer: Option<(Version, (Version, CipherSuite))>,
    /// What was chosen in each version, in the order in which they were asked.
    pub(super) found: Vec<(Version, Tally<CipherSuite>)>,
    /// Whether one server said all that.
    pub(super) servers: Servers,
    /// What it may cost yet.
    pub(super) bound: Bound,
    /// Whether the last no of a version was heard on an even line, and on an odd one: of two servers that take turns, both
    /// were asked.
    pub(super) turns: (bool, bool),
    pub(super) fields: usize,
    /// Where the last finite field was seen.
    pub(super) one_field: Option<(Version, CipherSuite)>,
    /// The versions in which compression was offered and answered.
    pub(super) compression: Vec<Version>,
    /// Whose order of suites decides.
    pub(super) order: Option<Order>,
    /// Whether the hello that is answered asked for a stapled response.
    pub(super) staple: bool,
    /// Whether it has said no by an alert.
    pub(super) uses_alerts: bool,
    /// How many lines it has ended without a word, one after the other.
    pub(super) bare: usize,
    pub(super) chains: Vec<Vec<u8>>,
    /// The groups that it has shown, in whatever answer.
    pub(super) shown: BTreeSet<(Version, NamedGroup)>,
    /// Those that were noted.
    pub(super) listed: BTreeSet<NamedGroup>,
    /// Whether what nobody has defined yet is offered, too.
    pub(super) news: News,
    /// Whether all checks have asked, so that this is the last that is asked.
    pub(super) rests: bool,
    pub(super) old: Axes,
    pub(super) new: Axes,
}

impl<'v, 'a> Survey<'v, 'a> {
    pub(super) fn new(visit: &'v mut Visit<'a>) -> Self {
        let first = Extent::Everything(visit.is_web());
        Self {
            visit,
            window: usize::MAX,
            first,
            ledger: Ledger::default(),
            control: None,
            answer: None,
            found: Vec::new(),
            servers: Servers::default(),
            bound: Bound::default(),
            turns: (false, false),
            fields: 0,
            one_field: None,
            compression: Vec::new(),
            order: None,
            staple: false,
            uses_alerts: false,
            bare: 0,
            chains: Vec::new(),
            shown: BTreeSet::new(),
            listed: BTreeSet::new(),
            news: News::Yet,
            rests: false,
            old: Axes::of(Version::TLS12),
            new: Axes::of(Version::TLS13),
        }
    }

    /// Asks for a version, with all suites that fit it or one older. Every other version is asked with the weak ones first,
    /// which tells whose order decides.
    pub(super) async fn first(&mut self, version: Version) -> Result<First, Option<Refusal>> {
        let backwards = self.order.is_none() && !self.chains.is_empty() && self.found.len() % 2 == 1;
        match self.say_first(version, backwards).await {
            Said::Flight(flight) => {
                let hello = &flight.hello;
                self.answer
                    .get_or_insert((version, (hello.negotiated(), hello.suite)));
                Ok(First {
                    flight,
                    asked: version,
                    groups: self.first_groups(version),
                    offered: self.first_suites(version, backwards),
                    backwards,
                })
            }
            Said::No(how) => Err(Some(how)),
            Said::End => Err(None),
        }
    }

    /// Says the first hello of a version.
    pub(super) async fn say_first(&mut self, version: Version, backwards: bool) -> Said {
        let suites = self.first_suites(version, backwards);
        let groups = self.first_groups(version);
        self.ask((version, self.first), &suites, &groups, &known::schemes())
            .await
    }

    fn first_suites(&self, version: Version, backwards: bool) -> Vec<CipherSuite> {
        let mut suites = known::suites(version);
        if version == Version::TLS13 {
            suites.extend(known::suites(Version::TLS12));
        }
        if self.window < suites.len() {
            suites = known::usual(version);
        }
        if backwards {
            suites.reverse();
        }
        suites
    }

    fn first_groups(&self, version: Version) -> Vec<NamedGroup> {
        if self.first == Extent::Least {
            Vec::new()
        } else {
            known::groups(version)
        }
    }

    /// Asks in SSLv2. Whether it speaks it; nothing where there is no use in asking on.
    pub(super) async fn ssl2(&mut self) -> Option<bool> {
        match ssl2::say(self.visit).await? {
            ssl2::Said::Hello(said) => {
                let (line, hello) = *said;
                self.visit.done(line);
                self.ledger.answered(true);
                self.ledger.note_all(heard::ssl2(hello, self.chains.is_empty()));
                Some(true)
            }
            ssl2::Said::Strange => {
                self.ledger.answered(true);
                Some(false)
            }
            ssl2::Said::No(listens) => {
                self.ledger.answered(listens);
                self.refused(holter_wire::ssl2::VERSION, Refusal::Nonsense);
                Some(false)
            }
        }
    }

    /// Notes that a version is not spoken.
    pub(super) fn refused(&mut self, version: Version, how: Refusal) {
        self.ledger.note(Fact::HelloRefused {
            offered: version.0,
            how,
        });
    }

    /// Whether a version was found already.
    pub(super) fn speaks(&self, version: Version) -> bool {
        self.found.iter().any(|(found, _)| *found == version)
    }

    /// All of a version, from its first flight on. Whether there is any use in asking on.
    pub(super) async fn version(&mut self, first: First) -> bool {
        let version = first.flight.hello.negotiated();
        self.control = Some((version, first.flight.hello.suite));
        self.ledger.note(first.flight.fact(first.asked));
        self.ledger.note_all(heard::features(&first.flight, first.asked));
        // A hello of TLS 1.3 cannot offer any.
        if first.asked != Version::TLS13 {
            self.compresses(version, &first.flight);
        }
        self.staple = matches!(self.first, Extent::Everything(_));
        self.take(version, &first.flight, (&first.groups, &[]));
        self.staple = false;
        let mut tally = Tally::default();
        tally.chose(first.flight.hello.suite, &first.offered);
        let complete = self.suites(version, &mut tally, !first.backwards).await
            && self.compare(version, &mut tally).await;
        let suites = tally.chosen().to_vec();
        let own = Some(tally.order()).filter(|order| *order != Order::Unknown);
        self.order = self.order.or(own);
        self.found.push((version, tally));
        self.ledger.note(Fact::Suites {
            version: version.0,
            suites: suites.iter().map(|suite| suite.0).collect(),
            order: own.unwrap_or(Order::Unknown),
            complete,
        });
        if !complete || !self.compression(version, &suites).await {
            return false;
        }
        self.groups(version, &suites).await
    }

    /// Makes sure that what was refused last was refused because it is not known, and notes all that was found. What waits
    /// until all checks have asked is kept.
    pub(super) async fn end(mut self) {
        self.compare_orders();
        self.list_groups();
        if !self.ledger.is_sure() && self.control.is_some() && !self.listens().await {
            if self.visit.room() > 0 {
                self.visit
                    .odd("it fell silent in the middle: what it refused last is not held against it");
            }
            self.ledger.doubt();
        }
        if let Some(why) = self.servers.why().map(str::to_owned) {
            self.visit.odd(&why);
            self.ledger.leave_open();
            let inconsistent = Fact::Inconsistent { why };
            let mut noted = self.visit.observations().iter();
            if !noted.any(|observation| observation.fact == inconsistent) {
                self.ledger.note(inconsistent);
            }
        } else if let Some(order) = self.order {
            self.ledger.order(order);
        }
        for fact in std::mem::take(&mut self.ledger).into_facts() {
            self.visit.heard(fact);
        }
        if !self.rests {
            Rest::keep(self);
        }
    }
}
