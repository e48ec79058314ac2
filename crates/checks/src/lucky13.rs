//! # Lucky Thirteen (CVE-2013-0169)
//!
//! ## What it asks
//! Nothing of its own. The fault shows in microseconds over thousands of connections, which Holter does not make.
//!
//! ## Why it matters
//! The time that it takes to refuse a CBC record gives text away. The libraries of since February 2013 hide that time, but
//! not all of them: Go's does so since 1.8, and for HMAC-SHA1 alone; Erlang's makes no promise. So youth clears a service
//! only together with something that neither of those has.
//!
//! ## References
//! AlFardan and Paterson, "Lucky Thirteen", 2013; RFC 7366; Go's crypto/tls, "CipherSuites", and golang/go#13385.

use holter_model::{Attempt, Basis, Fact, Feature, Judgement, Observation};
use holter_wire::suite::Mode;
use holter_wire::{ExtensionType, NamedGroup, Version};

use crate::accepted::Accepted;
use crate::ground::{Ruling, rule};
use crate::{Check, Configuration, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "lucky13",
    name: "Lucky Thirteen",
    about: "looks for CBC suites, and for signs that the service's library is one of those with the remedy",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2013-0169.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let judge = |configuration: &Configuration| ruling(configuration, observations, attempt);
    rule((CHECK.id, "CVE-2013-0169"), observations, attempt, judge)
        .into_iter()
        .collect()
}

fn ruling(configuration: &Configuration, observations: &[Observation], attempt: Attempt) -> Ruling {
    let cbc = Accepted::of(
        configuration,
        attempt,
        |version| version != Version::TLS13,
        |parts| parts.mode == Mode::Cbc,
    );
    if !cbc.any() && cbc.gap().is_none() {
        return Ruling::not_affected("it accepts no CBC suite");
    }
    if let Some(why) = remedied(configuration, observations) {
        return Ruling::not_affected(why).by(Basis::Version);
    }
    match cbc.gap() {
        Some(gap) if !cbc.any() => Ruling::inconclusive(gap),
        _ => Ruling::inconclusive(format!(
            "it {}; whether its library hides how long it takes to refuse a record cannot be told from outside",
            cbc.phrase()
        )),
    }
}

/// What shows that its library hides the time, or that there is none to hide.
fn remedied(configuration: &Configuration, observations: &[Observation]) -> Option<String> {
    let has = |feature| configuration.has(feature) == Some(true);
    if has(Feature::EncryptThenMac) || answered(observations, ExtensionType::ENCRYPT_THEN_MAC) {
        let why = "it encrypts before it authenticates where its client can (RFC 7366), as only libraries do that are \
                   younger than the remedy";
        return Some(why.to_owned());
    }
    if !not_erlang(configuration, observations) {
        return None;
    }
    let younger = |sign: &str, and: &str| {
        format!("it knows {sign} and {and}, so its library is one of those with the remedy, and younger")
    };
    let young = young(configuration);
    if let Some(other) = not_go(configuration) {
        let guard = has(Feature::FallbackScsv).then(|| "the guard against fallback (RFC 7507)".to_owned());
        return young.or(guard).map(|sign| younger(&sign, &other));
    }
    let mut cbc = configuration
        .suites()
        .filter(|(version, _, parts)| *version != Version::TLS13 && parts.mode == Mode::Cbc);
    let sha1 = cbc.all(|(_, _, parts)| parts.hash == "SHA");
    young
        .filter(|_| sha1 && configuration.complete)
        .map(|sign| younger(&sign, "no CBC suite with another MAC than HMAC-SHA1"))
}

/// Whether a ServerHello before TLS 1.3 had this extension.
fn answered(observations: &[Observation], kind: ExtensionType) -> bool {
    observations.iter().any(|observation| {
        matches!(&observation.fact, Fact::Hello { version, extensions, .. }
            if Version(*version) < Version::TLS13 && extensions.contains(&kind.0))
    })
}

/// Whether its library is not Erlang's, which hands out no tickets before TLS 1.3 and has none of these ciphers.
fn not_erlang(configuration: &Configuration, observations: &[Observation]) -> bool {
    let mut tickets = configuration.features.iter();
    tickets.any(|((feature, version), present)| {
        *feature == Feature::SessionTicket && *version < Version::TLS13 && *present
    }) || answered(observations, ExtensionType::SESSION_TICKET)
        || configuration.suites().any(|(_, _, parts)| {
            ["CAMELLIA", "ARIA", "SEED", "IDEA"]
                .iter()
                .any(|cipher| parts.cipher.starts_with(cipher))
        })
}

