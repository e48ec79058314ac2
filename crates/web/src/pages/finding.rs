//! One finding: what it is, why it matters, what to do, who does it, and all that happened.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use holter_model::{Flaw, Verdict};
use holter_program::closing::what_closes;
use holter_program::weight::{self, Weight};
use holter_store::{Acceptance, Event, FindingRow, Measurement, Page};
use maud::{Markup, html};

use crate::app::App;
use crate::guard::Caller;
use crate::pages::Done;
use crate::pages::deeds::forms;
use crate::shown::{Frame, badge, finding, moment, safe};
use crate::trouble::Trouble;

/// A finding that the caller may see. Every page and every deed comes to a finding through here.
pub(crate) async fn of(app: &App, caller: &Caller, id: i64) -> Result<FindingRow, Trouble> {
    let row = app.store.finding(id).await?;
    caller.actor()?.within(row.finding.department)?;
    Ok(row)
}

/// The page.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
    caller: Caller,
) -> Result<Response, Trouble> {
    // Asked first: a page that is not looked at again by itself shows all that the last measurement changed.
    let measurements = app.store.measurements_for(id).await?;
    let row = of(&app, &caller, id).await?;
    let events = app.store.events(id, &Page::first(200)).await?;
    let acceptances = app.store.acceptances(id).await?;
    let waits = measurements
        .iter()
        .any(|one| one.state == "waiting" || one.state == "running");
    let given = given(&app, &events.rows).await?;
    let flaw = finding::flaw(&row.finding.flaw);
    let asset = app.store.asset(row.finding.asset).await?;
    let weight = weight::weigh(&row.finding.flaw, row.finding.severity, &asset.about);
    let acts = forms::of(&app, &caller, &row, &acceptances).await?;
    let name = finding::flaw_name(&row.finding.flaw);
    // The page is looked at again by itself, and then the answer is there.
    let said = done.done.as_deref().filter(|done| waits || *done != "measuring");
    let frame = Frame {
        title: name,
        caller: &caller,
        part: "/findings",
        done: said,
    };
    Ok(frame.around(&html! {
        p class="crumbs" { a href="/findings" { "Findings" } " › " (id) }
        h1 { (safe(name)) " on " a href={ "/assets/" (row.finding.asset) } { (safe(&row.asset_name)) } }
        p {
            (badge::severity(row.finding.severity)) " " (finding::state(row.finding.state)) " "
            @if name != row.finding.flaw { span class="soft small" { (safe(&row.finding.flaw)) } }
        }
        div class="split" {
            div {
                @if let Some(flaw) = flaw { (about(flaw)) }
                (matters(&weight, &row.finding.flaw))
                @if let Some(flaw) = flaw { (remedy(flaw, &row)) }
                (measured(&app, &row))
                (history(&app, &events.rows, &given))
            }
            aside aria-label="What to do with it" {
                div class="card" { (stands(&app, &row)) }
                @if waits {
                    div class="card" data-again="3" { p { strong { "Being measured." } " The answer stands here in a moment." }
                        noscript { p { a href={ "/findings/" (id) } { "Look again" } } } }
                } @else {
                    (last_measured(&measurements))
                }
                div class="card act" { (acts) }
            }
        }
    }))
}

fn about(flaw: &Flaw) -> Markup {
    html! {
        h2 { "What it is" }
        p { (flaw.summary) }
        h2 { "Why it matters" }
        p { (flaw.why) }
    }
}

/// What its rank is made of.
fn matters(weight: &Weight, flaw: &str) -> Markup {
    html! {
        details {
            summary { "Why it stands where it stands in the list" }
            ul { @for (points, why) in &weight.parts { li { (why) ": " (points) } } li { strong { "together " (weight.sum) } } }
            @if let Some(known) = weight::exploited(flaw) { p { "Known to be exploited since " (known.since) " (CISA); US federal agencies had to mend it by " (known.due) "." } }
        }
    }
}

fn measured(app: &App, row: &FindingRow) -> Markup {
    let one = &row.finding;
    html! {
        h2 { "What was measured" }
        p {
            @match one.verdict {
                Verdict::Affected => "It is there: ",
                Verdict::NotAffected => "It is not there any more: ",
                Verdict::Inconclusive => "It could not be decided: ",
                Verdict::NotApplicable => "It does not apply: ",
            }
            (safe(&one.evidence)) "."
        }
        dl class="pairs" {
            dt { "Rests on" } dd { (basis(one.basis)) }
            dt { "Last measured" } dd { (moment::at(one.measured_at, &app.zone)) }
            dt { "First seen" } dd { (moment::at(one.first_seen, &app.zone)) }
            dt { "Last seen" } dd { (moment::at(one.last_seen, &app.zone)) }
            @if let Some(place) = &row.place { dt { "Where" } dd { (safe(place)) @if let Some(protocol) = &row.protocol { " · " (safe(protocol)) } } }
            @if one.returns > 0 { dt { "Came back" } dd { @if one.returns == 1 { "once" } @else { (one.returns) " times" } } }
            @if one.foreign_bytes > 0 { dt { "Foreign bytes" } dd { (one.foreign_bytes) ", counted and not kept" } }
        }
    }
}

