//! How a client would come to terms with a service, from what both offer: RFC 5246 section 7.4.1 and RFC 8446 section 4.1.1
//! without a packet. Where the answer hangs on what was not heard, it says so.

use holter_checks::configuration::Spoken;
use holter_model::Order;
use holter_model::assessment::ClientOutcome;
use holter_wire::suite::{Authentication, Exchange, Parts};
use holter_wire::{CipherSuite, NamedGroup, SignatureScheme, Version};

use super::Client;
use crate::subject::{SSL2, Subject};

/// How a client would fare.
pub(super) fn outcome(client: &Client, subject: &Subject<'_>) -> ClientOutcome {
    let (version, spoken) = match version(client, subject) {
        Ok(agreed) => agreed,
        Err(outcome) => return outcome,
    };
    let shared = Shared::of(client, spoken, version);
    let Some(first) = shared.suites.first() else {
        return shared.nothing(spoken, version);
    };
    let chosen = match shared.choose(*first, spoken) {
        Ok(suite) => suite,
        Err((one, other)) => {
            return unknown(format!(
                "whose order decides was not heard: it is {one} or {other}"
            ));
        }
    };
    match obstacle(client, subject, chosen, version) {
        Some(why) => fails(why),
        None => ClientOutcome::Connects {
            version: version.to_string(),
            suite: chosen.suite.to_string(),
            group: chosen
                .needs_group()
                .then(|| shared.group(spoken, version))
                .flatten()
                .map(|group| group.to_string()),
            forward_secret: chosen.parts.forward_secret(),
        },
    }
}

/// The newest version that both speak.
fn version<'a>(client: &Client, subject: &'a Subject<'_>) -> Result<(Version, &'a Spoken), ClientOutcome> {
    let mut versions = client.versions.clone();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    for version in &versions {
        match subject.configuration.versions.get(version) {
            Some(spoken) => return Ok((*version, spoken)),
            None if *version != SSL2 && subject.speaks(*version).is_none() => {
                return Err(unknown(format!("whether it speaks {version} was not heard")));
            }
            None => {}
        }
    }
    let own = names(versions.iter().rev());
    let theirs = names(subject.configuration.versions.keys());
    Err(fails(format!(
        "no common version: the client speaks {own}, the service {theirs}"
    )))
}

/// A suite that both have.
#[derive(Clone, Copy)]
struct Candidate {
    suite: CipherSuite,
    parts: Parts,
}

impl Candidate {
    const fn needs_group(&self) -> bool {
        matches!(self.parts.exchange, Exchange::Ecdhe | Exchange::Any)
    }
}

/// What both have.
struct Shared {
    /// The suites, in the client's order.
    suites: Vec<Candidate>,
    /// The groups, in the client's order.
    groups: Vec<NamedGroup>,
    /// Why suites that both have cannot be used, where there are such.
    hindrance: Option<&'static str>,
}

impl Shared {
    fn of(client: &Client, spoken: &Spoken, version: Version) -> Self {
        let groups: Vec<_> = client
            .groups
            .iter()
            .copied()
            .filter(|group| spoken.groups.contains(group))
            .collect();
        let mut shared = Self {
            suites: Vec::new(),
            groups,
            hindrance: None,
        };
        for suite in &client.suites {
            let Some(parts) = suite
                .parts()
                .filter(|_| suite.fits(version) && spoken.suites.contains(suite))
            else {
                continue;
            };
            let candidate = Candidate { suite: *suite, parts };
            // A side that names no groups leaves it to the other, and what was not heard is no hindrance.
            let named = !client.groups.is_empty() && !spoken.groups.is_empty() && spoken.groups_complete;
            if candidate.needs_group() && named && shared.groups.is_empty() {
                shared.hindrance = Some("no common group");
            } else if version >= Version::TLS12 && !signs(client, spoken, parts) {
                shared.hindrance = Some("no common signature scheme");
            } else {
                shared.suites.push(candidate);
            }
        }
        shared
    }

    /// What it means that no suite is left.
    fn nothing(&self, spoken: &Spoken, version: Version) -> ClientOutcome {
        match self.hindrance {
            Some(why) => fails(format!("{why} in {version}")),
            None if spoken.complete => fails(format!("no common suite in {version}")),
            None => unknown(format!("not all suites of {version} are known")),
        }
    }

