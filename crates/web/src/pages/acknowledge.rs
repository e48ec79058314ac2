//! A signed link out of a mail: somebody without an account sees one finding, and says that they have it in hand. To
//! open it changes nothing, for mail servers follow links before people do.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use holter_program::deeds::{self, By};
use holter_store::{Deed, FindingRow, Person};
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::guard::Caller;
use crate::life::words;
use crate::notices::links::Link;
use crate::shown::{Frame, badge, finding, form, moment, safe};
use crate::trouble::Trouble;

/// What a link opens: the finding, and for whom.
struct Opened {
    link: Link,
    row: FindingRow,
    person: Person,
}

/// The page. It changes nothing.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let opened = open(&app, &token).await?;
    let one = (opened.link.finding, opened.link.person);
    let used = app.store.is_link_used(one, opened.link.until).await?;
    let live = opened.row.finding.state.is_live();
    let act = html! {
        @if used {
            p { strong { "You have said that you have it in hand." } " This link does nothing more." }
        } @else if !live {
            p { strong { "Nothing is to be done about it any more." } }
        } @else {
            (promise(&caller, &token))
        }
    };
    Ok(page(&app, &caller, &opened, &act))
}

/// What somebody promises.
#[derive(Deserialize)]
pub(crate) struct Promise {
    #[serde(default)]
    day: String,
    #[serde(default)]
    text: String,
}

/// Notes it, in the finding's history and in the audit log, both or neither.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    caller: Caller,
    Form(promise): Form<Promise>,
) -> Result<Response, Trouble> {
    let opened = open(&app, &token).await?;
    let said = words(&promise.text, true)?;
    let said = match day(&promise.day)? {
        Some(day) if said.is_empty() => format!("to be done by {day}"),
        Some(day) => format!("to be done by {day}: {said}"),
        None => said,
    };
    let at = app.clock.now();
    let by = By {
        person: opened.person.id,
        at,
        words: &said,
    };
    let deed = Deed {
        actor: format!("{}, by a signed link", opened.person.name),
        address: caller.address.to_string(),
        deed: "finding.acknowledged".to_owned(),
        subject: format!("finding {}", opened.link.finding),
        detail: said.clone(),
    };
    let mut doing = app.begin().await?;
    deeds::acknowledge(&mut doing, opened.link.finding, opened.link.until, by).await?;
    doing.audit(&app.audit_key, &deed, at).await?;
    doing.close().await?;
    let act = html! {
        p class="said" role="status" { "Thank you. It stands in the finding's history that you have it in hand. It counts as fixed when a measurement says so." }
    };
    Ok(page(&app, &caller, &opened, &act))
}

async fn open(app: &App, token: &str) -> Result<Opened, Trouble> {
    let link = app.links.read(token).ok_or(Trouble::Missing)?;
    if link.until <= app.clock.now() {
        return Err(Trouble::Conflict(
            "This link is out of date. The next mail about it brings a new one.".to_owned(),
        ));
    }
    let person = app.store.person(link.person).await?;
    if !person.active {
        return Err(Trouble::Missing);
    }
    let row = app.store.finding(link.finding).await?;
    Ok(Opened { link, row, person })
}

fn day(text: &str) -> Result<Option<Date>, Trouble> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |_| Trouble::Wrong("A day is written like 2027-03-31.".to_owned());
    text.parse().map(Some).map_err(wrong)
}

fn promise(caller: &Caller, token: &str) -> Markup {
    html! {
        form method="post" action={ "/acknowledge/" (token) } {
            (form::key(caller))
            label for="day" { "I will have it fixed by (if you know)" }
            input id="day" name="day" type="date";
            label for="text" { "Anything to say (if you like)" }
            textarea id="text" name="text" maxlength="4000" {}
            button { "I have it in hand" }
        }
    }
}

/// The one finding, and nothing else of the house.
fn page(app: &App, caller: &Caller, opened: &Opened, act: &Markup) -> Response {
    let row = &opened.row;
    let name = finding::flaw_name(&row.finding.flaw);
    let stranger = Caller {
        actor: None,
        ..caller.clone()
    };
    let frame = Frame {
        title: name,
        caller: &stranger,
        part: "",
        done: None,
    };
    frame.around(&html! {
        h1 { (safe(name)) " on " (safe(&row.asset_name)) }
        p { "For " (safe(&opened.person.name)) ". This link opens this one finding until " (moment::day(opened.link.until, &app.zone)) "." }
        p { (badge::severity(row.finding.severity)) " " (finding::state(row.finding.state)) }
        (facts(app, row))
        (act)
        @if let Some(flaw) = finding::flaw(&row.finding.flaw) {
            h2 { "What it is" }
            p { (flaw.summary) }
            p { (flaw.why) }
            @if !flaw.first_steps.is_empty() { h2 { "What to do" } ol { @for step in &flaw.first_steps { li { (step) } } } }
        }
    })
}

fn facts(app: &App, row: &FindingRow) -> Markup {
    let due: Option<Timestamp> = row.finding.due;
    html! {
        dl class="pairs" {
            @if let Some(place) = &row.place { dt { "Where" } dd { (safe(place)) } }
            @if let Some(due) = due { dt { "Due" } dd { (moment::day(due, &app.zone)) } }
            dt { "Last measured" } dd { (moment::at(row.finding.measured_at, &app.zone)) }
        }
    }
}
