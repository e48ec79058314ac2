//! Systems that are made one or two, interfaces that are declared, and the map of many.

use holter_store::{AssetAbout, Interface, KnownService, NewTask};
use hyper::StatusCode;

use super::house::House;
use crate::role::Role;

async fn systems(house: &House, count: usize, department: &str) -> Vec<i64> {
    let mut writing = house.store.write().await.unwrap();
    let department = writing.department_named(department).await.unwrap();
    let at = house.clock.now_here();
    let mut ids = Vec::new();
    for number in 0..count {
        let about = AssetAbout {
            name: format!("system {number} of {department}"),
            department: Some(department),
            ..AssetAbout::default()
        };
        let id = writing.add_asset(&about, at).await.unwrap();
        let address = format!("10.{department}.{}.{}", number / 250, number % 250);
        writing.mark_asset(id, "address", &address, at).await.unwrap();
        ids.push(id);
    }
    writing.commit().await.unwrap();
    ids
}

fn service(asset: i64, port: u16, house: &House) -> KnownService {
    KnownService {
        id: 0,
        asset,
        endpoint: format!("10.9.9.9:{port}")
            .parse::<std::net::SocketAddr>()
            .map(|at| holter_model::Endpoint {
                address: at.ip(),
                port,
                transport: holter_model::Transport::Tcp,
            })
            .unwrap(),
        name: String::new(),
        protocol: "https".to_owned(),
        role: String::new(),
        key: String::new(),
        first_seen: house.clock.now_here(),
        last_seen: house.clock.now_here(),
        last_visit: None,
    }
}

