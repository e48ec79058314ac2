//! *Are we exposed?* One answer, and the three things to do next.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use holter_model::Severity;
use holter_model::finding::{Next, State as Stand};
use holter_store::{FindingFilter, FindingRow, FindingTally, Page, Task};
use maud::{Markup, html};

use crate::app::App;
use crate::guard::Caller;
use crate::pages::findings;
use crate::pages::scans::Seen;
use crate::role::Deed;
use crate::shown::{Frame, finding, moment, safe};
use crate::trouble::Trouble;

/// What is not measured for so many days is not known any more.
const STALE: i64 = 30;

/// All that the answer rests on.
struct Known {
    tallies: Vec<FindingTally>,
    assets: i64,
    heaviest: Vec<FindingRow>,
    overdue: Vec<FindingRow>,
    tasks: Vec<Task>,
    undecided: usize,
    last: Option<Seen>,
}

impl Known {
    async fn of(app: &App, caller: &Caller) -> Result<Self, Trouble> {
        let actor = caller.actor()?;
        let department = actor.department;
        let own = |of: Option<i64>| department.is_none() || of == department;
        let tallies = app.store.finding_tallies().await?;
        let assets = app.store.asset_tallies().await?;
        let live = FindingFilter {
            live: Some(true),
            department,
            ..FindingFilter::default()
        };
        let over = FindingFilter {
            due_before: Some(app.clock.now()),
            ..live.clone()
        };
        let undecided = match actor.may(Deed::Approve) {
            true => app.store.undecided(&Page::first(50)).await?.rows.len(),
            false => 0,
        };
        let scans = app.store.scans(&Page::first(20)).await?.rows;
        let last = scans.into_iter().find(|scan| scan.ended.is_some());
        Ok(Self {
            tallies: tallies
                .into_iter()
                .filter(|tally| own(tally.department))
                .collect(),
            assets: assets
                .iter()
                .filter(|tally| own(tally.department))
                .map(|tally| tally.assets)
                .sum(),
            heaviest: app.store.findings(&live, &Page::first(10)).await?.rows,
            overdue: app.store.findings(&over, &Page::first(1)).await?.rows,
            tasks: app.store.tasks(department, &Page::first(3)).await?.rows,
            undecided,
            last: last.map(|scan| Seen::by(caller, scan)).transpose()?,
        })
    }

    fn live(&self, severity: Severity) -> i64 {
        let of = self
            .tallies
            .iter()
            .filter(|tally| tally.state.is_live() && tally.severity == severity);
        of.map(|tally| tally.findings).sum()
    }

    fn in_state(&self, state: Stand) -> i64 {
        self.tallies
            .iter()
            .filter(|tally| tally.state == state)
            .map(|tally| tally.findings)
            .sum()
    }
}

/// The page.
pub(crate) async fn show(State(app): State<Arc<App>>, caller: Caller) -> Result<Response, Trouble> {
    let known = Known::of(&app, &caller).await?;
    let steps = steps(&app, &caller, &known)?;
    let frame = Frame {
        title: "Are we exposed?",
        caller: &caller,
        part: "/",
        done: None,
    };
    Ok(frame.around(&html! {
        (answer(&app, &known))
        h2 { "What to do next" }
        @if steps.is_empty() { p { "Nothing waits for anybody." } }
        @else { ol class="next" { @for step in &steps { li { (step) } } } }
        // A row of zeros tells nobody anything.
        @if known.last.is_some() || known.assets > 0 { (tiles(&known)) }
        (findings::table(&app, &known.heaviest, "What matters most", true))
        @if known.heaviest.len() == 10 { p { a href="/findings" { "All findings" } } }
    }))
}

fn answer(app: &App, known: &Known) -> Markup {
    let (critical, high) = (known.live(Severity::Critical), known.live(Severity::High));
    let lesser = known.live(Severity::Medium) + known.live(Severity::Low);
    let (class, says, more): (_, String, _) = match (&known.last, critical, high, lesser) {
        (_, 1.., _, _) => (
            "bad",
            format!(
                "Yes. {} records, keys or passwords be read by anyone who gets there.",
                places(critical, "finding lets", "findings let")
            ),
            "Begin with what stands below. Nothing that was fixed counts until it is measured.",
        ),
        (_, 0, 1.., _) => (
            "bad",
            format!(
                "Yes. {} traffic be read or changed by whoever stands on the way.",
                places(high, "finding lets", "findings let")
            ),
            "Nothing is known that hands memory to anyone who asks.",
        ),
        (_, _, _, 1..) => (
            "open",
            format!(
                "Not badly. {} should be closed in good order.",
                places(lesser, "weakness", "weaknesses")
            ),
            "Nothing is known that lets records, keys or passwords out by itself.",
        ),
        (None, ..) => (
            "open",
            "Nobody knows yet: nothing has been measured.".to_owned(),
            "Start a scan of your own addresses. It asks carefully, and harms nothing.",
        ),
        (Some(_), ..) => (
            "good",
            "Not as far as was measured.".to_owned(),
            "Nothing that was asked answered as exposed. What could not be asked is not known: see the scans.",
        ),
    };
    html! {
        div class={ "answer " (class) } {
            h1 { (says) }
            p { (more) }
            @if let Some(Seen { scan: last, sums }) = &known.last {
                p class="small" {
                    "Last measured " (moment::ago(last.ended.unwrap_or(last.about.started), app.clock.now(), &app.zone))
                    ": " a href={ "/scans/" (last.id) } { (safe(&last.about.label)) }
                    @if let Some(sums) = sums {
                        ", " (sums.completed) " of " (sums.services) " services asked to the end"
                        @if sums.completed < sums.services { "; of the others nothing is known" }
                    }
                    "."
                }
            }
        }
    }
}

