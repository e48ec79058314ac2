//! Signing in with a provider: a certified one with everything that it does; and one that lies.

use std::net::SocketAddr;

use data_encoding::BASE64URL_NOPAD;
use holter_lab::ports::on_a_free_port;
use holter_lab::provider::{self, Provider};
use holter_model::seam::{Clock as _, SystemClock};
use holter_store::Page;
use hyper::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::house::{Answer, Browser, House, PASSWORD};
use super::scripted::{Scripted, Signing};
use crate::role::Role;

/// Sets a provider up as the admin.
async fn set_up(admin: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("client", "holter"), ("label", "Staff"), ("groups", "groups")];
    fields.extend_from_slice(more);
    admin
        .fill("/settings/provider", "/settings/provider", &fields)
        .await
}

async fn deeds(house: &House) -> Vec<(String, String, String)> {
    let rows = house.store.audited(&Page::default()).await.unwrap().rows;
    rows.into_iter()
        .map(|row| (row.deed.deed, row.deed.subject, row.deed.detail))
        .collect()
}

fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// What stands after this name in a query.
fn asked(address: &str, name: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    fields.into_iter().find(|(field, _)| field == name).unwrap().1
}

/// Goes to the provider, signs in on its pages, and comes back to Holter.
async fn by_provider(
    house: &House,
    browser: &mut Browser,
    at: SocketAddr,
    start: &str,
    name: &str,
) -> Answer {
    let mut there = Browser::at(at);
    let mut next = if start == "/account/provider" {
        let said = browser.fill("/account", start, &[]).await;
        let (_, link) = said.text.split_once("id=\"there\" href=\"").unwrap();
        link.split('"').next().unwrap().replace("&amp;", "&")
    } else {
        let said = browser.open(start).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        said.header("location").to_owned()
    };
    for _ in 0..12 {
        if next.starts_with(&house.ready.url) {
            return browser.open(path_of(&next)).await;
        }
        let mut said = there.open(path_of(&next)).await;
        if said.status == StatusCode::OK {
            // Its page asks who it is, and then whether it may be told.
            let prompt = if said.text.contains("name=\"login\"") {
                "login"
            } else {
                "consent"
            };
            let fields = [("prompt", prompt), ("login", name), ("password", "anything")];
            said = there.post(path_of(&next), &fields).await;
        }
        assert!(
            said.status.is_redirection(),
            "{next}: {} {}",
            said.status,
            said.text
        );
        next = said.header("location").to_owned();
    }
    panic!("the provider leads in circles");
}

fn people() -> Value {
    let person = |name: &str, groups: &[&str]| {
        json!({
            "email": format!("{name}@hospital.example"), "email_verified": true,
            "name": format!("Somebody {name}"), "preferred_username": name, "groups": groups,
        })
    };
    json!({
        "mira": person("mira", &["it"]),
        "noor": person("noor", &["radiology"]),
        "strange": person("strange", &[]),
        "unverified": { "email": "viewer@hospital.example", "email_verified": false, "groups": ["it"] },
    })
}

