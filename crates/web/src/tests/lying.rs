//! A provider that lies, or somebody who lies in its name.

use data_encoding::BASE64URL_NOPAD;
use holter_model::seam::Clock as _;
use hyper::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::house::{Answer, Browser, House};
use super::provider::{deeds, house, set_up};
use super::scripted::{Scripted, Signing};
use super::secrets::is_nowhere;
use crate::role::Role;

/// What stands after this name in a query.
fn asked(address: &str, name: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    fields.into_iter().find(|(field, _)| field == name).unwrap().1
}

/// A browser on its way: what it was sent with.
struct Sent {
    browser: Browser,
    state: String,
    nonce: String,
}

impl Sent {
    /// Comes back with its own state, and this.
    async fn back(&mut self, query: &str) -> Answer {
        let path = format!("/login/provider/back?{query}&state={}", self.state);
        self.browser.open(&path).await
    }
}

async fn sent(house: &House) -> Sent {
    let mut browser = house.browser();
    let said = browser.open("/login/provider").await;
    let to = said.header("location");
    assert_eq!(asked(to, "code_challenge_method"), "S256");
    Sent {
        state: asked(to, "state"),
        nonce: asked(to, "nonce"),
        browser,
    }
}

fn claims(house: &House, issuer: &str, nonce: &str) -> Value {
    let now = house.clock.now().as_second();
    json!({
        "iss": issuer, "aud": "holter", "sub": "1", "nonce": nonce, "iat": now, "exp": now + 300,
        "email": "mira@hospital.example", "email_verified": true, "groups": [],
    })
}

