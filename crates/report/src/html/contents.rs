//! What there is on the page, with links: the findings by name, then the other sections.

use maud::{Markup, html};

use super::{Html, badge, remedy};
use crate::text::number;

/// The list. A page with nothing to look for has none.
pub(super) fn all(page: &Html) -> Markup {
    if page.found.is_empty() && page.sections.len() < 2 {
        return html! {};
    }
    html! {
        nav class="contents" aria-labelledby="contents" {
            h2 id="contents" { "Contents" }
            ul {
                @if page.differences.is_some() { li { a href="#since" { "What is different" } } }
                @if !page.found.is_empty() {
                    li {
                        a href="#todo" { "What was found, and what to do" }
                        ol class="findings" {
                            @for (place, ((severity, id), places)) in page.found.iter().enumerate() {
                                li {
                                    (badge::severity(severity.0)) " "
                                    a href={ "#" (remedy::anchor(place)) } { (remedy::name(id)) }
                                    " " span class="soft" { (services(places.len())) }
                                }
                            }
                        }
                    }
                }
                @if !page.kin.is_empty() { li { a href="#keys" { "Keys in several places" } } }
                @if !page.sections.is_empty() { li { a href="#services" { "Services" } " " span class="soft" { "(" (page.sections.len()) ")" } } }
                @if !page.left_alone.is_empty() { li { a href="#left" { "Left alone" } } }
            }
        }
    }
}

/// "1 service", "2 services".
pub(super) fn services(count: usize) -> String {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    format!(
        "{} {}",
        number(count),
        if count == 1 { "service" } else { "services" }
    )
}
