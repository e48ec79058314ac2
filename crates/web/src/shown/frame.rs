//! The frame around every page.

use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use crate::guard::Caller;
use crate::role::Deed;
use crate::shown::{form, safe};
use crate::stock::{ICON, SCRIPT, STYLE};

/// A page.
pub(crate) struct Frame<'a> {
    /// Its name in the window's title.
    pub(crate) title: &'a str,
    /// Who reads it.
    pub(crate) caller: &'a Caller,
    /// Which part of the house it is in: the path of that part's front page.
    pub(crate) part: &'a str,
    /// What happened, as the address says it: a word of [`done`].
    pub(crate) done: Option<&'a str>,
}

/// The parts, with what one must be allowed to see them.
const PARTS: [(&str, &str, Deed); 7] = [
    ("/", "Are we exposed?", Deed::See),
    ("/findings", "Findings", Deed::See),
    ("/assets", "Systems", Deed::See),
    ("/map", "Map", Deed::See),
    ("/scans", "Scans", Deed::See),
    ("/people", "People", Deed::See),
    ("/audit", "Audit log", Deed::Audit),
];

const LAST: (&str, &str, Deed) = ("/settings", "Settings", Deed::Administer);

impl Frame<'_> {
    /// With this inside.
    pub(crate) fn around(&self, inside: &Markup) -> Response {
        let Some(actor) = &self.caller.actor else {
            return alone(self.title, self.done, inside);
        };
        let parts = PARTS
            .iter()
            .chain([&LAST])
            .filter(|(_, _, deed)| actor.may(*deed));
        let body = html! {
            a class="skip" href="#main" { "To the content" }
            div class="frame" {
                header class="side" {
                    (brand())
                    nav aria-label="Parts" {
                        ul {
                            @for (path, name, _) in parts {
                                li { a href=(path) aria-current=[(*path == self.part).then_some("page")] { (name) } }
                            }
                        }
                    }
                    div class="me" {
                        a href="/account" aria-current=[(self.part == "/account").then_some("page")] { (safe(&actor.shown)) }
                        div class="soft small" { (actor.role.as_str()) }
                        form method="post" action="/logout" {
                            (form::key(self.caller))
                            button class="link" { "Sign out" }
                        }
                    }
                }
                main id="main" tabindex="-1" {
                    @if let Some(said) = self.done.and_then(done) { p class="said" role="status" { (said) } }
                    (inside)
                    p class="foot" {
                        "Holter " (env!("CARGO_PKG_VERSION"))
                        ". “Not affected” was measured; what could not be measured says so."
                    }
                }
            }
        };
        whole(self.title, &body)
    }
}

/// Without the parts of the house: for whoever has not signed in.
fn alone(title: &str, done: Option<&str>, inside: &Markup) -> Response {
    let body = html! {
        main id="main" class="alone" {
            (brand())
            @if let Some(said) = done.and_then(self::done) { p class="said" role="status" { (said) } }
            (inside)
        }
    };
    whole(title, &body)
}

fn whole(title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (safe(title)) " · Holter" }
                link rel="icon" href=(ICON.path()) type="image/svg+xml";
                link rel="stylesheet" href=(STYLE.path());
                script src=(SCRIPT.path()) defer {}
            }
            body { (body) }
        }
    };
    Html(page.into_string()).into_response()
}

/// The name, with a heartbeat's line.
fn brand() -> Markup {
    html! {
        a class="brand" href="/" {
            svg viewBox="0 0 24 24" aria-hidden="true" { path d="M1.5 13h5l2-7 4 13 3-9 1.5 3h5.5" {} }
            "Holter"
        }
    }
}

/// What happened, in words. The address carries a word of this list and nothing else, so that no link can put words
/// into Holter's mouth.
fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "accepted" => "Approved. What is accepted opens again by itself when its day has come.",
        "added" => "Added.",
        "asked" => "Asked. Somebody else has to approve it.",
        "assigned" => "Assigned.",
        "begun" => "Begun.",
        "bound" => "From now on you can sign in with the provider.",
        "changed" => "Changed.",
        "commented" => "Your comment stands in the history.",
        "denied" => "Turned down. The finding is open again.",
        "ended" => "Ended.",
        "fixing" => "Noted: somebody is working on it. It counts as fixed when a measurement says so.",
        "imported" => "The list was read.",
        "measuring" => "Holter measures it now. The answer stands here in a moment.",
        "merged" => "Made one.",
        "password" => "The new password holds from now on, and every other session has ended.",
        "reopened" => "Open again.",
        "resumed" => "It goes on where it was broken off.",
        "scanning" => "The scan has begun.",
        "signed-out" => "You are signed out.",
        "stopped" => "The scan is being stopped. What is known by now is kept.",
        "trial" => "It is on its way. What came of it stands under the messages in a moment.",
        _ => return None,
    })
}

/// A page that says why there is none.
pub(crate) fn trouble(said: &str, caller: Option<&Caller>) -> Response {
    let inside = html! {
        h1 { "That did not work" }
        p { (safe(said)) }
        p { a href="/" { "To the first page" } }
    };
    let title = "That did not work";
    match caller {
        Some(caller) => Frame {
            title,
            caller,
            part: "",
            done: None,
        }
        .around(&inside),
        None => alone(title, None, &inside),
    }
}
