//! What was found: who was attacked and what went out; what passes in the clear; sessions in two places; the rest.

use std::collections::{BTreeMap, BTreeSet};

use holter_capture::flaws;
use holter_capture::subject::{Exposure, Said, Subject};
use holter_model::{Basis, Verdict};
use maud::{Markup, html};

use super::super::words::{asker, bytes, meaning, moment, place, title};
use super::super::{Overheard, sums};
use crate::escape::terminal;
use crate::text::{counted, number};

/// As many are shown of each kind; the JSON has all.
const MOST: usize = 500;

fn all(overheard: &Overheard) -> impl Iterator<Item = (&Subject, &Said)> {
    let subjects = overheard.captures.iter().flat_map(|one| &one.heard.subjects);
    subjects.flat_map(|subject| subject.verdicts.iter().map(move |said| (subject, said)))
}

/// Attacks and attempts, the gravest first.
pub(super) fn attacks(overheard: &Overheard) -> Markup {
    let mut found: Vec<(&Subject, &Said)> = all(overheard)
        .filter(|(_, said)| super::super::is_told(said))
        .collect();
    found.sort_by_key(|(_, said)| std::cmp::Reverse((said.verdict, said.weight.map(|weight| weight.ladder))));
    html! {
        section aria-labelledby="found" {
            h2 id="found" { "What was done" }
            @if found.is_empty() {
                p { "No forbidden heartbeat, and no other sign of an attack, was heard in what was captured." }
            }
            @for (subject, said) in found.iter().take(MOST) { (attack(subject, said)) }
            (more(found.len()))
            (steps(&found))
        }
    }
}

/// What to do first about what worked.
fn steps(found: &[(&Subject, &Said)]) -> Markup {
    let worked = found.iter().filter(|(_, said)| said.verdict == Verdict::Affected);
    let ids: BTreeSet<&str> = worked.map(|(_, said)| said.flaw.as_str()).collect();
    html! {
        @for flaw in ids.into_iter().filter_map(flaws::flaw) {
            h3 { "What to do first about " (flaw.name) }
            ol { @for step in &flaw.first_steps { li { (step) } } }
        }
    }
}

fn attack(subject: &Subject, said: &Said) -> Markup {
    let name = flaws::flaw(&said.flaw).map_or(said.flaw.as_str(), |flaw| flaw.name.as_str());
    let (class, word) = match said.verdict {
        Verdict::Affected => ("critical", "affected"),
        Verdict::NotAffected => ("ok", "not affected at that moment"),
        _ => ("unsure", "could not be decided"),
    };
    html! {
        div class="card" {
            h3 { (place(subject)) " · " (name) " " span class={ "badge " (class) } { (word) } }
            p { (terminal(&said.evidence)) "." }
            dl class="pairs" {
                @if let Some(weight) = said.weight {
                    dt { "How far it goes" }
                    dd { strong { (title(said, &weight)) } " (" code { (weight.ladder.as_str()) } "). " @if said.basis != Basis::Statement { (meaning(weight.ladder)) } }
                    @if said.basis != Basis::Statement {
                        dt { "Given away" }
                        dd { (bytes(&weight)) " beyond what the requests had brought; "
                            (counted(weight.attempts, "request", "requests")) ", " (counted(weight.answers, "answer", "answers")) }
                    }
                    @if let (Some(first), Some(last)) = (weight.first_leak, weight.last_leak) {
                        dt { "When" }
                        dd { (moment(first)) " to " (moment(last)) }
                    }
                }
                @if said.basis == Basis::Statement {
                    dt { "Rests on" }
                    dd { "another tool's word; Holter saw no packet of it" }
                }
                @if !said.by.is_empty() {
                    dt { "By whom" }
                    dd { @for one in said.by.iter().take(MOST) { div { (asker(one)) } } }
                }
                @if let Some(exposure) = &said.exposure { (exposed(exposure)) }
                dt { "In" }
                dd { code { (terminal(&subject.file)) } }
                dt { "How much was heard" }
                dd {
                    (counted(subject.coverage.sessions, "session", "sessions")) ", " (number(subject.coverage.bytes_heard)) " bytes heard, "
                    (number(subject.coverage.bytes_missing)) " missing"
                    @for note in &subject.coverage.notes { "; " (note) }
                    "."
                }
            }
        }
    }
}

