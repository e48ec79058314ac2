//! Where the path leads, and whether all of it was sent in order.

use holter_cert::Distrust;
use holter_model::Store;

use super::shown::Shown;
use crate::Configuration;
use crate::accepted::list;
use crate::ground::Ruling;

/// Whether some store's root is at the end of the path.
pub(super) fn untrusted(shown: &Shown, configuration: &Configuration) -> Option<Ruling> {
    let trust = &configuration.trust;
    let trusting = stores(configuration, true);
    if !trusting.is_empty() {
        let house = trust.get(&Store::Mozilla).is_some_and(Option::is_some);
        let whose = if house {
            ", an authority that is known here and not to the public"
        } else {
            ""
        };
        return Some(Ruling::not_affected(format!(
            "a path leads to a root of {}{whose}",
            list(&trusting)
        )));
    }
    if trust.is_empty() {
        return Some(Ruling::inconclusive("no store was asked"));
    }
    if shown.is_self_signed() {
        return Some(Ruling::not_applicable(
            "it is signed with its own key, which is judged by itself",
        ));
    }
    let asked = list(&stores(configuration, false));
    let mut problems: Vec<String> = trust.values().flatten().cloned().collect();
    problems.dedup();
    Some(Ruling::affected(format!(
        "no path leads to a root of {asked}: {}",
        list(&problems)
    )))
}

/// Whether nobody vouches for it, and no store holds it.
pub(super) fn self_signed(shown: &Shown, configuration: &Configuration) -> Option<Ruling> {
    Some(if !shown.is_self_signed() {
        Ruling::not_affected("another key than its own signed it")
    } else if stores(configuration, true).is_empty() {
        Ruling::affected("it is signed with its own key, and in no store that was asked")
    } else {
        Ruling::not_affected("it is signed with its own key, and a store that was asked holds it")
    })
}

/// Whether an intermediate certificate is missing.
pub(super) fn incomplete(shown: &Shown, configuration: &Configuration) -> Option<Ruling> {
    if shown.is_self_signed() {
        return Some(Ruling::not_applicable(
            "it is signed with its own key and needs no other",
        ));
    }
    if !stores(configuration, true).is_empty() {
        return Some(Ruling::not_affected("what it sends leads to a root"));
    }
    if shown.chain.ends_at.is_none() {
        return Some(Ruling::not_affected("it sends its path up to a root"));
    }
    if !shown.chain.broken.is_empty() {
        return Some(Ruling::affected(
            "it sends a certificate of its issuer's name, whose key did not sign it",
        ));
    }
    // Public authorities alone promise certificates to logs, and their roots sign no server's certificate.
    let public = shown.leaf().is_some_and(|leaf| !leaf.extensions.scts.is_empty());
    let alone = shown.chain.path.len() == 1;
    Some(if public && alone {
        Ruling::affected(
            "it sends its own certificate alone, and a public authority's root does not sign those",
        )
    } else {
        Ruling::inconclusive(
            "the last certificate that it sends names an issuer that no store knows: a root that is not known here, or one that is missing between",
        )
    })
}

/// Whether the certificates are in order, and all belong there.
pub(super) fn order(shown: &Shown, _: &Configuration) -> Option<Ruling> {
    let chain = &shown.chain;
    let count = chain.certificates.len();
    let surplus = chain.surplus.len() + chain.duplicates.len();
    Some(if !chain.leaf_first {
        Ruling::affected("the first certificate that it sends is not its own")
    } else if surplus > 0 {
        Ruling::affected(format!(
            "of {count} certificates that it sends {surplus} do not belong there or were sent before"
        ))
    } else if !chain.in_order {
        Ruling::affected("its certificates do not stand each before its issuer's")
    } else if count == 1 {
        Ruling::not_affected("it sends one certificate")
    } else {
        Ruling::not_affected(format!("the {count} certificates that it sends are in order"))
    })
}

/// Why a store does not trust it, without a word of the certificate's own.
pub(super) fn words(distrust: &Distrust) -> String {
    match distrust {
        Distrust::SelfSigned => "it is signed with its own key",
        Distrust::UnknownRoot(_) => "the root at its end is not known",
        Distrust::MissingIssuer(_) => "the issuer at its end was not sent and is not known",
        Distrust::Expired(_) => "a certificate of an issuer has expired",
        Distrust::NotYetValid(_) => "a certificate of an issuer is not valid yet",
        Distrust::BadSignature => "an issuer's key did not make the signature",
        Distrust::OldAlgorithm(_) => "it has a signature or a key of a kind that is not accepted any more",
        Distrust::NameConstraints => "an issuer may not issue this name",
        Distrust::PathLength => "it is longer than an issuer allows",
        Distrust::Purpose => "it is not meant for servers",
        Distrust::IssuerIsNoAuthority => "an issuer on it is no authority",
        Distrust::LeafIsAuthority => "the certificate is that of an authority",
        Distrust::Version => "the certificate is of version 1 or 2",
        Distrust::CriticalExtension => "it has a critical extension that is not known",
        Distrust::KeyDistrusted => "a key on it is known to be in wrong hands",
        Distrust::TooComplex => "there are too many ways to look through",
        _ => "clients refuse to read a certificate on it",
    }
    .to_owned()
}

/// The stores that trust it, or that do not.
fn stores(configuration: &Configuration, trusting: bool) -> Vec<String> {
    let stores = configuration.trust.iter();
    stores
        .filter(|(_, problem)| problem.is_none() == trusting)
        .map(|(store, _)| {
            match store {
                Store::Mozilla => "Mozilla",
                Store::Platform => "this machine",
                Store::User => "your files",
            }
            .to_owned()
        })
        .collect()
}
