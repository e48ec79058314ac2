//! Lists of interfaces and what is counted of them, on both databases.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod both;

use std::collections::{BTreeMap, BTreeSet};

use holter_store::{AssetAbout, Fold, Interface, InterfaceFilter, Linked, Page, Secrecy, Store};
use jiff::Timestamp;

on_both! {
    what_is_counted_is_what_there_is,
    a_list_comes_to_its_end_page_by_page,
}

const AT: Timestamp = Timestamp::constant(1_790_000_000, 0);

/// Some systems at three sites and in three departments, or in none.
async fn systems(store: &Store, count: i64) -> Vec<i64> {
    let mut writing = store.write_alone().await.unwrap();
    for name in ["a", "b", "c"] {
        writing.site_named(name).await.unwrap();
        writing.department_named(name).await.unwrap();
    }
    let mut ids = Vec::new();
    for number in 0..count {
        ids.push(writing.add_asset(&about(number), AT).await.unwrap());
    }
    writing.commit().await.unwrap();
    ids
}

fn about(number: i64) -> AssetAbout {
    let some = |number: i64| (number % 4 > 0).then_some(number % 4);
    AssetAbout {
        name: format!("system {number}"),
        site: some(number),
        department: some(number / 4),
        ..AssetAbout::default()
    }
}

fn interface(from: i64, to: i64, number: i64) -> Interface {
    Interface {
        id: 0,
        from_asset: from,
        to_asset: to,
        protocol: ["mllp", "dicom", "https"][usize::try_from(number % 3).unwrap()].to_owned(),
        port: 0,
        is_declared: number % 2 == 0,
        encrypted: [Some(false), Some(true), None][usize::try_from(number % 7 % 3).unwrap()],
        purpose: String::new(),
        first_seen: AT,
        last_seen: AT,
    }
}

async fn all(store: &Store, filter: &InterfaceFilter, size: u32) -> Vec<Linked> {
    let (mut rows, mut page) = (Vec::new(), Page::first(size));
    loop {
        let listed = store.interfaces(filter, &page).await.unwrap();
        rows.extend(listed.rows);
        page.after = listed.next;
        if page.after.is_none() {
            return rows;
        }
    }
}

async fn what_is_counted_is_what_there_is(store: Store) {
    let mut ids = systems(&store, 16).await;
    // The same course each time.
    let mut state = 5_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let everything = InterfaceFilter::default();
    for round in 0..120 {
        let mut writing = store.write_alone().await.unwrap();
        let (one, two) = (random(ids.len()), random(ids.len()));
        let number = i64::try_from(random(1000)).unwrap();
        let known = all(&store, &everything, 500).await;
        let some = (!known.is_empty()).then(|| known[random(known.len().max(1))].interface.id);
        match (random(10), some) {
            (0, _) => {
                let new = about(number);
                writing
                    .update_asset(ids[one], &new, &BTreeSet::new())
                    .await
                    .unwrap();
            }
            (1, Some(id)) => writing.remove_interface(id).await.unwrap(),
            (2, Some(id)) => writing.withdraw_interface(id).await.unwrap(),
            (3, Some(id)) => writing
                .describe_interface(id, Some(number % 2 == 0), "")
                .await
                .unwrap(),
            (4, _) if round > 80 && one != two && ids.len() > 8 => {
                writing.merge_assets(ids[one], ids[two]).await.unwrap();
                ids.remove(one);
            }
            _ if one != two => {
                writing
                    .note_interface(&interface(ids[one], ids[two], number))
                    .await
                    .unwrap();
            }
            _ => {}
        }
        writing.commit().await.unwrap();
    }
    let there = all(&store, &everything, 500).await;
    assert!(there.len() > 20, "{}", there.len());
    for secrecy in [
        None,
        Some(Secrecy::Clear),
        Some(Secrecy::Unknown),
        Some(Secrecy::Encrypted),
    ] {
        let filter = InterfaceFilter {
            secrecy,
            ..InterfaceFilter::default()
        };
        let mut counted = BTreeMap::new();
        for one in all(&store, &filter, 500).await {
            *counted
                .entry((one.departments[0], one.departments[1]))
                .or_insert(0) += 1;
        }
        let ways = store.ways(Fold::Department, &filter).await.unwrap();
        let told: BTreeMap<_, _> = ways
            .iter()
            .map(|way| ((way.from, way.to), way.interfaces))
            .collect();
        assert_eq!(told, counted);
        let sites = store.ways(Fold::Site, &filter).await.unwrap();
        let sum: i64 = sites.iter().map(|way| way.interfaces).sum();
        assert_eq!(sum, counted.values().sum::<i64>());
    }
    for one in &there {
        for (asset, department) in [one.interface.from_asset, one.interface.to_asset]
            .into_iter()
            .zip(one.departments)
        {
            assert_eq!(store.asset(asset).await.unwrap().about.department, department);
        }
    }
}

