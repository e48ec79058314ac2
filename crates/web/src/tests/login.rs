//! Coming in: the first start, passwords, codes, and how often somebody may try.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use holter_model::seam::{Clock as _, SystemDice};
use holter_store::{Page, Verified};
use hyper::StatusCode;
use jiff::SignedDuration;
use sha1::Sha1;

use super::house::{House, PASSWORD};
use crate::pages::login::of_second;
use crate::role::Role;
use crate::serve::audit_key;

fn code(secret: &str, second: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(&BASE32_NOPAD.decode(secret.as_bytes()).unwrap()).unwrap();
    mac.update(&second.div_euclid(30).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0xf);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[tokio::test]
async fn the_set_up_link_opens_once() {
    let house = House::empty().await;
    let link = house.ready.setup.clone().unwrap();
    let path = link.strip_prefix(&house.ready.url).unwrap().to_owned();
    let mut browser = house.browser();
    assert_eq!(browser.open("/setup/guessed").await.status, StatusCode::NOT_FOUND);
    let weak = [("shown", "Mira"), ("name", "mira"), ("password", "password1234")];
    let said = browser.fill(&path, &path, &weak).await;
    assert!(said.text.contains("too easy to guess"), "{}", said.text);
    assert!(!house.store.has_accounts().await.unwrap());
    let good = [("shown", "Mira"), ("name", "Mira"), ("password", PASSWORD)];
    let said = browser.fill(&path, &path, &good).await;
    assert_eq!(
        (said.status, said.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(browser.open("/settings").await.status, StatusCode::OK);
    assert_eq!(house.browser().open(&path).await.status, StatusCode::NOT_FOUND);
    let account = house.store.account_named("mira").await.unwrap().unwrap();
    assert!(account.password.starts_with("$argon2id$") && account.role == "admin");
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_and_strangers_have_nothing_of() {
    let house = House::full().await;
    let mut browser = house.browser();
    let said = browser.sign_in("viewer", PASSWORD, "").await;
    let cookie = said.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"));
    let token = browser.cookies["holter"].clone();
    assert_eq!(browser.open("/").await.status, StatusCode::OK);
    // Not used for long, it ends; and one that is used ends, too, in its time.
    house.clock.on(SignedDuration::from_hours(3));
    assert_eq!(browser.open("/").await.status, StatusCode::SEE_OTHER);
    browser.sign_in("viewer", PASSWORD, "").await;
    assert_ne!(browser.cookies["holter"], token);
    for _ in 0..12 {
        house.clock.on(SignedDuration::from_mins(61));
        browser.open("/account").await;
    }
    assert_eq!(browser.open("/").await.status, StatusCode::SEE_OTHER);
    browser.sign_in("viewer", PASSWORD, "").await;
    let stolen = browser.clone();
    let said = browser.fill("/account", "/logout", &[]).await;
    assert_eq!(said.header("location"), "/login?done=signed-out");
    assert_eq!(stolen.clone().open("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_guesses_waits_and_whoever_knows_comes_in_afterwards() {
    let house = House::full().await;
    let mut browser = house.browser();
    for _ in 0..6 {
        let said = browser.sign_in("viewer", "wrong wrong wrong", "").await;
        assert_eq!(said.status, StatusCode::UNAUTHORIZED);
        assert!(
            said.text
                .contains("The name, the password or the code is not right.")
        );
    }
    let said = browser.sign_in("viewer", PASSWORD, "").await;
    assert_eq!(said.status, StatusCode::TOO_MANY_REQUESTS, "{}", said.text);
    // From the same address, another name has to wait, too.
    assert_eq!(
        browser.sign_in("admin", PASSWORD, "").await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    house.clock.on(SignedDuration::from_mins(1));
    assert_eq!(
        browser.sign_in("viewer", PASSWORD, "").await.status,
        StatusCode::SEE_OTHER
    );
    // A name that there is not is answered in the same words.
    let said = house.browser().sign_in("nobody", PASSWORD, "").await;
    assert!(
        said.text
            .contains("The name, the password or the code is not right.")
    );
}

#[tokio::test]
async fn with_a_second_factor_the_password_alone_opens_nothing() {
    let house = House::full().await;
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let account = house.store.account_named("operator").await.unwrap().unwrap();
    let sealed = house
        .key
        .seal(secret, &of_second(account.id), &SystemDice)
        .unwrap();
    let mut browser = house.signed_in(Role::Operator).await;
    let now = house.clock.now().as_second();
    let page = browser.open("/account").await;
    assert!(page.text.contains("<svg class=\"square\""));
    let said = browser
        .fill(
            "/account",
            "/account/second",
            &[("sealed", &sealed), ("code", &code(secret, now))],
        )
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let mut browser = house.browser();
    assert_eq!(
        browser.sign_in("operator", PASSWORD, "").await.status,
        StatusCode::UNAUTHORIZED
    );
    // The code of setting up was used, and opens nothing again.
    let used = code(secret, now);
    assert_eq!(
        browser.sign_in("operator", PASSWORD, &used).await.status,
        StatusCode::UNAUTHORIZED
    );
    house.clock.on(SignedDuration::from_secs(60));
    let fresh = code(secret, now + 60);
    assert_eq!(
        browser
            .sign_in("operator", "not the password", &fresh)
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        browser.sign_in("operator", PASSWORD, &fresh).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        house.browser().sign_in("operator", PASSWORD, &fresh).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn who_is_shut_out_is_out_at_once() {
    let house = House::full().await;
    let mut viewer = house.signed_in(Role::Viewer).await;
    let mut admin = house.signed_in(Role::Admin).await;
    let account = house.store.account_named("viewer").await.unwrap().unwrap();
    let path = format!("/people/{}", account.person);
    let said = admin
        .fill("/people", &path, &[("role", "viewer"), ("department", "")])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(viewer.open("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        viewer.sign_in("viewer", PASSWORD, "").await.status,
        StatusCode::UNAUTHORIZED
    );
    // The last admin cannot shut everybody out.
    let own = house.store.account_named("admin").await.unwrap().unwrap();
    let path = format!("/people/{}", own.person);
    let said = admin
        .fill("/people", &path, &[("role", "viewer"), ("active", "1")])
        .await;
    assert_eq!(said.status, StatusCode::CONFLICT, "{}", said.text);
}

#[tokio::test]
async fn somebody_new_chooses_a_password_with_a_link_that_opens_once() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let new = [
        ("shown", "Noor <b>Haddad</b>"),
        ("name", "noor"),
        ("role", "operator"),
        ("department", ""),
    ];
    let said = admin.fill("/people", "/people", &new).await;
    assert!(
        said.text.contains("Noor &lt;b&gt;Haddad&lt;/b&gt;"),
        "{}",
        said.text
    );
    let (_, rest) = said.text.split_once("/join/").unwrap();
    let path = format!("/join/{}", rest.split('<').next().unwrap());
    let mut noor = house.browser();
    let said = noor
        .fill(&path, &path, &[("password", "apricot lantern seven ships")])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(noor.open("/scans").await.status, StatusCode::OK);
    assert_eq!(house.browser().open(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_done_stands_in_the_audit_log() {
    let house = House::full().await;
    house.browser().sign_in("viewer", "wrong wrong wrong", "").await;
    let mut admin = house.signed_in(Role::Admin).await;
    admin
        .fill(
            "/people",
            "/departments",
            &[("name", "=cmd|'/c calc'!A0\u{202e}<script>")],
        )
        .await;
    let rows = house.store.audited(&Page::default()).await.unwrap().rows;
    let deeds: Vec<&str> = rows.iter().map(|row| row.deed.deed.as_str()).collect();
    assert_eq!(deeds, ["department.added", "login", "login.refused"]);
    assert_eq!(
        (rows[0].deed.actor.as_str(), rows[0].deed.address.as_str()),
        ("admin", "127.0.0.1")
    );
    let key = audit_key(&house.key);
    let Verified::Whole { rows: 3, last } = house.store.verify_audit(&key, None).await.unwrap() else {
        panic!("the log is not whole");
    };
    let page = admin.open("/audit?verify=1").await;
    assert!(page.text.contains(&format!("3:{last}")));
    assert!(!page.text.contains("<script>") || page.text.contains("&lt;script&gt;"));
    assert!(page.text.contains("\\u{202e}&lt;script&gt;"), "{}", page.text);
}
