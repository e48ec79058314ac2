//! Whether it was revoked, by the proof that the service staples.

use holter_cert::ocsp::{self, Authority, State};

use super::shown::Shown;
use crate::Configuration;
use crate::ruling::Ruling;

/// Whether the proof that it promises comes (RFC 7633).
pub(super) fn must_staple(shown: &Shown, configuration: &Configuration) -> Option<Ruling> {
    if !shown.leaf()?.extensions.must_staple {
        return Some(Ruling::not_affected("it does not promise a stapled proof"));
    }
    Some(if configuration.staples.iter().any(Option::is_some) {
        Ruling::not_affected("it promises a stapled proof, and staples it")
    } else if configuration.staples.is_empty() {
        Ruling::inconclusive("it promises a stapled proof, for which it was not asked")
    } else {
        Ruling::affected("it promises a stapled proof, and staples none")
    })
}

/// Whether it was revoked. Without a proof there is nothing to judge by: its authority is not asked unasked.
pub(super) fn revoked(shown: &Shown, configuration: &Configuration) -> Option<Ruling> {
    if shown.is_self_signed() {
        return Some(Ruling::not_applicable(
            "it is signed with its own key, and nobody can revoke it",
        ));
    }
    let ders = shown.ders();
    let subject = ders.first()?;
    let issuer = ders.get(*shown.chain.path.get(1)?)?;
    let rulings = configuration.staples.iter().flatten().filter_map(|staple| {
        let response = ocsp::read(&staple.0).0;
        let answer = response.about(subject, issuer)?;
        if matches!(ocsp::authority(&staple.0, issuer), Authority::Nobody) {
            return Some(Ruling::inconclusive(
                "nobody who may has signed the proof that it staples",
            ));
        }
        Some(match answer.state {
            State::Revoked { at, reason } => {
                let when = at.map_or_else(String::new, |at| format!(" on {}", at.strftime("%Y-%m-%d")));
                let why = match reason {
                    Some(1) => ", because its key was compromised",
                    _ => "",
                };
                Ruling::affected(format!("its authority says that it was revoked{when}{why}"))
            }
            State::Good if answer.is_current_at(shown.at) == Some(false) => {
                Ruling::inconclusive("the proof that it staples is out of date")
            }
            State::Good => Ruling::not_affected("a stapled proof says that it is not revoked"),
            State::Unknown => Ruling::inconclusive("its authority does not know it"),
        })
    });
    rulings.max_by_key(|ruling| ruling.verdict)
}
