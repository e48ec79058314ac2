//! The pages in a real browser: from the first start to a finding that comes back, every page that there is, the same
//! without JavaScript, and signing in with a provider. Every page is held against WCAG 2.2 AA.
//!
//! `HOLTER_PICTURES=FOLDER` keeps a picture of every page.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads the tester's wishes"
)]

#[path = "browser/bare.rs"]
mod bare;
mod command;
#[path = "browser/eye.rs"]
mod eye;
#[path = "browser/letters.rs"]
mod letters;
#[path = "browser/office.rs"]
mod office;
#[path = "listen/packets.rs"]
#[allow(dead_code, reason = "this test needs one conversation of them")]
mod packets;
#[cfg(feature = "oidc")]
#[path = "browser/provider.rs"]
mod provider;
#[path = "served/table.rs"]
mod table;
#[path = "browser/tour.rs"]
mod tour;

use holter_lab::browser;
use holter_lab::node::{NodeServer, serve};
use holter_lab::ports::free_tcp;
use office::Office;

/// Without a browser there is nothing to see, which is said.
pub(crate) fn has_browser() -> bool {
    let here = browser::is_here();
    if !here {
        holter_lab::command::say("skipped: no chromium with chromedriver");
    }
    here
}

#[test]
fn from_the_first_start_to_a_finding_that_comes_back() {
    if !has_browser() {
        return;
    }
    let office = Office::open();
    let address = free_tcp().unwrap();
    let leaking = || serve(&NodeServer::new("0.10.1", "https", address)).unwrap();
    let repaired = || serve(&NodeServer::new("0.10.48", "https", address)).unwrap();

    // The first start.
    office.begin();
    office.set_up();
    office.sees("h1", "Nobody knows yet");
    office.picture("start");

    // A scan of an old server.
    let server = leaking();
    office.press("a[href='/scans']");
    office.scan(&address.to_string());
    office.sees("main", "It came to its end");
    office.look("scan");
    office.go("/");
    office.sees("h1", "Yes.");
    office.picture("exposed");

    // Heartbleed, given to somebody.
    office.go("/findings?flaw=CVE-2014-0160");
    office.press("tbody th a");
    office.sees("h1", "Heartbleed");
    office.press("form[action$='/assign'] button");
    office.sees(".said", "Assigned");
    office.press("form[action$='/fixing'] button");
    office.sees("main", "being fixed");
    let finding = office.path();
    office.picture("finding");

    // Off, it is not fixed.
    drop(server);
    office.press("form[action$='/measure'] button");
    office.waits_until_it_stays();
    office.sees("main", "being fixed");

    // Repaired: the next scan says so, and nobody else can.
    let server = repaired();
    office.go("/scans");
    office.scan(&address.to_string());
    office.sees("main", "It came to its end");
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
    office.sees("main", "Measured: it is back");
    office.look("back");

    office.was_accessible();
}
