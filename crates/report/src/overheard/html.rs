//! `-f html`: the evidence report.

use maud::{Markup, html};

use super::Overheard;

/// The page.
pub(super) fn page(_: &Overheard) -> Markup {
    html! {}
}