/// Something that no library had before 2014, nor Go's before it hid the time for HMAC-SHA1.
fn young(configuration: &Configuration) -> Option<String> {
    if configuration.speaks(Version::TLS13) == Some(true) {
        return Some("TLS 1.3".to_owned());
    }
    if configuration.has(Feature::ExtendedMasterSecret) == Some(true) {
        return Some("the extended master secret (RFC 7627)".to_owned());
    }
    let suite = configuration
        .suites()
        .find(|(_, _, parts)| parts.cipher == "CHACHA20_POLY1305");
    let mut groups = configuration.versions.values().flat_map(|spoken| &spoken.groups);
    suite
        .map(|(_, suite, _)| suite.to_string())
        .or_else(|| groups.find(|group| is_young(**group)).map(ToString::to_string))
}

/// X25519 and all that was registered after it: RFC 8446, RFC 7919 and later.
fn is_young(group: NamedGroup) -> bool {
    (0x001d..0xff00).contains(&group.0)
}

/// Every suite that Go's library has had, those that must be asked for by name among them.
const GO_SUITES: [u16; 25] = [
    0x0005, 0x000a, 0x002f, 0x0035, 0x003c, 0x009c, 0x009d, 0x1301, 0x1302, 0x1303, 0xc007, 0xc009, 0xc00a,
    0xc011, 0xc012, 0xc013, 0xc014, 0xc023, 0xc027, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9,
];

/// And every group: P-256, P-384, P-521, X25519, and the hybrids with ML-KEM and with its draft.
const GO_GROUPS: [u16; 8] = [0x0017, 0x0018, 0x0019, 0x001d, 0x11eb, 0x11ec, 0x11ed, 0x6399];

/// Something by which its library is not Go's.
fn not_go(configuration: &Configuration) -> Option<String> {
    if configuration.has(Feature::SessionId) == Some(true) {
        return Some("how to go on with a session by its id".to_owned());
    }
    let mut suites = configuration.versions.values().flat_map(|spoken| &spoken.suites);
    if let Some(suite) = suites.find(|suite| !GO_SUITES.contains(&suite.0)) {
        return Some(suite.to_string());
    }
    let mut groups = configuration.versions.values().flat_map(|spoken| &spoken.groups);
    let group = groups.find(|group| !GO_GROUPS.contains(&group.0));
    group.map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{feature, holds, listed, whole};
    use holter_model::Verdict::{Inconclusive, NotAffected};

    #[test]
    fn only_a_library_that_is_told_from_those_without_the_remedy_is_cleared() {
        let groups = |groups: &[u16]| Fact::Groups {
            version: Version::TLS12.0,
            groups: groups.to_vec(),
            order: holter_model::Order::Server,
            complete: true,
        };
        let has = |kind| feature(kind, Version::TLS12, true);
        let spoken = |list: &[u16], more: &[Fact]| {
            let mut facts = whole(&[(Version::TLS12, list)]);
            facts.extend_from_slice(more);
            facts
        };
        let (ticket, by_id) = (has(Feature::SessionTicket), has(Feature::SessionId));
        let (secret, guard) = (has(Feature::ExtendedMasterSecret), has(Feature::FallbackScsv));
        let young = groups(&[0x0017, 0x001d]);
        // Go's own suites, with and without those whose MAC it takes its time over.
        let (go, go_sha2): (&[u16], &[u16]) = (&[0xc02f, 0xc013], &[0xc02f, 0xc013, 0xc027]);
        holds(
            &CHECK,
            vec![
                ("CBC, nothing else known", spoken(&[0x002f], &[]), Inconclusive),
                ("no CBC", spoken(&[0xc02f], &[]), NotAffected),
                (
                    "encrypt-then-MAC",
                    spoken(&[0x002f], &[has(Feature::EncryptThenMac)]),
                    NotAffected,
                ),
                (
                    "young alone",
                    spoken(&[0x0033], std::slice::from_ref(&young)),
                    Inconclusive,
                ),
                (
                    "young, tickets, DHE",
                    spoken(&[0x0033], &[young.clone(), ticket.clone()]),
                    NotAffected,
                ),
                (
                    "the guard, tickets, sessions by id",
                    spoken(&[0x002f], &[guard.clone(), ticket.clone(), by_id.clone()]),
                    NotAffected,
                ),
                (
                    "old, tickets, sessions by id",
                    spoken(&[0x002f], &[ticket.clone(), by_id]),
                    Inconclusive,
                ),
                (
                    "like Go, HMAC-SHA1",
                    spoken(go, &[young.clone(), ticket.clone()]),
                    NotAffected,
                ),
                (
                    "like Go, HMAC-SHA1, too old",
                    spoken(go, &[guard, ticket.clone()]),
                    Inconclusive,
                ),
                (
                    "like Go, HMAC-SHA256",
                    spoken(go_sha2, &[young, secret.clone(), ticket]),
                    Inconclusive,
                ),
                (
                    "Camellia, no tickets",
                    spoken(&[0x0041], std::slice::from_ref(&secret)),
                    NotAffected,
                ),
                ("like Erlang", spoken(&[0x0033, 0xc024], &[secret]), Inconclusive),
                (
                    "cut short",
                    vec![listed(Version::TLS12, &[0xc02f], false)],
                    Inconclusive,
                ),
            ],
        );
    }
}
