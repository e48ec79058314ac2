//! Severities and verdicts as badges: the word says it, the colour repeats it.

use holter_model::{Severity, Verdict};
use maud::{Markup, html};

/// A severity.
pub(super) fn severity(severity: Severity) -> Markup {
    let word = severity.as_str();
    html! { span class={ "badge " (word) } { (word) } }
}

/// A verdict.
pub(super) fn verdict(verdict: Verdict) -> Markup {
    let (class, word) = match verdict {
        Verdict::Affected => ("critical", "affected"),
        Verdict::NotAffected => ("ok", "not affected"),
        Verdict::NotApplicable => ("info", "does not apply"),
        Verdict::Inconclusive => ("unsure", "could not be decided"),
    };
    html! { span class={ "badge " (class) } { (word) } }
}

/// Yes, no or not known, for a policy.
pub(super) fn kept(kept: Option<bool>) -> Markup {
    let (class, word) = match kept {
        Some(true) => ("ok", "kept"),
        Some(false) => ("high", "broken"),
        None => ("unsure", "not decided"),
    };
    html! { span class={ "badge " (class) } { (word) } }
}

/// The colour of a grade.
pub(super) fn grade(letter: &str) -> &'static str {
    match letter.as_bytes().first() {
        Some(b'A') => "ok",
        Some(b'B') => "low",
        Some(b'C' | b'D') => "medium",
        _ => "critical",
    }
}
