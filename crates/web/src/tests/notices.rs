//! From a deed to a receiver; a link that opens one finding; secrets that are never shown.

use std::time::{Duration, Instant};

use holter_model::finding::{Next, State};
use holter_model::seam::Clock as _;
use holter_model::{Basis, Severity, Verdict};
use holter_program::deeds::{self, By};
use holter_store::{AssetAbout, Finding, NewMessage, Page, Person};
use hyper::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;

use super::house::House;
use super::receiver;
use crate::notices::links::{Link, LinkKeys};
use crate::role::Role;

/// A finding of Radiology's, and somebody without an account.
pub(super) async fn fill(house: &House) -> (i64, i64) {
    let at = house.clock.now();
    let mut writing = house.store.write().await.unwrap();
    let department = writing.department_named("Radiology").await.unwrap();
    let person = Person {
        id: 0,
        name: "Mira".to_owned(),
        email: Some("mira@example.org".to_owned()),
        department: Some(department),
        active: true,
    };
    let person = writing.add_person(&person).await.unwrap();
    let about = AssetAbout {
        name: "pacs-3".to_owned(),
        department: Some(department),
        ..AssetAbout::default()
    };
    let asset = writing.add_asset(&about, at).await.unwrap();
    let other = AssetAbout {
        name: "another-secret-system".to_owned(),
        ..AssetAbout::default()
    };
    writing.add_asset(&other, at).await.unwrap();
    let finding = Finding {
        id: 0,
        flaw: "CVE-2014-0160".to_owned(),
        check: "heartbleed".to_owned(),
        asset,
        cause: "service:1".to_owned(),
        service: None,
        state: State::Open,
        severity: Severity::Critical,
        weight: 1000,
        verdict: Verdict::Affected,
        basis: Basis::Behaviour,
        evidence: "it was asked".to_owned(),
        foreign_bytes: 0,
        first_seen: at,
        last_seen: at,
        measured_at: at,
        visit: None,
        fixed_at: None,
        due: Some(at + SignedDuration::from_hours(24 * 15)),
        inconclusive: 0,
        returns: 0,
        assignee: None,
        accepted_until: None,
        next: Next::Department,
        site: None,
        department: Some(department),
    };
    let finding = writing.add_finding(&finding).await.unwrap();
    writing.commit().await.unwrap();
    (finding, person)
}

