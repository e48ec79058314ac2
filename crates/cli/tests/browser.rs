//! The pages in a real browser: from the first start to a finding that comes back, and what axe-core says of them all.
//!
//! `HOLTER_PICTURES=FOLDER` keeps a picture of every page.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads the tester's wishes"
)]

mod command;
#[path = "browser/office.rs"]
mod office;
#[path = "listen/packets.rs"]
#[allow(dead_code, reason = "this test needs one conversation of them")]
mod packets;

use holter_lab::browser;
use holter_lab::node::{NodeServer, serve};
use holter_lab::ports::free_tcp;
use office::Office;
use packets::{Conversation, file};

#[test]
fn from_the_first_start_to_a_finding_that_comes_back() {
    if !browser::is_here() {
        eprintln!("skipped: no chromium with chromedriver");
        return;
    }
    let office = Office::open();
    let address = free_tcp().unwrap();
    let leaking = || serve(&NodeServer::new("0.10.1", "https", address)).unwrap();
    let repaired = || serve(&NodeServer::new("0.10.48", "https", address)).unwrap();

    // The first start.
    office.set_up();
    office.sees("h1", "Nobody knows yet");
    office.look("start");

    // A scan of an old server.
    let server = leaking();
    office.press("a[href='/scans']");
    office.scan(&address.to_string());
    office.waits_for("main", "It came to its end");
    office.look("scan");
    office.go("/");
    office.sees("h1", "Yes.");
    office.look("exposed");

    // Heartbleed, given to somebody.
    office.go("/findings?flaw=CVE-2014-0160");
    office.press("tbody th a");
    office.sees("h1", "Heartbleed");
    office.press("form[action$='/assign'] button");
    office.sees(".said", "Assigned");
    office.press("form[action$='/fixing'] button");
    office.sees("main", "being fixed");
    let finding = office.path();
    office.look("finding");

    // Off, it is not fixed.
    drop(server);
    office.press("form[action$='/measure'] button");
    office.waits_until_measured();
    office.sees("main", "being fixed");

    // Repaired: the next scan says so, and nobody else can.
    let server = repaired();
    office.go("/scans");
    office.scan(&address.to_string());
    office.waits_for("main", "It came to its end");
    office.go(&finding);
    office.sees("main", "fixed, as measured");
    office.sees("main", "Measured: it is fixed");
    office.look("fixed");

    // The old one again.
    drop(server);
    let _server = leaking();
    office.go("/findings?state=fixed&flaw=CVE-2014-0160");
    office.press("tbody th a");
    office.press("form[action$='/measure'] button");
    office.waits_for("main", "Measured: it is back");
    office.look("back");

    // What passes in the clear, as a mirror port shows it.
    office.hears(&file(&Conversation::clinical()));
    office.go("/map");
    office.sees("main", "in clear text");
    office.press("svg.map a");
    office.sees("main", "Whom it speaks with");

    for (name, path) in [
        ("findings", "/findings"),
        ("systems", "/assets"),
        ("system", "/assets/1"),
        ("import", "/assets/import"),
        ("map", "/map"),
        ("departments", "/map?by=departments"),
        ("interface", "/interfaces/1"),
        ("difference", "/scans/2/difference"),
        ("scans", "/scans"),
        ("people", "/people"),
        ("audit", "/audit?verify=1"),
        ("settings", "/settings"),
        ("notices", "/settings/notices"),
        ("account", "/account"),
        ("trouble", "/findings/999"),
    ] {
        office.go(path);
        office.look(name);
    }
    if cfg!(feature = "oidc") {
        office.go("/settings/provider");
        office.look("provider");
    }
    office.press(".me button");
    office.sees("h1", "Sign in");
    office.look("login");
    office.was_accessible();
}