    /// The suite that is chosen; where nobody knows whose order decides, and it matters, the two that it may be.
    fn choose(&self, first: Candidate, spoken: &Spoken) -> Result<Candidate, (CipherSuite, CipherSuite)> {
        let shared = |suite: &CipherSuite| self.suites.iter().find(|shared| shared.suite == *suite).copied();
        let servers = spoken.suites.iter().find_map(shared).unwrap_or(first);
        match spoken.order {
            Some(Order::Server) => Ok(servers),
            Some(Order::Client) => Ok(first),
            _ if servers.suite == first.suite => Ok(first),
            _ => Err((first.suite, servers.suite)),
        }
    }

    /// The group that is used, where it is known whose order decides. In TLS 1.3 a server's order is only one reason among
    /// others: it may take a group that it likes less because the client sent its share for that one already.
    fn group(&self, spoken: &Spoken, version: Version) -> Option<NamedGroup> {
        let first = self.groups.first().copied();
        let theirs = spoken
            .groups
            .iter()
            .find(|group| self.groups.contains(group))
            .copied();
        match spoken.group_order {
            _ if first == theirs => first,
            Some(Order::Client) => first,
            Some(Order::Server) if version < Version::TLS13 => theirs,
            _ => None,
        }
    }
}

/// Whether the server can sign so that the client goes along. What one of them does not say is no hindrance.
fn signs(client: &Client, spoken: &Spoken, parts: Parts) -> bool {
    if client.schemes.is_empty() || spoken.schemes.is_empty() {
        return true;
    }
    if !matches!(parts.exchange, Exchange::Ecdhe | Exchange::Dhe | Exchange::Any) {
        return true;
    }
    let fits = |scheme: &SignatureScheme| {
        let name = scheme.name().unwrap_or_default();
        match parts.authentication {
            Authentication::Rsa => name.starts_with("rsa"),
            Authentication::Ecdsa => name.starts_with("ecdsa") || name.starts_with("ed"),
            Authentication::Dss => name.starts_with("dsa"),
            _ => true,
        }
    };
    matches!(
        parts.authentication,
        Authentication::Anonymous | Authentication::Shared
    ) || client
        .schemes
        .iter()
        .any(|scheme| fits(scheme) && spoken.schemes.contains(scheme))
}

/// What lets the client go away though both have agreed: the server cannot know its limits.
fn obstacle(client: &Client, subject: &Subject<'_>, chosen: Candidate, version: Version) -> Option<String> {
    if chosen.parts.exchange == Exchange::Dhe && version < Version::TLS13 {
        let fields = subject.configuration.fields.iter();
        let seen: Vec<u32> = fields
            .filter(|field| field.version == version)
            .map(|field| field.bits)
            .collect();
        if let Some(bits) = seen.iter().min().filter(|bits| **bits < client.dh_bits) {
            return Some(format!(
                "a Diffie-Hellman prime of {bits} bits, and the client wants {} at least",
                client.dh_bits
            ));
        }
        if let Some(bits) = seen
            .iter()
            .max()
            .filter(|bits| client.dh_bits_most > 0 && **bits > client.dh_bits_most)
        {
            return Some(format!(
                "a Diffie-Hellman prime of {bits} bits, and the client can count with {} at most",
                client.dh_bits_most
            ));
        }
    }
    let uses_rsa = |parts: Parts| matches!(parts.authentication, Authentication::Rsa | Authentication::Any);
    let mut keys = subject.leaves.iter().filter(|leaf| leaf.key == "rsa");
    // Where there are several certificates, another may be shown.
    let short = match (keys.next(), subject.leaves.len()) {
        (Some(leaf), 1) if uses_rsa(chosen.parts) => leaf.bits.filter(|bits| *bits < client.rsa_bits),
        _ => None,
    };
    short.map(|bits| {
        format!(
            "an RSA key of {bits} bits, and the client wants {} at least",
            client.rsa_bits
        )
    })
}

fn fails(why: String) -> ClientOutcome {
    ClientOutcome::Fails { why }
}

fn unknown(why: String) -> ClientOutcome {
    ClientOutcome::Unknown { why }
}

fn names<'a>(versions: impl Iterator<Item = &'a Version>) -> String {
    let names: Vec<String> = versions.map(ToString::to_string).collect();
    names.join(", ")
}
