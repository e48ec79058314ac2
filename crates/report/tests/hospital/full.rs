//! The same hospital after a full assessment, with strings that a hostile peer would choose.

use holter_model::assessment::{ClientOutcome, ClientResult, Grade, PolicyResult, Violation};
use holter_model::{
    Assessment, Attempt, Basis, Der, Fact, Feature, Judgement, Method, Observation, Order, Reaction, Service,
    Store, Verdict,
};
use holter_report::Summary;

use super::{at, billing, broken, portal};

/// What a hostile peer would have a page, a table or a terminal do.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\"'>&\u{202e}\u{1b}[2J=1+1";

/// The sums of [`services`].
pub(crate) fn summary() -> Summary {
    Summary {
        tried: 4,
        services: 4,
        affected: 1,
        not_affected: 1,
        inconclusive: 2,
        breaking_policy: 1,
        nothing_there: 0,
        spared: 0,
        left_alone: 0,
        not_asked: 0,
        interrupted: false,
        failing: None,
    }
}

/// All of it.
pub(crate) fn services() -> Vec<Service> {
    vec![
        old(),
        new(),
        open(),
        broken("10.20.0.77:443", 77, Attempt::TimedOut, "it said nothing"),
    ]
}

/// A portal that has everything.
pub(crate) fn old() -> Service {
    let mut service = portal(10);
    service.target = "portal.hospital.example:443".to_owned();
    service.name = Some("portal.hospital.example".to_owned());
    let every = [0xc030, 0xc02f, 0xc014, 0xc013, 0x009d, 0x0035, 0x002f, 0x000a];
    let legacy = [0xc014, 0xc013, 0x0035, 0x002f, 0x000a];
    let mut facts = vec![
        suites(0x0303, &every, Order::Server),
        suites(0x0302, &legacy, Order::Server),
        suites(0x0301, &legacy, Order::Server),
        Fact::Groups {
            version: 0x0303,
            groups: vec![0x0017, 0x0018],
            order: Order::Server,
            complete: true,
        },
        Fact::Schemes {
            version: 0x0303,
            schemes: vec![0x0401, 0x0201],
            complete: true,
        },
        Fact::FiniteField {
            version: 0x0303,
            suite: 0x0033,
            bits: 1024,
            prime: "ab".repeat(32),
            public: "cd".repeat(32),
        },
        Fact::Ssl2 {
            kinds: vec![0x0001_0080],
        },
        Fact::Chain {
            version: 0x0303,
            name: service.name.clone(),
            certificates: chain(),
        },
        Fact::Trust {
            store: Store::Mozilla,
            problem: Some("its issuer is not known".to_owned()),
        },
        Fact::Trust {
            store: Store::Platform,
            problem: None,
        },
        Fact::Ocsp {
            stapled: true,
            response: None,
        },
        Fact::Alpn {
            protocols: vec!["h2".to_owned(), "http/1.1".to_owned()],
        },
        Fact::Ticket {
            version: 0x0303,
            lifetime: 7200,
            key: "ef".repeat(32),
            early_data: 0,
        },
    ];
    for (feature, present) in [
        (Feature::SecureRenegotiation, true),
        (Feature::ExtendedMasterSecret, false),
    ] {
        facts.push(Fact::Feature {
            feature,
            version: 0x0303,
            present,
        });
    }
    for reaction in [
        Reaction::Alert(20),
        Reaction::Silence(2000),
        Reaction::Other(7),
        Reaction::Closed,
    ] {
        facts.push(Fact::Probe {
            probe: "bad-padding".to_owned(),
            version: 0x0303,
            suite: 0x002f,
            reaction,
        });
    }
    for (name, value) in [("", ""), ("server", HOSTILE)] {
        facts.push(Fact::Header {
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }
    note(&mut service, facts);
    service.judgements.extend([
        judged(
            "sweet32",
            "CVE-2016-2183",
            Verdict::Affected,
            "it accepts 1 suite with blocks of 64 bits",
        ),
        judged(
            "old-versions",
            "TLS-OLD-VERSION",
            Verdict::Affected,
            "it speaks TLS 1.1 and TLS 1.0",
        ),
        judged(
            "robot",
            "ROBOT",
            Verdict::Inconclusive,
            "it closed the connection at the third question",
        ),
        judged(
            "poodle",
            "CVE-2014-3566",
            Verdict::NotAffected,
            "it refuses SSLv3",
        ),
        judged(
            "drown",
            "CVE-2016-0800",
            Verdict::NotApplicable,
            "it has no RSA key",
        ),
    ]);
    service.oddities = vec![HOSTILE.to_owned()];
    service.assessment = Some(assessment());
    service
}

/// One that is as it should be.
pub(crate) fn new() -> Service {
    let mut service = billing(20);
    let groups = Fact::Groups {
        version: 0x0304,
        groups: vec![0x11ec, 0x001d],
        order: Order::Server,
        complete: true,
    };
    note(
        &mut service,
        vec![suites(0x0304, &[0x1302, 0x1301, 0x1303], Order::Client), groups],
    );
    service.observations.remove(0);
    service.judgements.extend([
        judged(
            "robot",
            "ROBOT",
            Verdict::NotAffected,
            "it has no RSA key exchange",
        ),
        judged(
            "sweet32",
            "CVE-2016-2183",
            Verdict::NotAffected,
            "all its blocks are of 128 bits",
        ),
    ]);
    service
}

/// One at an address of IPv6 that could not be decided.
fn open() -> Service {
    let mut service = billing(30);
    service.endpoint = at(30, 636).map(|mut endpoint| {
        endpoint.address = "2001:db8::7".parse().unwrap();
        endpoint
    });
    service.target = "[2001:db8::7]:636".to_owned();
    service.protocol = "ldap".to_owned();
    service.judgements = vec![judged(
        "robot",
        "ROBOT",
        Verdict::Inconclusive,
        "its answers differ by chance",
    )];
    service
}

fn judged(check: &str, flaw: &str, verdict: Verdict, evidence: &str) -> Judgement {
    Judgement::new(check, flaw, verdict, Basis::Configuration, evidence)
}

fn suites(version: u16, suites: &[u16], order: Order) -> Fact {
    Fact::Suites {
        version,
        suites: suites.to_vec(),
        order,
        complete: true,
    }
}

fn note(service: &mut Service, facts: Vec<Fact>) {
    let observed = facts.into_iter().map(|fact| Observation {
        at: service.started,
        method: Method::Active,
        subject: service.endpoint.unwrap(),
        fact,
    });
    service.observations.extend(observed);
}

/// A portal's certificate and its issuer's, whose name is hostile.
fn chain() -> Vec<Der> {
    use base64::Engine as _;
    include_str!("portal.pem")
        .split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .map(|block| {
            let text: String = block
                .split("-----END")
                .next()
                .unwrap()
                .split_whitespace()
                .collect();
            Der(base64::engine::general_purpose::STANDARD.decode(text).unwrap())
        })
        .collect()
}

fn assessment() -> Assessment {
    Assessment {
        grade: Some(Grade {
            letter: "F".to_owned(),
            score: 52,
            reasons: vec![
                "Heartbleed: it leaks memory".to_owned(),
                "TLS 1.0 is spoken".to_owned(),
            ],
            notes: vec!["An authority of your own is not by itself a failing grade here.".to_owned()],
        }),
        ungraded: None,
        policies: vec![
            PolicyResult {
                policy: "mozilla-intermediate".to_owned(),
                name: "Mozilla intermediate 5.7".to_owned(),
                kept: Some(false),
                violations: vec![Violation {
                    rule: "only TLS 1.2 and TLS 1.3".to_owned(),
                    found: "TLS 1.1 and TLS 1.0".to_owned(),
                    source: "section Intermediate".to_owned(),
                }],
                undecided: vec!["HSTS: the service was not asked for its headers".to_owned()],
            },
            PolicyResult {
                policy: "own".to_owned(),
                name: HOSTILE.to_owned(),
                kept: None,
                violations: Vec::new(),
                undecided: Vec::new(),
            },
        ],
        clients: vec![
            client(
                "Java 8u402",
                ClientOutcome::Connects {
                    version: "TLS 1.2".to_owned(),
                    suite: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384".to_owned(),
                    group: Some("secp256r1".to_owned()),
                    forward_secret: true,
                },
            ),
            client(
                "Chrome 140",
                ClientOutcome::Fails {
                    why: "it trusts no issuer of the certificate".to_owned(),
                },
            ),
            client(
                "Mirth Connect 3.12",
                ClientOutcome::Unknown {
                    why: "its groups are not known".to_owned(),
                },
            ),
        ],
    }
}

fn client(name: &str, outcome: ClientOutcome) -> ClientResult {
    ClientResult {
        client: name.to_lowercase().replace(' ', "-"),
        name: name.to_owned(),
        outcome,
    }
}
