//! `-f html`: the evidence report. One page that needs nothing else: what was found with its bounds, what lay open, the files with their
//! hashes, how it was found out, how much was heard, and what all this cannot say.

mod found;
mod heard;
mod method;

use maud::{Markup, html};

use super::digest::Digest;
use super::words::{answer, moment};
use super::{Overheard, Sums};
use crate::html::page::whole;
use crate::sentence::Mood;
use crate::text::number;

/// The page.
pub(super) fn page(overheard: &Overheard, digest: &Digest) -> Markup {
    let (mood, sentence) = answer(&overheard.sums);
    let class = match mood {
        Mood::Bad => "bad",
        Mood::Open => "open",
        Mood::Good => "good",
    };
    let body = html! {
        header {
            p class="brand" { "Holter · evidence from captured traffic" }
            div class={ "answer " (class) } {
                h1 { (sentence) }
                p { "What was not captured proves nothing: no evidence is never the same as not attacked." }
                @if overheard.sums.interrupted {
                    p { strong { "Listening was stopped before its end: this is what was heard by then." } }
                }
            }
            p class="soft small" {
                @if let (Some(first), Some(last)) = (overheard.sums.first, overheard.sums.last) {
                    "Captured " (moment(first)) " to " (moment(last))
                }
                @if let Some(made) = overheard.made { " · Report made " (moment(made)) " with Holter " (env!("CARGO_PKG_VERSION")) }
            }
            (tiles(&overheard.sums))
        }
        main {
            (found::attacks(digest))
            (found::clear_text(digest))
            (found::sessions(overheard))
            (found::others(digest))
            (heard::files(overheard))
            (heard::coverage(overheard))
            (method::all())
            (heard::servers(digest))
        }
        footer {
            p {
                "Made by Holter " (env!("CARGO_PKG_VERSION")) ". Bytes that leaked were counted, never kept: nothing of them is in "
                "this report, and no patient's data. They are in the captures, which are to be guarded like the records."
            }
        }
    };
    whole(&sentence, &body)
}

fn tiles(sums: &Sums) -> Markup {
    let bytes = if sums.leaked_min == sums.leaked_max {
        number(sums.leaked_min)
    } else {
        format!("{}–{}", number(sums.leaked_min), number(sums.leaked_max))
    };
    html! {
        dl class="tiles" {
            div { dt { "Gave away memory" } dd { (number(sums.leaked_from)) } }
            div { dt { "Bytes given away" } dd { (bytes) } }
            div { dt { "Forbidden requests" } dd { (number(sums.attempts)) } }
            div { dt { "Answers to them" } dd { (number(sums.answers)) } }
            div { dt { "Clinical, in the clear" } dd { (number(sums.clear_clinical)) } }
            div { dt { "Packets heard" } dd { (number(sums.packets)) } }
        }
    }
}
