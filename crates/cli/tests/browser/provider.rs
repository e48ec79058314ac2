//! Signing in with a provider: a browser on its own pages and back, and what becomes of a refusal there.

use holter_lab::ports::on_a_free_port;
use holter_lab::provider::{self, Provider};
use serde_json::json;

use crate::has_browser;
use crate::office::Office;

#[test]
fn people_come_in_by_a_provider() {
    if !has_browser() {
        return;
    }
    if !provider::is_here() {
        holter_lab::command::say("skipped: no Node.js 20 with npm");
        return;
    }
    let office = Office::open();
    office.begin();
    office.set_up();
    let wanted = |port| Provider {
        port,
        client: "holter",
        secret: "a secret of two",
        back: format!("{}/login/provider/back", office.url),
        method: "client_secret_basic",
        algorithm: "RS256",
        thin: true,
        people: json!({
            "noor": { "email": "noor@lab.example", "email_verified": true, "name": "Noor", "groups": ["it"] },
            "strange": { "name": "A stranger", "groups": [] },
        }),
    };
    let server = on_a_free_port(|address| wanted(address.port()).start()).unwrap();
    let issuer = wanted(server.address.port()).issuer();

    office.go("/settings/provider");
    office.look("provider");
    office.fills(&[
        ("#issuer", issuer.as_str()),
        ("#client", "holter"),
        ("#secret", "a secret of two"),
        ("#label", "Staff"),
        ("#groups", "groups"),
        ("#roles", "it = operator"),
    ]);
    office
        .browser
        .run("document.querySelector('#scopes').value = 'openid email profile groups'")
        .unwrap();
    office.ticks("[name=takes_in]");
    office.press("main form button");
    office.sees("main", "Changed");
    office.look("provider-set");
    office.press(".me button");
    office.sees("main", "Sign in with Staff");
    office.look("login-provider");

    // Turned away at the provider: by oneself, and by whoever keeps the groups.
    goes(&office);
    office.press("a[href$='/abort']");
    office.sees("main", "did not sign anybody in");
    office.forgives();
    office.look("refused-there");
    goes(&office);
    signs_in(&office, "strange");
    office.sees("main", "in none of the groups");
    office.forgives();
    office.look("refused-here");

    // In; and where one wanted to go.
    office.browser.forget().unwrap();
    office.go("/findings");
    office.sees("h1", "Sign in");
    office.press("a[href^='/login/provider']");
    signs_in(&office, "noor");
    office.sees("h1", "Findings");
    office.sees(".me", "Noor");
    office.go("/account");
    office.sees("main", &issuer);
    // What the provider's own pages lack is not ours to mend.
    office.forgives();
    office.look("account-bound");

    office.was_accessible();
}

/// From the page for signing in to the provider's own.
fn goes(office: &Office) {
    office.go("/login");
    office.press("a[href^='/login/provider']");
    office.sees("body", "Sign-in");
}

fn signs_in(office: &Office, name: &str) {
    office.types("[name=login]", name);
    office.types("[name=password]", "anything");
    office.press("button[type=submit]");
    // Whether it may be told.
    office.press("button[type=submit]");
}
