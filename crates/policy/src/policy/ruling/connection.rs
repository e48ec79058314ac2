//! Rules about what surrounds a handshake: certificates, headers, tickets, features and flaws.

use holter_model::{Fact, Feature, Order, Verdict};
use holter_wire::Version;
use holter_wire::suite::Mode;

use super::super::demand::Certificate;
use super::Ruling;
use crate::certificate::Leaf;
use crate::names::some;
use crate::subject::Subject;

/// What the service's own certificate must be.
pub(super) fn certificate(demand: &Certificate, subject: &Subject<'_>) -> Ruling {
    let faults: Vec<Vec<String>> = subject.leaves.iter().map(|leaf| faults(demand, leaf)).collect();
    if faults.is_empty() {
        return Ruling::Undecided("its certificate was not read".to_owned());
    }
    if demand.one_is_enough && faults.iter().any(Vec::is_empty) {
        return Ruling::Kept;
    }
    Ruling::of(&faults.concat(), None)
}

/// The shortest time that browsers must remember to come with TLS only (RFC 6797).
pub(super) fn hsts(seconds: u64, subject: &Subject<'_>) -> Ruling {
    if subject.service.protocol != "https" {
        return Ruling::Kept;
    }
    let Some(headers) = &subject.configuration.headers else {
        return Ruling::Undecided("it was not asked for a page".to_owned());
    };
    let age = headers
        .iter()
        .find(|(name, _)| name == "strict-transport-security")
        .map(|(_, value)| max_age(value));
    match age {
        None => Ruling::Broken("there is no Strict-Transport-Security header".to_owned()),
        Some(None) => Ruling::Broken("its Strict-Transport-Security header names no max-age".to_owned()),
        Some(Some(age)) if age < seconds => Ruling::Broken(format!("max-age is {age}")),
        _ => Ruling::Kept,
    }
}

/// The seconds of a Strict-Transport-Security header.
pub(crate) fn max_age(value: &str) -> Option<u64> {
    value.split(';').find_map(|part| {
        let (name, seconds) = part.split_once('=')?;
        let named = name.trim().eq_ignore_ascii_case("max-age");
        named.then(|| seconds.trim().trim_matches('"').parse().ok())?
    })
}

/// The longest life of a session ticket.
pub(super) fn tickets(seconds: u32, subject: &Subject<'_>) -> Ruling {
    let observations = subject.service.observations.iter();
    let longest = observations
        .filter_map(|observation| match &observation.fact {
            Fact::Ticket { lifetime, .. } => Some(*lifetime),
            _ => None,
        })
        .max();
    match longest {
        Some(lifetime) if lifetime > seconds => {
            Ruling::Broken(format!("a ticket that holds {lifetime} seconds"))
        }
        Some(_) => Ruling::Kept,
        None if subject.configuration.has(Feature::SessionTicket) == Some(false) => Ruling::Kept,
        None => Ruling::Undecided("no session ticket was seen".to_owned()),
    }
}

/// Whose order of suites decides.
pub(super) fn order(wanted: Order, subject: &Subject<'_>) -> Ruling {
    let (mut found, mut missing) = (Vec::new(), None);
    for (version, spoken) in subject.spoken() {
        // Where there is but one suite, nobody decides.
        if spoken.suites.len() < 2 {
            continue;
        }
        let version = subject.name(version);
        match spoken.order {
            Some(order) if order == wanted => {}
            Some(Order::Server) => found.push(format!("the server's order decides in {version}")),
            Some(Order::Client) => found.push(format!("the client's order decides in {version}")),
            _ => missing = Some(format!("whose order decides in {version} was not heard")),
        }
    }
    Ruling::of(&found, missing)
}

/// An OCSP response in the handshake, where there can be one.
pub(super) fn stapling(subject: &Subject<'_>) -> Ruling {
    let staples = &subject.configuration.staples;
    if !subject.leaves.is_empty() && subject.leaves.iter().all(|leaf| !leaf.ocsp) {
        return Ruling::Kept;
    }
    if staples.iter().any(Option::is_some) {
        Ruling::Kept
    } else if staples.is_empty() {
        Ruling::Undecided("it was not asked for an OCSP response".to_owned())
    } else {
        Ruling::Broken("it was asked for an OCSP response and sent none".to_owned())
    }
}

/// Whether heartbeats are agreed on (RFC 6520).
pub(super) fn heartbeats(subject: &Subject<'_>) -> Ruling {
    let hellos = subject
        .service
        .observations
        .iter()
        .filter_map(|observation| match observation.fact {
            Fact::Hello {
                version,
                heartbeat,
                cut_short,
                ..
            } => Some((Version(version), heartbeat, cut_short)),
            _ => None,
        });
    let (mut found, mut heard) = (Vec::new(), false);
    for (version, heartbeat, cut_short) in hellos {
        heard |= !cut_short;
        let said = format!("heartbeats are agreed on in {version}");
        if heartbeat.is_some() && !found.contains(&said) {
            found.push(said);
        }
    }
    Ruling::of(
        &found,
        (!heard).then(|| "it was not asked for heartbeats".to_owned()),
    )
}

