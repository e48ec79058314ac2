//! The same without JavaScript: some hospitals' browsers are not allowed any.

use holter_lab::node::{NodeServer, serve};
use holter_lab::ports::free_tcp;

use crate::has_browser;
use crate::office::Office;

/// Looks again, as the page says that one can, until it says this.
fn looks_again(office: &Office, words: &str) {
    office.waits_until(|| {
        if office.text().contains(words) {
            return Some(());
        }
        office.press("noscript a");
        None
    });
}

#[test]
fn without_javascript_everything_can_be_done() {
    if !has_browser() {
        return;
    }
    let office = Office::open();
    office.browser.scripts(false).unwrap();
    office.begin();
    office.set_up();
    office.sees("h1", "Nobody knows yet");
    let address = free_tcp().unwrap();
    let server = serve(&NodeServer::new("0.10.1", "https", address)).unwrap();
    office.press("a[href='/scans']");
    office.scan(&address.to_string());
    looks_again(&office, "It came to its end");
    office.press("a[href='/']");
    office.sees(".answer h1", "Yes.");
    office.press(".next a");
    office.sees("h1", "Heartbleed");
    office.press("form[action$='/assign'] button");
    office.sees(".said", "Assigned");
    drop(server);
    let _repaired = serve(&NodeServer::new("0.10.48", "https", address)).unwrap();
    office.press("form[action$='/measure'] button");
    looks_again(&office, "fixed, as measured");
    // Filters have a button.
    office.go("/findings");
    office.fills(&[("#state", "fixed, as measured")]);
    office.press("form.filters button");
    office.sees("tbody", "Heartbleed");
    office.press(".me button");
    office.sees("h1", "Sign in");
}