async fn a_list_comes_to_its_end_page_by_page(store: Store) {
    let ids = systems(&store, 40).await;
    let mut writing = store.write_alone().await.unwrap();
    for number in 0..200_i64 {
        let from = ids[usize::try_from(number * 7 % 40).unwrap()];
        let to = ids[usize::try_from((number * 7 + 1 + number % 11) % 40).unwrap()];
        writing
            .note_interface(&interface(from, to, number))
            .await
            .unwrap();
    }
    writing.commit().await.unwrap();
    let everything = all(&store, &InterfaceFilter::default(), 500).await;
    let clear = |one: &Linked| one.interface.encrypted == Some(false);
    assert!(
        everything
            .windows(2)
            .all(|pair| clear(&pair[0]) || !clear(&pair[1])),
        "clear text first"
    );
    let place = |id: i64| {
        let number = i64::try_from(ids.iter().position(|one| *one == id).unwrap()).unwrap();
        (
            about(number).department.unwrap_or(0),
            about(number).site.unwrap_or(0),
        )
    };
    let filters = [
        InterfaceFilter::default(),
        InterfaceFilter {
            asset: Some(ids[7]),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            department: Some(1),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            department: Some(0),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            department: Some(1),
            with_department: Some(2),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            department: Some(1),
            with_department: Some(1),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            site: Some(2),
            with_site: Some(3),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            site: Some(2),
            department: Some(3),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            asset: Some(ids[7]),
            with_department: Some(2),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            department: Some(2),
            protocol: Some("dicom".to_owned()),
            secrecy: Some(Secrecy::Clear),
            ..InterfaceFilter::default()
        },
        InterfaceFilter {
            protocol: Some("mllp".to_owned()),
            ..InterfaceFilter::default()
        },
    ];
    for filter in filters {
        let is = |near: i64, far: i64| {
            let ((department, site), (with_department, with_site)) = (place(near), place(far));
            filter.asset.is_none_or(|asset| asset == near)
                && filter.department.is_none_or(|one| one == department)
                && filter.site.is_none_or(|one| one == site)
                && filter.with_department.is_none_or(|one| one == with_department)
                && filter.with_site.is_none_or(|one| one == with_site)
        };
        let wanted: Vec<i64> = everything
            .iter()
            .map(|one| &one.interface)
            .filter(|one| is(one.from_asset, one.to_asset) || is(one.to_asset, one.from_asset))
            .filter(|one| {
                filter
                    .protocol
                    .as_ref()
                    .is_none_or(|protocol| *protocol == one.protocol)
            })
            .filter(|one| {
                filter
                    .secrecy
                    .is_none_or(|secrecy| secrecy == Secrecy::of(one.encrypted))
            })
            .map(|one| one.id)
            .collect();
        for size in [3, 500] {
            let told = all(&store, &filter, size).await;
            let told: Vec<i64> = told.iter().map(|one| one.interface.id).collect();
            assert_eq!(told, wanted, "{filter:?}");
        }
        let count = store.interfaces_of(&filter).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), wanted.len(), "{filter:?}");
        assert!(!wanted.is_empty(), "{filter:?}");
    }
    assert_eq!(
        store.interface_protocols(None).await.unwrap(),
        ["dicom", "https", "mllp"]
    );
}
