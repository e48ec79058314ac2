//! What TLS carries at the service that is visited: named, guessed by its port, or found out.

use holter_model::{Fact, Fragility, Transport};
use holter_protocols::marks::Mark;
use holter_protocols::{Start, by_id};

use super::Visit;

impl Visit<'_> {
    /// Whether web pages are spoken here.
    pub(crate) fn is_web(&self) -> bool {
        matches!(self.chosen.id(), "https" | "fhir")
    }

    /// Has what TLS carries found out, where its port says nothing and no user did.
    pub const fn looks_inside(&mut self) {
        self.looks_inside = true;
    }

    /// Whether all is to be known of it, and may be asked.
    pub(crate) fn may_be_asked_all(&self) -> bool {
        self.looks_inside && !self.is_spared()
    }

    /// Whether that is to be found out here.
    pub(crate) fn is_unknown_inside(&self) -> bool {
        let unknown = self.chosen.start == Start::Direct && self.chosen.id() == "tls";
        let stream = self.endpoint.transport == Transport::Tcp;
        self.looks_inside && self.guessed && unknown && stream
    }

    /// Takes what TLS was found to carry.
    pub(crate) fn found_inside(&mut self, id: &str) {
        let direct = by_id(id, self.endpoint.port).and_then(|found| {
            let id = found.protocol.direct_id.unwrap_or(found.protocol.id);
            by_id(id, self.endpoint.port)
        });
        if let Some(found) = direct.filter(|found| found.start == Start::Direct) {
            self.chosen = found;
        }
    }

    /// Whether it is, or gave itself away as, delicate or in trouble, named or not.
    pub(crate) fn is_delicate(&self) -> bool {
        self.care.fragility() >= Fragility::Fragile || self.mark.is_some_and(Mark::is_delicate)
    }

    /// Notes what is spoken, for judges that ask of it.
    pub(crate) fn note_protocol(&mut self) {
        let fact = Fact::Protocol {
            id: self.chosen.protocol.id.to_owned(),
            at_once: self.chosen.start == Start::Direct,
        };
        if !self.notes.observations.iter().any(|noted| noted.fact == fact) {
            self.heard(fact);
        }
    }
}
