//! What was found, the gravest first: why it matters, where it is, what to do.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use holter_checks::catalogue;
use holter_model::{Flaw, Judgement, Service, Severity};
use maud::{Markup, html};

use super::{badge, contents};
use crate::escape::terminal;
use crate::named;

/// More places than this are folded.
const MANY: usize = 12;

/// A service with a flaw.
#[derive(Debug)]
pub(super) struct Found {
    anchor: String,
    place: String,
    what: String,
    evidence: String,
}

impl Found {
    /// What to say of it.
    pub(super) fn of(service: &Service, judgement: &Judgement, anchor: &str) -> Self {
        let (protocol, about) = named::spoken(service);
        let about = service
            .role
            .as_ref()
            .map_or_else(|| about.to_owned(), named::there_for);
        Self {
            anchor: anchor.to_owned(),
            place: terminal(&named::target(service)).into_owned(),
            what: terminal(&format!("{protocol}: {about}")).into_owned(),
            evidence: terminal(&judgement.evidence).into_owned(),
        }
    }
}

/// All that was found.
pub(super) fn all(found: &BTreeMap<(Reverse<Severity>, String), Vec<Found>>) -> Markup {
    if found.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="todo" {
            h2 id="todo" { "What was found, and what to do" }
            p class="small soft noprint" { "The gravest stand open; the others, and the instructions for each product, unfold." }
            @for (place, ((severity, id), places)) in found.iter().enumerate() {
                (one(place, severity.0, id, places))
            }
        }
    }
}

/// Where a finding stands on the page.
pub(super) fn anchor(place: usize) -> String {
    format!("f{}", place + 1)
}

/// What a flaw is called.
pub(super) fn name(id: &str) -> &str {
    catalogue::flaw(id).map_or(id, |known| known.flaw.name.as_str())
}

fn one(place: usize, severity: Severity, id: &str, places: &[Found]) -> Markup {
    let flaw = catalogue::flaw(id).map(|known| &known.flaw);
    html! {
        details class="card" id=(anchor(place)) open[severity >= Severity::High] {
            summary {
                h3 {
                    (badge::severity(severity)) " " (name(id))
                    @if name(id) != id { " " span class="soft small" { "(" (id) ")" } }
                }
                span class="soft small" { (contents::services(places.len())) }
            }
            @if let Some(flaw) = flaw {
                p { (flaw.summary) }
                p { strong { "Why it matters: " } (flaw.why) }
            }
            h4 { "Where" }
            (list(places.get(..MANY).unwrap_or(places)))
            @if let Some(more) = places.get(MANY..).filter(|more| !more.is_empty()) {
                details class="fold paper" {
                    summary { "and " (contents::services(more.len())) " more" }
                    (list(more))
                }
            }
            @if let Some(flaw) = flaw { (steps(flaw)) }
        }
    }
}

fn list(places: &[Found]) -> Markup {
    html! {
        ul {
            @for place in places {
                li {
                    a href={ "#" (place.anchor) } { (place.place) } " "
                    span class="soft small" { (place.what) } br;
                    span class="small" { "Measured: " (place.evidence) "." }
                }
            }
        }
    }
}

fn steps(flaw: &Flaw) -> Markup {
    html! {
        @if !flaw.first_steps.is_empty() {
            h4 { "What to do first" }
            ol { @for step in &flaw.first_steps { li { (step) } } }
        }
        @if !flaw.instructions.is_empty() { (products(flaw)) }
        @if !flaw.unchangeable.is_empty() {
            h4 { "Where the device cannot be changed" }
            p { (flaw.unchangeable) }
        }
        @if let Some(reference) = flaw.references.iter().find(|text| text.starts_with("https://")) {
            p class="small soft" { "More: " a href=(reference) rel="noreferrer" { (reference) } }
        }
    }
}

/// What to do on each product, folded. On paper only what was unfolded stands.
fn products(flaw: &Flaw) -> Markup {
    let mut names: Vec<&str> = flaw
        .instructions
        .iter()
        .map(|instruction| instruction.product.as_str())
        .collect();
    names.dedup();
    html! {
        div class="products" {
            h4 { "What to do, product by product" }
            @for instruction in &flaw.instructions {
                details class="fold" {
                    summary { (instruction.product) }
                    p { (instruction.text) }
                    @if !instruction.lines.is_empty() { pre { code { (instruction.lines.join("\n")) } } }
                }
            }
        }
        p class="small soft print" {
            "What to do on " (names.join(", ")) " is in the file, to be unfolded before it is printed, and in: holter explain " (flaw.id)
        }
    }
}
