//! Clients: what their hellos offer, as data of `registry/clients`, and the products that are made with each of them.

mod handshake;

use std::sync::LazyLock;

use holter_model::assessment::ClientResult;
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};
use serde::Deserialize;

use crate::data;
use crate::names::{Named, plain};
use crate::subject::Subject;

/// A client: a TLS stack with its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its id: the name of its file.
    pub id: String,
    /// Its name: "Java 8u402".
    pub name: String,
    /// Where what is said of it comes from, and what is assumed.
    pub source: String,
    /// When and against what it was last held; empty: it was captured, or nothing was at hand.
    pub checked: String,
    /// The versions that it speaks.
    pub versions: Vec<Version>,
    /// Its suites, in its order.
    pub suites: Vec<CipherSuite>,
    /// Its groups, in its order; empty: it names none.
    pub groups: Vec<NamedGroup>,
    /// What it lets a server sign with, since TLS 1.2; empty: it does not say.
    pub schemes: Vec<SignatureScheme>,
    /// Whether it names the host that it wants (SNI).
    pub sni: bool,
    /// The shortest prime of an ephemeral Diffie-Hellman key exchange that it goes along with; 0: any.
    pub dh_bits: u32,
    /// The longest one that it can count with; 0: any.
    pub dh_bits_most: u32,
    /// The shortest RSA key of a server that it goes along with; 0: any.
    pub rsa_bits: u32,
    /// Products that are made with it, with what is assumed of them.
    pub products: Vec<Product>,
}

/// A product that is made with a client's stack.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Its name, with the stack that is meant: "Mirth Connect 3.12 on Java 8u402".
    pub name: String,
    /// Why it is taken to be made with this stack.
    pub assumes: String,
}

/// Every client of the registry.
#[must_use]
pub fn clients() -> &'static [Client] {
    static ALL: LazyLock<Vec<Client>> = LazyLock::new(|| {
        // One that does not parse fails a test, so none is missing in a build that passed.
        let parsed = |(id, text): &(&str, &str)| Client::parse(id, text).ok();
        data::CLIENTS.iter().filter_map(parsed).collect()
    });
    &ALL
}

/// How every client of the registry would fare. A service of datagrams has none of them.
pub(crate) fn fare(subject: &Subject<'_>) -> Vec<ClientResult> {
    if subject.is_datagram() {
        return Vec::new();
    }
    let mut results = Vec::new();
    for client in clients() {
        let outcome = handshake::outcome(client, subject);
        let result = |id: &str, name: &str| ClientResult {
            client: id.to_owned(),
            name: name.to_owned(),
            outcome: outcome.clone(),
        };
        results.push(result(&client.id, &client.name));
        results.extend(
            client
                .products
                .iter()
                .map(|product| result(&product.id, &product.name)),
        );
    }
    results
}

impl Client {
    /// Reads a client's file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    pub fn parse(id: &str, text: &str) -> Result<Self, toml::de::Error> {
        let written: Written = toml::from_str(text)?;
        Ok(Self {
            id: id.to_owned(),
            name: written.name,
            source: written.source,
            checked: written.checked,
            versions: plain(&written.versions),
            suites: plain(&written.suites),
            groups: plain(&written.groups),
            schemes: plain(&written.schemes),
            sni: written.sni,
            dh_bits: written.dh_bits,
            dh_bits_most: written.dh_bits_most,
            rsa_bits: written.rsa_bits,
            products: written.product,
        })
    }
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    source: String,
    #[serde(default)]
    checked: String,
    versions: Vec<Named<Version>>,
    suites: Vec<Named<CipherSuite>>,
    #[serde(default)]
    groups: Vec<Named<NamedGroup>>,
    #[serde(default)]
    schemes: Vec<Named<SignatureScheme>>,
    sni: bool,
    #[serde(default)]
    dh_bits: u32,
    #[serde(default)]
    dh_bits_most: u32,
    #[serde(default)]
    rsa_bits: u32,
    #[serde(default)]
    product: Vec<Product>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_client_of_the_registry_is_one() {
        let mut ids = BTreeSet::new();
        for (id, text) in data::CLIENTS {
            let client = Client::parse(id, text).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(ids.insert(client.id.clone()), "{id} is there twice");
            for product in &client.products {
                assert!(ids.insert(product.id.clone()), "{} is there twice", product.id);
                assert!(!product.assumes.is_empty());
            }
            assert!(!client.source.is_empty(), "{id} has no source");
            // Whatever it offers fits a version that it speaks, and it can speak each of its versions.
            for suite in &client.suites {
                assert!(
                    client.versions.iter().any(|version| suite.fits(*version)),
                    "{id}: {suite} fits none of its versions"
                );
            }
            for version in &client.versions {
                assert!(
                    client.suites.iter().any(|suite| suite.fits(*version)),
                    "{id}: no suite for {version}"
                );
            }
            let unique: BTreeSet<_> = client.suites.iter().collect();
            assert_eq!(unique.len(), client.suites.len(), "{id} offers a suite twice");
        }
        assert!(ids.len() >= 30, "{}", ids.len());
    }
}