/// A house with a scripted provider, and the key that it signs with.
async fn scripted() -> (House, Scripted, Signing) {
    let (house, scripted, key) = (house().await, Scripted::start().await, Signing::new("one"));
    scripted.say(|script| script.keys = vec![key.public()]);
    let mut admin = house.signed_in(Role::Admin).await;
    let said = set_up(&mut admin, &[("issuer", &scripted.issuer), ("secret", "s")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    (house, scripted, key)
}

#[tokio::test]
async fn the_secret_that_a_provider_gave_is_kept_sealed() {
    let (house, scripted, _) = scripted().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let secret = "client secret of 2026";
    let fields = [("issuer", scripted.issuer.as_str()), ("secret", secret)];
    let said = set_up(&mut admin, &fields).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    is_nowhere(&house, &[("the client's secret", secret.to_owned())]).await;
}

#[tokio::test]
async fn what_a_provider_says_is_believed_only_where_all_of_it_is_right() {
    let (house, scripted, key) = scripted().await;
    // What is changed, to what at this second, and what is said of it.
    type Wrong = (&'static str, fn(i64) -> Value, &'static str);
    let wrong: [Wrong; 14] = [
        ("nonce", |_| json!("another"), "another browser's question"),
        ("nonce", |_| Value::Null, "another browser's question"),
        ("iss", |_| json!("https://evil.example"), "another provider"),
        ("aud", |_| json!("another"), "another server"),
        ("aud", |_| json!(["holter", "another"]), "another server"),
        ("azp", |_| json!("another"), "another server"),
        ("exp", |now| json!(now - 61), "expired"),
        ("exp", |_| Value::Null, "expired"),
        ("exp", |_| json!("soon"), "expired"),
        ("nbf", |now| json!(now + 120), "not valid yet"),
        ("iat", |now| json!(now - 3600), "another time"),
        ("iat", |now| json!(now + 3600), "another time"),
        ("sub", |_| json!(""), "who it is about"),
        ("sub", |_| json!(17), "who it is about"),
    ];
    for (name, value, why) in wrong {
        let Sent {
            mut browser,
            state,
            nonce,
        } = sent(&house).await;
        let value = value(house.clock.now().as_second());
        let mut claims = claims(&house, &scripted.issuer, &nonce);
        claims[name] = value.clone();
        scripted.say(|script| script.token = key.token(&claims));
        let said = browser
            .open(&format!("/login/provider/back?code=c&state={state}"))
            .await;
        assert_eq!(
            said.status,
            StatusCode::UNAUTHORIZED,
            "{name} {value}: {}",
            said.text
        );
        assert!(said.text.contains(why), "{name} {value}: {}", said.text);
        assert!(!browser.cookies.contains_key("holter"));
        // Failures count for the network; the clock forgives.
        house.clock.on(SignedDuration::from_mins(16));
    }

    // Signed by another, by nobody, or with a secret that both know.
    let forged: [fn(&Signing, &Value) -> String; 7] = [
        |_, good| Signing::new("one").token(good),
        |_, good| {
            let text = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
            format!("{}.{}.", text(&json!({ "alg": "none" })), text(good))
        },
        |_, good| {
            let secret = jsonwebtoken::EncodingKey::from_secret(b"s");
            jsonwebtoken::encode(&jsonwebtoken::Header::default(), good, &secret).unwrap()
        },
        |key, good| key.token(good).replacen('.', ".e30", 1),
        |_, _| "a.b.c".to_owned(),
        |_, _| String::new(),
        |_, _| "x".repeat(300 << 10),
    ];
    for forge in forged {
        let mut sent = sent(&house).await;
        let token = forge(&key, &claims(&house, &scripted.issuer, &sent.nonce));
        scripted.say(|script| script.token = token);
        let said = sent.back("code=c").await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED, "{}", said.text);
        house.clock.on(SignedDuration::from_mins(16));
    }
    let Sent {
        mut browser,
        state,
        nonce,
    } = sent(&house).await;
    let good = claims(&house, &scripted.issuer, &nonce);
    // And the same, signed by the provider, is.
    scripted.say(|script| script.token = key.token(&good));
    let back = format!("/login/provider/back?code=c&state={state}");
    let said = browser.open(&back).await;
    assert_eq!(said.header("location"), "/", "{}", said.text);
    assert_eq!(browser.open("/").await.status, StatusCode::OK);
    // An errand is over when it has come back.
    let mut again = house.browser();
    again.cookies.clone_from(&browser.cookies);
    again.cookies.remove("holter");
    assert_eq!(again.open(&back).await.status, StatusCode::UNAUTHORIZED);
    let heard = scripted.script.lock().unwrap().heard.join("\n");
    assert!(
        heard.contains("Basic ") && heard.contains("code_verifier="),
        "{heard}"
    );
}

#[tokio::test]
async fn no_answer_but_to_this_browsers_question_is_taken() {
    let (house, scripted, key) = scripted().await;
    let mine = sent(&house).await;
    let other = sent(&house).await;
    let token = key.token(&claims(&house, &scripted.issuer, &mine.nonce));
    scripted.say(|script| script.token = token.clone());
    let evil = "iss=https%3A%2F%2Fevil.example";
    let cases = [
        (
            mine.browser.clone(),
            format!("code=c&state={}", other.state),
            "another question",
        ),
        (mine.browser.clone(), "code=c".to_owned(), "another question"),
        (
            house.browser(),
            format!("code=c&state={}", mine.state),
            "asked nothing",
        ),
        (
            mine.browser.clone(),
            format!("code=c&state={}&{evil}", mine.state),
            "another provider",
        ),
        (
            mine.browser.clone(),
            format!("error=access_denied&state={}", mine.state),
            "did not sign anybody in",
        ),
    ];
    for (mut browser, query, why) in cases {
        let said = browser.open(&format!("/login/provider/back?{query}")).await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED, "{query}: {}", said.text);
        assert!(said.text.contains(why), "{query}: {}", said.text);
        assert!(!said.text.contains("access_denied"));
    }
    // Where the provider promises to say who it is, it must.
    house.clock.on(SignedDuration::from_mins(16));
    scripted.say(|script| script.about = json!({ "authorization_response_iss_parameter_supported": true }));
    let said = sent(&house).await.back("code=c").await;
    assert!(said.text.contains("does not say who it is"), "{}", said.text);
    // Whoever takes too long begins anew.
    house.clock.on(SignedDuration::from_mins(16));
    let mut slow = sent(&house).await;
    house.clock.on(SignedDuration::from_mins(11));
    let said = slow.back("code=c").await;
    assert!(said.text.contains("too long ago"), "{}", said.text);
    // What was refused stands in the log, and the provider's own words do not.
    let noted = deeds(&house).await;
    assert!(noted.iter().filter(|(deed, ..)| deed == "login.refused").count() >= 7);
    assert!(!format!("{noted:?}").contains("access_denied"));
}

