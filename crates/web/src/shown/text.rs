//! Text that came from a peer or a file. maud escapes what is markup; this spells out what turns the direction of
//! writing, or cannot be seen.

use std::borrow::Cow;

/// What may be shown of it.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    holter_report::terminal(text)
}
