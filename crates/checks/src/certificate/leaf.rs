//! What each certificate on the path says by itself: dates, names, key and signature.

use holter_cert::{NameMatch, matches_name};

use super::shown::Shown;
use crate::Configuration;
use crate::ground::Ruling;

/// Below this strength a key is too short (NIST SP 800-131A): RSA of 2048 bits has it, and curves of 224.
const LEAST_STRENGTH: u32 = 112;

/// Whether the time of the connection is within the dates.
pub(super) fn dates(shown: &Shown, _: &Configuration) -> Option<Ruling> {
    let mut until = None;
    for (called, certificate) in shown.path() {
        let (Some(first), Some(last)) = (certificate.not_before, certificate.not_after) else {
            return Some(Ruling::inconclusive(format!(
                "the dates of {called} cannot be read"
            )));
        };
        if shown.at > last {
            return Some(Ruling::affected(format!(
                "{called} expired on {}",
                last.strftime("%Y-%m-%d")
            )));
        }
        if shown.at < first {
            return Some(Ruling::affected(format!(
                "{called} is not valid before {}",
                first.strftime("%Y-%m-%d")
            )));
        }
        until = Some(until.map_or(last, |until: jiff::Timestamp| until.min(last)));
    }
    let until = until?.strftime("%Y-%m-%d").to_string();
    Some(Ruling::not_affected(format!("it is valid until {until}")))
}

/// Whether it is for the host that was asked for.
pub(super) fn name(shown: &Shown, _: &Configuration) -> Option<Ruling> {
    let Some(host) = &shown.name else {
        return Some(Ruling::not_applicable(
            "it was asked by its address, so there is no name to compare",
        ));
    };
    Some(match matches_name(shown.leaf()?, host) {
        NameMatch::Name(_) => Ruling::not_affected("it names the host that was asked for"),
        NameMatch::Wildcard(_) => {
            Ruling::not_affected("a wildcard in it takes in the host that was asked for")
        }
        NameMatch::OnlyCommonName(_) => Ruling::affected(
            "only its common name is the host that was asked for, where clients have stopped looking",
        ),
        NameMatch::None => {
            let names = &shown.leaf()?.extensions.names;
            Ruling::affected(match names.dns.len() + names.ip.len() {
                0 => "it names no host".to_owned(),
                1 => "it names another host than the one that was asked for".to_owned(),
                count => format!("it names {count} hosts, and not the one that was asked for"),
            })
        }
    })
}

/// Whether a signature on the path can be forged.
pub(super) fn signature(shown: &Shown, _: &Configuration) -> Option<Ruling> {
    if shown.is_self_signed() {
        return Some(Ruling::not_applicable(
            "it is signed with its own key, and nobody relies on that signature",
        ));
    }
    let Some(place) = shown.chain.weakest_signature else {
        return Some(Ruling::inconclusive("what it is signed with is not known"));
    };
    let level = shown.chain.path.iter().position(|on| *on == place)?;
    let weakest = shown.chain.certificates.get(place)?;
    let (called, name) = (shown.called(level), &weakest.signature.name);
    let broken = weakest
        .signature
        .hash
        .is_some_and(holter_cert::signature::Hash::is_broken);
    Some(if broken {
        Ruling::affected(format!("{called} is signed with {name}"))
    } else {
        Ruling::not_affected(format!("the weakest signature on its path is {name}"))
    })
}

/// Whether a key on the path is too short.
pub(super) fn key(shown: &Shown, _: &Configuration) -> Option<Ruling> {
    let Some(place) = shown.chain.weakest_key else {
        return Some(Ruling::inconclusive("how strong its key is, is not known"));
    };
    let level = shown.chain.path.iter().position(|on| *on == place)?;
    let key = &shown.chain.certificates.get(place)?.key;
    let (called, bits) = (shown.called(level), key.bits.unwrap_or_default());
    let strong = key.strength().is_some_and(|strength| strength >= LEAST_STRENGTH);
    Some(if strong {
        Ruling::not_affected(format!("the weakest key on its path has {bits} bits"))
    } else {
        Ruling::affected(format!("the key of {called} has {bits} bits"))
    })
}
