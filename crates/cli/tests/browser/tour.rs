//! A house in which there is something to see everywhere, and a walk through every page of the server's table.

use std::net::TcpListener;

use holter_lab::node::{NodeServer, serve};
use holter_lab::ports::free_tcp;
use holter_model::seam::{Clock as _, SystemClock};
use jiff::ToSpan as _;
use jiff::tz::TimeZone;

use crate::letters::{self, Relay};
use crate::office::Office;
use crate::packets::{Conversation, file};
use crate::{has_browser, table};

/// A person's page, or one that only a program reads, or one that leads elsewhere.
fn is_page(route: &str) -> bool {
    let other = ["/api/", "/metrics", "/healthz", "/static/", "/login/provider"];
    !other.iter().any(|start| route.starts_with(start)) && !route.ends_with("/events")
}

#[test]
fn every_page_is_for_everybody() {
    if !has_browser() {
        return;
    }
    let office = Office::open();
    office.begin();
    office.look("set-up");
    office.set_up();
    office.sees("h1", "Nobody knows yet");
    office.look("start");
    systems(&office);
    people(&office);
    own_account(&office);
    notices(&office);
    finding(&office);

    // What needs no more than an address; a page that is new here is looked at without anybody thinking of it.
    for route in table::routes().iter().filter(|route| is_page(route)) {
        if !cfg!(feature = "oidc") && route.ends_with("/provider")
            || route.contains("{token}")
            || route == "/login"
        {
            continue;
        }
        let path = route.replace("{id}", "1");
        office.go(&path);
        let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
        if office.browser.run(status).unwrap() == 200 {
            let name = route.replace("{id}", "1").replace('/', " ");
            office.look(name.trim());
        }
    }
    for (name, path) in [
        ("departments", "/map?by=departments"),
        ("difference", "/scans/3/difference"),
        ("audited", "/audit?verify=1"),
    ] {
        office.go(path);
        office.look(name);
    }
    for path in ["/findings/999", "/no/such/page"] {
        office.go(path);
        // It says itself that there is none, and so does the browser.
        office.forgives();
        office.look("trouble");
    }

    // Out, and in again without the telephone.
    office.go("/");
    office.press(".me button");
    office.sees("h1", "Sign in");
    office.look("login");
    office.was_accessible();
    for route in table::routes().iter().filter(|route| is_page(route)) {
        let is_built = cfg!(feature = "oidc") || !route.ends_with("/provider");
        let is_possible = letters::is_possible() || !route.starts_with("/acknowledge/");
        assert!(
            office.has_seen(route) || !is_built || !is_possible,
            "nobody looked at {route}"
        );
    }
}

/// Systems: scanned, listened to and imported.
fn systems(office: &Office) {
    // What never answers is waited for: there is time to look.
    let silent: Vec<TcpListener> = (0..40)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let targets: Vec<String> = silent
        .iter()
        .map(|one| one.local_addr().unwrap().to_string())
        .collect();
    office.go("/scans");
    office.scan(&targets.join(" "));
    office.sees("main", "Under way");
    office.look_meanwhile("under-way");
    office.press("form[action$='/stop'] button");
    office.sees("main", "was stopped before its end");

    let address = free_tcp().unwrap();
    let _server = serve(&NodeServer::new("0.10.1", "https", address)).unwrap();
    for _ in 0..2 {
        office.go("/scans");
        office.scan(&address.to_string());
        office.sees("main", "It came to its end");
    }
    office.look("scan");
    office.hears(&file(&Conversation::clinical()));
    office.go("/assets/import");
    office.fills(&[(
        "#list",
        "name,address,role,department,owner\nInfusion server,10.20.0.7,infusion pumps,Radiology,Noor\n,10.20.0.8,,,\n",
    )]);
    office.press("main form button");
    office.look("imported");
}

/// People: with an account, and without.
fn people(office: &Office) {
    office.go("/people");
    office.fills(&[("#department-name", "Cardiology")]);
    office.press("form[action='/departments'] button");
    office.sees(".said", "Added");
    office.fills(&[("#shown", "Ola Nordmann"), ("#email", "ola@lab.example")]);
    office.press("form[action='/people'][method=post] button");
    office.sees(".said", "Added");
    office.fills(&[("#shown", "Noor"), ("#sign-in", "noor")]);
    office.press("form[action='/people'][method=post] button");
    office.look("link");
    let link = office.browser.text("#link").unwrap();
    office.go(link.strip_prefix(&office.url).unwrap());
    office.look("join");
}

