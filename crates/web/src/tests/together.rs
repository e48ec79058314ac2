//! What is done and its row in the audit log: both, or neither. Every route that changes something is tried twice: as it
//! is, where it must work and be written down; and where nothing can be written down any more, and nothing may change.

use std::collections::BTreeSet;

use holter_model::seam::{Clock as _, SystemDice};
use holter_store::{ApiToken, Page, Session, Store};
use hyper::{Method, StatusCode};
use jiff::SignedDuration;

use super::house::{Browser, House, PASSWORD};
use super::login::code;
use super::stocked::{Stocked, stock};
use crate::access::token;
use crate::pages::login::of_second;
use crate::routes;

const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// The link with which the viewer may choose a password, and what comes in for the admin.
const LINK: &str = "a-link-that-opens-once";
const COOKIE: &str = "a-session";
const TOKEN: &str = "holter_a-token";

/// One where everything can be done: by the admin, who asks for a code, and has a token that is its fourth.
async fn prepared() -> (House, Stocked) {
    let house = House::full().await;
    let stocked = stock(&house, 1, "Radiology").await;
    let now = house.clock.now();
    let mut writing = house.store.write_alone().await.unwrap();
    let admin = house.store.account_named("admin").await.unwrap().unwrap();
    let viewer = house.store.account_named("viewer").await.unwrap().unwrap();
    let later = now + SignedDuration::from_hours(24);
    let token = ApiToken {
        id: 0,
        account: admin.id,
        name: "a script".to_owned(),
        role: "admin".to_owned(),
        created: now,
        expires: later,
        used: Some(now),
    };
    let id = writing.add_api_token(&token, &token::hash(TOKEN)).await.unwrap();
    writing.use_api_token(id, now).await.unwrap();
    let link = token::hash(LINK);
    writing.invite(viewer.id, &link, now, later).await.unwrap();
    writing.commit().await.unwrap();
    (house, stocked)
}

/// The same, remembered anew; `is_full`: with a log that has a row in the last place that there is.
async fn again(from: &House, is_full: bool) -> House {
    let mut file = Vec::new();
    from.store.backup(&mut file).await.unwrap();
    let mut text = String::from_utf8(file).unwrap();
    if is_full {
        let (rows, end) = text.trim_end().rsplit_once('\n').unwrap();
        assert!(!rows.contains("\"table\":\"audit\""), "the log is empty yet");
        let end: serde_json::Value = serde_json::from_str(end).unwrap();
        let count = end["rows"].as_u64().unwrap() + 1;
        let columns = "{\"table\":\"audit\",\"columns\":[\"place\",\"at\",\"actor\",\"address\",\"deed\",\"subject\",\"detail\",\"mac\"]}";
        let last = format!("[{},0,\"\",\"\",\"\",\"\",\"\",\"\"]", i64::MAX);
        text = format!("{rows}\n{columns}\n{last}\n{{\"rows\":{count}}}\n");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("again.db").to_str().unwrap())
        .await
        .unwrap();
    store.restore(&mut text.as_bytes()).await.unwrap();
    let now = from.clock.now();
    let admin = store.account_named("admin").await.unwrap().unwrap();
    let session = Session {
        hash: token::hash(COOKIE),
        account: admin.id,
        created: now,
        seen: now,
        expires: now + SignedDuration::from_hours(12),
        address: "127.0.0.1".to_owned(),
        agent: String::new(),
    };
    let mut writing = store.write().await.unwrap();
    writing.open_session(&session).await.unwrap();
    writing.commit().await.unwrap();
    House::over(store, folder, from.key.clone(), None).await
}

