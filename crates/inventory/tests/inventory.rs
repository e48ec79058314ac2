//! What is known of a host: the nearest entry wins, and what must not be touched stays so.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::net::{IpAddr, Ipv4Addr};

use holter_inventory::Inventory;
use holter_model::target::Place;
use holter_model::{Asset, Fragility};
use ipnet::IpNet;
use proptest::prelude::*;

/// "10.0.0.0/24", "10.0.0.1" or a name; a port; a role; a class.
fn asset(place: &str, port: Option<u16>, role: &str, fragility: Option<Fragility>) -> Asset {
    let place = match (place.parse::<IpAddr>(), place.parse::<IpNet>()) {
        (Ok(address), _) => Place::Address(address),
        (_, Ok(range)) => Place::Range(range),
        _ => Place::Name(place.to_owned()),
    };
    Asset {
        port,
        role: (!role.is_empty()).then(|| role.to_owned()),
        fragility,
        ..Asset::at(place)
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

const ROBUST: Option<Fragility> = Some(Fragility::Robust);
const CAREFUL: Option<Fragility> = Some(Fragility::Careful);
const NEVER: Option<Fragility> = Some(Fragility::DoNotTouch);

#[test]
fn the_nearest_entry_wins() {
    let all = [
        ("10.0.0.1", Some(443)),
        ("10.0.0.1", None),
        ("Pump.example.", Some(443)),
        ("pump.example", None),
        ("10.0.0.0/24", Some(443)),
        ("10.0.0.0/24", None),
        ("10.0.0.0/8", Some(443)),
        ("10.0.0.0/8", None),
    ];
    // The order of the files must not matter.
    for first in 0..all.len() {
        let mut left: Vec<_> = all[first..].to_vec();
        left.reverse();
        let assets = left
            .iter()
            .map(|(place, port)| asset(place, *port, &format!("{place} {port:?}"), None))
            .collect();
        let inventory = Inventory::new(assets);
        let about = inventory.about(ip("::ffff:10.0.0.1"), Some("PUMP.example"), 443);
        let (place, port) = all[first];
        assert_eq!(about.role, Some(format!("{place} {port:?}").as_str()));
        let other = inventory.about(ip("11.0.0.1"), None, 443);
        assert_eq!(other.role, None);
    }
}

#[test]
fn fields_are_taken_one_by_one() {
    let mut host = asset("10.0.0.1", None, "pump", None);
    host.name = Some("pump.example".to_owned());
    let mut ward = asset("10.0.0.0/24", None, "ward", CAREFUL);
    ward.department = Some("ICU".to_owned());
    let inventory = Inventory::new(vec![ward, host]);
    let about = inventory.about(ip("10.0.0.1"), None, 443);
    assert_eq!(about.role, Some("pump"));
    assert_eq!(about.department, Some("ICU"));
    assert_eq!((about.fragility, about.name), (CAREFUL, Some("pump.example")));
    // The same machine under another address, by its name.
    let about = inventory.about(ip("2001:db8::1"), Some("pump.example"), 443);
    assert_eq!((about.role, about.department), (Some("pump"), None));
}

#[test]
fn of_equals_the_first_speaks_and_the_more_delicate_decides() {
    let inventory = Inventory::new(vec![
        asset("10.0.0.1", None, "", ROBUST),
        asset("10.0.0.1/32", None, "b", NEVER),
        asset("::ffff:10.0.0.1", None, "c", CAREFUL),
    ]);
    let about = inventory.about(ip("10.0.0.1"), None, 443);
    assert_eq!((about.role, about.fragility), (Some("b"), NEVER));
}

#[test]
fn what_is_untouchable_has_the_holes_that_the_user_made() {
    let inventory = Inventory::new(vec![
        asset("10.0.0.0/29", None, "", NEVER),
        asset("10.0.0.2/31", None, "", CAREFUL),
        asset("10.0.0.3", None, "", NEVER),
        asset("10.0.0.5", Some(443), "", CAREFUL),
        asset("10.1.0.0/16", Some(22), "", NEVER),
        asset("pump", None, "", NEVER),
        asset("::ffff:10.9.0.0/120", None, "", NEVER),
    ]);
    let mut places: Vec<String> = inventory
        .untouchable()
        .map(|(range, port)| format!("{range} {port:?}"))
        .collect();
    places.sort();
    assert_eq!(
        places,
        [
            "10.0.0.0/31 None",
            "10.0.0.3/32 None",
            "10.0.0.4/30 None",
            "10.1.0.0/16 Some(22)",
            "10.9.0.0/24 None"
        ]
    );
    let names: Vec<_> = inventory.untouchable_names().collect();
    assert_eq!(names, [("pump", None)]);
}

#[test]
fn it_is_stored_with_a_run_and_read_again() {
    let inventory = Inventory::new(vec![
        asset("10.0.0.0/29", Some(443), "ward", NEVER),
        asset("pump", None, "", None),
    ]);
    let stored = serde_json::to_string(&inventory).unwrap();
    let again: Inventory = serde_json::from_str(&stored).unwrap();
    assert_eq!(again, inventory);
    assert_eq!(again.fragility(ip("10.0.0.1"), None, 443), NEVER);
}

#[test]
fn a_hospital_group_is_looked_up_at_once() {
    let address = |number: u32| IpAddr::from(Ipv4Addr::from(0x0a00_0000 + number));
    let mut assets: Vec<Asset> = (0..50_000)
        .map(|number| asset(&address(number * 3).to_string(), None, "system", CAREFUL))
        .collect();
    assets.extend((0..1000).map(|net| {
        asset(
            &format!("10.{}.{}.0/24", net / 256, net % 256),
            None,
            "ward",
            NEVER,
        )
    }));
    let inventory = Inventory::new(assets);
    let cautious = (0..150_000)
        .filter(|number| inventory.fragility(address(*number), Some("no.such.name"), 443) == CAREFUL)
        .count();
    assert_eq!(cautious, 50_000);
    let never: u64 = inventory
        .untouchable()
        .map(|(range, _)| 1u64 << (32 - range.prefix_len()))
        .sum();
    assert_eq!(never, 1000 * 256 - 50_000);
}

proptest! {
    /// Over a few addresses, every place that is untouchable at all is exactly what a look-up calls so.
    #[test]
    fn the_two_ways_to_ask_agree(entries in prop::collection::vec((0u32..16, 28u8..=32, 0usize..5), 0..12)) {
        let assets = entries.iter().map(|(host, width, class)| {
            let range = IpNet::new(Ipv4Addr::from(0x0a00_0000 + host).into(), *width).unwrap();
            asset(&range.trunc().to_string(), None, "", Fragility::ALL.get(*class).copied())
        });
        let inventory = Inventory::new(assets.collect());
        let never: Vec<IpNet> = inventory.untouchable().map(|(range, _)| range).collect();
        for host in 0..16u32 {
            let address = IpAddr::from(Ipv4Addr::from(0x0a00_0000 + host));
            let excluded = never.iter().any(|range| range.contains(&address));
            prop_assert_eq!(excluded, inventory.fragility(address, None, 443) == NEVER, "{}", address);
        }
    }
}