/// Waits for a row of the outbox in this state.
async fn wait_for(house: &House, state: &str) -> holter_store::Message {
    let start = Instant::now();
    loop {
        let listed = house.store.messages(Some(state), &Page::default()).await.unwrap();
        if let Some(message) = listed.rows.into_iter().next() {
            return message;
        }
        assert!(
            start.elapsed() < Duration::from_secs(300),
            "no message is {state}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until so many rows of the outbox are in this state.
async fn wait_until(house: &House, state: &str, many: u64) {
    let start = Instant::now();
    while house.store.messages_in(state).await.unwrap() < many {
        assert!(start.elapsed() < Duration::from_secs(60), "too few are {state}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_deed_reaches_a_receiver_signed() {
    let house = House::full().await;
    let (finding, person) = fill(&house).await;
    let (address, heard) = receiver::start(|_| {});
    let mut admin = house.signed_in(Role::Admin).await;
    let url = format!("http://{address}/in");
    let form = [
        ("kind", "webhook"),
        ("name", "A hook"),
        ("config.url", url.as_str()),
        ("config.shape", "holter"),
        ("config.ca", ""),
        ("secret", ""),
        ("hears", "assigned"),
        ("hears", "fixed"),
        ("severity", "high"),
        ("department", ""),
        ("active", "yes"),
    ];
    let said = admin
        .fill("/settings/notices", "/settings/notices/channels", &form)
        .await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let (_, secret) = said.text.split_once("<code id=\"secret\">").unwrap();
    let secret = secret.split('<').next().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));

    let by = By {
        person,
        at: house.clock.now(),
        words: "",
    };
    let mut writing = house.store.write_alone().await.unwrap();
    deeds::assign(&mut writing, finding, person, by).await.unwrap();
    writing.commit().await.unwrap();
    let sent = wait_for(&house, "sent").await;
    let request = heard.recv().unwrap();
    assert_eq!(request.header("webhook-id"), sent.about.key);
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["type"], "finding.assigned");
    assert_eq!(body["data"]["asset_name"], "pacs-3");
    assert!(request.header("webhook-signature").starts_with("v1,"));

    // The secret is nowhere, sealed or not, but in the database under the key.
    let channel = house.store.channels().await.unwrap().remove(0);
    assert!(!channel.secret.is_empty() && !channel.secret.contains(&secret));
    let page = admin.open("/settings/notices").await;
    assert!(!page.text.contains(&secret) && !page.text.contains(&channel.secret));
    // Nobody takes it along to somewhere else.
    let elsewhere: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| match *name {
            "config.url" => (*name, "https://elsewhere.example/"),
            _ => (*name, *value),
        })
        .collect();
    let change = format!("/settings/notices/channels/{}", channel.id);
    let said = admin.fill("/settings/notices", &change, &elsewhere).await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST, "{}", said.text);
    // A trial goes the same way.
    let said = admin
        .fill("/settings/notices", &format!("{change}/try"), &[])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    while house
        .store
        .messages(Some("sent"), &Page::default())
        .await
        .unwrap()
        .rows
        .len()
        < 2
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let body: Value = serde_json::from_str(&heard.recv().unwrap().body).unwrap();
    assert_eq!(body["type"], "trial");
}

