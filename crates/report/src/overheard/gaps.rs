//! What could not be heard of a capture, in one sentence.

use holter_capture::Captured;

use crate::escape::terminal;
use crate::text::counted;

/// What is missing; `None` where nothing is.
pub(super) fn of(captured: &Captured) -> Option<String> {
    let coverage = &captured.coverage;
    let parts: Vec<String> = [
        (coverage.dropped, "packet was dropped", "packets were dropped"),
        (
            coverage.cut,
            "packet was cut by the snap length",
            "packets were cut by the snap length",
        ),
        (coverage.missing, "byte is not in it", "bytes are not in it"),
        (
            coverage.one_sided,
            "flow was heard from one side only",
            "flows were heard from one side only",
        ),
        (
            coverage.begun_before,
            "connection began before it",
            "connections began before it",
        ),
        (
            coverage.forgotten,
            "flow was forgotten to make room",
            "flows were forgotten to make room",
        ),
        (
            captured.totals.hidden,
            "session speaks TLS 1.3",
            "sessions speak TLS 1.3",
        ),
    ]
    .into_iter()
    .filter(|(count, _, _)| *count > 0)
    .map(|(count, one, many)| counted(count, one, many))
    .collect();
    let first = captured.sources.first()?;
    let mut named = terminal(&first.name).into_owned();
    if captured.sources.len() > 1 {
        named.push_str(" and those that follow on it");
    }
    let beyond = if captured.beyond.any() {
        "; more was heard than can be listed"
    } else {
        ""
    };
    (!parts.is_empty() || !beyond.is_empty()).then(|| format!("{named}: {}{beyond}.", parts.join(", ")))
}
