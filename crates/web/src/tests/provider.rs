//! Signing in with a certified provider, with everything that it does.

use std::net::SocketAddr;

use holter_lab::command::say;
use holter_lab::ports::on_a_free_port;
use holter_lab::provider::{self, Provider};
use holter_model::seam::{Clock as _, SystemClock};
use holter_store::Page;
use hyper::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::house::{Answer, Browser, House, PASSWORD};
use crate::role::Role;

/// Sets a provider up as the admin.
pub(super) async fn set_up(admin: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("client", "holter"), ("label", "Staff"), ("groups", "groups")];
    fields.extend_from_slice(more);
    admin
        .fill("/settings/provider", "/settings/provider", &fields)
        .await
}

pub(super) async fn deeds(house: &House) -> Vec<(String, String, String)> {
    let rows = house.store.audited(&Page::default()).await.unwrap().rows;
    rows.into_iter()
        .map(|row| (row.deed.deed, row.deed.subject, row.deed.detail))
        .collect()
}

fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
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
pub(super) async fn house() -> House {
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
        say("skipped: no Node.js 20 with npm");
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
            assert!(said.text.contains("Nobody here is known"), "{}", said.text);
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
