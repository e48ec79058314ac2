//! A small hospital as a scan might have found it.

pub(crate) mod full;

use std::net::IpAddr;

use holter_model::role::Source;
use holter_model::{
    Attempt, Basis, Criticality, Endpoint, Fact, Fragility, HeartbeatAnswer, Judgement, Method, Observation,
    Role, Service, Stage, Transport, Verdict,
};
use holter_report::Summary;
use jiff::Timestamp;

const TLS12: u16 = 0x0303;

/// The sums of [`services`].
pub(crate) fn summary() -> Summary {
    Summary {
        tried: 1024,
        services: 7,
        affected: 2,
        not_affected: 2,
        inconclusive: 3,
        breaking_policy: 0,
        nothing_there: 1017,
        spared: 0,
        left_alone: 0,
        not_asked: 0,
        interrupted: false,
        failing: None,
    }
}

/// All of it, in no order.
pub(crate) fn services() -> Vec<Service> {
    let mut vpn = portal(16);
    vpn.target = "vpn.hospital.example:443".to_owned();
    vpn.name = Some("vpn.hospital.example".to_owned());
    let mut mail = billing(15);
    mail.target = "10.20.0.15:25".to_owned();
    mail.endpoint = at(15, 25);
    mail.protocol = "smtp".to_owned();
    let pump = broken(
        "10.20.0.77:443",
        77,
        Attempt::TimedOut,
        "it accepted the connection and then said nothing",
    );
    let closed = broken("10.20.0.78:443", 78, Attempt::Refused, "the port is closed");
    let mut unknown = broken(
        "pasc.hospital.example",
        0,
        Attempt::Unresolved,
        "no address is known for the name pasc.hospital.example; is it spelled right?",
    );
    unknown.endpoint = None;
    vec![vpn, unknown, mail, closed, portal(10), pump, billing(11)]
}

/// A portal that leaks.
pub(crate) fn portal(last: u8) -> Service {
    let hello = Fact::Hello {
        offered: TLS12,
        version: TLS12,
        suite: 0x002f,
        heartbeat: Some(1),
        extensions: vec![0xff01, 0x0023, 0x000f],
        cut_short: false,
        client_certificate: false,
    };
    let beat = Fact::Heartbeat {
        version: TLS12,
        stage: Stage::MidHandshake,
        payload: 4096,
        padding: 15,
        answer: HeartbeatAnswer::Echo {
            padding: 16,
            zero_padding: false,
        },
    };
    let evidence =
        "a heartbeat 1 byte short of RFC 6520's padding was echoed in TLS 1.2; 0 foreign bytes asked for";
    let mut portal = answered(last, &[hello, beat], Verdict::Affected, evidence);
    portal.role = Some(Role {
        name: "portal or interface (HTTPS)".to_owned(),
        criticality: Criticality::High,
        fragility: Fragility::Robust,
        source: Source::Port,
    });
    portal
}

/// A management controller that offers heartbeats and was left alone.
pub(crate) fn controller(last: u8) -> Service {
    let hello = Fact::Hello {
        offered: TLS12,
        version: TLS12,
        suite: 0x002f,
        heartbeat: Some(1),
        extensions: vec![0xff01, 0x000f],
        cut_short: false,
        client_certificate: false,
    };
    let recognised = Fact::Recognised {
        mark: "hp-ilo".to_owned(),
    };
    answered(
        last,
        &[hello, recognised],
        Verdict::Inconclusive,
        "it was left alone",
    )
}

/// A service that does not.
pub(crate) fn billing(last: u8) -> Service {
    let hello = Fact::Hello {
        offered: TLS12,
        version: TLS12,
        suite: 0xc02f,
        heartbeat: None,
        extensions: vec![0xff01],
        cut_short: false,
        client_certificate: true,
    };
    answered(
        last,
        &[hello],
        Verdict::NotAffected,
        "it does not offer heartbeats in TLS 1.2",
    )
}

fn answered(last: u8, facts: &[Fact], verdict: Verdict, evidence: &str) -> Service {
    let mut service = broken(&format!("10.20.0.{last}:443"), last, Attempt::Completed, "");
    service.trouble = None;
    (service.connections, service.bytes_sent, service.bytes_received) = (1, 4700, 9800);
    service.observations = facts
        .iter()
        .map(|fact| Observation {
            at: service.started,
            method: Method::Active,
            subject: service.endpoint.unwrap(),
            fact: fact.clone(),
        })
        .collect();
    service.judgements = vec![Judgement {
        check: "heartbleed".to_owned(),
        flaw: "CVE-2014-0160".to_owned(),
        verdict,
        basis: Basis::Behaviour,
        evidence: evidence.to_owned(),
        foreign_bytes: 0,
        needs: None,
    }];
    service
}

fn broken(target: &str, last: u8, attempt: Attempt, why: &str) -> Service {
    Service {
        target: target.to_owned(),
        endpoint: at(last, 443),
        name: None,
        protocol: "https".to_owned(),
        role: None,
        started: "2026-11-21T20:00:00.123456Z".parse::<Timestamp>().unwrap(),
        elapsed_ms: 12,
        connections: 0,
        bytes_sent: 0,
        bytes_received: 0,
        attempt,
        trouble: Some(why.to_owned()),
        observations: Vec::new(),
        judgements: Vec::new(),
        assessment: None,
        not_asked: Vec::new(),
        oddities: Vec::new(),
    }
}

fn at(last: u8, port: u16) -> Option<Endpoint> {
    Some(Endpoint {
        address: IpAddr::from([10, 20, 0, last]),
        port,
        transport: Transport::Tcp,
    })
}
