//! Findings: a list with filters, the weightiest first.

use std::sync::Arc;

use axum::extract::{Query, State as Shared};
use axum::response::Response;
use holter_model::Severity;
use holter_model::finding::State;
use holter_store::{FindingFilter, FindingRow, Page};
use maud::{Markup, html};
use serde::Deserialize;

use crate::accounts;
use crate::app::App;
use crate::guard::Caller;
use crate::shown::{Frame, badge, finding, form, list, moment, safe};
use crate::trouble::Trouble;

/// What is filtered by. An empty word filters nothing.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) severity: String,
    #[serde(default)]
    pub(crate) flaw: String,
    #[serde(default)]
    pub(crate) department: String,
    #[serde(default)]
    pub(crate) site: String,
    #[serde(default)]
    pub(crate) who: String,
    #[serde(default)]
    pub(crate) due: String,
    /// Of this system alone.
    #[serde(default)]
    pub(crate) asset: String,
    pub(crate) after: Option<String>,
    pub(crate) done: Option<String>,
}

impl Asked {
    /// As the store filters. Whoever sees one department sees that one, whatever is asked.
    pub(crate) fn filter(&self, app: &App, caller: &Caller) -> Result<FindingFilter, Trouble> {
        let actor = caller.actor()?;
        let state = State::ALL.into_iter().find(|state| state.as_str() == self.state);
        Ok(FindingFilter {
            live: (self.state.is_empty() || self.state == "live").then_some(true),
            state,
            severity: Severity::ALL
                .into_iter()
                .find(|severity| severity.as_str() == self.severity),
            flaw: Some(self.flaw.clone()).filter(|flaw| !flaw.is_empty()),
            department: actor.department.or_else(|| self.department.parse().ok()),
            site: self.site.parse().ok(),
            assignee: (self.who == "me").then_some(actor.person),
            due_before: (self.due == "over").then(|| app.clock.now()),
            asset: self.asset.parse().ok(),
            ..FindingFilter::default()
        })
    }

    fn query(&self) -> [(&'static str, String); 8] {
        [
            ("state", self.state.clone()),
            ("severity", self.severity.clone()),
            ("flaw", self.flaw.clone()),
            ("department", self.department.clone()),
            ("site", self.site.clone()),
            ("who", self.who.clone()),
            ("due", self.due.clone()),
            ("asset", self.asset.clone()),
        ]
    }
}

/// The list.
pub(crate) async fn show(
    Shared(app): Shared<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let filter = asked.filter(&app, &caller)?;
    let listed = app
        .store
        .findings(
            &filter,
            &Page {
                after: asked.after.clone(),
                size: 50,
            },
        )
        .await?;
    let filters = filters(&app, &caller, &asked).await?;
    let frame = Frame {
        title: "Findings",
        caller: &caller,
        part: "/findings",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        h1 { "Findings" }
        p class="soft" { "What matters most here comes first: what lets most out, where most depends on it, where strangers can reach it." }
        (filters)
        (table(&app, &listed.rows, "Findings", true))
        @if listed.rows.is_empty() { p { "Nothing fits that. " @if asked.after.is_none() { "“Not found” is not “not there”: the " a href="/scans" { "scans" } " say what was asked." } } }
        (list::pages("/findings", &asked.query(), asked.after.as_deref(), listed.next.as_deref()))
    }))
}

