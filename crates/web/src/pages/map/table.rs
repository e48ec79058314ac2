//! Interfaces as a table: it says all that a picture of them says.

use maud::{Markup, html};

use crate::ends::Seen;
use crate::pages::interface;
use crate::shown::safe;

pub(super) fn of(rows: &[Seen]) -> Markup {
    html! {
        @if rows.is_empty() {
            p { "Nothing fits that." }
        } @else {
            div class="scroll" {
                table class="stack" {
                    caption { "Interfaces, those in clear text first" }
                    thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Protocol" } th scope="col" { "On the way" } th scope="col" { "What for" } th scope="col" { "Known because" } } }
                    tbody { @for one in rows { (row(one)) } }
                }
            }
        }
    }
}

fn row(seen: &Seen) -> Markup {
    let one = &seen.linked.interface;
    let [from, to] = &seen.ends;
    html! {
        tr {
            th scope="row" { (from.whole()) }
            td data-l="To" { (to.whole()) }
            td data-l="Protocol" { a href={ "/interfaces/" (one.id) } { (safe(&one.protocol)) @if one.port > 0 { " · port " (one.port) } } }
            td data-l="On the way" { (interface::way(one.encrypted)) }
            td data-l="What for" { (safe(&one.purpose)) }
            td data-l="Known because" { (interface::because(&seen.linked)) }
        }
    }
}
