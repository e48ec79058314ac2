//! Whose order of suites decides: the client's, or the server's own.

use holter_model::{Fact, Order};
use holter_wire::{CipherSuite, Version};

use super::enumerate::Survey;
use super::offer::Extent;
use super::say::Said;
use super::tally::together;
use crate::conversation::Flight;

impl Survey<'_, '_> {
    /// What was accepted before, in an order whose answer tells whose order decides, if no version has told it yet. One
    /// version tells it for all.
    pub(super) fn telling(&mut self) -> Option<(Version, Vec<CipherSuite>)> {
        self.compare_orders();
        let mut tallies = self.found.iter().filter(|_| self.order.is_none());
        tallies.find_map(|(version, tally)| Some((*version, tally.to_tell()?)))
    }

    /// What the versions tell of it together.
    pub(super) fn compare_orders(&mut self) {
        if self.order.is_none() {
            self.order = together(self.found.iter().map(|(_, tally)| tally));
        }
    }

    /// Takes what an answer tells of that.
    pub(super) fn told(&mut self, flight: &Flight, version: Version, offered: &[CipherSuite]) {
        let suite = flight.hello.suite;
        if flight.hello.negotiated() == version
            && offered.contains(&suite)
            && let Some((_, tally)) = self.found.iter_mut().find(|(found, _)| *found == version)
            && tally.to_tell().is_some()
        {
            tally.chose(suite, offered);
            self.order = self
                .order
                .or(Some(tally.order()).filter(|order| *order != Order::Unknown));
        }
    }

    /// Asks once more where that tells whose order decides, and says again what was found, with that. Whether there is any
    /// use in asking on.
    pub(super) async fn tell(&mut self) -> bool {
        let Some((version, offered)) = self.telling().filter(|_| self.may_go_on()) else {
            return true;
        };
        let axes = self.axes(version);
        let (groups, schemes) = (axes.groups.all(), axes.schemes.all());
        let said = self
            .ask((version, Extent::Needed), &offered, &groups, &schemes)
            .await;
        if let Said::Flight(flight) = &said {
            self.told(flight, version, &offered);
        }
        if self.order.is_some() {
            let noted = self.visit.observations().iter().map(|noted| &noted.fact);
            let suites = noted.filter(|fact| matches!(fact, Fact::Suites { .. })).cloned();
            let suites = suites.collect();
            self.ledger.note_all(suites);
        }
        !matches!(said, Said::End)
    }
}
