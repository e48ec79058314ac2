//! Parts of forms.

use maud::{Markup, html};

use crate::access::form_key::FIELD;
use crate::guard::Caller;
use crate::shown::safe;

/// Whose password a form asks for, for programs that keep passwords: neither seen nor sent.
pub(crate) fn whose(name: &str) -> Markup {
    html! { input type="text" value=(name) autocomplete="username" hidden readonly; }
}

/// What shows that a form is ours. Every form that changes something holds it.
pub(crate) fn key(caller: &Caller) -> Markup {
    html! { input type="hidden" name=(FIELD) value=(caller.form_key); }
}

/// What is wrong with what was sent.
pub(crate) fn wrong(why: Option<&str>) -> Markup {
    html! { @if let Some(why) = why { p class="wrong" role="alert" { (safe(why)) } } }
}

/// One choice of a list.
pub(crate) fn option(value: &str, shown: &str, chosen: bool) -> Markup {
    html! { option value=(safe(value)) selected[chosen] { (safe(shown)) } }
}

/// A path within a query.
pub(crate) fn escaped(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