fn basis(basis: holter_model::Basis) -> &'static str {
    use holter_model::Basis;
    match basis {
        Basis::Behaviour => "what the service did",
        Basis::Configuration => "what the service offers",
        Basis::Version => "a version, which is a hint and no proof",
        Basis::Statement => "somebody's word",
    }
}

fn remedy(flaw: &Flaw, row: &FindingRow) -> Markup {
    html! {
        h2 { "What to do" }
        @if !flaw.first_steps.is_empty() { ol { @for step in &flaw.first_steps { li { (step) } } } }
        h3 { "What closes it" }
        p { (safe(&what_closes(&row.finding, row.protocol.as_deref()))) }
        @for instruction in &flaw.instructions {
            details {
                summary { (instruction.product) }
                p { (instruction.text) }
                @if !instruction.lines.is_empty() { pre { code { (instruction.lines.join("\n")) } } }
            }
        }
        @if !flaw.unchangeable.is_empty() {
            details { summary { "Where the device cannot be changed" } p { (flaw.unchangeable) } }
        }
        @if !flaw.references.is_empty() {
            details {
                summary { "Where this stands" }
                ul {
                    @for reference in &flaw.references {
                        li { @if reference.starts_with("https://") { a href=(reference) rel="noreferrer noopener" { (reference) } } @else { (reference) } }
                    }
                }
            }
        }
    }
}

fn stands(app: &App, row: &FindingRow) -> Markup {
    let one = &row.finding;
    let now = app.clock.now();
    html! {
        h2 { "Who must act next" }
        p class="who" { strong { (finding::next(row)) } }
        dl class="pairs" {
            dt { "Given to" } dd { @if let Some(name) = &row.assignee_name { (safe(name)) } @else { span class="soft" { "nobody" } } }
            dt { "Department" } dd { @if let Some(name) = &row.department_name { (safe(name)) } @else { span class="soft" { "none" } } }
            dt { "Due" } dd { @if let Some(due) = one.due { (moment::day(due, &app.zone)) @if due < now && one.state.is_live() { " " strong { "overdue" } } } @else { "–" } }
            @if let Some(until) = one.accepted_until { dt { "Accepted until" } dd { (moment::day(until, &app.zone)) } }
            @if let Some(fixed) = one.fixed_at { dt { "Fixed" } dd { (moment::at(fixed, &app.zone)) } }
        }
    }
}

fn last_measured(measurements: &[Measurement]) -> Markup {
    html! {
        @if let Some(last) = measurements.first().filter(|last| last.state == "failed") {
            div class="card" { p { strong { "The last measurement on request failed: " } (safe(&last.outcome)) "." } }
        }
    }
}

/// The names of all to whom it was ever given.
async fn given(app: &App, events: &[Event]) -> Result<BTreeMap<i64, String>, Trouble> {
    let mut names = BTreeMap::new();
    for person in events.iter().filter_map(receiver) {
        if let Entry::Vacant(place) = names.entry(person) {
            place.insert(app.store.person(person).await?.name);
        }
    }
    Ok(names)
}

/// To whom an event gave it.
fn receiver(event: &Event) -> Option<i64> {
    event.about.detail.get("to")?.as_i64()
}

fn history(app: &App, events: &[Event], given: &BTreeMap<i64, String>) -> Markup {
    html! {
        h2 { "History" }
        ol class="time" {
            @for event in events {
                li {
                    @let name = receiver(event).and_then(|person| given.get(&person));
                    strong { @if let Some(name) = name { "Given to " (safe(name)) } @else { (safe(&event_words(&event.about.kind))) } } " · " (finding::state_word(event.about.state))
                    br;
                    span class="soft small" { (moment::at(event.about.at, &app.zone)) ", " @if let Some(name) = &event.actor_name { (safe(name)) } @else { "Holter" } }
                    @if !event.about.text.is_empty() { p { (safe(&event.about.text)) } }
                }
            }
        }
    }
}

/// What happened, in words.
fn event_words(kind: &str) -> String {
    match kind {
        "found" => "Found".to_owned(),
        "assigned" => "Given to somebody".to_owned(),
        "begun" => "Somebody is at work on it".to_owned(),
        "said_done" => "Said to be done; Holter measures it".to_owned(),
        "still_there" => "Measured: it is still there".to_owned(),
        "fixed" => "Measured: it is fixed".to_owned(),
        "back" => "Measured: it is back".to_owned(),
        "asked" => "Somebody asked for an approval".to_owned(),
        "accepted" => "Accepted".to_owned(),
        "called_false" => "Called a false positive".to_owned(),
        "refused" => "Turned down".to_owned(),
        "reopened" => "Opened again".to_owned(),
        "expired" => "The end of its acceptance has come".to_owned(),
        "not_measured" => "Said to be done, and could not be measured".to_owned(),
        "undecided" => "Three measurements in a row decided nothing".to_owned(),
        "acknowledged" => "Somebody has it in hand, by a link in a mail".to_owned(),
        "comment" => "Comment".to_owned(),
        other => other.replace(['_', '-', '.'], " "),
    }
}

/// What was asked for and is not decided yet.
pub(crate) fn asked_for(acceptances: &[Acceptance]) -> Option<&Acceptance> {
    acceptances
        .iter()
        .find(|one| one.decided_at.is_none() && one.ended_at.is_none())
}
