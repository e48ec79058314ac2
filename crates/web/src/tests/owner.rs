//! Whoever answers for one department sees nothing of another: neither names, nor sums over all of them.

use std::collections::BTreeSet;

use holter_model::seam::Clock as _;
use holter_store::{AssetAbout, Interface, NewAccount, NewTask, Person};
use hyper::{Method, StatusCode};
use jiff::Timestamp;

use super::house::House;
use super::stocked::{SUM, Stocked, stock};
use crate::guard::{Kind, Rule};
use crate::role::Role;
use crate::routes;

/// Stands in everything of the other department.
const OTHER: &str = "Zebra-crossing";

/// Each way to fill in a path: with what is the owner's own, and with what is the other department's.
fn paths(route: &str, of: &Stocked) -> String {
    let id = match route {
        path if path.contains("/people/") => of.person,
        path => of.id(path),
    };
    route
        .replace("{id}", &id.to_string())
        .replace("{service}", &of.service.to_string())
        .replace("{task}", &of.task.to_string())
        .replace("{token}", "x")
        .replace("{name}", "x")
}

/// A house with what is the owner's own, and what is the other department's.
async fn two_departments() -> (House, Stocked, Stocked) {
    let house = House::full().await;
    let own = stock(&house, 1, "Radiology").await;
    let other = stock(&house, 2, OTHER).await;
    (house, own, other)
}

/// An interface that crosses over.
fn between(own: &Stocked, other: &Stocked, at: Timestamp) -> Interface {
    Interface {
        id: 0,
        from_asset: own.asset,
        to_asset: other.asset,
        protocol: "dicom".to_owned(),
        port: 104,
        is_declared: true,
        encrypted: None,
        purpose: "images".to_owned(),
        first_seen: at,
        last_seen: at,
    }
}

#[tokio::test]
async fn the_owner_of_a_department_sees_nothing_of_another_on_any_page_or_by_any_script() {
    let (house, own, other) = two_departments().await;
    let mut owner = house.signed_in(Role::Owner).await;
    let mut admin = house.signed_in(Role::Admin).await;
    let (mut asked, mut told) = (0, Vec::new());
    for route in routes::all() {
        let readable = route.method == Method::GET && !route.path.ends_with("/scans/{id}/events");
        if !readable || matches!(route.path, "/static/{name}" | "/healthz") {
            continue;
        }
        for of in [&own, &other] {
            let mut path = paths(route.path, of);
            if route.path.ends_with("/findings") || route.path.ends_with("/assets") {
                // Whatever is asked for.
                path = format!("{path}?state=all&department={}", of.department);
            }
            let said = owner.open(&path).await;
            assert!(!said.status.is_server_error(), "{path}: {}", said.text);
            for secret in [OTHER, &(SUM + 1).to_string(), &(SUM + 2).to_string(), "10.0.2.7"] {
                assert!(
                    !said.text.contains(secret),
                    "{path} tells {secret}:\n{}",
                    said.text
                );
            }
            asked += 1;
            if admin.open(&path).await.text.contains(OTHER) && !told.contains(&route.path) {
                told.push(route.path);
            }
        }
    }
    // What was looked for is there to be seen.
    assert!(asked > 60 && told.len() >= 14, "{asked}: {told:?}");
    let said = owner.open(&format!("/findings/{}", own.finding)).await;
    assert!(said.text.contains("Radiology"), "{}", said.text);
}

#[tokio::test]
async fn nor_do_they_change_anything_of_it() {
    let (house, own, other) = two_departments().await;
    let mut owner = house.signed_in(Role::Owner).await;
    let key = owner.open("/account").await.form_key().to_owned();
    let mut asked = 0;
    for route in routes::all() {
        let Rule::May(deed) = route.rule else { continue };
        let named = ["/findings/{id}/", "/assets/{id}", "/interfaces/{id}"]
            .iter()
            .any(|path| route.path.starts_with(path));
        if route.method != Method::POST || route.kind() != Kind::Page || !named || !Role::Owner.may(deed) {
            continue;
        }
        let fields = [
            ("form_key", key.as_str()),
            ("person", "1"),
            ("text", "words"),
            ("reason", "words"),
            ("ground", "words"),
            ("until", "2027-03-31"),
            ("name", "a name"),
            ("into", "1"),
        ];
        let path = paths(route.path, &other);
        let said = owner.post(&path, &fields).await;
        assert_eq!(said.status, StatusCode::NOT_FOUND, "{path}: {}", said.text);
        asked += 1;
    }
    assert!(asked >= 16, "{asked}");
    // Nor is anything of theirs given to somebody of the other, whose name they do not know.
    let path = format!("/findings/{}/assign", own.finding);
    let person = other.person.to_string();
    let said = owner
        .post(&path, &[("form_key", &key), ("person", &person)])
        .await;
    assert_eq!(said.status, StatusCode::NOT_FOUND, "{}", said.text);
    let path = format!("/assets/{}", own.asset);
    let department = other.department.to_string();
    let fields = [
        ("form_key", key.as_str()),
        ("name", "a"),
        ("department", &department),
    ];
    let said = owner.post(&path, &fields).await;
    assert_eq!(said.status, StatusCode::NOT_FOUND, "{}", said.text);
}