fn places(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// At most three, what matters most first.
fn steps(app: &App, caller: &Caller, known: &Known) -> Result<Vec<Markup>, Trouble> {
    let actor = caller.actor()?;
    let now = app.clock.now();
    let mut steps = Vec::new();
    let mut flaws: Vec<&str> = Vec::new();
    for row in &known.heaviest {
        // One step a flaw: whoever patches one system of a kind patches them all.
        if row.finding.severity < Severity::Medium
            || flaws.contains(&row.finding.flaw.as_str())
            || steps.len() > 1
        {
            continue;
        }
        flaws.push(&row.finding.flaw);
        steps.push(step(row));
    }
    if let Some(row) = known
        .overdue
        .first()
        .filter(|row| !flaws.contains(&row.finding.flaw.as_str()))
    {
        steps.push(html! {
            h3 { a href={ "/findings/" (row.finding.id) } { "Overdue: " (safe(finding::flaw_name(&row.finding.flaw))) " on " (safe(&row.asset_name)) } }
            p { "Next: " (finding::next(row)) "." }
        });
    }
    if known.undecided > 0 {
        steps.push(html! {
            h3 { a href="/findings?state=all" { (places(i64::try_from(known.undecided).unwrap_or(i64::MAX), "request waits", "requests wait")) " for an approval" } }
            p { "Somebody wants a risk accepted, or a finding called false. Somebody else has to decide." }
        });
    }
    for task in &known.tasks {
        steps.push(html! {
            h3 {
                @match (task.about.finding, task.about.asset) {
                    (Some(id), _) => a href={ "/findings/" (id) } { (safe(&task.about.text)) },
                    (None, Some(id)) => a href={ "/assets/" (id) } { (safe(&task.about.text)) },
                    (None, None) => (safe(&task.about.text)),
                }
            }
            p { "Only a person can decide this." }
        });
    }
    let stale = known.last.as_ref().is_none_or(|last| {
        let days = now.duration_since(last.scan.about.started).as_hours() / 24;
        days >= STALE
    });
    if stale && actor.may(Deed::Scan) {
        let first = html! {
            h3 { a href="/scans" { @if known.last.is_some() { "Scan again" } @else { "Start the first scan" } } }
            p { @if known.last.is_some() { "What was measured more than " (STALE) " days ago is not known any more." } @else { "Name your addresses; Holter finds what answers there and asks it." } }
        };
        if known.last.is_none() {
            steps.insert(0, first)
        } else {
            steps.push(first)
        }
    }
    steps.truncate(3);
    Ok(steps)
}

fn step(row: &FindingRow) -> Markup {
    let flaw = finding::flaw(&row.finding.flaw);
    let first = flaw.and_then(|flaw| flaw.first_steps.first());
    html! {
        h3 { a href={ "/findings/" (row.finding.id) } { (safe(finding::flaw_name(&row.finding.flaw))) " on " (safe(&row.asset_name)) } }
        @if let (Some(first), true) = (first, matches!(row.finding.next, Next::Department | Next::Assignee)) { p { (first) } }
        p class="soft small" { "Who must act next: " (finding::next(row)) }
    }
}

fn tiles(known: &Known) -> Markup {
    let grave = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
    ];
    html! {
        h2 { "In numbers" }
        dl class="tiles" {
            @for severity in grave {
                div { dt { (severity.as_str()) ", to be done" } dd { a href={ "/findings?severity=" (severity.as_str()) } { (known.live(severity)) } } }
            }
            div { dt { "back after a fix" } dd { a href="/findings?state=back" { (known.in_state(Stand::Back)) } } }
            div { dt { "fixed, as measured" } dd { a href="/findings?state=fixed" { (known.in_state(Stand::Fixed)) } } }
            div { dt { "systems" } dd { a href="/assets" { (known.assets) } } }
        }
    }
}
