//! Whoever has the files of the database, or a backup, and not the key, has no secret.

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};
use holter_model::seam::{Clock as _, SystemDice};
use hyper::{Method, StatusCode};

use super::house::{House, PASSWORD};
use super::login::code;
use crate::pages::login::of_second;
use crate::role::Role;

/// Every byte that is kept: the database's files, and a backup.
async fn kept(house: &House) -> Vec<(String, Vec<u8>)> {
    let mut backup = Vec::new();
    house.store.backup(&mut backup).await.unwrap();
    let mut all = vec![("a backup".to_owned(), backup)];
    for entry in std::fs::read_dir(house.folder()).unwrap() {
        let path = entry.unwrap().path();
        all.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    assert!(all.len() >= 2);
    all
}

/// The ways in which a secret could stand in a file.
fn spelled(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut ways = vec![
        bytes.to_vec(),
        BASE64.encode(bytes).into_bytes(),
        BASE64URL_NOPAD.encode(bytes).into_bytes(),
        HEXLOWER.encode(bytes).into_bytes(),
    ];
    // What is shown in letters is bytes to whoever uses it.
    let whsec = secret.strip_prefix("whsec_").unwrap_or_default();
    let read = [
        BASE32_NOPAD.decode(bytes),
        BASE64URL_NOPAD.decode(bytes),
        BASE64.decode(whsec.as_bytes()),
    ];
    for raw in read.into_iter().flatten().filter(|raw| raw.len() >= 8) {
        ways.push(HEXLOWER.encode(&raw).into_bytes());
        ways.push(raw);
    }
    ways
}

pub(super) async fn is_nowhere(house: &House, secrets: &[(&str, String)]) {
    for (file, bytes) in kept(house).await {
        for (what, secret) in secrets {
            assert!(secret.len() >= 12, "{what}: {secret:?} could be there by chance");
            for way in spelled(secret) {
                let is_there = bytes.windows(way.len()).any(|part| part == way);
                assert!(!is_there, "{what} can be read in {file}");
            }
        }
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split(after).next().unwrap()
}

#[tokio::test]
async fn the_link_of_the_first_start_is_kept_nowhere() {
    let house = House::empty().await;
    let link = house.ready.setup.clone().unwrap();
    let (_, secret) = link.rsplit_once('/').unwrap();
    is_nowhere(&house, &[("the set-up link", secret.to_owned())]).await;
}

#[tokio::test]
async fn no_secret_can_be_read_without_the_key() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let mut secrets = vec![("a password", PASSWORD.to_owned())];

    let wanted = [("name", "a script"), ("role", "admin"), ("days", "30")];
    let said = admin.fill("/account", "/account/tokens", &wanted).await;
    let token = between(&said.text, "<code id=\"token\">", "<").to_owned();
    let bearer = format!("Bearer {token}");
    secrets.push(("a token", token));

    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let mail = r#"{"kind":"mail","name":"Relay","config":{"host":"mail.example.org","port":587,"from":"holter@example.org","user":"holter"},"secret":"relay password of 2026"}"#;
    let hook =
        r#"{"kind":"webhook","name":"Hook","config":{"url":"https://hook.example.org/","shape":"holter"}}"#;
    let jira = r#"{"kind":"jira","name":"Jira","config":{"url":"https://jira.example.org","user":"holter@example.org","project":"SEC","issue_type":"Bug"},"secret":"jira token of 2026"}"#;
    for (what, body, own) in [
        ("the password of mail", mail, "relay password of 2026"),
        ("the token of a ticket system", jira, "jira token of 2026"),
        ("the key of a webhook", hook, ""),
    ] {
        let mut script = house.browser();
        let said = script
            .send(Method::POST, "/api/v1/channels", &headers, body.to_owned())
            .await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.text);
        let secret = match own {
            "" => between(&said.text, "\"secret\":\"", "\"").to_owned(),
            own => own.to_owned(),
        };
        secrets.push((what, secret));
    }

    let person = r#"{"shown":"Noor","name":"noor","role":"viewer"}"#;
    let mut script = house.browser();
    let said = script
        .send(Method::POST, "/api/v1/people", &headers, person.to_owned())
        .await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
    let link = between(&said.text, "/join/", "\"").to_owned();
    secrets.push(("a link to choose a password", link));

    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ";
    let account = house.store.account_named("operator").await.unwrap().unwrap();
    let sealed = house
        .key
        .seal(secret, &of_second(account.id), &SystemDice)
        .unwrap();
    let mut operator = house.signed_in(Role::Operator).await;
    let typed = code(secret, house.clock.now().as_second());
    let fields = [("sealed", sealed.as_str()), ("code", typed.as_str())];
    let said = operator.fill("/account", "/account/second", &fields).await;
    secrets.push(("the secret of one-time codes", secret.to_owned()));
    let codes = between(&said.text, "<code id=\"codes\">", "<");
    secrets.extend(codes.lines().map(|code| ("a recovery code", code.to_owned())));

    for browser in [&admin, &operator] {
        let session = browser.cookies.get("holter").unwrap().clone();
        secrets.push(("a session", session));
    }
    secrets.push(("the key", house.key.written()));
    is_nowhere(&house, &secrets).await;
}