/// Findings as a table; on a system's own page it is not said whose they are.
pub(crate) fn table(app: &App, rows: &[FindingRow], caption: &str, with_asset: bool) -> Markup {
    let now = app.clock.now();
    html! {
        @if !rows.is_empty() {
            div class="scroll" {
                table class="stack" {
                    caption { (caption) }
                    thead { tr { th scope="col" { "Severity" } th scope="col" { "What" } th scope="col" { "Where" } th scope="col" { "State" } th scope="col" { "Who must act next" } th scope="col" { "Due" } @if with_asset { th scope="col" { "Measured" } } } }
                    tbody {
                        @for row in rows {
                            @let one = &row.finding;
                            tr {
                                td data-l="Severity" { (badge::severity(one.severity)) }
                                th scope="row" { a href={ "/findings/" (one.id) } { (safe(finding::flaw_name(&one.flaw))) } }
                                td data-l="Where" { @if with_asset { (finding::place(row)) } @else { (safe(row.place.as_deref().unwrap_or(&row.finding.cause))) } }
                                td data-l="State" { (finding::state(one.state)) }
                                td data-l="Who must act next" { (finding::next(row)) }
                                td data-l="Due" { @if let Some(due) = one.due { (moment::day(due, &app.zone)) @if due < now && one.state.is_live() { br; strong class="small" { "overdue" } } } @else { "–" } }
                                @if with_asset { td data-l="Measured" { (moment::ago(one.measured_at, now, &app.zone)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

async fn filters(app: &App, caller: &Caller, asked: &Asked) -> Result<Markup, Trouble> {
    let actor = caller.actor()?;
    let departments = accounts::departments(app, caller).await?;
    // Whoever sees one department chooses among what was found there.
    let sites = accounts::sites(app, caller).await?;
    let mut flaws: Vec<String> = match actor.department {
        None => {
            let flaws = app.store.flaw_tallies().await?;
            flaws.into_iter().map(|(flaw, ..)| flaw).collect()
        }
        own => {
            let filter = FindingFilter {
                department: own,
                ..FindingFilter::default()
            };
            let found = app.store.findings(&filter, &Page::first(500)).await?.rows;
            found.into_iter().map(|row| row.finding.flaw).collect()
        }
    };
    flaws.sort_unstable();
    flaws.dedup();
    let choice = |value: &str, shown: &str, chosen: &str| form::option(value, shown, chosen == value);
    Ok(html! {
        form class="filters" method="get" action="/findings" data-eager="" {
            @if let Ok(asset) = asked.asset.parse::<i64>() { input type="hidden" name="asset" value=(asset); }
            div {
                label for="state" { "State" }
                select id="state" name="state" {
                    (choice("live", "to be done", &asked.state))
                    (choice("all", "all", &asked.state))
                    @for state in State::ALL { (choice(state.as_str(), finding::state_word(state), &asked.state)) }
                }
            }
            div {
                label for="severity" { "Severity" }
                select id="severity" name="severity" {
                    (choice("", "all", &asked.severity))
                    @for severity in Severity::ALL.iter().rev() { (choice(severity.as_str(), severity.as_str(), &asked.severity)) }
                }
            }
            div {
                label for="flaw" { "Flaw" }
                select id="flaw" name="flaw" {
                    (choice("", "all", &asked.flaw))
                    @for flaw in &flaws { (choice(flaw, finding::flaw_name(flaw), &asked.flaw)) }
                }
            }
            @if actor.department.is_none() && !departments.is_empty() {
                div {
                    label for="department" { "Department" }
                    select id="department" name="department" {
                        (choice("", "all", &asked.department))
                        @for one in &departments { (choice(&one.id.to_string(), &safe(&one.name), &asked.department)) }
                    }
                }
            }
            @if !sites.is_empty() {
                div {
                    label for="site" { "Site" }
                    select id="site" name="site" {
                        (choice("", "all", &asked.site))
                        @for one in &sites { (choice(&one.id.to_string(), &safe(&one.name), &asked.site)) }
                    }
                }
            }
            div {
                label for="who" { "Given to" }
                select id="who" name="who" { (choice("", "anybody", &asked.who)) (choice("me", "me", &asked.who)) }
            }
            div {
                label for="due" { "Due" }
                select id="due" name="due" { (choice("", "whenever", &asked.due)) (choice("over", "overdue", &asked.due)) }
            }
            button class="quiet" { "Show" }
        }
    })
}