/// One's own: a token of the API, one-time codes, and recovery codes.
fn own_account(office: &Office) {
    office.go("/account");
    office.look("account");
    office.fills(&[("form[action='/account/tokens'] input[name=name]", "backup")]);
    office.press("form[action='/account/tokens'] button");
    office.look("token");
    office.go("/account");
    // What an authenticator app does (RFC 6238), by the browser's own cryptography.
    let code = office
        .browser
        .run_until_called(
            "const done = arguments[arguments.length - 1]; const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';\
             const text = [...document.querySelectorAll('main .card details code')][0].textContent;\
             const bits = [...text].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('');\
             const key = new Uint8Array(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));\
             const step = new DataView(new ArrayBuffer(8)); step.setBigUint64(0, BigInt(Math.floor(Date.now() / 30000)));\
             crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])\
             .then((known) => crypto.subtle.sign('HMAC', known, step.buffer)).then((mac) => {\
             const view = new DataView(mac); const at = view.getUint8(19) & 15;\
             done(String((view.getUint32(at) & 0x7fffffff) % 1000000).padStart(6, '0')); });",
        )
        .unwrap();
    office.fills(&[("#code", code.as_str().unwrap())]);
    office.press("form[action='/account/second'] button");
    office.sees("h1", "Your recovery codes");
    office.look("codes");
    let codes = office.browser.text("#codes").unwrap();
    // The telephone is lost.
    office.press(".me button");
    office.fills(&[
        ("#name", "mira"),
        ("#password", "gravel otter lamp tuesday"),
        ("#code", "not a code"),
    ]);
    office.press("main form button");
    office.sees(".wrong", "is not right");
    office.forgives();
    office.look("login-refused");
    office.fills(&[
        ("#password", "gravel otter lamp tuesday"),
        ("#code", codes.lines().next().unwrap()),
    ]);
    office.press("main form button");
    office.sees(".answer h1", "Yes.");
    office.go("/account");
    office.sees("main", "left for a lost telephone: 9");
    office.look("guarded");
}

/// Ways by which people and programs are told.
fn notices(office: &Office) {
    office.go("/settings/notices");
    office.fills(&[
        ("#webhook-name", "The log"),
        ("[id^='webhook-'][name='config.url']", "http://127.0.0.1:9/holter"),
    ]);
    office.press("form:has(#webhook-name) button");
    office.sees("h1", "The webhook's secret");
    office.look("secret");
    office.press("form[action$='/try'] button");
    office.sees(".said", "It is on its way");
    office.waits_until(|| {
        office.go("/settings/notices");
        office.text().contains("next try").then_some(())
    });
}

/// A day as it is typed.
fn in_three_months() -> String {
    let today = SystemClock.now().to_zoned(TimeZone::UTC);
    let then = today.checked_add(3.months()).unwrap();
    then.strftime("%m%d%Y").to_string()
}

/// A finding that is given to somebody without an account, who hears of it by mail; and one that shall be accepted.
fn finding(office: &Office) {
    let relay = letters::is_possible().then(|| {
        let relay = Relay::start();
        relay.is_set_up_by(office);
        relay
    });
    office.go("/findings?flaw=CVE-2014-0160");
    office.press("tbody th a");
    office.sees("h1", "Heartbleed");
    office.fills(&[("#person", "Ola Nordmann")]);
    office.press("form[action$='/assign'] button");
    office.sees(".said", "Assigned");
    office.fills(&[
        ("#accept-reason", "The vendor sends a new one in March"),
        ("#accept-ground", "It stands in a network of its own"),
        ("#accept-until", &in_three_months()),
    ]);
    office.press("form[action$='/accept'] button");
    office.sees(".said", "Asked");
    office.look("asked");
    if let Some(relay) = relay {
        let link = office.waits_until(|| relay.link());
        let path = link.find("/acknowledge/").unwrap();
        office.go(&link[path..]);
        office.sees("main", "For Ola Nordmann");
        office.look("acknowledge");
        office.press("main form button");
        office.sees(".said", "Thank you");
        office.look("acknowledged");
    }
}
