//! Severities, states and verdicts: the word says it, a shape and a colour repeat it.

use holter_model::Severity;
use maud::{Markup, html};

/// A severity.
pub(crate) fn severity(severity: Severity) -> Markup {
    let word = severity.as_str();
    html! { span class={ "badge " (word) } { (word) } }
}

/// A word in one of the style's colours.
pub(crate) fn word(class: &str, word: &str) -> Markup {
    html! { span class={ "badge " (class) } { (word) } }
}