/// A house whose viewer has an address for e-mail, at the real time, which the provider has, too.
async fn house() -> House {
    let house = House::full().await;
    house
        .clock
        .on(SystemClock.now().duration_since(house.clock.now()));
    let viewer = house.store.account_named("viewer").await.unwrap().unwrap();
    let mut person = house.store.person(viewer.person).await.unwrap();
    person.email = Some("mira@hospital.example".to_owned());
    let mut writing = house.store.write().await.unwrap();
    writing.update_person(&person).await.unwrap();
    writing.commit().await.unwrap();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_with_a_certified_provider() {
    if !provider::is_here() {
        println!("skipped: no Node.js 20 with npm");
        return;
    }
    for (method, algorithm, thin) in [
        ("client_secret_basic", "RS256", true),
        ("client_secret_post", "ES256", false),
    ] {
        let house = house().await;
        let back = format!("{}/login/provider/back", house.ready.url);
        let wanted = |address: SocketAddr| Provider {
            port: address.port(),
            client: "holter",
            secret: "a secret: with % in it",
            back: back.clone(),
            method,
            algorithm,
            thin,
            people: people(),
        };
        let server = on_a_free_port(|address| wanted(address).start()).unwrap();
        let at = server.address;
        let issuer = wanted(at).issuer();
        let mut admin = house.signed_in(Role::Admin).await;
        let scopes = "openid email profile groups";
        let known = [
            ("issuer", issuer.as_str()),
            ("secret", "a secret: with % in it"),
            ("scopes", scopes),
        ];
        let said = set_up(&mut admin, &known).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        assert!(
            house
                .browser()
                .open("/login")
                .await
                .text
                .contains("Sign in with Staff")
        );

        // Known by a verified address, and by the provider's own name from then on.
        let mut browser = house.browser();
        let start = "/login/provider?to=%2Ffindings";
        let said = by_provider(&house, &mut browser, at, start, "mira").await;
        assert_eq!(
            said.header("location"),
            "/findings",
            "{}\n{}",
            said.text,
            server.log()
        );
        let me = browser.open("/account").await.text;
        assert!(me.contains("Somebody viewer") && me.contains(&issuer), "{me}");
        let account = house.store.account_named("viewer").await.unwrap().unwrap();
        let mut person = house.store.person(account.person).await.unwrap();
        person.email = Some("another@hospital.example".to_owned());
        let mut writing = house.store.write().await.unwrap();
        writing.update_person(&person).await.unwrap();
        writing.commit().await.unwrap();
        let said = by_provider(&house, &mut house.browser(), at, "/login/provider", "mira").await;
        assert_eq!(said.header("location"), "/", "{}", said.text);
        // Nobody else, as long as no admin wants it.
        for stranger in ["noor", "unverified"] {
            let said = by_provider(&house, &mut house.browser(), at, "/login/provider", stranger).await;
            assert_eq!(said.status, StatusCode::UNAUTHORIZED, "{}", said.text);
            assert!(said.text.contains("nobody here is known"), "{}", said.text);
        }

        // By their groups, and new ones.
        let roles = "it = operator\nradiology = owner of Radiology";
        let more = [
            ("issuer", issuer.as_str()),
            ("scopes", scopes),
            ("roles", roles),
            ("takes_in", "yes"),
        ];
        let said = set_up(&mut admin, &more).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        let mut noor = house.browser();
        let said = by_provider(&house, &mut noor, at, "/login/provider", "noor").await;
        assert_eq!(said.header("location"), "/", "{}", said.text);
        let account = house.store.account_named("noor").await.unwrap().unwrap();
        assert_eq!(
            (account.role.as_str(), account.shown.as_str()),
            ("owner", "Somebody noor")
        );
        assert!(account.department.is_some());
        by_provider(&house, &mut browser, at, "/login/provider", "mira").await;
        let account = house.store.account_named("viewer").await.unwrap().unwrap();
        assert_eq!(account.role, "operator");
        let said = by_provider(&house, &mut house.browser(), at, "/login/provider", "strange").await;
        assert!(said.text.contains("in none of the groups"), "{}", said.text);

        // The provider has other keys after a restart; they are fetched as soon as one is met.
        drop(server);
        let again = wanted(at).start().unwrap();
        house.clock.on(SignedDuration::from_secs(30));
        let said = by_provider(&house, &mut house.browser(), at, "/login/provider", "mira").await;
        assert_eq!(said.header("location"), "/", "{}\n{}", said.text, again.log());

        // Somebody whom no address tells binds it by hand.
        let mut compliance = house.signed_in(Role::Compliance).await;
        let said = by_provider(&house, &mut compliance, at, "/account/provider", "unverified").await;
        assert_eq!(said.header("location"), "/account?done=bound", "{}", said.text);
        let said = by_provider(&house, &mut house.browser(), at, "/login/provider", "unverified").await;
        assert_eq!(said.header("location"), "/", "{}", said.text);

        // Nobody but one comes in by a password any more.
        let mut only = more.to_vec();
        only.push(("only", "yes"));
        let said = set_up(&mut admin, &only).await;
        assert_eq!(said.status, StatusCode::BAD_REQUEST, "{}", said.text);
        only.push(("emergency", "admin"));
        let said = set_up(&mut admin, &only).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        let said = house.browser().sign_in("operator", PASSWORD, "").await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED, "{}", said.text);
        let said = house.browser().sign_in("admin", PASSWORD, "").await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        let own = house.store.account_named("admin").await.unwrap().unwrap();
        let path = format!("/people/{}", own.person);
        let said = admin.fill("/people", &path, &[("role", "viewer")]).await;
        assert_eq!(said.status, StatusCode::CONFLICT, "{}", said.text);

        let noted = deeds(&house).await;
        for deed in [
            "provider.bound",
            "person.added",
            "role.mapped",
            "login.refused",
            "settings.changed",
        ] {
            assert!(noted.iter().any(|(one, ..)| one == deed), "{deed}: {noted:?}");
        }
        // The secret is nowhere in what is remembered.
        let mut file = Vec::new();
        house.store.backup(&mut file).await.unwrap();
        let text = String::from_utf8(file).unwrap();
        assert!(!text.contains("a secret:") && text.contains("provider"));
    }
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