#[tokio::test]
async fn what_is_between_two_departments_is_theirs_at_one_end() {
    let (house, own, other) = two_departments().await;
    let at = house.clock.now();
    let mut writing = house.store.write_alone().await.unwrap();
    writing.note_interface(&between(&own, &other, at)).await.unwrap();
    let doubt = NewTask {
        kind: "identity".to_owned(),
        key: "between".to_owned(),
        finding: None,
        asset: Some(own.asset),
        department: None,
        text: "A doubt about two.".to_owned(),
        detail: serde_json::json!({ "others": [other.asset] }),
        created: at,
    };
    writing.add_task(&doubt).await.unwrap();
    writing.commit().await.unwrap();
    let mut owner = house.signed_in(Role::Owner).await;
    let mut admin = house.signed_in(Role::Admin).await;
    // Whether two systems are one is decided by somebody who may see both.
    for path in ["/assets/{id}", "/api/v1/assets/{id}/identity"] {
        let path = path.replace("{id}", &own.asset.to_string());
        assert!(
            admin.open(&path).await.text.contains("A doubt about two."),
            "{path}"
        );
        assert!(
            !owner.open(&path).await.text.contains("A doubt about two."),
            "{path}"
        );
    }
    let tasks = house.store.tasks_of_asset(own.asset).await.unwrap();
    let task = tasks
        .iter()
        .find(|task| task.about.text == doubt.text)
        .unwrap()
        .id;
    let key = owner.open("/account").await.form_key().to_owned();
    let into = other.asset.to_string();
    for (path, field) in [
        (format!("/assets/{}/doubts/{task}/end", own.asset), ("into", "1")),
        (format!("/assets/{}/merge", own.asset), ("into", into.as_str())),
    ] {
        let said = owner.post(&path, &[("form_key", &key), field]).await;
        assert_eq!(said.status, StatusCode::NOT_FOUND, "{path}: {}", said.text);
    }
}

#[tokio::test]
async fn of_the_other_end_they_are_told_the_names_and_whom_to_ask() {
    let (house, own, other) = two_departments().await;
    let at = house.clock.now();
    let mut writing = house.store.write_alone().await.unwrap();
    let cardiology = writing.department_named("Cardiology").await.unwrap();
    // All else that is known of it still has the other word in it.
    let about = AssetAbout {
        name: "Their archive".to_owned(),
        department: Some(cardiology),
        ..writing.asset(other.asset).await.unwrap().about
    };
    writing
        .update_asset(other.asset, &about, &BTreeSet::new())
        .await
        .unwrap();
    let zoe = Person {
        id: 0,
        name: "Zoe".to_owned(),
        email: Some("zoe@hospital.example".to_owned()),
        department: Some(cardiology),
        active: true,
    };
    let account = NewAccount {
        person: writing.add_person(&zoe).await.unwrap(),
        name: "zoe".to_owned(),
        role: "owner".to_owned(),
        password: String::new(),
        created: at,
    };
    writing.add_account(&account).await.unwrap();
    let id = writing.note_interface(&between(&own, &other, at)).await.unwrap();
    writing.commit().await.unwrap();
    let mut owner = house.signed_in(Role::Owner).await;
    let mut admin = house.signed_in(Role::Admin).await;
    let page = format!("/assets/{}", other.asset);
    for path in [
        "/map".to_owned(),
        "/map?by=departments".to_owned(),
        format!("/map?with={cardiology}"),
        format!("/map?asset={}", own.asset),
        format!("/interfaces/{id}"),
        format!("/assets/{}", own.asset),
        "/api/v1/interfaces".to_owned(),
        format!("/api/v1/interfaces?with={cardiology}"),
        format!("/api/v1/interfaces/{id}"),
    ] {
        let told = owner.open(&path).await.text;
        assert!(
            told.contains("Their archive") || told.contains("Cardiology"),
            "{path}: {told}"
        );
        for secret in [OTHER, "10.0.2.7", page.as_str()] {
            assert!(!told.contains(secret), "{path} tells {secret}: {told}");
        }
        assert_eq!(
            told.contains("zoe@hospital.example"),
            path.ends_with(&format!("interfaces/{id}")),
            "{path}: {told}"
        );
        assert!(admin.open(&path).await.status.is_success(), "{path}");
    }
    let map = admin.open(&format!("/map?asset={}", own.asset)).await.text;
    assert!(map.contains(&page), "{map}");
    let script = owner.open(&format!("/api/v1/interfaces/{id}")).await.text;
    assert!(script.contains("\"to\":null"), "{script}");
    // Whom else the other system speaks with is not theirs to know.
    for path in [
        page.clone(),
        format!("/map?asset={}", other.asset),
        format!("/interfaces/{}", other.interface),
        format!("/api/v1/interfaces/{}", other.interface),
    ] {
        assert_eq!(owner.open(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let listed = owner
        .open(&format!("/api/v1/interfaces?asset={}", other.asset))
        .await;
    assert_eq!(listed.text, "{\"rows\":[],\"next\":null}");
}
