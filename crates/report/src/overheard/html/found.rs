//! What was found: who was attacked and what went out; what passes in the clear; sessions in two places; the rest.

use holter_capture::flaws;
use holter_capture::subject::{Exposure, Said, Subject};
use holter_model::{Basis, Verdict};
use maud::{Markup, html};

use super::super::digest::{Digest, MOST, Told};
use super::super::words::{asker, bytes, meaning, moment, place, title};
use super::super::{Overheard, sums};
use crate::escape::terminal;
use crate::text::{counted, number};

/// Attacks and attempts, the gravest first.
pub(super) fn attacks(digest: &Digest) -> Markup {
    let Digest { worked, tried, .. } = digest;
    html! {
        section aria-labelledby="found" {
            h2 id="found" { "What was done" }
            @if worked.all + tried.all == 0 {
                p { "No forbidden heartbeat, and no other sign of an attack, was heard in what was captured." }
            }
            @for told in &worked.told { (attack(&told.subject, &told.what)) }
            (more(worked.all))
            @for told in &tried.told { (attack(&told.subject, &told.what)) }
            (more(tried.all))
            @for flaw in digest.flaws.iter().filter_map(|id| flaws::flaw(id)) {
                h3 { "What to do first about " (flaw.name) }
                ol { @for step in &flaw.first_steps { li { (step) } } }
            }
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
        dd {
            (number(exposure.sessions))
            ", from the first heartbeat to the last of the connections that leaked; one whose end was not captured counts as open"
        }
        @for key in exposure.keys.iter().take(MOST) {
            dt { "Key, to be taken for stolen" }
            dd {
                code { (key.spki) } " (SHA-256 of its SPKI)"
                @if key.opens_sessions > 0 {
                    "; it opens " (counted(key.opens_sessions, "captured session", "captured sessions")) " with an RSA key exchange, whenever they were"
                }
                @if !key.also_at.is_empty() { "; it also stands at " (key.also_at.join(", ")) }
            }
        }
    }
}

/// Clinical messages without encryption.
pub(super) fn clear_text(digest: &Digest) -> Markup {
    let found = &digest.clear_text;
    if found.all == 0 {
        return html! {};
    }
    html! {
        section aria-labelledby="clear" {
            h2 id="clear" { "Clinical messages that anybody on the way can read" }
            div class="scroll" {
                table class="stack" {
                    thead { tr { th scope="col" { "Service" } th scope="col" { "What" } th scope="col" { "Who talks to it" } th scope="col" { "When" } } }
                    tbody {
                        @for Told { subject, what: said } in &found.told {
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
            (more(found.all))
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
pub(super) fn others(digest: &Digest) -> Markup {
    if digest.weak.is_empty() {
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
                        @for ((severity, id), weak) in &digest.weak {
                            tr {
                                th scope="row" { (flaws::flaw(id).map_or(id.as_str(), |flaw| flaw.name.as_str())) " " span class="soft small" { (id) } }
                                td data-l="Severity" { span class={ "badge " (severity.0.as_str()) } { (severity.0.as_str()) } }
                                td data-l="Where" {
                                    (weak.places.join(", "))
                                    @if weak.all > weak.places.len() { " and " (number(sums::count(weak.all - weak.places.len()))) " others" }
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
