//! The API: who comes in with a token, and what the document says.

use holter_model::seam::Clock as _;
use holter_program::overheard::CLIENT;
use holter_store::{ApiToken, KnownService, Session};
use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;

use super::house::{Browser, House};
use super::stocked::stock;
use crate::guard::Kind;
use crate::role::Role;
use crate::routes;

async fn token(house: &House, role: Role, of: Role) -> String {
    let mut browser = house.signed_in(of).await;
    let wanted = [("name", "a script"), ("role", role.as_str()), ("days", "30")];
    let said = browser.fill("/account", "/account/tokens", &wanted).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let (_, after) = said.text.split_once("<code id=\"token\">").unwrap();
    after.split('<').next().unwrap().to_owned()
}

async fn ask(
    browser: &mut Browser,
    method: Method,
    path: &str,
    token: &str,
    body: &str,
) -> (StatusCode, Value) {
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let said = browser.send(method, path, &headers, body.to_owned()).await;
    let value =
        serde_json::from_str(&said.text).unwrap_or_else(|error| panic!("{path}: {error}: {}", said.text));
    (said.status, value)
}

#[tokio::test]
async fn a_token_opens_what_its_role_may_and_no_page() {
    let house = House::full().await;
    let mut script = house.browser();
    let viewer = token(&house, Role::Viewer, Role::Admin).await;
    assert!(viewer.starts_with("holter_"));
    let (status, me) = ask(&mut script, Method::GET, "/api/v1/me", &viewer, "").await;
    assert_eq!((status, me["role"].as_str()), (StatusCode::OK, Some("viewer")));
    let (status, _) = ask(
        &mut script,
        Method::POST,
        "/api/v1/departments",
        &viewer,
        "{\"name\":\"x\"}",
    )
    .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let bearer = format!("Bearer {viewer}");
    let said = script
        .send(
            Method::GET,
            "/findings",
            &[("authorization", &bearer)],
            String::new(),
        )
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    let admin = token(&house, Role::Admin, Role::Admin).await;
    let (status, made) = ask(
        &mut script,
        Method::POST,
        "/api/v1/departments",
        &admin,
        "{\"name\":\"Ward\"}",
    )
    .await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let (status, said) = ask(
        &mut script,
        Method::POST,
        "/api/v1/departments",
        &admin,
        "not json",
    )
    .await;
    assert_eq!(
        (status, said["error"]["status"].as_u64()),
        (StatusCode::BAD_REQUEST, Some(400))
    );
    for wrong in ["", "holter_", "x"] {
        let (status, _) = ask(&mut script, Method::GET, "/api/v1/findings", wrong, "").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    house.clock.on(jiff::SignedDuration::from_hours(24 * 31));
    assert_eq!(
        ask(&mut script, Method::GET, "/api/v1/me", &admin, "").await.0,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_more_than_they() {
    let house = House::full().await;
    let mut operator = house.signed_in(Role::Operator).await;
    let wanted = [("name", "a script"), ("role", "admin"), ("days", "30")];
    let said = operator.fill("/account", "/account/tokens", &wanted).await;
    assert_eq!(said.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_makes_none_that_outlives_it() {
    let house = House::full().await;
    let admin = token(&house, Role::Admin, Role::Admin).await;
    let mut script = house.browser();
    for (days, made) in [(31, false), (30, true)] {
        let body = format!("{{\"name\":\"b\",\"role\":\"viewer\",\"days\":{days}}}");
        let (status, said) = ask(&mut script, Method::POST, "/api/v1/me/tokens", &admin, &body).await;
        assert_eq!(status.is_success(), made, "{said}");
    }
    let (_, tokens) = ask(&mut script, Method::GET, "/api/v1/me/tokens", &admin, "").await;
    assert_eq!(tokens.as_array().unwrap().len(), 2);
    assert!(!tokens.to_string().contains("holter_"));
}

#[tokio::test]
async fn what_was_heard_of_a_client_is_not_offered_to_be_measured() {
    let house = House::full().await;
    let of = stock(&house, 1, "Radiology").await;
    let mut operator = house.signed_in(Role::Operator).await;
    let page = format!("/findings/{}", of.finding);
    let offer = "<button>Measure now</button>";
    assert!(operator.open(&page).await.text.contains(offer));
    let client = KnownService {
        protocol: CLIENT.to_owned(),
        ..house.store.service(of.service).await.unwrap()
    };
    let mut writing = house.store.write().await.unwrap();
    writing.update_service(&client).await.unwrap();
    writing.commit().await.unwrap();
    let said = operator.open(&page).await;
    assert!(
        !said.text.contains(offer) && said.text.contains("it is heard, and not asked"),
        "{}",
        said.text
    );
    let script = token(&house, Role::Operator, Role::Operator).await;
    let mut browser = house.browser();
    let path = format!("/api/v1{page}");
    let (_, shown) = ask(&mut browser, Method::GET, &path, &script, "").await;
    assert_eq!(shown["measurable"], false);
    let path = format!("{path}/events");
    let body = "{\"deed\":\"measure\"}";
    let (status, said) = ask(&mut browser, Method::POST, &path, &script, body).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(
        said["error"]["message"],
        "Holter cannot measure that: it was heard of a client, which answers nowhere."
    );
    let said_done = "{\"deed\":\"say_done\"}";
    let (status, said) = ask(&mut browser, Method::POST, &path, &script, said_done).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    let (_, shown) = ask(&mut browser, Method::GET, &format!("/api/v1{page}"), &script, "").await;
    assert_eq!(shown["next"], "person");
    let asked = house.store.measurements_for(of.finding).await.unwrap();
    assert!(asked.is_empty(), "{asked:?}");
}

#[tokio::test]
async fn nobody_has_more_tokens_than_they_can_look_through() {
    let house = House::full().await;
    let admin = token(&house, Role::Admin, Role::Admin).await;
    let account = house.store.account_named("admin").await.unwrap().unwrap().id;
    let now = house.clock.now();
    let mut writing = house.store.write().await.unwrap();
    for number in 0..199 {
        let token = ApiToken {
            id: 0,
            account,
            name: format!("script {number}"),
            role: "viewer".to_owned(),
            created: now,
            expires: now + SignedDuration::from_hours(1),
            used: None,
        };
        writing
            .add_api_token(&token, &format!("hash {number}"))
            .await
            .unwrap();
    }
    writing.commit().await.unwrap();
    let mut script = house.browser();
    let body = "{\"name\":\"b\",\"role\":\"viewer\",\"days\":1}";
    let (status, said) = ask(&mut script, Method::POST, "/api/v1/me/tokens", &admin, body).await;
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    let (_, tokens) = ask(&mut script, Method::GET, "/api/v1/me/tokens", &admin, "").await;
    assert_eq!(tokens.as_array().unwrap().len(), 200);
    // What is over counts no more, and goes when a new one comes.
    house.clock.on(SignedDuration::from_hours(2));
    let (status, said) = ask(&mut script, Method::POST, "/api/v1/me/tokens", &admin, body).await;
    assert!(status.is_success(), "{said}");
    let (_, tokens) = ask(&mut script, Method::GET, "/api/v1/me/tokens", &admin, "").await;
    assert_eq!(tokens.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_not_shown_of_a_list_is_said() {
    let house = House::full().await;
    let mut viewer = house.signed_in(Role::Viewer).await;
    let page = viewer.open("/account").await;
    assert!(!page.text.contains("are shown."), "{}", page.text);
    let account = house.store.account_named("viewer").await.unwrap().unwrap().id;
    let now = house.clock.now();
    let mut writing = house.store.write().await.unwrap();
    for number in 0..120 {
        let session = Session {
            hash: format!("hash {number}"),
            account,
            created: now,
            seen: now,
            expires: now + SignedDuration::from_hours(12),
            address: "127.0.0.1".to_owned(),
            agent: String::new(),
        };
        writing.open_session(&session).await.unwrap();
    }
    writing.commit().await.unwrap();
    let page = viewer.open("/account").await;
    assert!(
        page.text.contains("The newest 100 of 121 are shown."),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn the_document_describes_every_route_and_no_other() {
    let house = House::full().await;
    let token = token(&house, Role::Viewer, Role::Admin).await;
    let (_, document) = ask(
        &mut house.browser(),
        Method::GET,
        "/api/v1/openapi.json",
        &token,
        "",
    )
    .await;
    let mut described: Vec<String> = Vec::new();
    for (path, deeds) in document["paths"].as_object().unwrap() {
        for method in deeds.as_object().unwrap().keys() {
            described.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let not_described = ["/api/v1/openapi.json", "/metrics", "/healthz"];
    let mut there: Vec<String> = routes::all()
        .iter()
        .filter(|route| route.kind() == Kind::Api && !not_described.contains(&route.path))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    described.sort();
    there.sort();
    assert_eq!(described, there);
}

#[tokio::test]
async fn counters_are_for_who_has_a_token() {
    let house = House::full().await;
    let token = token(&house, Role::Viewer, Role::Viewer).await;
    let bearer = format!("Bearer {token}");
    let said = house
        .browser()
        .send(
            Method::GET,
            "/metrics",
            &[("authorization", &bearer)],
            String::new(),
        )
        .await;
    assert!(said.text.contains("\nholter_logins_total 1\n"), "{}", said.text);
    let said = house.browser().open("/healthz").await;
    assert_eq!(
        (said.status, said.text.as_str()),
        (StatusCode::OK, "{\"status\":\"ok\"}")
    );
}
