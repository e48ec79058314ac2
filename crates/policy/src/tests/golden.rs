//! The golden services, built of the facts that a survey notes.

use holter_model::{
    Attempt, Basis, Endpoint, Fact, Feature, Judgement, Method, Observation, Order, Service, Transport,
    Verdict,
};
use holter_wire::{CipherSuite, NamedGroup, Version};
use jiff::Timestamp;

use crate::names::Point;

/// A service with nothing known of it.
pub(crate) fn service(protocol: &str) -> Service {
    Service {
        target: "portal.example:443".to_owned(),
        endpoint: Some(Endpoint {
            address: "192.0.2.1".parse().unwrap(),
            port: 443,
            transport: Transport::Tcp,
        }),
        name: Some("portal.example".to_owned()),
        protocol: protocol.to_owned(),
        role: None,
        started: Timestamp::UNIX_EPOCH,
        elapsed_ms: 0,
        connections: 0,
        bytes_sent: 0,
        bytes_received: 0,
        attempt: Attempt::Completed,
        trouble: None,
        observations: Vec::new(),
        judgements: Vec::new(),
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
    }
}

/// Adds to what is known of a service.
pub(crate) trait Known: Sized {
    /// A fact.
    fn fact(self, fact: Fact) -> Self;

    /// A version with its suites by name, and whose order decides.
    fn speaks(self, version: Version, order: Order, suites: &[&str]) -> Self {
        let suites = suites
            .iter()
            .map(|name| CipherSuite::of(name).unwrap().0)
            .collect();
        self.fact(Fact::Suites {
            version: version.0,
            suites,
            order,
            complete: true,
        })
    }

    /// Versions that are not spoken.
    fn refuses(self, versions: &[Version]) -> Self {
        versions.iter().fold(self, |service, version| {
            service.fact(Fact::HelloRefused {
                offered: version.0,
                how: holter_model::Refusal::Alert(70),
            })
        })
    }

    /// The groups of a version by name.
    fn groups(self, version: Version, groups: &[&str]) -> Self {
        let groups = groups
            .iter()
            .map(|name| NamedGroup::of(name).unwrap().0)
            .collect();
        self.fact(Fact::Groups {
            version: version.0,
            groups,
            order: Order::Client,
            complete: true,
        })
    }

    /// The length of a Diffie-Hellman prime.
    fn prime(self, version: Version, bits: u32) -> Self {
        self.fact(Fact::FiniteField {
            version: version.0,
            suite: 0x009e,
            bits,
            prime: String::new(),
            public: String::new(),
        })
    }

    /// What it has or has not.
    fn feature(self, feature: Feature, version: Version, present: bool) -> Self {
        self.fact(Fact::Feature {
            feature,
            version: version.0,
            present,
        })
    }

    /// A verdict on a flaw.
    fn judged(self, flaw: &str, verdict: Verdict) -> Self;

    /// A header of its page.
    fn header(self, name: &str, value: &str) -> Self {
        self.fact(Fact::Header {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl Known for Service {
    fn fact(mut self, fact: Fact) -> Self {
        self.observations.push(Observation {
            at: self.started,
            method: Method::Active,
            subject: self.endpoint.unwrap(),
            fact,
        });
        self
    }

    fn judged(mut self, flaw: &str, verdict: Verdict) -> Self {
        let judgement = Judgement::new("check", flaw, verdict, Basis::Behaviour, "so it is");
        self.judgements.push(judgement);
        self
    }
}

const TLS13: [&str; 3] = [
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_GCM_SHA256",
];

/// A service of which all was asked, and nothing else was found: known to be unaffected where nothing is said.
pub(crate) fn all_asked(service: Service) -> Service {
    let unsaid: Vec<&str> = holter_checks::catalogue::known()
        .iter()
        .map(|known| known.flaw.id.as_str())
        .filter(|id| service.judgements.iter().all(|judgement| judgement.flaw != *id))
        .collect();
    unsaid
        .into_iter()
        .fold(service, |service, id| service.judged(id, Verdict::NotAffected))
}

/// nginx as Mozilla's generator writes it: intermediate, with a certificate for RSA.
pub(crate) fn intermediate() -> Service {
    let groups = ["x25519", "secp256r1", "secp384r1"];
    service("https")
        .speaks(Version::TLS13, Order::Client, &TLS13)
        .speaks(
            Version::TLS12,
            Order::Client,
            &[
                "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
            ],
        )
        .refuses(&[Version::TLS11, Version::TLS10, Version::SSL3])
        .groups(Version::TLS13, &groups)
        .groups(Version::TLS12, &groups)
        .prime(Version::TLS12, 2048)
        .feature(Feature::SecureRenegotiation, Version::TLS12, true)
        .header("strict-transport-security", "max-age=63072000")
}

/// TLS 1.3 and nothing else.
pub(crate) fn modern() -> Service {
    service("https")
        .speaks(Version::TLS13, Order::Client, &TLS13)
        .refuses(&[Version::TLS12, Version::TLS11, Version::TLS10, Version::SSL3])
        .groups(Version::TLS13, &["x25519", "secp256r1", "secp384r1"])
        .header("strict-transport-security", "max-age=63072000; includeSubDomains")
}

/// Node.js 0.10.1, which bleeds.
pub(crate) fn node() -> Service {
    let old = [
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_RC4_128_SHA",
    ];
    service("https")
        .speaks(
            Version::TLS12,
            Order::Client,
            &[
                "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
                "TLS_RSA_WITH_AES_128_CBC_SHA",
                "TLS_RSA_WITH_RC4_128_SHA",
            ],
        )
        .speaks(Version::TLS11, Order::Client, &old)
        .speaks(Version::TLS10, Order::Client, &old)
        .refuses(&[Version::TLS13, Version::SSL3])
        .groups(Version::TLS12, &["secp256r1"])
        .judged("CVE-2014-0160", Verdict::Affected)
}

/// A device of long ago: SSLv3, RC4, Triple DES and a short prime; whose order decides was not found out.
pub(crate) fn device() -> Service {
    let suites = [
        "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_RC4_128_SHA",
        "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    ];
    service("mllp-tls")
        .speaks(Version::TLS10, Order::Unknown, &suites)
        .speaks(Version::SSL3, Order::Unknown, &suites)
        .refuses(&[Version::TLS13, Version::TLS12, Version::TLS11])
        .prime(Version::TLS10, 512)
        .judged("CVE-2014-3566", Verdict::Affected)
}
