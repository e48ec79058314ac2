//! The top of the page: the answer, the sums, and what is different.

use holter_model::difference::Kind;
use holter_model::{Differences, KeyKin, LeftAlone, Severity};
use maud::{Markup, html};

use crate::escape::terminal;
use crate::sentence::{Mood, Tally};
use crate::span::Span;
use crate::text::number;
use crate::text::said;
use crate::{Preamble, Summary};

/// The answer in one sentence, and what holds for the whole run.
pub(super) fn head(
    mood: Mood,
    (sentence, also): (&str, Option<&str>),
    summary: &Summary,
    preamble: &Preamble,
    span: Span,
) -> Markup {
    let (class, next) = match mood {
        Mood::Bad => ("bad", "What to do stands below, the gravest first."),
        Mood::Open => (
            "open",
            "That does not mean that nothing is wrong there: see below what could not be assessed, and why.",
        ),
        Mood::Good => ("good", "All that was asked was answered."),
    };
    html! {
        p class="brand" { "Holter · scan report" }
        div class={ "answer " (class) } {
            h1 { (sentence) }
            @if let Some(also) = also { p class="also" { (also) } }
            @if summary.services > 0 { p { (next) } }
            @if summary.interrupted {
                p { strong { "The scan was stopped before its end: this is what was known by then." } }
            }
        }
        p class="soft small" {
            @if let Some(began) = span.began { "Begun " time datetime=(crate::shape::time(began)) { (moment(began)) } }
            @if let Some(ended) = span.ended { ", last answer " time datetime=(crate::shape::time(ended)) { (moment(ended)) } }
            @if let Some(by) = &preamble.authorized_by { " · Authorised by: " (terminal(by)) }
        }
    }
}

/// The sums.
pub(super) fn tiles(summary: &Summary, tally: &Tally) -> Markup {
    let grave = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
    ]
    .map(|severity| (severity, tally.of(severity)));
    html! {
        dl class="tiles" {
            div { dt { "Services affected" } dd { (number(summary.affected)) } }
            div { dt { "Not affected" } dd { (number(summary.not_affected)) } }
            @if tally.policies().next().is_some() {
                div { dt { "Break a policy" } dd { (number(summary.breaking_policy)) } }
            }
            div { dt { "Not assessed in full" } dd { (number(summary.inconclusive)) } }
            div { dt { "Endpoints asked" } dd { (number(summary.tried)) } }
        }
        @if grave.iter().any(|(_, count)| *count > 0) {
            p class="small" {
                "Different flaws found: "
                @for (severity, count) in grave.into_iter().filter(|(_, count)| *count > 0) {
                    (super::badge::severity(severity)) " " (count) " "
                }
            }
        }
        (policies(tally))
        @if summary.spared > 0 {
            p class="small soft" { (number(summary.spared)) " endpoints were not contacted, because the inventory calls them fragile or do-not-touch." }
        }
    }
}

/// What was made of each policy.
fn policies(tally: &Tally) -> Markup {
    if tally.policies().next().is_none() {
        return html! {};
    }
    html! {
        div class="scroll" {
            table class="stack" {
                caption { "Policies that services were held against" }
                thead { tr { th scope="col" { "Policy" } th scope="col" class="n" { "Broken" } th scope="col" class="n" { "Not decided" } th scope="col" class="n" { "Kept" } } }
                tbody {
                    @for sum in tally.policies() {
                        tr {
                            th scope="row" { (terminal(&sum.name)) }
                            td data-l="Broken" class="n" { @if sum.broken > 0 { strong { (number(sum.broken)) } } @else { "0" } }
                            td data-l="Not decided" class="n" { (number(sum.undecided)) }
                            td data-l="Kept" class="n" { (number(sum.kept)) }
                        }
                    }
                }
            }
        }
    }
}

/// What is not as it was in an earlier run.
pub(super) fn differences(differences: &Differences) -> Markup {
    let since = differences.since.strftime("%Y-%m-%d %H:%M").to_string();
    html! {
        section aria-labelledby="since" {
            h2 id="since" { "Since the run of " (since) }
            @if differences.items.is_empty() { p { "Nothing is different." } }
            @else {
                div class="scroll" {
                    table class="stack" {
                        thead { tr { th scope="col" { "Where" } th scope="col" { "What" } th scope="col" { "Was" } th scope="col" { "Is" } } }
                        tbody {
                            @for item in &differences.items {
                                tr {
                                    th scope="row" { (item.endpoint.to_string()) @if let Some(name) = &item.name { " (" (terminal(name)) ")" } }
                                    td data-l="What" { (kind(item.kind)) @if let Some(flaw) = &item.flaw { " · " (terminal(flaw)) } }
                                    td data-l="Was" { (terminal(&item.was)) }
                                    td data-l="Is" { (terminal(&item.now)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Hosts that Holter went away from.
pub(super) fn left_alone(hosts: &[LeftAlone]) -> Markup {
    if hosts.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="left" {
            h2 id="left" { "Left alone" }
            p { "Look at these devices before they are asked again." }
            ul {
                @for left in hosts {
                    li {
                        strong { (left.endpoint.address.to_string()) } " (port " (left.endpoint.port) "): " (terminal(&left.why))
                        "; " (number(left.not_asked)) " of its endpoints were not asked."
                    }
                }
            }
        }
    }
}

/// Keys that stand in several places.
pub(super) fn kin(kin: &[KeyKin]) -> Markup {
    if kin.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="keys" {
            h2 id="keys" { "Keys in several places" }
            @for one in kin {
                p { (said(one)) }
                ul {
                    @for place in &one.places {
                        li { (terminal(place)) }
                    }
                }
            }
        }
    }
}

fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Affected => "affected, and never before",
        Kind::Back => "affected again",
        Kind::Fixed => "fixed, as measured",
        Kind::New => "new",
        Kind::Gone => "gone, which is not the same as fixed",
        Kind::Changed => "not as it was",
    }
}
