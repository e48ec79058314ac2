//! What a flight gives beside its suite.

use holter_model::{Fact, Feature};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

use super::enumerate::Survey;
use super::heard;
use super::offer::Extent;
use super::say::Said;
use crate::conversation::Flight;

/// So many finite fields are noted.
const MOST_FIELDS: usize = 8;

/// So many chains are noted: one for each kind of key.
const MOST_CHAINS: usize = 4;

impl Survey<'_, '_> {
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

    /// Notes, once a version, whether compression that was offered is taken up.
    pub(super) fn compresses(&mut self, version: Version, flight: &Flight) {
        if version != Version::TLS13 && !self.compression.contains(&version) {
            self.compression.push(version);
            self.ledger.note(Fact::Feature {
                feature: Feature::Compression,
                version: version.0,
                present: flight.hello.compression != 0,
            });
        }
    }

    /// Asks once more whether it compresses, where only a hello of TLS 1.3 was answered. Whether there is any use in asking
    /// on.
    pub(super) async fn compression(&mut self, version: Version, suites: &[CipherSuite]) -> bool {
        let known = version == Version::TLS13 || self.compression.contains(&version);
        known || self.look_again(version, suites).await
    }

    /// Asks once more whether a Diffie-Hellman value comes twice, where it came once in all versions.
    pub(super) async fn field(&mut self) {
        if let Some((version, suite)) = self.one_field.filter(|_| self.fields == 1) {
            self.look_again(version, &[suite]).await;
        }
    }

    async fn look_again(&mut self, version: Version, offered: &[CipherSuite]) -> bool {
        let axes = self.axes(version);
        let (groups, schemes) = (axes.groups.all(), axes.schemes.all());
        let said = self
            .ask((version, Extent::Needed), offered, &groups, &schemes)
            .await;
        if let Said::Flight(flight) = &said {
            self.take(version, flight, (&groups, &[]));
            self.compresses(version, flight);
        }
        !matches!(said, Said::End)
    }
}
