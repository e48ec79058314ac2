//! All suites of one version, by taking away what was chosen.

use holter_model::{Attempt, Der, Fact, Feature, Order, Refusal, Transport};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

use super::axes::{Axes, Narrow};
use super::heard;
use super::known;
use super::ledger::Ledger;
use super::offer::{Extent, Offer};
use super::say::{Said, say};
use super::ssl2;
use super::streams::First;
use super::tally::Tally;
use crate::Visit;
use crate::conversation::Flight;

/// So many lines one after the other may end without a word before that is looked into: the last suite of a version, and
/// the next version.
const BARE: usize = 2;

/// So many finite fields are noted.
const MOST_FIELDS: usize = 8;

/// So many chains are noted: one for each kind of key.
const MOST_CHAINS: usize = 4;

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
    control: Option<(Version, CipherSuite)>,
    fields: usize,
    /// Where the last finite field was seen.
    one_field: Option<(Version, CipherSuite)>,
    /// The versions in which compression was offered and answered.
    compression: Vec<Version>,
    /// Whose order of suites decides.
    order: Option<Order>,
    /// Whether the hello that is answered asked for a stapled response.
    staple: bool,
    /// Whether it has said no by an alert.
    uses_alerts: bool,
    /// How many lines it has ended without a word, one after the other.
    bare: usize,
    chains: Vec<Vec<u8>>,
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
            fields: 0,
            one_field: None,
            compression: Vec::new(),
            order: None,
            staple: false,
            uses_alerts: false,
            bare: 0,
            chains: Vec::new(),
            old: Axes::of(Version::TLS12),
            new: Axes::of(Version::TLS13),
        }
    }

    /// Asks for a version, with all suites that fit it or one older.
    pub(super) async fn first(&mut self, version: Version) -> Result<First, Option<Refusal>> {
        let mut suites = known::suites(version);
        if version == Version::TLS13 {
            suites.extend(known::suites(Version::TLS12));
        }
        if self.window < suites.len() {
            suites = known::usual(version);
        }
        let (groups, schemes) = (known::groups(version), known::schemes());
        let groups = if self.first == Extent::Least {
            &[][..]
        } else {
            &groups
        };
        match self.ask((version, self.first), &suites, groups, &schemes).await {
            Said::Flight(flight) => Ok(First {
                flight,
                asked: version,
                groups: groups.to_vec(),
                offered: suites,
            }),
            Said::No(how) => Err(Some(how)),
            Said::End => Err(None),
        }
    }

    /// Asks in SSLv2. Whether it speaks it; nothing where there is no use in asking on.
    pub(super) async fn ssl2(&mut self) -> Option<bool> {
        match ssl2::say(self.visit).await? {
            ssl2::Said::Hello(said) => {
                let (line, hello) = *said;
                self.visit.done(line);
                self.ledger.answered(true);
                self.ledger.note(Fact::Ssl2 {
                    kinds: hello.kinds.iter().map(|kind| kind.0).collect(),
                });
                // Who speaks nothing newer shows its certificate here alone, and never those of its issuers.
                if self.chains.is_empty() && !hello.certificate.is_empty() {
                    self.ledger.note(Fact::Chain {
                        version: holter_wire::ssl2::VERSION.0,
                        name: None,
                        certificates: vec![Der(hello.certificate)],
                    });
                }
                Some(true)
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
        let complete = self.suites(version, &mut tally).await && self.tell(version, &mut tally).await;
        let suites = tally.chosen().to_vec();
        let own = Some(tally.order()).filter(|order| *order != Order::Unknown);
        self.order = self.order.or(own);
        let several = suites.len() > 1;
        self.ledger.note(Fact::Suites {
            version: version.0,
            suites: suites.iter().map(|suite| suite.0).collect(),
            order: own.or(self.order.filter(|_| several)).unwrap_or(Order::Unknown),
            complete,
        });
        if !complete || !self.second_look(version, &suites).await {
            return false;
        }
        let groups = self.groups(version, &suites).await;
        groups && self.schemes(version, &suites).await
    }

    /// Asks once more what one answer left open: whether it compresses, where only a hello of TLS 1.3 was answered, and
    /// whether a Diffie-Hellman value comes twice, where it came once. Whether there is any use in asking on.
    async fn second_look(&mut self, version: Version, suites: &[CipherSuite]) -> bool {
        let compression = version != Version::TLS13 && !self.compression.contains(&version);
        let field = self.fields == 1 && self.one_field.is_some_and(|one| one.0 == version);
        let offered = match self.one_field.filter(|_| field) {
            Some((_, suite)) => vec![suite],
            None if compression => suites.to_vec(),
            None => return true,
        };
        let axes = self.axes(version);
        let (groups, schemes) = (axes.groups.all(), axes.schemes.all());
        let said = self
            .ask((version, Extent::Needed), &offered, &groups, &schemes)
            .await;
        if let Said::Flight(flight) = &said {
            self.take(version, flight, (&groups, &[]));
            self.compresses(version, flight);
        }
        !matches!(said, Said::End)
    }

    /// Notes, once a version, whether compression that was offered is taken up.
    fn compresses(&mut self, version: Version, flight: &Flight) {
        if version != Version::TLS13 && !self.compression.contains(&version) {
            self.compression.push(version);
            self.ledger.note(Fact::Feature {
                feature: Feature::Compression,
                version: version.0,
                present: flight.hello.compression != 0,
            });
        }
    }

    /// Makes sure that what was refused last was refused because it is not known, and notes all that was found.
    pub(super) async fn end(mut self) {
        if !self.ledger.is_sure()
            && let Some((version, suite)) = self.control
        {
            let (groups, schemes) = (known::groups(version), known::schemes());
            let said = self
                .ask((version, Extent::Needed), &[suite], &groups, &schemes)
                .await;
            if !matches!(said, Said::Flight(_)) {
                self.visit
                    .odd("it fell silent in the middle: what it refused last is not held against it");
                self.ledger.doubt();
            }
        }
        for fact in self.ledger.into_facts() {
            self.visit.heard(fact);
        }
    }

    /// Suites until no other is accepted; whether that is so.
    async fn suites(&mut self, version: Version, tally: &mut Tally<CipherSuite>) -> bool {
        let mut rest = known::suites(version);
        rest.retain(|suite| !tally.chosen().contains(suite));
        let (mut backwards, mut refused) = (true, None);
        while !rest.is_empty() {
            let mut offered = rest
                .get(..self.window.min(rest.len()))
                .unwrap_or_default()
                .to_vec();
            if backwards {
                offered.reverse();
            }
            backwards = !backwards;
            let axes = self.axes(version);
            // In TLS 1.3 every suite needs a group, so that a no to fewer groups would leave open what was missed.
            let (groups, schemes, narrow) = if version == Version::TLS13 {
                (axes.groups.all(), axes.schemes.all(), Narrow::NOT)
            } else {
                (axes.groups.offer(), axes.schemes.offer(), axes.narrow())
            };
            match self
                .ask((version, Extent::Needed), &offered, &groups, &schemes)
                .await
            {
                Said::Flight(flight) if flight.hello.negotiated() == version => {
                    let chosen = flight.hello.suite;
                    if !offered.contains(&chosen) {
                        self.visit.odd("it chose a suite that was not offered");
                        return false;
                    }
                    self.take(version, &flight, (&groups, &schemes));
                    self.compresses(version, &flight);
                    if let Some(refused) = refused.take() {
                        self.axes(version).exhaust(refused);
                    }
                    self.axes(version).spend(narrow, chosen);
                    tally.chose(chosen, &narrow.usable(chosen, offered));
                    rest.retain(|suite| *suite != chosen);
                }
                // That may be for want of a group or a scheme.
                Said::Flight(_) | Said::No(_) if narrow.is_any() => {
                    refused = Some(narrow);
                    self.axes(version).spend_all();
                }
                // An older version, for want of a suite in this one, is as good as a no.
                Said::Flight(_) | Said::No(_) => {
                    refused = None;
                    rest.retain(|suite| !offered.contains(suite));
                }
                Said::End => return false,
            }
        }
        true
    }

    /// Asks once more where that tells whose order decides. Whether there is any use in asking on.
    /// One version tells it for all.
    async fn tell(&mut self, version: Version, tally: &mut Tally<CipherSuite>) -> bool {
        let Some(offered) = tally.to_tell().filter(|_| self.order.is_none()) else {
            return true;
        };
        let axes = self.axes(version);
        let (groups, schemes) = (axes.groups.all(), axes.schemes.all());
        match self
            .ask((version, Extent::Needed), &offered, &groups, &schemes)
            .await
        {
            Said::Flight(flight)
                if flight.hello.negotiated() == version && offered.contains(&flight.hello.suite) =>
            {
                tally.chose(flight.hello.suite, &offered);
            }
            Said::Flight(_) | Said::No(_) => {}
            Said::End => return false,
        }
        true
    }

    /// Takes from a flight what is not its suite.
    pub(super) fn take(
        &mut self,
        version: Version,
        flight: &Flight,
        (groups, schemes): (&[NamedGroup], &[SignatureScheme]),
    ) {
        let exchanged = heard::exchanged(flight);
        let axes = self.axes(version);
        if let Some(group) = exchanged.group {
            axes.groups.chose_from(group, groups);
            axes.choices.chose(group, groups);
        }
        if let Some(scheme) = exchanged.scheme {
            axes.schemes.chose_from(scheme, schemes);
        }
        if let Some(field) = exchanged.field.filter(|_| self.fields < MOST_FIELDS) {
            self.fields += 1;
            self.one_field = Some((version, flight.hello.suite));
            self.ledger.note(field);
        }
        if let Some(leaf) = flight.chain.first()
            && self.chains.len() < MOST_CHAINS
            && !self.chains.contains(leaf)
        {
            self.chains.push(leaf.clone());
            let name = self.visit.questions.sni.as_deref().or(self.visit.name);
            self.ledger
                .note_all(heard::certificates(flight, name, self.staple));
        }
    }

    /// Asks. A line that ends without a word is a no only from a peer that says no so: one that has used alerts, or that ends
    /// one line after the other, must first show that it still answers what it answered before, and say no again.
    pub(super) async fn ask(
        &mut self,
        what: (Version, Extent),
        suites: &[CipherSuite],
        groups: &[NamedGroup],
        schemes: &[SignatureScheme],
    ) -> Said {
        let said = self.ask_once(what, suites, groups, schemes).await;
        match &said {
            Said::No(Refusal::Alert(_)) => (self.uses_alerts, self.bare) = (true, 0),
            Said::No(_) => self.bare += 1,
            Said::Flight(_) | Said::End => self.bare = 0,
        }
        let suspicious = self.bare > 0 && (self.uses_alerts || self.bare > BARE);
        let Some((version, suite)) = self.control.filter(|_| suspicious) else {
            return said;
        };
        self.bare = 0;
        let (all, every) = (known::groups(version), known::schemes());
        let control = self
            .ask_once((version, Extent::Needed), &[suite], &all, &every)
            .await;
        if !matches!(control, Said::Flight(_)) {
            let why = "it no longer answers what it answered before".to_owned();
            self.visit.broke(Attempt::Closed, Some(why));
            return Said::End;
        }
        if self.uses_alerts {
            return self.ask_once(what, suites, groups, schemes).await;
        }
        said
    }

    async fn ask_once(
        &mut self,
        (version, extent): (Version, Extent),
        suites: &[CipherSuite],
        groups: &[NamedGroup],
        schemes: &[SignatureScheme],
    ) -> Said {
        let offer = Offer {
            version,
            suites,
            groups,
            schemes,
            name: None,
            extent,
        };
        let said = say(self.visit, &offer).await;
        // An alert is a no by somebody who listens; so is a closed datagram port, which nobody confuses with a full one.
        let listens = match &said {
            Said::Flight(_) | Said::No(Refusal::Alert(_)) => true,
            Said::No(_) => self.visit.endpoint.transport == Transport::Udp && self.control.is_none(),
            Said::End => false,
        };
        self.ledger.answered(listens);
        said
    }
}
