//! A finding's words: its flaw, its state, who must act next.

use holter_capture::flaws;
use holter_model::Flaw;
use holter_model::finding::{Next, State};
use holter_store::FindingRow;
use maud::{Markup, html};

use crate::shown::badge;

/// What is known of its flaw.
pub(crate) fn flaw(id: &str) -> Option<&'static Flaw> {
    flaws::flaw(id)
}

/// The name of a flaw.
pub(crate) fn flaw_name(id: &str) -> &str {
    flaw(id).map_or(id, |flaw| flaw.name.as_str())
}

/// Where it stands, in a word.
pub(crate) const fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Assigned => "assigned",
        State::Fixing => "being fixed",
        State::Back => "back",
        State::Fixed => "fixed, as measured",
        State::Accepted => "accepted",
        State::FalsePositive => "false positive",
    }
}

/// Where it stands, as a badge.
pub(crate) fn state(state: State) -> Markup {
    let class = match state {
        State::Back => "critical bare",
        State::Open => "high bare",
        State::Assigned | State::Fixing => "low bare",
        State::Fixed => "ok",
        State::Accepted | State::FalsePositive => "info",
    };
    badge::word(class, state_word(state))
}

/// Who must act next, in a few words.
pub(crate) fn next(row: &FindingRow) -> Markup {
    html! {
        @match (row.finding.next, &row.assignee_name) {
            (Next::Assignee, Some(name)) => (crate::shown::safe(name)),
            (Next::Department, _) => @if let Some(department) = &row.department_name { (crate::shown::safe(department)) ": give it to somebody" } @else { "nobody yet; give it to somebody" },
            (Next::Assignee, None) => "the one to whom it was given",
            (Next::Measurement, _) => "Holter: measure",
            (Next::Approver, _) => "somebody who approves",
            (Next::Person, _) => "a person must look",
            (Next::Nobody, _) => span class="soft" { "nobody" },
        }
    }
}

/// Where it is: the asset, and the place on it.
pub(crate) fn place(row: &FindingRow) -> Markup {
    html! {
        a href={ "/assets/" (row.finding.asset) } { (crate::shown::safe(&row.asset_name)) }
        @if let Some(place) = &row.place { br; span class="soft small" { (crate::shown::safe(place)) @if let Some(protocol) = &row.protocol { " · " (crate::shown::safe(protocol)) } } }
    }
}