/// What there must be.
pub(super) fn present(features: &[Feature], subject: &Subject<'_>) -> Ruling {
    let (mut found, mut missing) = (Vec::new(), None);
    for feature in features {
        // Encrypt-then-MAC is of block ciphers alone (RFC 7366 section 3).
        if *feature == Feature::EncryptThenMac && !takes_cbc(subject) {
            missing = missing.or_else(|| super::suites::incomplete(subject, &[]));
            continue;
        }
        match everywhere(*feature, subject) {
            Some(true) => {}
            Some(false) => found.push(format!("there is no {}", words(*feature))),
            None => missing = Some(format!("it was not asked for {}", words(*feature))),
        }
    }
    Ruling::of(&found, missing)
}

/// What there must not be.
pub(super) fn absent(features: &[Feature], subject: &Subject<'_>) -> Ruling {
    let (mut found, mut missing) = (Vec::new(), None);
    for feature in features {
        match subject.configuration.has(*feature) {
            Some(false) => {}
            Some(true) => found.push(format!("there is {}", words(*feature))),
            None => missing = Some(format!("it was not asked for {}", words(*feature))),
        }
    }
    Ruling::of(&found, missing)
}

/// Flaws that there must not be.
pub(super) fn unaffected(flaws: &[String], subject: &Subject<'_>) -> Ruling {
    let (mut found, mut open) = (Vec::new(), Vec::new());
    for flaw in flaws {
        match subject.verdict(flaw) {
            Some(Verdict::Affected) => found.push(format!("it is affected by {flaw}")),
            Some(Verdict::NotAffected | Verdict::NotApplicable) => {}
            Some(Verdict::Inconclusive) | None => open.push(flaw.clone()),
        }
    }
    let missing = (!open.is_empty()).then(|| format!("nothing is decided about {}", some(&open)));
    Ruling::of(&found, missing)
}

/// Whether a suite with a block cipher is accepted that does not authenticate by itself.
fn takes_cbc(subject: &Subject<'_>) -> bool {
    subject.suites().any(|(_, _, parts)| parts.mode == Mode::Cbc)
}

/// Whether it has something in every version in which it was asked for it.
fn everywhere(feature: Feature, subject: &Subject<'_>) -> Option<bool> {
    let features = subject.configuration.features.iter();
    features
        .filter(|((named, _), _)| *named == feature)
        .map(|(_, present)| *present)
        .min()
}

fn faults(demand: &Certificate, leaf: &Leaf) -> Vec<String> {
    let mut faults = Vec::new();
    let Leaf {
        key,
        bits,
        curve,
        signature,
        days,
        ..
    } = leaf;
    let among = |list: &Option<Vec<String>>, item: &str| {
        list.as_ref()
            .is_none_or(|list| list.iter().any(|allowed| allowed == item))
    };
    if !among(&demand.keys, key) {
        faults.push(format!("a certificate with a key of the kind {key}"));
    }
    let least = match key.as_str() {
        "rsa" | "rsa-pss" | "dsa" => demand.rsa_bits,
        "ec" => demand.ec_bits,
        _ => None,
    };
    if let (Some(least), Some(bits)) = (least, bits)
        && *bits < least
    {
        faults.push(format!("a certificate with an {key} key of {bits} bits"));
    }
    if let Some(curve) = curve
        && !among(&demand.curves, curve)
    {
        faults.push(format!("a certificate with a key on {curve}"));
    }
    if !among(&demand.signatures, signature) {
        faults.push(format!("a certificate signed with {signature}"));
    }
    if let (Some(most), Some(days)) = (demand.days, days)
        && *days > most
    {
        faults.push(format!("a certificate for {days} days"));
    }
    faults
}

/// A feature as it stands in a sentence.
const fn words(feature: Feature) -> &'static str {
    match feature {
        Feature::SecureRenegotiation => "secure renegotiation",
        Feature::ClientRenegotiation => "renegotiation at the client's wish",
        Feature::ExtendedMasterSecret => "extended master secret",
        Feature::EncryptThenMac => "encrypt-then-MAC",
        Feature::SessionId => "resumption by session id",
        Feature::SessionTicket => "resumption by ticket",
        Feature::EarlyData => "early data",
        Feature::FallbackScsv => "protection against fallbacks",
        Feature::Compression => "compression",
        Feature::DowngradeSentinel => "downgrade sentinel",
        Feature::VersionTolerance => "tolerance of future versions",
        Feature::ExtensionTolerance => "tolerance of future extensions",
        Feature::ClientCertificate => "demand for client certificates",
        Feature::SignedTimestamps => "signed certificate timestamps",
        Feature::StrictAlpn => "strictness about ALPN",
        Feature::StrictName => "strictness about names",
        _ => "such feature",
    }
}
