//! What a service lets guess of its asset, and how little a guess weighs beside a person's word.

use holter_model::Service;
use holter_store::AssetAbout;

use crate::ingest::Seen;

/// What a service lets guess of its asset.
pub(crate) fn guessed(service: &Service, seen: &Seen) -> AssetAbout {
    let role = service.role.as_ref();
    let words = role.map(|role| role.name.to_lowercase()).unwrap_or_default();
    let address = seen.endpoint.address.to_canonical();
    AssetAbout {
        name: if seen.name.is_empty() {
            address.to_string()
        } else {
            seen.name.clone()
        },
        role: role.map(|role| role.name.clone()).unwrap_or_default(),
        criticality: role.map(|role| role.criticality),
        fragility: role.map(|role| role.fragility),
        internet_facing: is_public(address).then_some(true),
        front_door: ["vpn", "remote access", "remote desktop gateway"]
            .iter()
            .any(|word| words.contains(word))
            .then_some(true),
        ..AssetAbout::default()
    }
}

/// Fills what nobody has said yet; what is said already stands, and so does what a person has left empty on purpose.
pub(crate) fn fill(about: &mut AssetAbout, more: &AssetAbout, by_hand: &std::collections::BTreeSet<String>) {
    let free = |field: &str| !by_hand.contains(field);
    macro_rules! fill {
        ($($field:ident),*) => {
            $(if about.$field.is_none() && free(stringify!($field)) {
                about.$field = more.$field;
            })*
        };
    }
    fill!(
        site,
        department,
        owner,
        product,
        criticality,
        fragility,
        holds_ephi,
        internet_facing,
        at_home,
        front_door
    );
    for (field, mine, other) in [
        ("role", &mut about.role, &more.role),
        ("note", &mut about.note, &more.note),
        ("name", &mut about.name, &more.name),
    ] {
        if mine.is_empty() && free(field) {
            mine.clone_from(other);
        }
    }
}

/// Whether an address is one that the internet routes.
pub(crate) fn is_public(address: std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V4(address) => {
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || address.is_documentation()
                || address.is_broadcast()
                || address.is_multicast()
                || shared)
        }
        std::net::IpAddr::V6(address) => {
            (address.segments()[0] & 0xe000) == 0x2000
                && !(address.segments()[0] == 0x2001 && address.segments()[1] == 0x0db8)
        }
    }
}
