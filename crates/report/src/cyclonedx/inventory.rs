//! The assets that services use, each once, and which uses which.

use std::collections::{BTreeMap, BTreeSet};

use holter_checks::Configuration;
use holter_checks::configuration::Spoken;
use holter_model::{Der, Fact, Feature, Service};
use holter_wire::{CipherSuite, Version};
use serde::Serialize;

use super::algorithm::{self, Named};
use super::asset::{self, Asset, Properties};
use crate::facts;
use crate::named;
use crate::shape::time;

/// Assets by their reference.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    assets: BTreeMap<String, Asset>,
    uses: BTreeMap<String, BTreeSet<String>>,
}

/// What something uses.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency<'a> {
    r#ref: &'a str,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    depends_on: &'a BTreeSet<String>,
}

/// Whether a service wants a certificate of its client; `None`: nobody heard.
pub(super) fn demands_certificate(service: &Service) -> Option<bool> {
    let facts = || service.observations.iter().map(|seen| &seen.fact);
    facts()
        .filter_map(|fact| match fact {
            Fact::Hello {
                client_certificate, ..
            } => Some(*client_certificate),
            Fact::Feature {
                feature: Feature::ClientCertificate,
                present,
                ..
            } => Some(*present),
            _ => None,
        })
        .max()
}

impl Inventory {
    /// Adds what a service uses.
    pub(super) fn add(&mut self, service: &Service, reference: &str) {
        let configuration = Configuration::of(&service.observations);
        let mut used = BTreeSet::new();
        for (version, spoken) in &configuration.versions {
            used.insert(self.protocol(*version, spoken));
        }
        for chain in &configuration.chains {
            used.extend(chain.iter().map(|der| self.certificate(der)));
        }
        self.uses.insert(reference.to_owned(), used);
    }

    /// All assets, in the order of their references.
    pub(super) fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.assets.values()
    }

    /// Which uses which.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = Dependency<'_>> {
        self.uses.iter().map(|(reference, used)| Dependency {
            r#ref: reference,
            depends_on: used,
        })
    }

    /// One version with what is accepted in it. Services that accept the same share it.
    fn protocol(&mut self, version: Version, spoken: &Spoken) -> String {
        let mut used = BTreeSet::new();
        let mut suites = Vec::new();
        for suite in &spoken.suites {
            let named = suite.parts().map(|parts| algorithm::of_suite(&parts));
            let algorithms: Vec<String> = named
                .into_iter()
                .flatten()
                .map(|named| self.algorithm(named))
                .collect();
            used.extend(algorithms.iter().cloned());
            suites.push(as_suite(*suite, algorithms));
        }
        let groups = spoken
            .groups
            .iter()
            .map(|group| algorithm::of_group(&group.to_string()));
        let groups: BTreeSet<String> = groups.map(|named| self.algorithm(named)).collect();
        used.extend(groups.iter().cloned());
        let name = version.to_string();
        let contents: Vec<&str> = suites
            .iter()
            .map(|suite| suite.name.as_str())
            .chain(groups.iter().map(String::as_str))
            .collect();
        let mark = named::fingerprint(&contents);
        let mark = mark.get(..12).unwrap_or_default();
        let reference = format!("crypto/protocol/{}/{mark}", slug(&name));
        let number = name.rsplit(' ').next().unwrap_or_default().to_owned();
        let protocol = asset::Protocol {
            r#type: "tls",
            version: number,
            cipher_suites: suites,
            crypto_ref_array: groups,
        };
        self.put(reference, name, Properties::Protocol { protocol }, used)
    }

    fn algorithm(&mut self, (name, algorithm): Named) -> String {
        let reference = format!("crypto/algorithm/{}", slug(&name));
        self.put(
            reference,
            name,
            Properties::Algorithm { algorithm },
            BTreeSet::new(),
        )
    }

    fn certificate(&mut self, der: &Der) -> String {
        let read = facts::Certificate::of(der);
        let reference = format!("crypto/certificate/{}", read.sha256);
        if self.assets.contains_key(&reference) {
            return reference;
        }
        let signature = (!read.signature.is_empty())
            .then(|| self.algorithm(algorithm::of_signature(&read.signature, None, None)));
        let key = (!read.key.sha256.is_empty()).then(|| self.key(&read.key));
        let used = signature.iter().chain(&key).cloned().collect();
        let certificate = asset::Certificate {
            subject_name: read.subject.clone(),
            issuer_name: read.issuer,
            not_valid_before: read.not_before.map(time),
            not_valid_after: read.not_after.map(time),
            signature_algorithm_ref: signature,
            subject_public_key_ref: key,
            certificate_format: "X.509",
        };
        let name = if read.subject.is_empty() {
            read.sha256.clone()
        } else {
            read.subject
        };
        let properties = Properties::Certificate { certificate };
        let asset = Asset::new(reference.clone(), name, properties).hashed(&read.sha256);
        self.assets.insert(reference.clone(), asset);
        self.uses.insert(reference.clone(), used);
        reference
    }

    fn key(&mut self, key: &facts::Key) -> String {
        let curve = key.curve.as_deref();
        let algorithm = self.algorithm(algorithm::of_signature(&key.algorithm, key.bits, curve));
        let material = asset::Material {
            r#type: "public-key",
            id: key.sha256.clone(),
            algorithm_ref: algorithm.clone(),
            size: key.bits,
        };
        let reference = format!("crypto/key/{}", key.sha256);
        let name = format!("public key {}", key.sha256.get(..16).unwrap_or_default());
        let properties = Properties::RelatedCryptoMaterial { material };
        self.put(reference, name, properties, BTreeSet::from([algorithm]))
    }

    fn put(
        &mut self,
        reference: String,
        name: String,
        properties: Properties,
        used: BTreeSet<String>,
    ) -> String {
        if !self.assets.contains_key(&reference) {
            let asset = Asset::new(reference.clone(), name, properties);
            self.assets.insert(reference.clone(), asset);
            self.uses.insert(reference.clone(), used);
        }
        reference
    }
}

fn as_suite(suite: CipherSuite, algorithms: Vec<String>) -> asset::Suite {
    let [high, low] = suite.0.to_be_bytes();
    asset::Suite {
        name: suite.to_string(),
        algorithms,
        identifiers: [format!("0x{high:02X}"), format!("0x{low:02X}")],
    }
}

/// A name as part of a reference.
fn slug(name: &str) -> String {
    let plain = |character: char| {
        let stays = character.is_ascii_alphanumeric() || character == '.';
        if stays {
            character.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    name.chars().map(plain).collect()
}
