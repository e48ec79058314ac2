//! From responses and lists to a verdict. Pure.

use holter_cert::Certificate;
use holter_cert::ocsp::{Authority, State, authority, read};
use holter_model::{Attempt, Basis, Der, Fact, Judgement, Observation, Verdict};
use jiff::Timestamp;

use super::leaf_and_issuer;
use crate::Configuration;
use crate::certificate::shown::unseen;
use crate::ground::{Ruling, rule};
use crate::visit::PHONE_OUT;

/// What is known of one certificate's state, and how.
type Known = (Verdict, String);

/// Judges. `None` when nobody was reached.
pub(super) fn judge(observations: &[Observation], attempt: Attempt) -> Option<Judgement> {
    rule(
        (super::CHECK.id, "CERT-REVOKED"),
        observations,
        attempt,
        |configuration| {
            let known = gathered(observations);
            if let Some(ruling) = decide(known) {
                return Ruling::from(ruling).by(Basis::Statement);
            }
            if configuration.chains.is_empty() {
                return unseen(configuration, attempt);
            }
            unknown(configuration)
        },
    )
}

/// What is to be said of a certificate of which nobody has said anything.
fn unknown(configuration: &Configuration) -> Ruling {
    let mut leaves = configuration
        .chains
        .iter()
        .filter_map(|chain| chain.first())
        .map(|leaf| Certificate::read(&leaf.0).0.extensions);
    if leaves.any(|named| !named.ocsp.is_empty() || !named.crls.is_empty()) {
        return Ruling::inconclusive(
            "it staples no proof, and its issuer has not said whether it was revoked: with --phone-out the issuer is asked",
        )
        .needing(PHONE_OUT);
    }
    Ruling::not_applicable(
        "it names neither a responder nor a list, so there is nobody to say that it was revoked; ask its issuer for \
         certificates that name one",
    )
}

/// What is known, and how.
fn gathered(observations: &[Observation]) -> Vec<Known> {
    let chains = Configuration::of(observations).chains;
    let mut known: Vec<Known> = Vec::new();
    for observation in observations {
        match &observation.fact {
            Fact::Ocsp {
                response: Some(response),
                stapled,
            } => known.extend(
                chains
                    .iter()
                    .filter_map(|chain| said(&response.0, chain, observation.at, *stapled)),
            ),
            Fact::Ocsp {
                response: None,
                stapled: false,
            } => known.push((
                Verdict::Inconclusive,
                "the OCSP responder that its certificate names did not answer".to_owned(),
            )),
            Fact::RevocationList {
                certificate,
                listed,
                sound,
            } if chains.iter().any(|chain| is_leaf(chain, certificate)) => {
                known.push(on_list(*listed, *sound))
            }
            _ => {}
        }
    }
    let alone = |chain: &Vec<Der>| {
        let leaf = chain.first().map(|leaf| Certificate::read(&leaf.0).0);
        leaf.is_some_and(|leaf| leaf.self_issued)
    };
    if known.is_empty() && !chains.is_empty() && chains.iter().all(alone) {
        let why = "it is signed with its own key, which nobody can revoke";
        known.push((Verdict::NotApplicable, why.to_owned()));
    }
    known
}

/// One sound word that it was revoked outweighs all others, and one that it was not outweighs silence.
fn decide(known: Vec<Known>) -> Option<Known> {
    let rank = |verdict| match verdict {
        Verdict::Affected => 3,
        Verdict::NotAffected => 2,
        Verdict::Inconclusive => 1,
        Verdict::NotApplicable => 0,
    };
    known.into_iter().max_by_key(|(verdict, _)| rank(*verdict))
}

fn is_leaf(chain: &[Der], sha256: &str) -> bool {
    leaf_and_issuer(chain).is_some_and(|(leaf, _)| Certificate::read(leaf).0.sha256 == sha256)
}

/// What a response says of a chain's first certificate; `None`: it speaks of another.
fn said(response: &[u8], chain: &[Der], at: Timestamp, stapled: bool) -> Option<Known> {
    let (leaf, issuer) = leaf_and_issuer(chain)?;
    let (read, _) = read(response);
    let answer = read.about(leaf, issuer)?;
    let who = if stapled {
        "the response that it staples"
    } else {
        "its issuer's responder"
    };
    let open = |why: &str| Some((Verdict::Inconclusive, format!("{who} {why}")));
    match authority(response, issuer) {
        Authority::Issuer | Authority::Delegate { .. } => {}
        Authority::Nobody => return open("is signed by nobody who may"),
        Authority::Unchecked => return open("has a signature that cannot be verified here"),
    }
    // What was revoked stays so; that nothing was known against it holds only for its day.
    let revoked = matches!(answer.state, State::Revoked { .. });
    if !revoked && answer.is_current_at(at) != Some(true) {
        return open("is out of date");
    }
    match answer.state {
        State::Good => Some((Verdict::NotAffected, format!("{who} says that it is good"))),
        State::Revoked { at, reason } => Some((
            Verdict::Affected,
            format!("{who} says that it was revoked{}", since(at, reason)),
        )),
        State::Unknown => open("does not know it"),
    }
}

