//! What rules are held against: a service's configuration, its certificates and what the checks made of it. DTLS is
//! looked at as the TLS that it is made of, so that a rule need say nothing of it.

use holter_checks::Configuration;
use holter_checks::configuration::Spoken;
use holter_model::{Service, Transport, Verdict};
use holter_wire::suite::Parts;
use holter_wire::{CipherSuite, Version};

use crate::certificate::{self, Leaf};

/// SSLv2, which has no hello in common with what came after it.
pub(crate) const SSL2: Version = Version(0x0002);

/// DTLS 1.3 (RFC 9147).
const DTLS13: Version = Version(0xfefc);

/// What rules are held against.
pub(crate) struct Subject<'a> {
    /// The service.
    pub(crate) service: &'a Service,
    /// What it is configured to speak.
    pub(crate) configuration: Configuration,
    /// Its certificates, one of each kind of key.
    pub(crate) leaves: Vec<Leaf>,
}

impl<'a> Subject<'a> {
    /// Gathers what was heard of a service.
    pub(crate) fn of(service: &'a Service) -> Self {
        let configuration = Configuration::of(&service.observations);
        Self {
            service,
            leaves: certificate::leaves(&configuration),
            configuration,
        }
    }

    /// Whether it is spoken to in datagrams.
    pub(crate) fn is_datagram(&self) -> bool {
        self.service
            .endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.transport == Transport::Udp)
    }

    /// A version by the name that it has here: DTLS is told of as DTLS. `None`: there is none of that kind.
    pub(crate) fn called(&self, version: Version) -> Option<Version> {
        if self.is_datagram() {
            datagrams(version)
        } else {
            Some(version)
        }
    }

    /// The same for a sentence, which names the version of TLS where there is no other.
    pub(crate) fn name(&self, version: Version) -> Version {
        self.called(version).unwrap_or(version)
    }

    /// Whether it speaks a version of SSL or TLS; `None`: that was not heard.
    pub(crate) fn speaks(&self, version: Version) -> Option<bool> {
        let configuration = &self.configuration;
        if self.is_datagram() {
            return datagrams(version).map_or(Some(false), |twin| configuration.speaks(twin));
        }
        if version != SSL2 {
            return configuration.speaks(version);
        }
        match &configuration.ssl2 {
            Some(_) => Some(true),
            // The survey asks for it between TLS 1.0 and SSLv3.
            None if configuration.is_settled() => Some(false),
            None => configuration.speaks(SSL2),
        }
    }

    /// The versions that it speaks, but for SSLv2, as the TLS that they are.
    pub(crate) fn spoken(&self) -> impl Iterator<Item = (Version, &Spoken)> {
        self.configuration
            .versions
            .iter()
            .map(|(version, spoken)| (plain(*version), spoken))
    }

    /// Every suite that it accepts, with its version and its parts.
    pub(crate) fn suites(&self) -> impl Iterator<Item = (Version, CipherSuite, Parts)> {
        self.configuration
            .suites()
            .map(|(version, suite, parts)| (plain(version), suite, parts))
    }

    /// The gravest verdict on a flaw; `None`: no check judged it.
    pub(crate) fn verdict(&self, flaw: &str) -> Option<Verdict> {
        let judgements = self.service.judgements.iter();
        judgements
            .filter(|judgement| judgement.flaw == flaw)
            .map(|judgement| judgement.verdict)
            .max()
    }

    /// Whether a check found a flaw.
    pub(crate) fn is_affected(&self, flaw: &str) -> bool {
        self.verdict(flaw) == Some(Verdict::Affected)
    }
}

/// The version of DTLS that is made of this one of TLS.
const fn datagrams(version: Version) -> Option<Version> {
    match version {
        Version::TLS11 => Some(Version::DTLS10),
        Version::TLS12 => Some(Version::DTLS12),
        Version::TLS13 => Some(DTLS13),
        _ => None,
    }
}

/// The version of TLS that this one of DTLS is made of.
pub(crate) const fn plain(version: Version) -> Version {
    match version {
        Version::DTLS10 => Version::TLS11,
        Version::DTLS12 => Version::TLS12,
        DTLS13 => Version::TLS13,
        other => other,
    }
}