#[tokio::test]
async fn what_cannot_be_sent_is_shown_and_tried_again_when_somebody_asks() {
    let house = House::full().await;
    let (finding, person) = fill(&house).await;
    let mut admin = house.signed_in(Role::Admin).await;
    let form = [
        ("kind", "webhook"),
        ("name", "A hook"),
        // Where a machine in a cloud is told its secrets.
        ("config.url", "https://169.254.169.254/"),
        ("hears", "assigned"),
        ("active", "yes"),
    ];
    admin
        .fill("/settings/notices", "/settings/notices/channels", &form)
        .await;
    let by = By {
        person,
        at: house.clock.now(),
        words: "",
    };
    let mut writing = house.store.write_alone().await.unwrap();
    deeds::assign(&mut writing, finding, person, by).await.unwrap();
    writing.commit().await.unwrap();
    let failed = wait_for(&house, "failed").await;
    assert_eq!(failed.tries, 1);
    let page = admin.open("/settings/notices").await;
    assert!(page.text.contains("1 message could not be sent"), "{}", page.text);
    assert!(
        page.text.contains("no address where a receiver can be"),
        "{}",
        page.text
    );
    let again = format!("/settings/notices/messages/{}/again", failed.id);
    let said = admin.fill("/settings/notices", &again, &[]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
}

#[tokio::test]
async fn all_that_failed_is_tried_again_once_the_receiver_is_mended() {
    let house = House::full().await;
    let (address, heard) = receiver::start(|_| {});
    let mut admin = house.signed_in(Role::Admin).await;
    let url = format!("http://{address}/in");
    let mut form = [
        ("kind", "webhook"),
        ("name", "A hook"),
        ("config.url", "https://169.254.169.254/"),
        ("secret", "whsec_c2VjcmV0c2VjcmV0c2VjcmV0"),
        ("active", "yes"),
    ];
    let here = "/settings/notices";
    admin.fill(here, "/settings/notices/channels", &form).await;
    let channel = house.store.channels().await.unwrap()[0].id;
    let messages: Vec<NewMessage> = (0..3)
        .map(|number| NewMessage {
            key: format!("message-{number}"),
            channel,
            person: None,
            address: String::new(),
            subject: "A trial".to_owned(),
            finding: None,
            content: serde_json::json!({ "form": "trial", "by": format!("{number}") }),
            created: house.clock.now(),
        })
        .collect();
    let mut writing = house.store.write().await.unwrap();
    writing.add_messages(&messages).await.unwrap();
    writing.commit().await.unwrap();
    wait_until(&house, "failed", 3).await;
    let page = admin.open(here).await;
    assert!(
        page.text.contains("Try all that failed by A hook (3)"),
        "{}",
        page.text
    );
    let change = format!("/settings/notices/channels/{channel}");
    form[2].1 = &url;
    admin.fill(here, &change, &form).await;
    let again = format!("{change}/again");
    let said = admin.fill(here, &again, &[]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    wait_until(&house, "sent", 3).await;
    let mut keys: Vec<String> = heard
        .try_iter()
        .map(|request| request.header("webhook-id").to_owned())
        .collect();
    keys.sort();
    assert_eq!(keys, ["message-0", "message-1", "message-2"]);
    // There is nothing left to try, and the log says what was done.
    let said = admin.fill(here, &again, &[]).await;
    assert_eq!(said.status, StatusCode::CONFLICT, "{}", said.text);
    let log = admin.open("/audit").await;
    assert_eq!(log.text.matches("channel.again").count(), 1, "{}", log.text);
}

#[tokio::test]
async fn a_link_shows_one_finding_and_is_used_once() {
    let house = House::full().await;
    let (finding, person) = fill(&house).await;
    let keys = LinkKeys::new(house.key.derived("links"));
    let link = Link {
        finding,
        person,
        until: house.clock.now() + SignedDuration::from_hours(24 * 14),
    };
    let path = format!("/acknowledge/{}", keys.token(link));
    let mut stranger = house.browser();
    let rows = |events: holter_store::Listed<holter_store::Event>| events.rows.len();
    for _ in 0..3 {
        // A mail server that follows every link changes nothing.
        let said = stranger.open(&path).await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.text);
        assert!(
            said.text.contains("pacs-3") && said.text.contains("Mira"),
            "{}",
            said.text
        );
        for none in ["another-secret-system", "/findings", "/assets", "Somebody admin"] {
            assert!(!said.text.contains(none), "{none} is shown");
        }
    }
    assert_eq!(
        rows(house.store.events(finding, &Page::default()).await.unwrap()),
        0
    );
    // Without the form's key nothing happens either.
    let said = stranger.post(&path, &[("text", "mine")]).await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST);
    let fields = [("day", "2026-12-01"), ("text", "the vendor comes")];
    let said = stranger.fill(&path, &path, &fields).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let events = house.store.events(finding, &Page::default()).await.unwrap().rows;
    assert_eq!(events.len(), 1);
    let about = &events[0].about;
    assert_eq!((about.kind.as_str(), about.actor), ("acknowledged", Some(person)));
    assert_eq!(about.text, "to be done by 2026-12-01: the vendor comes");
    let audited = house.store.audited(&Page::default()).await.unwrap().rows;
    let last = audited
        .iter()
        .find(|row| row.deed.deed == "finding.acknowledged")
        .unwrap();
    assert_eq!(last.deed.actor, "Mira, by a signed link");
    // Used is used.
    let said = stranger.open(&path).await;
    assert!(said.text.contains("does nothing more"), "{}", said.text);
    let key = stranger.open("/login").await.form_key().to_owned();
    let said = stranger
        .post(&path, &[("form_key", &key), ("text", "again")])
        .await;
    assert_eq!(said.status, StatusCode::CONFLICT, "{}", said.text);
    assert_eq!(
        rows(house.store.events(finding, &Page::default()).await.unwrap()),
        1
    );
    // Neither another finding by the same tag, nor this one when its day has come.
    let other = keys.token(Link {
        finding: finding + 1,
        ..link
    });
    let forged = format!(
        "{}.{}",
        other.split_once('.').unwrap().0,
        path.split_once('.').unwrap().1
    );
    let said = stranger.open(&format!("/acknowledge/{forged}")).await;
    assert_eq!(said.status, StatusCode::NOT_FOUND);
    house.clock.on(SignedDuration::from_hours(24 * 15));
    let said = stranger.open(&path).await;
    assert_eq!(said.status, StatusCode::CONFLICT);
    assert!(!said.text.contains("pacs-3"), "{}", said.text);
}

