//! From responses and lists to a verdict. Pure.

use holter_cert::Certificate;
use holter_cert::ocsp::{Authority, State, authority, read};
use holter_model::{Basis, Der, Fact, Judgement, Observation, Verdict};
use jiff::Timestamp;

use crate::Configuration;

/// What is known of one certificate's state, and how.
type Known = (Verdict, String);

/// Judges. `None` when nobody was asked and nothing was stapled: then nothing is known, and nothing was tried.
pub(super) fn judge(observations: &[Observation]) -> Option<Judgement> {
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
    let (verdict, evidence) = decide(known)?;
    Some(Judgement::new(
        super::CHECK.id,
        "CERT-REVOKED",
        verdict,
        Basis::Statement,
        evidence,
    ))
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
    chain
        .first()
        .is_some_and(|leaf| Certificate::read(&leaf.0).0.sha256 == sha256)
}

/// What a response says of a chain's first certificate; `None`: it speaks of another.
fn said(response: &[u8], chain: &[Der], at: Timestamp, stapled: bool) -> Option<Known> {
    let [leaf, issuer, ..] = chain else { return None };
    let (read, _) = read(response);
    let answer = read.about(&leaf.0, &issuer.0)?;
    let who = if stapled {
        "the response that it staples"
    } else {
        "its issuer's responder"
    };
    let open = |why: &str| Some((Verdict::Inconclusive, format!("{who} {why}")));
    match authority(response, &issuer.0) {
        Authority::Issuer | Authority::Delegate { .. } => {}
        Authority::Nobody => return open("is signed by nobody who may"),
        Authority::Unchecked => return open("has a signature that cannot be verified here"),
    }
    if answer.is_current_at(at) != Some(true) {
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