#[tokio::test]
async fn a_provider_that_answers_too_much_or_nonsense_lets_nobody_in() {
    let (house, scripted, key) = scripted().await;
    for (status, instead) in [
        (200, "x".repeat(3 << 20)),
        (200, format!("{{\"id_token\":\"{}\"}}", "x".repeat(2 << 20))),
        (200, "<html>".to_owned()),
        (500, "{}".to_owned()),
        (302, String::new()),
        (400, "{\"error\":\"<script>alert(1)</script>\"}".to_owned()),
    ] {
        let mut sent = sent(&house).await;
        let token = key.token(&claims(&house, &scripted.issuer, &sent.nonce));
        scripted.say(|script| {
            script.token = token;
            script.instead = Some((status, instead));
        });
        let said = sent.back("code=c").await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED, "{}", said.text);
        assert!(said.text.len() < 10_000 && !said.text.contains("<script>alert"));
        scripted.say(|script| script.instead = None);
        house.clock.on(SignedDuration::from_mins(16));
    }
    // Keys are not fetched as often as somebody sends a token under one that nobody knows.
    let mut own = sent(&house).await;
    let strange = Signing::new("another").token(&claims(&house, &scripted.issuer, &own.nonce));
    scripted.say(|script| script.token = strange);
    let before = scripted.script.lock().unwrap().fetched;
    let mut again = own.browser.clone();
    assert_eq!(own.back("code=c").await.status, StatusCode::UNAUTHORIZED);
    std::mem::swap(&mut own.browser, &mut again);
    assert_eq!(own.back("code=c").await.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(scripted.script.lock().unwrap().fetched <= before + 1);
    house.clock.on(SignedDuration::from_mins(16));
    // Nor is one set up that calls itself by another name, or is not there.
    let mut admin = house.signed_in(Role::Admin).await;
    scripted.say(|script| script.about = json!({ "issuer": "https://evil.example" }));
    for issuer in [scripted.issuer.as_str(), "http://evil.example", "nonsense"] {
        let said = set_up(&mut admin, &[("issuer", issuer)]).await;
        assert_eq!(said.status, StatusCode::BAD_REQUEST, "{issuer}: {}", said.text);
    }
    scripted.say(|script| script.about = json!({ "token_endpoint": "http://evil.example/token" }));
    let said = set_up(&mut admin, &[("issuer", &scripted.issuer)]).await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST, "{}", said.text);
}

#[tokio::test]
async fn an_address_that_is_given_to_somebody_else_opens_nothing() {
    let (house, scripted, key) = scripted().await;
    for (subject, opens) in [("1", true), ("2", false), ("1", true)] {
        let Sent {
            mut browser,
            state,
            nonce,
        } = sent(&house).await;
        let mut claims = claims(&house, &scripted.issuer, &nonce);
        claims["sub"] = json!(subject);
        scripted.say(|script| script.token = key.token(&claims));
        let said = browser
            .open(&format!("/login/provider/back?code=c&state={state}"))
            .await;
        assert_eq!(
            said.status == StatusCode::SEE_OTHER,
            opens,
            "{subject}: {}",
            said.text
        );
    }
    // What is told beside the token must be of the same person.
    let Sent {
        mut browser,
        state,
        nonce,
    } = sent(&house).await;
    let mut thin = claims(&house, &scripted.issuer, &nonce);
    thin["email"] = Value::Null;
    let thin: Value = json!({
        "iss": thin["iss"], "aud": thin["aud"], "sub": "3", "nonce": thin["nonce"], "iat": thin["iat"], "exp": thin["exp"],
    });
    scripted.say(|script| {
        script.token = key.token(&thin);
        script.userinfo = json!({ "sub": "1", "email": "mira@hospital.example", "email_verified": true });
    });
    let said = browser
        .open(&format!("/login/provider/back?code=c&state={state}"))
        .await;
    assert!(said.text.contains("somebody else"), "{}", said.text);
}