#[tokio::test]
async fn an_interface_is_declared_described_and_taken_back() {
    let house = House::full().await;
    let ids = systems(&house, 2, "Radiology").await;
    let other = systems(&house, 1, "Laboratory").await[0];
    let mut owner = house.signed_in(Role::Owner).await;
    let page = format!("/assets/{}", ids[0]);
    let (from, to) = (ids[0].to_string(), "system 1 of 1".to_owned());
    let wanted = |to: &str| {
        vec![
            ("from".to_owned(), from.clone()),
            ("to".to_owned(), to.to_owned()),
            ("protocol".to_owned(), "mllp".to_owned()),
            ("port".to_owned(), "2575".to_owned()),
            ("encrypted".to_owned(), "no".to_owned()),
            ("purpose".to_owned(), "<b>results</b>".to_owned()),
        ]
    };
    fn pairs(all: &[(String, String)]) -> Vec<(&str, &str)> {
        all.iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
    // Nobody else's system is known to them, whatever they call it.
    for stranger in [other.to_string(), "nowhere".to_owned(), ids[0].to_string()] {
        let said = owner.fill(&page, "/interfaces", &pairs(&wanted(&stranger))).await;
        let refused = [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND].contains(&said.status);
        assert!(refused, "{stranger}: {}", said.text);
    }
    let said = owner.fill(&page, "/interfaces", &pairs(&wanted(&to))).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let place = said.header("location").split('?').next().unwrap().to_owned();
    let shown = owner.open(&place).await;
    assert!(
        shown.text.contains("&lt;b&gt;results") && shown.text.contains("in clear text"),
        "{}",
        shown.text
    );
    let said = owner
        .fill(&place, &place, &[("purpose", "images"), ("encrypted", "yes")])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert!(owner.open(&place).await.text.contains("images"));
    let map = owner.open(&format!("/map?asset={}", ids[0])).await;
    assert!(
        map.text.contains("role=\"group\"") && map.text.contains(&place),
        "{}",
        map.text
    );
    let said = owner.fill(&place, &format!("{place}/end"), &[]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(owner.open(&place).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_said_of_a_system_weighs_at_once_and_a_typo_takes_nothing_back() {
    let house = House::full().await;
    let (finding, _) = super::notices::fill(&house).await;
    let asset = house.store.finding(finding).await.unwrap().finding.asset;
    let page = format!("/assets/{asset}");
    let mut operator = house.signed_in(Role::Operator).await;
    let said = [
        ("name", "pacs-3"),
        ("department", "1"),
        ("fragility", "do-not-touch"),
        ("internet_facing", "yes"),
    ];
    let kept = operator.fill(&page, &page, &said).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    let after = house.store.finding(finding).await.unwrap().finding;
    // Critical, known to be exploited, and reached from the internet.
    assert_eq!(after.weight, 400 + 150 + 140);
    let about = house.store.asset(asset).await.unwrap().about;
    for (field, word) in [
        ("fragility", "do-not-tuoch"),
        ("criticality", "lief"),
        ("holds_ephi", "perhaps"),
        ("department", "99"),
        ("department", "Radiology"),
    ] {
        let mut wrong: Vec<(&str, &str)> = said.into_iter().filter(|(name, _)| *name != field).collect();
        wrong.push((field, word));
        let refused = operator.fill(&page, &page, &wrong).await;
        assert_eq!(
            refused.status,
            StatusCode::BAD_REQUEST,
            "{field}: {}",
            refused.text
        );
        assert_eq!(house.store.asset(asset).await.unwrap().about, about, "{field}");
    }
}

#[tokio::test]
async fn nothing_is_given_to_whoever_may_not_come_in() {
    let house = House::full().await;
    let (finding, _) = super::notices::fill(&house).await;
    let owner = house.store.account_named("owner").await.unwrap().unwrap();
    let mut writing = house.store.write().await.unwrap();
    writing.set_role(owner.id, "owner", false).await.unwrap();
    writing.commit().await.unwrap();
    let mut operator = house.signed_in(Role::Operator).await;
    let page = format!("/findings/{finding}");
    let to = owner.person.to_string();
    let refused = operator
        .fill(&page, &format!("{page}/assign"), &[("person", &to)])
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert_eq!(house.store.finding(finding).await.unwrap().finding.assignee, None);
}

#[tokio::test]
async fn two_are_made_one_and_one_two() {
    let house = House::full().await;
    let ids = systems(&house, 2, "Radiology").await;
    let mut writing = house.store.write().await.unwrap();
    let mut services = Vec::new();
    for port in [443, 8443] {
        services.push(writing.add_service(&service(ids[1], port, &house)).await.unwrap());
    }
    let task = NewTask {
        kind: "identity".to_owned(),
        key: "service:1".to_owned(),
        finding: None,
        asset: Some(ids[0]),
        department: None,
        text: "It shows the key of another system.".to_owned(),
        detail: serde_json::json!({ "others": [ids[1]], "service": 1 }),
        created: house.clock.now_here(),
    };
    writing.add_task(&task).await.unwrap();
    writing.commit().await.unwrap();
    let mut admin = house.signed_in(Role::Admin).await;
    let page = format!("/assets/{}", ids[0]);
    let shown = admin.open(&page).await.text;
    assert!(
        shown.contains("Is it the same system?") && shown.contains("They are different systems"),
        "{shown}"
    );
    let into = ids[1].to_string();
    let said = admin
        .fill(&page, &format!("{page}/merge"), &[("into", &into)])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(house.store.asset(ids[0]).await.unwrap().merged_into, Some(ids[1]));
    assert!(house.store.tasks_of_asset(ids[0]).await.unwrap().is_empty());
    let page = format!("/assets/{}", ids[1]);
    let chosen = services[1].to_string();
    let fields = [("service", chosen.as_str()), ("name", "the other one")];
    let said = admin.fill(&page, &format!("{page}/split"), &fields).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let new: i64 = said
        .header("location")
        .split(['/', '?'])
        .nth(2)
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(house.store.service(services[1]).await.unwrap().asset, new);
    // All of them is no split.
    let all = [("service", chosen.as_str()), ("name", "again")];
    let page = format!("/assets/{new}");
    let said = admin.fill("/account", &format!("{page}/split"), &all).await;
    assert_eq!(said.status, StatusCode::CONFLICT, "{}", said.text);
}

#[tokio::test]
async fn a_map_of_five_hundred_is_folded_and_bounded() {
    let house = House::full().await;
    let mut ids = systems(&house, 250, "Radiology").await;
    ids.extend(systems(&house, 250, "Laboratory").await);
    let mut writing = house.store.write().await.unwrap();
    let at = house.clock.now_here();
    for pair in ids.windows(2) {
        let interface = Interface {
            id: 0,
            from_asset: pair[0],
            to_asset: pair[1],
            protocol: "dicom".to_owned(),
            port: 104,
            is_declared: false,
            encrypted: Some(true),
            purpose: String::new(),
            first_seen: at,
            last_seen: at,
        };
        writing.note_interface(&interface).await.unwrap();
    }
    writing.commit().await.unwrap();
    let mut viewer = house.signed_in(Role::Viewer).await;
    let whole = viewer.open("/map").await.text;
    for part in [
        "<svg class=\"map\"",
        "250 systems",
        "499 interfaces",
        "/map?department=1",
        "rel=\"next\"",
    ] {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    assert_eq!(whole.matches("<rect").count(), 2, "folded by itself");
    assert!(whole.len() < 100_000, "{}", whole.len());
    // Page after page one comes to all of them, each once.
    let (mut place, mut seen) = ("/map?by=systems".to_owned(), std::collections::BTreeSet::new());
    loop {
        let page = viewer.open(&place).await.text;
        assert!(page.contains("<svg class=\"map\"") && page.matches("<rect").count() <= 51);
        for link in page.split("href=\"/interfaces/").skip(1) {
            assert!(seen.insert(link.split('"').next().unwrap().to_owned()));
        }
        let Some(next) = page.split("href=\"").find(|link| link.contains("rel=\"next\"")) else {
            break;
        };
        place = next.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(seen.len(), 499);
    let one = viewer.open(&format!("/map?asset={}", ids[100])).await.text;
    assert!(
        one.contains("<svg class=\"map\"") && one.matches("<rect").count() == 3,
        "a neighbourhood"
    );
    let between = viewer.open("/map?department=1&with=2").await.text;
    assert!(
        between.contains("Between Radiology and Laboratory") && between.contains("1 interface<"),
        "{between}"
    );
    let script = viewer
        .open("/api/v1/interfaces?department=1&with=1&secrecy=encrypted&size=500")
        .await;
    assert_eq!(script.text.matches("\"flows\"").count(), 249, "{}", script.text);
    let none = viewer.open("/api/v1/interfaces?secrecy=clear").await.text;
    assert_eq!(none, "{\"rows\":[],\"next\":null}");
}
