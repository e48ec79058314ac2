//! What stands around the body of every page: nothing of it is loaded from anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("style.css");

/// A page whose title is the answer.
pub(crate) fn whole(answer: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "Holter " (env!("CARGO_PKG_VERSION")) };
                title { "Holter: " (answer) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}

/// Nothing may be loaded, and nothing but this page's own style applies.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}