#[tokio::test]
async fn people_choose_what_they_are_told() {
    let house = House::full().await;
    let department = house.store.departments().await.unwrap()[0].id.to_string();
    let mut operator = house.signed_in(Role::Operator).await;
    let fields = [
        ("wish-overdue", "never"),
        ("wish-opened", "now"),
        ("wish-back", ""),
        ("wish-digest", "never"),
        ("follow", department.as_str()),
    ];
    let said = operator.fill("/account", "/account/notices", &fields).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let account = house.store.account_named("operator").await.unwrap().unwrap();
    let wishes = house.store.wishes(account.person).await.unwrap();
    assert_eq!(wishes.len(), 3);
    assert_eq!(house.store.follows(account.person).await.unwrap().len(), 1);
    // Whoever answers for one department follows no other.
    let mut owner = house.signed_in(Role::Owner).await;
    let said = owner
        .fill("/account", "/account/notices", &[("follow", "0")])
        .await;
    assert_eq!(said.status, StatusCode::FORBIDDEN, "{}", said.text);
    let said = owner
        .fill("/account", "/account/notices", &[("wish-overdue", "hourly")])
        .await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_api_sets_channels_up_and_shows_no_secret() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let wanted = [("name", "a script"), ("role", "admin"), ("days", "30")];
    let said = admin.fill("/account", "/account/tokens", &wanted).await;
    let (_, token) = said.text.split_once("<code id=\"token\">").unwrap();
    let bearer = format!("Bearer {}", token.split('<').next().unwrap());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let mut script = house.browser();
    let new = r#"{"kind":"mail","name":"Relay","config":{"host":"mail.example.org","port":587,"from":"holter@example.org","user":"holter"},"secret":"hunter2 and more"}"#;
    let said = script
        .send(Method::POST, "/api/v1/channels", &headers, new.to_owned())
        .await;
    assert_eq!(
        (said.status, said.text.as_str()),
        (StatusCode::OK, "{\"id\":1,\"secret\":null}")
    );
    let wrong = new.replace("mail.example.org", "mail.example.org\\r\\nRCPT");
    let said = script
        .send(Method::POST, "/api/v1/channels", &headers, wrong)
        .await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST, "{}", said.text);
    let said = script
        .send(Method::GET, "/api/v1/channels", &headers, String::new())
        .await;
    assert!(
        said.text.contains("\"has_secret\":true") && !said.text.contains("hunter2"),
        "{}",
        said.text
    );
    let digest = r#"{"department":1,"every":"day"}"#;
    let said = script
        .send(Method::POST, "/api/v1/digests", &headers, digest.to_owned())
        .await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let said = script
        .send(Method::GET, "/api/v1/digests", &headers, String::new())
        .await;
    assert!(said.text.contains("\"every\":\"day\""), "{}", said.text);
    let wishes = r#"{"wishes":{"back":"never"},"follows":[0]}"#;
    let said = script
        .send(Method::POST, "/api/v1/me/notices", &headers, wishes.to_owned())
        .await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let said = script
        .send(Method::GET, "/api/v1/me/notices", &headers, String::new())
        .await;
    assert_eq!(said.text, wishes);
    let said = script
        .send(
            Method::GET,
            "/api/v1/messages?state=failed",
            &headers,
            String::new(),
        )
        .await;
    assert_eq!(said.text, "{\"rows\":[],\"next\":null}");
}
