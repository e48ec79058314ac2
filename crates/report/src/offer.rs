//! What a service accepts, as people want to see it: versions that accept the same together, suites with what is weak
//! about them, certificates and who trusts them.

use holter_checks::Configuration;
use holter_checks::configuration::Spoken;
use holter_model::{Order, Store};
use holter_wire::suite::{Authentication, Mode, Parts};
use holter_wire::{CipherSuite, Version};

use crate::facts::{Certificate, newest_first};

/// Versions in which the same is accepted.
#[derive(Debug)]
pub(crate) struct Offer<'a> {
    pub(crate) versions: Vec<Version>,
    pub(crate) spoken: &'a Spoken,
}

/// What is accepted, newest version first.
pub(crate) fn offers(configuration: &Configuration) -> Vec<Offer<'_>> {
    let mut offers: Vec<Offer<'_>> = Vec::new();
    for version in newest_first(configuration.versions.keys().copied()) {
        let Some(spoken) = configuration.versions.get(&version) else {
            continue;
        };
        let same = |offer: &&mut Offer<'_>| {
            (&offer.spoken.suites, offer.spoken.order) == (&spoken.suites, spoken.order)
        };
        match offers.iter_mut().find(same) {
            Some(offer) => offer.versions.push(version),
            None => offers.push(Offer {
                versions: vec![version],
                spoken,
            }),
        }
    }
    offers
}

/// "TLS 1.2, TLS 1.1".
pub(crate) fn names(versions: &[Version]) -> String {
    let names: Vec<String> = versions.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// Whose order decides, in words.
pub(crate) const fn order(order: Option<Order>) -> &'static str {
    match order {
        Some(Order::Server) => "in the server's order",
        Some(Order::Client) => "in the client's order",
        _ => "",
    }
}

/// All suites that any version accepts, in the order in which the newest version chose them.
pub(crate) fn suites(configuration: &Configuration) -> Vec<CipherSuite> {
    let mut suites = Vec::new();
    for version in newest_first(configuration.versions.keys().copied()) {
        for suite in configuration
            .versions
            .get(&version)
            .into_iter()
            .flat_map(|spoken| &spoken.suites)
        {
            if !suites.contains(suite) {
                suites.push(*suite);
            }
        }
    }
    suites
}

/// What is weak about a suite, the worst alone; `None`: nothing.
pub(crate) fn weakness(parts: &Parts) -> Option<&'static str> {
    Some(match parts {
        Parts { mode: Mode::Null, .. } => "no encryption",
        Parts {
            authentication: Authentication::Anonymous,
            ..
        } => "no authentication",
        Parts { export: true, .. } => "made for export",
        Parts { bits: 0..112, .. } => "fewer than 112 bits",
        Parts {
            mode: Mode::Stream, ..
        } => "biased stream cipher",
        Parts { block: 64, .. } => "64-bit blocks",
        parts if !parts.forward_secret() => "no forward secrecy",
        Parts { mode: Mode::Cbc, .. } => "CBC mode",
        _ => return None,
    })
}

/// A suite's name without what stands in all of them.
pub(crate) fn short(suite: CipherSuite) -> String {
    let name = suite.to_string();
    let name = name.strip_prefix("TLS_").unwrap_or(&name);
    name.replace("_WITH_", "_")
}

/// The certificates that it sent, its own first; each once.
pub(crate) fn certificates(configuration: &Configuration) -> Vec<Certificate> {
    let mut certificates: Vec<Certificate> = Vec::new();
    for der in configuration.chains.iter().flatten() {
        let read = Certificate::of(der);
        if !certificates.iter().any(|known| known.sha256 == read.sha256) {
            certificates.push(read);
        }
    }
    certificates
}

/// Whose roots, in words.
pub(crate) const fn store(store: Store) -> &'static str {
    match store {
        Store::Mozilla => "Mozilla",
        Store::Platform => "this machine",
        Store::User => "your own authorities",
    }
}
