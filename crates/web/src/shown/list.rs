//! Pages of a list: on, and back to the start.

use maud::{Markup, html};

/// Links to the next page and to the first; `query` is what was filtered by, ready for an address.
pub(crate) fn pages(path: &str, query: &[(&str, String)], after: Option<&str>, next: Option<&str>) -> Markup {
    let address = |place: Option<&str>| {
        let place = place.map(|place| ("after", place.to_owned()));
        let all: Vec<_> = query
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .cloned()
            .chain(place)
            .collect();
        let query = serde_urlencoded::to_string(&all).unwrap_or_default();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    };
    html! {
        @if after.is_some() || next.is_some() {
            nav class="pages" aria-label="Pages" {
                @if after.is_some() { a href=(address(None)) { "← To the start" } }
                @if let Some(next) = next { a href=(address(Some(next))) rel="next" { "More →" } }
            }
        }
    }
}