fn exposed(exposure: &Exposure) -> Markup {
    html! {
        dt { "Sessions open meanwhile" }
        dd { "at most " (number(exposure.sessions)) ", from the first leak to the last" }
        @for key in exposure.keys.iter().take(MOST) {
            dt { "Key, to be taken for stolen" }
            dd {
                code { (key.spki) } " (SHA-256 of its SPKI)"
                @if key.opens_sessions > 0 {
                    "; it opens " (counted(key.opens_sessions, "captured session", "captured sessions")) " that have an RSA key exchange, whenever they were"
                }
                @if !key.also_at.is_empty() { "; it also stands at " (key.also_at.join(", ")) }
            }
        }
    }
}

/// Clinical messages without encryption.
pub(super) fn clear_text(overheard: &Overheard) -> Markup {
    let found: Vec<(&Subject, &Said)> = all(overheard)
        .filter(|(_, said)| said.flaw == flaws::CLEAR_CLINICAL)
        .collect();
    if found.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="clear" {
            h2 id="clear" { "Clinical messages that anybody on the way can read" }
            div class="scroll" {
                table class="stack" {
                    thead { tr { th scope="col" { "Service" } th scope="col" { "What" } th scope="col" { "Who talks to it" } th scope="col" { "When" } } }
                    tbody {
                        @for (subject, said) in found.iter().take(MOST) {
                            tr {
                                th scope="row" { (place(subject)) }
                                td data-l="What" { (terminal(&said.evidence)) }
                                td data-l="Who talks to it" { @for peer in subject.peers.iter().take(20) { div { (peer) } } }
                                td data-l="When" { (moment(subject.first)) " to " (moment(subject.last)) }
                            }
                        }
                    }
                }
            }
            (more(found.len()))
        }
    }
}

/// Sessions that were used from two networks.
pub(super) fn sessions(overheard: &Overheard) -> Markup {
    html! {
        @for log in &overheard.sessions {
            section {
                h2 { "Sessions in " (terminal(&log.file)) }
                p {
                    (counted(u64::from(log.sessions), "session", "sessions")) " in " (counted(log.uses, "line", "lines"))
                    @if log.unused > 0 { "; " (counted(log.unused, "line", "lines")) " could not be used" }
                    @if log.cut { "; the log is longer than what was read" }
                    "."
                    @if let Some(hash) = &log.sha256 { br; "SHA-256 of the log: " code { (hash) } }
                }
                @if log.flips.is_empty() { p { "No session changed its network." } }
                @else {
                    div class="scroll" {
                        table class="stack" {
                            thead { tr { th scope="col" { "First line" } th scope="col" { "Verdict" } th scope="col" { "Why" } th scope="col" { "From" } th scope="col" { "When" } } }
                            tbody {
                                @for flips in log.flips.iter().take(MOST) {
                                    tr {
                                        th scope="row" { (number(flips.first_line)) }
                                        td data-l="Verdict" { (flips.verdict.as_str().replace('_', " ")) }
                                        td data-l="Why" { (flips.evidence) "." }
                                        td data-l="From" { @for source in &flips.sources { div { (source) } } }
                                        td data-l="When" { (moment(flips.first)) " to " (moment(flips.last)) }
                                    }
                                }
                            }
                        }
                    }
                    (more(log.flips.len()))
                }
            }
        }
    }
}

/// What else services are affected by, flaw by flaw.
pub(super) fn others(overheard: &Overheard) -> Markup {
    let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for (subject, said) in all(overheard) {
        if super::super::is_weakness(said) {
            let key = (std::cmp::Reverse(flaws::severity(&said.flaw)), said.flaw.as_str());
            found.entry(key).or_default().push(place(subject));
        }
    }
    if found.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="weak" {
            h2 id="weak" { "What else is weak, as far as it was used" }
            p class="soft small" { "A capture shows what was chosen, not all that would be: a scan finds more." }
            div class="scroll" {
                table class="stack" {
                    thead { tr { th scope="col" { "Flaw" } th scope="col" { "Severity" } th scope="col" { "Where" } } }
                    tbody {
                        @for ((severity, id), places) in found {
                            tr {
                                th scope="row" { (flaws::flaw(id).map_or(id, |flaw| flaw.name.as_str())) " " span class="soft small" { (id) } }
                                td data-l="Severity" { span class={ "badge " (severity.0.as_str()) } { (severity.0.as_str()) } }
                                td data-l="Where" {
                                    (places.iter().take(40).cloned().collect::<Vec<_>>().join(", "))
                                    @if places.len() > 40 { " and " (number(sums::count(places.len() - 40))) " others" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Says how many are not shown.
pub(super) fn more(all: usize) -> Markup {
    html! {
        @if all > MOST {
            p class="soft small" { "and " (number(sums::count(all - MOST))) " others; the JSON form has them all" }
        }
    }
}
