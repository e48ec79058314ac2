//! Coming in: the first start, passwords, codes, and how often somebody may try.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use holter_model::seam::{Clock, Dice, SystemDice};
use holter_store::{Page, Verified};
use hyper::StatusCode;
use jiff::SignedDuration;
use sha1::Sha1;

use super::house::{House, PASSWORD};
use crate::accounts::reset_here;
use crate::pages::login::of_second;
use crate::role::Role;
use crate::serve::audit_key;

pub(super) fn code(secret: &str, second: i64) -> String {
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
    assert_eq!(said.status, StatusCode::OK, "{}", said.text);
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

/// The codes of a page that shows them this once.
fn codes_of(text: &str) -> Vec<String> {
    let (_, after) = text.split_once("<code id=\"codes\">").unwrap();
    let codes = after.split('<').next().unwrap();
    codes.lines().map(str::to_owned).collect()
}

/// Signs in as the operator, sets one-time codes up, and gives the codes for a lost telephone.
async fn guarded(house: &House) -> Vec<String> {
    let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    let account = house.store.account_named("operator").await.unwrap().unwrap();
    let of = of_second(account.id);
    let sealed = house.key.seal(secret, &of, &SystemDice).unwrap();
    let mut browser = house.signed_in(Role::Operator).await;
    let typed = code(secret, house.clock.now().as_second());
    let fields = [("sealed", sealed.as_str()), ("code", typed.as_str())];
    let said = browser.fill("/account", "/account/second", &fields).await;
    codes_of(&said.text)
}

#[tokio::test]
async fn without_the_telephone_each_code_that_was_written_down_opens_once() {
    let house = House::full().await;
    let codes = guarded(&house).await;
    assert_eq!(codes.len(), 10);
    let mut browser = house.browser();
    let typed = codes[3].to_lowercase().replace('-', "");
    let said = browser.sign_in("operator", PASSWORD, &typed).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let said = house.browser().sign_in("operator", PASSWORD, &codes[3]).await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED);
    assert!(browser.open("/account").await.text.contains("<strong>9</strong>"));
    // Nor without the password, nor where another is who has them.
    let said = house
        .browser()
        .sign_in("operator", "wrong wrong", &codes[4])
        .await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED);
    let fields = [("password", PASSWORD)];
    let said = browser.fill("/account", "/account/second/codes", &fields).await;
    let fresh = codes_of(&said.text);
    for (code, opens) in [(&codes[5], false), (&fresh[0], true)] {
        let said = house.browser().sign_in("operator", PASSWORD, code).await;
        assert_eq!(said.status == StatusCode::SEE_OTHER, opens, "{}", said.text);
    }
    // They are nowhere in what is remembered.
    let mut file = Vec::new();
    house.store.backup(&mut file).await.unwrap();
    let text = String::from_utf8(file).unwrap();
    let kept = fresh
        .iter()
        .any(|code| text.contains(code) || text.contains(&code.replace('-', "")));
    assert!(!kept);
}

#[tokio::test]
async fn an_admin_resets_whoever_has_lost_everything() {
    let house = House::full().await;
    let codes = guarded(&house).await;
    let mut operator = house.browser();
    operator.sign_in("operator", PASSWORD, &codes[0]).await;
    assert_eq!(operator.open("/").await.status, StatusCode::OK);
    let mut admin = house.signed_in(Role::Admin).await;
    let account = house.store.account_named("operator").await.unwrap().unwrap();
    let path = format!("/people/{}/reset", account.person);
    let said = admin.fill("/people", &path, &[]).await;
    let (_, rest) = said.text.split_once("/join/").unwrap();
    let link = format!("/join/{}", rest.split('<').next().unwrap());
    // Nothing of before opens any more.
    assert_eq!(operator.open("/").await.status, StatusCode::SEE_OTHER);
    let said = house.browser().sign_in("operator", PASSWORD, &codes[1]).await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED);
    let fields = [("password", "apricot lantern seven ships")];
    let said = operator.fill(&link, &link, &fields).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(operator.open("/").await.status, StatusCode::OK);
    let rows = house.store.audited(&Page::default()).await.unwrap().rows;
    let reset = rows.iter().find(|row| row.deed.deed == "account.reset").unwrap();
    assert_eq!(
        (reset.deed.actor.as_str(), reset.deed.subject.as_str()),
        ("admin", "account operator")
    );
}

#[tokio::test]
async fn whoever_has_the_machine_lets_the_last_admin_in_again() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let key = audit_key(&house.key);
    let seams = (&house.clock as &dyn Clock, &SystemDice as &dyn Dice);
    let reset = |name: &'static str| reset_here(&house.store, &key, seams, (name, true), "uid 0");
    let why = reset("nobody").await.unwrap_err().to_string();
    assert!(why.contains("admin, compliance, operator"), "{why}");
    let link = reset("viewer").await.unwrap();
    let account = house.store.account_named("viewer").await.unwrap().unwrap();
    assert_eq!((account.role.as_str(), account.password.as_str()), ("admin", ""));
    assert_eq!(admin.open("/").await.status, StatusCode::OK);
    let mut browser = house.browser();
    let fields = [("password", "apricot lantern seven ships")];
    let said = browser.fill(&link, &link, &fields).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(browser.open("/settings").await.status, StatusCode::OK);
    let rows = house.store.audited(&Page::default()).await.unwrap().rows;
    let row = rows.iter().find(|row| row.deed.deed == "account.reset").unwrap();
    assert_eq!(
        (row.deed.actor.as_str(), row.deed.address.as_str()),
        ("uid 0", "this machine")
    );
    let whole = house.store.verify_audit(&key, None).await.unwrap();
    assert!(matches!(whole, Verified::Whole { .. }));
    // A link of the machine's opens for an hour.
    let link = reset("viewer").await.unwrap();
    house.clock.on(SignedDuration::from_mins(61));
    assert_eq!(browser.open(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_restart_forgives_nobody() {
    let house = House::full().await;
    for _ in 0..6 {
        house.browser().sign_in("viewer", "wrong wrong wrong", "").await;
    }
    let house = house.again().await;
    let said = house.browser().sign_in("viewer", PASSWORD, "").await;
    assert_eq!(said.status, StatusCode::TOO_MANY_REQUESTS, "{}", said.text);
    house.clock.on(SignedDuration::from_mins(1));
    let said = house.browser().sign_in("viewer", PASSWORD, "").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    // What was typed for a name may have been a password: it is not kept among the failures.
    let said = house.browser().sign_in("my secret password", PASSWORD, "").await;
    assert_eq!(said.status, StatusCode::UNAUTHORIZED);
}