fn on_list(listed: Option<(Option<Timestamp>, Option<u8>)>, sound: bool) -> Known {
    match listed {
        _ if !sound => (
            Verdict::Inconclusive,
            "its issuer's revocation list is out of date, in part, or not signed by its issuer".to_owned(),
        ),
        Some((at, reason)) => (
            Verdict::Affected,
            format!("it stands on its issuer's revocation list{}", since(at, reason)),
        ),
        None => (
            Verdict::NotAffected,
            "it does not stand on its issuer's revocation list".to_owned(),
        ),
    }
}

fn since(at: Option<Timestamp>, reason: Option<u8>) -> String {
    let day = at.map_or_else(String::new, |at| {
        format!(" on {}", at.to_zoned(jiff::tz::TimeZone::UTC).date())
    });
    // RFC 5280 section 5.3.1.
    let why = match reason {
        Some(1) => ", because its key is compromised",
        Some(2) => ", because its issuer is compromised",
        Some(3) => ", because its owner changed",
        Some(4) => ", because another took its place",
        Some(5) => ", because it is not used any more",
        Some(6) => ", for the time being",
        Some(9) => ", because its owner lost the right to it",
        _ => "",
    };
    format!("{day}{why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{made, made_file, observed_at, whole};

    /// The verdict on a chain with this response stapled to it.
    fn stapled(response: &str) -> Option<(Verdict, String)> {
        let mut facts = whole(&[(holter_wire::Version::TLS12, &[0xc02b])]);
        facts.push(Fact::Chain {
            version: 0x0303,
            name: None,
            certificates: vec![made("leaf"), made("issuing")],
        });
        facts.push(Fact::Ocsp {
            stapled: true,
            response: Some(Der(made_file(response))),
        });
        let at = "2026-11-22T00:00:00Z".parse().unwrap();
        judge(&observed_at(at, facts), Attempt::Completed)
            .map(|judgement| (judgement.verdict, judgement.evidence))
    }

    #[test]
    fn what_is_stapled_is_believed_only_from_who_may_say_it() {
        let (verdict, why) = stapled("revoked.ocsp").unwrap();
        assert_eq!(verdict, Verdict::Affected);
        assert!(why.ends_with("because its key is compromised"), "{why}");
        assert_eq!(stapled("stranger.ocsp").unwrap().0, Verdict::Inconclusive);
    }

    #[test]
    fn what_nobody_issued_nobody_can_revoke() {
        let shows = |names: &[&str]| {
            let mut facts = whole(&[(holter_wire::Version::TLS12, &[0xc02b])]);
            facts.push(Fact::Chain {
                version: 0x0303,
                name: None,
                certificates: names.iter().map(|name| made(name)).collect(),
            });
            let at = "2026-11-22T00:00:00Z".parse().unwrap();
            judge(&observed_at(at, facts), Attempt::Completed).map(|judgement| judgement.verdict)
        };
        assert_eq!(shows(&["device"]), Some(Verdict::NotApplicable));
        // Nobody was asked.
        assert_eq!(shows(&["leaf", "issuing"]), Some(Verdict::Inconclusive));
    }

    #[test]
    fn the_gravest_sound_word_decides() {
        let word = |verdict| (verdict, String::new());
        let of = |known: &[Verdict]| decide(known.iter().copied().map(word).collect()).map(|known| known.0);
        use Verdict::{Affected, Inconclusive, NotAffected};
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Inconclusive, NotAffected]), Some(NotAffected));
        assert_eq!(of(&[NotAffected, Affected, Inconclusive]), Some(Affected));
    }

    #[test]
    fn an_unsound_list_decides_nothing() {
        assert_eq!(on_list(None, false).0, Verdict::Inconclusive);
        assert_eq!(on_list(Some((None, None)), false).0, Verdict::Inconclusive);
        assert_eq!(on_list(None, true).0, Verdict::NotAffected);
        let (verdict, why) = on_list(Some((Some(Timestamp::UNIX_EPOCH), Some(1))), true);
        assert_eq!(verdict, Verdict::Affected);
        assert!(
            why.ends_with("on 1970-01-01, because its key is compromised"),
            "{why}"
        );
    }
}