/// What is sent to a route so that it works; more than one where the first alone could not.
struct Sent {
    route: &'static str,
    before: Vec<(&'static str, String)>,
    body: String,
}

fn form(route: &'static str, fields: &[(&str, &str)]) -> Sent {
    Sent {
        route,
        before: Vec::new(),
        body: serde_urlencoded::to_string(fields).unwrap(),
    }
}

fn json(route: &'static str, body: &str) -> Sent {
    Sent {
        route,
        before: Vec::new(),
        body: body.to_owned(),
    }
}

/// What must have been done before.
fn after(mut sent: Sent, route: &'static str, body: &str) -> Sent {
    sent.before.push((route, body.to_owned()));
    sent
}

/// All of them, for this server.
fn all(house: &House) -> Vec<Sent> {
    let sealed = house.key.seal(SECRET, &of_second(5), &SystemDice).unwrap();
    let now = code(SECRET, house.clock.now().as_second());
    let second = format!("{{\"sealed\":\"{sealed}\",\"code\":\"{now}\"}}");
    let confirmed = format!("{{\"password\":\"{PASSWORD}\"}}");
    let wish = [("reason", "why"), ("ground", "what"), ("until", "2027-03-31")];
    let wished = "{\"deed\":\"accept\",\"reason\":\"why\",\"ground\":\"what\",\"until\":\"2027-03-31\"}";
    let list = "address,role\n10.9.9.9,PACS\n";
    let second_form = serde_urlencoded::to_string([("sealed", &sealed), ("code", &now)]).unwrap();
    let events = "/api/v1/findings/{id}/events";
    let channel = [
        ("kind", "servicenow"),
        ("name", "Incidents"),
        ("config.url", "https://127.0.0.1:9"),
        ("active", "yes"),
    ];
    let channel_json =
        "{\"kind\":\"servicenow\",\"name\":\"Incidents\",\"config\":{\"url\":\"https://127.0.0.1:9\"}}";
    let new_password = "apricot lantern seven ships";
    vec![
        form("/login", &[("name", "viewer"), ("password", PASSWORD)]),
        form("/logout", &[]),
        form("/join/{token}", &[("password", new_password)]),
        form("/account/password", &[("old", PASSWORD), ("new", new_password)]),
        form("/account/second", &[("sealed", &sealed), ("code", &now)]),
        after(
            form("/account/second/codes", &[("password", PASSWORD)]),
            "/account/second",
            &second_form,
        ),
        after(
            form("/account/second/end", &[("password", PASSWORD)]),
            "/account/second",
            &second_form,
        ),
        form(
            "/account/tokens",
            &[("name", "b"), ("role", "viewer"), ("days", "1")],
        ),
        form("/account/tokens/{id}/end", &[]),
        form("/account/sessions/end", &[]),
        form("/account/notices", &[("wish-assigned", "never")]),
        form("/acknowledge/{token}", &[("text", "I have it")]),
        form("/findings/{id}/assign", &[("person", "1")]),
        form("/findings/{id}/fixing", &[]),
        form("/findings/{id}/done", &[]),
        form("/findings/{id}/measure", &[]),
        form("/findings/{id}/comment", &[("text", "words")]),
        form("/findings/{id}/accept", &wish),
        form("/findings/{id}/false", &wish),
        form("/assets/import", &[("list", list)]),
        form("/assets/{id}", &[("name", "another"), ("department", "1")]),
        form("/assets/{id}/services/{service}/measure", &[]),
        form("/assets/{id}/merge", &[("into", "2")]),
        form("/assets/{id}/split", &[("service", "2"), ("name", "the other")]),
        form("/assets/{id}/doubts/{task}/confirm", &[]),
        form("/assets/{id}/doubts/{task}/end", &[]),
        form("/interfaces", &[("from", "1"), ("to", "2"), ("protocol", "mllp")]),
        form("/interfaces/{id}", &[("purpose", "images")]),
        form("/interfaces/{id}/end", &[]),
        form("/scans", &[("targets", "127.0.0.1:1"), ("profile", "heartbleed")]),
        form(
            "/people",
            &[("shown", "Noor"), ("name", "noor"), ("role", "viewer")],
        ),
        form("/people/{id}", &[("department", "1"), ("role", "viewer")]),
        form("/people/{id}/link", &[]),
        form("/people/{id}/reset", &[]),
        form("/departments", &[("name", "Surgery")]),
        form("/settings", &[("deadlines", "strict")]),
        form("/settings/notices/url", &[("url", "https://holter.example.org")]),
        form("/settings/notices/digests", &[("digest-1", "never")]),
        form("/settings/notices/channels", &channel),
        form("/settings/notices/channels/{id}", &channel),
        form("/settings/notices/channels/{id}/try", &[]),
        form("/settings/notices/channels/{id}/again", &[]),
        form("/settings/notices/messages/{id}/again", &[]),
        json(
            "/api/v1/me/password",
            &format!("{{\"old\":\"{PASSWORD}\",\"new\":\"{new_password}\"}}"),
        ),
        json("/api/v1/me/second", &second),
        after(
            json("/api/v1/me/second/codes", &confirmed),
            "/api/v1/me/second",
            &second,
        ),
        after(
            json("/api/v1/me/second/end", &confirmed),
            "/api/v1/me/second",
            &second,
        ),
        json(
            "/api/v1/me/tokens",
            "{\"name\":\"b\",\"role\":\"viewer\",\"days\":1}",
        ),
        json("/api/v1/me/tokens/{id}/end", ""),
        json("/api/v1/me/sessions/end", ""),
        json(events, "{\"deed\":\"assign\",\"person\":1}"),
        json(events, "{\"deed\":\"fixing\"}"),
        json(events, "{\"deed\":\"say_done\"}"),
        json(events, "{\"deed\":\"measure\"}"),
        json(events, "{\"deed\":\"comment\",\"text\":\"words\"}"),
        json(events, wished),
        json(
            events,
            "{\"deed\":\"call_false\",\"reason\":\"why\",\"ground\":\"what\"}",
        ),
        json("/api/v1/assets/import", list),
        json(
            "/api/v1/assets/{id}",
            "{\"name\":\"another\",\"department\":\"1\"}",
        ),
        json("/api/v1/assets/{id}/services/{service}/measure", ""),
        json("/api/v1/assets/{id}/merge", "{\"into\":\"2\"}"),
        json(
            "/api/v1/assets/{id}/split",
            "{\"services\":[2],\"name\":\"the other\"}",
        ),
        json(
            "/api/v1/interfaces",
            "{\"from\":\"1\",\"to\":\"2\",\"protocol\":\"mllp\"}",
        ),
        json("/api/v1/interfaces/{id}", "{\"purpose\":\"images\"}"),
        json("/api/v1/interfaces/{id}/end", ""),
        json(
            "/api/v1/scans",
            "{\"targets\":\"127.0.0.1:1\",\"profile\":\"heartbleed\"}",
        ),
        json(
            "/api/v1/people",
            "{\"shown\":\"Noor\",\"name\":\"noor\",\"role\":\"viewer\"}",
        ),
        json(
            "/api/v1/people/{id}",
            "{\"department\":1,\"role\":\"viewer\",\"active\":true}",
        ),
        json("/api/v1/people/{id}/link", ""),
        json("/api/v1/people/{id}/reset", ""),
        json("/api/v1/departments", "{\"name\":\"Surgery\"}"),
        json("/api/v1/settings", "{\"deadlines\":\"strict\"}"),
        json(
            "/api/v1/settings",
            "{\"notices_url\":\"https://holter.example.org\"}",
        ),
        json("/api/v1/channels", channel_json),
        json("/api/v1/channels/{id}", channel_json),
        json("/api/v1/channels/{id}/try", ""),
        json("/api/v1/channels/{id}/again", ""),
        json("/api/v1/messages/{id}/again", ""),
        json("/api/v1/digests", "{\"department\":1,\"every\":\"never\"}"),
        json("/api/v1/me/notices", "{\"wishes\":{\"assigned\":\"never\"}}"),
    ]
}

/// What needs more than one request, or somebody else's, and is tried elsewhere; or changes nothing in the database.
const ELSEWHERE: [&str; 7] = [
    "/setup/{token}",
    "/findings/{id}/reopen",
    "/findings/{id}/decide",
    "/scans/{id}/stop",
    "/api/v1/scans/{id}/stop",
    "/scans/{id}/resume",
    "/api/v1/scans/{id}/resume",
];

async fn send(browser: &mut Browser, stocked: &Stocked, route: &str, body: &str) -> StatusCode {
    let path = route
        .replace("{id}", &stocked.id(route).to_string())
        .replace("{service}", &stocked.service.to_string())
        .replace("{task}", &stocked.task.to_string())
        .replace("/acknowledge/{token}", &format!("/acknowledge/{}", stocked.link))
        .replace("{token}", LINK);
    if path.starts_with("/api/") {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        return browser
            .send(Method::POST, &path, &headers, body.to_owned())
            .await
            .status;
    }
    let page = if browser.cookies.contains_key("holter") {
        "/account"
    } else {
        "/login"
    };
    let key = browser.open(page).await.form_key().to_owned();
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(body).unwrap();
    let mut all = vec![("form_key", key.as_str())];
    all.extend(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    browser.post(&path, &all).await.status
}

/// A browser for that route: the admin's, but where nobody is signed in yet.
fn browser(house: &House, route: &str) -> Browser {
    let mut browser = house.browser();
    if !matches!(route, "/login" | "/join/{token}") {
        browser.cookies.insert("holter".to_owned(), COOKIE.to_owned());
    }
    browser
}

async fn remembered(house: &House) -> Vec<u8> {
    let mut file = Vec::new();
    house.store.backup(&mut file).await.unwrap();
    file
}

#[tokio::test]
async fn everything_that_changes_something_is_tried() {
    let house = House::full().await;
    let tried: BTreeSet<&str> = all(&house)
        .iter()
        .map(|sent| sent.route)
        .chain(ELSEWHERE)
        .collect();
    let there: BTreeSet<&str> = routes::all()
        .iter()
        .filter(|route| route.method == Method::POST)
        .map(|route| route.path)
        .filter(|path| !path.contains("provider"))
        .collect();
    assert_eq!(tried, there);
}

#[tokio::test]
async fn what_works_stands_in_the_log() {
    let (first, stocked) = prepared().await;
    for sent in all(&first) {
        let house = again(&first, false).await;
        let mut browser = browser(&house, sent.route);
        for (route, body) in &sent.before {
            send(&mut browser, &stocked, route, body).await;
        }
        let before = house.store.audited(&Page::default()).await.unwrap().rows.len();
        let status = send(&mut browser, &stocked, sent.route, &sent.body).await;
        assert!(
            status.is_success() || status == StatusCode::SEE_OTHER,
            "{} {}: {status}",
            sent.route,
            sent.body
        );
        let after = house.store.audited(&Page::default()).await.unwrap().rows.len();
        assert!(after > before, "{} is not written down", sent.route);
    }
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_done() {
    let (first, stocked) = prepared().await;
    let house = again(&first, true).await;
    let before = remembered(&house).await;
    for sent in all(&first) {
        if !sent.before.is_empty() {
            continue;
        }
        let mut browser = browser(&house, sent.route);
        let status = send(&mut browser, &stocked, sent.route, &sent.body).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{}", sent.route);
        assert_eq!(
            remembered(&house).await,
            before,
            "{} left something behind",
            sent.route
        );
        let account = house.store.account_named("admin").await.unwrap().unwrap();
        let sessions = house
            .store
            .sessions(account.id, house.clock.now(), 9)
            .await
            .unwrap();
        assert_eq!(sessions.len(), 1, "{} opened or ended a session", sent.route);
    }
    let refused = house.browser().sign_in("viewer", "wrong wrong wrong", "").await;
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(remembered(&house).await, before);
}
