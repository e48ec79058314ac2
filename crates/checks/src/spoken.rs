//! What a service speaks, over streams or over datagrams alike, for checks that ask the same of both. DTLS 1.0 is made of TLS
//! 1.1, and DTLS 1.2 of TLS 1.2.

use std::time::Duration;

use holter_model::{Attempt, Basis, Judgement, Observation, Transport};
use holter_wire::Version;

use crate::ground::{self, Decision};
use crate::{Configuration, Visit};

/// The versions that it speaks, oldest first.
pub(crate) fn versions(known: &Configuration) -> Vec<Version> {
    let spoken = known.versions.keys().copied();
    let mut spoken: Vec<Version> = spoken
        .filter(|version| (Version::SSL3..=Version::TLS13).contains(&version.rules()))
        .collect();
    spoken.sort_by_key(|version| version.rules());
    spoken
}

/// The newest version before TLS 1.3.
pub(crate) fn before_tls13(known: &Configuration) -> Option<Version> {
    let spoken = versions(known);
    spoken
        .into_iter()
        .rfind(|version| version.rules() < Version::TLS13)
}

/// Whether questions may be put that a peer in good order is not asked every day: to one that answered before, and is not
/// delicate.
pub(crate) fn may_ask(visit: &Visit<'_>) -> bool {
    !visit.is_spared() && !visit.is_given_up()
}

/// How long to wait for an answer: one over datagrams may be lost, and is worth a second try.
pub(crate) fn patience(visit: &Visit<'_>) -> Duration {
    const TWO_TRIES: Duration = Duration::from_millis(2500);
    match visit.endpoint.transport {
        Transport::Udp => TWO_TRIES.max(visit.short_patience()),
        Transport::Tcp => visit.short_patience(),
    }
}

/// Judges one flaw of whoever speaks TLS or DTLS.
pub(crate) fn judge(
    (check, flaw, basis): (&str, &str, Basis),
    observations: &[Observation],
    attempt: Attempt,
    decide: impl FnOnce(&Configuration) -> Decision,
) -> Vec<Judgement> {
    let known = Configuration::of(observations);
    if known.versions.keys().any(|version| version.is_datagram()) {
        let (verdict, evidence) = decide(&known);
        return vec![Judgement::new(check, flaw, verdict, basis, evidence)];
    }
    ground::on_tls((check, flaw, basis), observations, attempt, decide)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hello, observed};

    #[test]
    fn dtls_counts_downwards_and_is_put_in_order() {
        let known = Configuration::of(&observed(&[hello(0xfefd), hello(0xfeff)]));
        assert_eq!(versions(&known), [Version::DTLS10, Version::DTLS12]);
        assert_eq!(before_tls13(&known), Some(Version::DTLS12));
        let known = Configuration::of(&observed(&[hello(0x0304), hello(0x0302)]));
        assert_eq!(before_tls13(&known), Some(Version::TLS11));
    }
}
