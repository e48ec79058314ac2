//! What can be done with a finding: give it to somebody, begin, measure, comment, ask that it be accepted, decide.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use holter_model::finding::State as Stand;
use holter_program::deeds::{self as program, By};
use holter_store::{Acceptance, FindingRow, Page};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;

use crate::app::App;
use crate::guard::Caller;
use crate::life::{self, Request};
use crate::pages::{back, finding};
use crate::role::Deed;
use crate::shown::{form, moment, safe};
use crate::trouble::Trouble;

/// Nothing is accepted for longer: the world changes.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// The longest text.
const WORDS: usize = 4000;

/// To whom.
#[derive(Deserialize)]
pub(crate) struct Given {
    person: String,
}

/// Gives it to somebody.
pub(crate) async fn assign(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(given): Form<Given>,
) -> Result<Response, Trouble> {
    finding::of(&app, &caller, id).await?;
    let person: i64 = given
        .person
        .parse()
        .map_err(|_| Trouble::Wrong("Say to whom it is given.".to_owned()))?;
    let name = app.store.person(person).await?.name;
    life::act(&app, &caller, id, Request::Assign(person)).await?;
    app.note(&caller, "finding.assigned", subject(id), name).await?;
    done(id, "assigned")
}

/// Words.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    text: String,
}

/// Says that somebody is at work on it.
pub(crate) async fn fixing(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Said>,
) -> Result<Response, Trouble> {
    let request = Request::Fixing(words(&said.text, true)?);
    act(&app, &caller, id, request, ("finding.fixing", "fixing")).await
}

/// Says that it is done, which Holter then measures.
pub(crate) async fn say_done(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Said>,
) -> Result<Response, Trouble> {
    let request = Request::SayDone(words(&said.text, true)?);
    act(&app, &caller, id, request, ("finding.said-done", "measuring")).await
}

/// Takes back that it is accepted or false.
pub(crate) async fn reopen(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Said>,
) -> Result<Response, Trouble> {
    let request = Request::Reopen(words(&said.text, true)?);
    act(&app, &caller, id, request, ("finding.reopened", "reopened")).await
}

/// Adds a comment.
pub(crate) async fn comment(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(said): Form<Said>,
) -> Result<Response, Trouble> {
    let request = Request::Comment(words(&said.text, false)?);
    act(&app, &caller, id, request, ("finding.commented", "commented")).await
}

/// Does it, writes it down, and goes back to the finding.
async fn act(
    app: &App,
    caller: &Caller,
    id: i64,
    request: Request,
    (deed, said): (&'static str, &'static str),
) -> Result<Response, Trouble> {
    finding::of(app, caller, id).await?;
    life::act(app, caller, id, request).await?;
    app.note(caller, deed, subject(id), "").await?;
    done(id, said)
}

/// Asks for a measurement.
pub(crate) async fn measure(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    let row = finding::of(&app, &caller, id).await?;
    ask_measurement(&app, &caller, &row).await?;
    done(id, "measuring")
}

/// Asks for a measurement of what a finding is about.
pub(crate) async fn ask_measurement(app: &App, caller: &Caller, row: &FindingRow) -> Result<(), Trouble> {
    let id = row.finding.id;
    if row.finding.service.is_none() {
        let why = "This was not found at a service, so Holter cannot measure it from here.";
        return Err(Trouble::Conflict(why.to_owned()));
    }
    let by = By {
        person: caller.actor()?.person,
        at: app.clock.now(),
        words: "",
    };
    program::measure_now(&app.store, id, by).await?;
    app.note(caller, "measurement.asked", subject(id), "").await?;
    Ok(())
}

/// What is to be accepted, or called false.
#[derive(Deserialize)]
pub(crate) struct Wish {
    reason: String,
    ground: String,
    #[serde(default)]
    until: String,
}

/// Asks that it be accepted until a day.
pub(crate) async fn accept(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(wish): Form<Wish>,
) -> Result<Response, Trouble> {
    finding::of(&app, &caller, id).await?;
    let until = until(&app, &wish.until)?;
    let (reason, ground) = (words(&wish.reason, false)?, words(&wish.ground, false)?);
    life::act(
        &app,
        &caller,
        id,
        Request::Accept {
            reason: reason.clone(),
            ground,
            until,
        },
    )
    .await?;
    app.note(&caller, "finding.acceptance-asked", subject(id), reason)
        .await?;
    done(id, "asked")
}

/// Asks that it be called false.
pub(crate) async fn call_false(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(wish): Form<Wish>,
) -> Result<Response, Trouble> {
    finding::of(&app, &caller, id).await?;
    let (reason, ground) = (words(&wish.reason, false)?, words(&wish.ground, false)?);
    life::act(
        &app,
        &caller,
        id,
        Request::CallFalse {
            reason: reason.clone(),
            ground,
        },
    )
    .await?;
    app.note(&caller, "finding.false-asked", subject(id), reason)
        .await?;
    done(id, "asked")
}

/// Yes or no.
#[derive(Deserialize)]
pub(crate) struct Decision {
    decision: String,
}

/// Decides what somebody else has asked.
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(decision): Form<Decision>,
) -> Result<Response, Trouble> {
    finding::of(&app, &caller, id).await?;
    let approve = match decision.decision.as_str() {
        "yes" => true,
        "no" => false,
        _ => return Err(Trouble::Wrong("Say yes or no.".to_owned())),
    };
    life::act(&app, &caller, id, Request::Decide(approve)).await?;
    let deed = if approve {
        "finding.approved"
    } else {
        "finding.denied"
    };
    app.note(&caller, deed, subject(id), "").await?;
    done(id, if approve { "accepted" } else { "denied" })
}

fn subject(id: i64) -> String {
    format!("finding {id}")
}

fn done(id: i64, word: &str) -> Result<Response, Trouble> {
    Ok(back(&format!("/findings/{id}"), word))
}

pub(crate) fn words(text: &str, may_be_empty: bool) -> Result<String, Trouble> {
    let text = text.trim();
    if text.is_empty() && !may_be_empty {
        return Err(Trouble::Wrong(
            "Something is to be said here, and nothing was.".to_owned(),
        ));
    }
    if text.chars().count() > WORDS {
        return Err(Trouble::Wrong(format!("That is longer than {WORDS} characters.")));
    }
    Ok(text.to_owned())
}

/// The end of that day, on the server's clocks.
pub(crate) fn until(app: &App, day: &str) -> Result<Timestamp, Trouble> {
    let wrong = || Trouble::Wrong("Say until when: a day within the next year, like 2027-03-31.".to_owned());
    let day: Date = day.trim().parse().map_err(|_| wrong())?;
    let end = day
        .at(23, 59, 59, 0)
        .to_zoned(app.zone.clone())
        .map_err(|_| wrong())?
        .timestamp();
    let left = end.duration_since(app.clock.now());
    if left.is_positive() && left <= LONGEST {
        Ok(end)
    } else {
        Err(wrong())
    }
}

/// What happened, in words.
pub(crate) fn event_words(kind: &str) -> String {
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

/// The forms that the caller may use on this finding.
pub(crate) async fn forms(
    app: &App,
    caller: &Caller,
    row: &FindingRow,
    acceptances: &[Acceptance],
) -> Result<Markup, Trouble> {
    let actor = caller.actor()?;
    let id = row.finding.id;
    let asked = finding::asked_for(acceptances);
    let live = row.finding.state.is_live();
    let people = match actor.may(Deed::Work) && live {
        true => app.store.people("", &Page::first(500)).await?.rows,
        false => Vec::new(),
    };
    Ok(html! {
        h2 { "What you can do" }
        @if let Some(asked) = asked { (request(app, caller, id, asked)) }
        @if actor.may(Deed::Work) && row.finding.service.is_some() {
            form method="post" action={ "/findings/" (id) "/measure" } {
                (form::key(caller))
                button { "Measure now" }
            }
        }
        @if actor.may(Deed::Work) && live {
            form method="post" action={ "/findings/" (id) "/assign" } {
                (form::key(caller))
                label for="person" { "Give it to" }
                select id="person" name="person" {
                    @for person in people.iter().filter(|person| person.active) {
                        (form::option(&person.id.to_string(), &safe(&person.name), row.finding.assignee.map_or(person.id == actor.person, |id| id == person.id)))
                    }
                }
                button class="quiet" { "Give" }
            }
            form method="post" action={ "/findings/" (id) "/fixing" } {
                (form::key(caller))
                button class="quiet" { "Somebody is at work on it" }
            }
            form method="post" action={ "/findings/" (id) "/done" } {
                (form::key(caller))
                button class="quiet" { "It is done: measure it" }
            }
        }
        @if actor.may(Deed::Comment) {
            form method="post" action={ "/findings/" (id) "/comment" } {
                (form::key(caller))
                label for="text" { "Comment" }
                textarea id="text" name="text" required maxlength=(WORDS) {}
                button class="quiet" { "Add it" }
            }
        }
        @if actor.may(Deed::Work) && live && asked.is_none() { (wishes(caller, id)) }
        @if actor.may(Deed::Work) && matches!(row.finding.state, Stand::Accepted | Stand::FalsePositive) {
            form method="post" action={ "/findings/" (id) "/reopen" } {
                (form::key(caller))
                button class="quiet" { "Open it again" }
            }
        }
        @if !actor.may(Deed::Comment) { p class="soft" { "Your account reads and changes nothing." } }
    })
}

fn request(app: &App, caller: &Caller, id: i64, asked: &Acceptance) -> Markup {
    let about = &asked.about;
    let actor = caller.actor.as_ref();
    let own = actor.is_some_and(|actor| actor.person == about.author);
    let may = actor.is_some_and(|actor| actor.may(Deed::Approve)) && !own;
    html! {
        h3 { @if about.is_false { "Somebody says that it is not there" } @else { "Somebody wants to live with it" } }
        p { (safe(&about.reason)) }
        p { strong { @if about.is_false { "Evidence: " } @else { "Meanwhile: " } } (safe(&about.ground)) }
        @if let Some(until) = about.until { p { "Until " (moment::day(until, &app.zone)) "." } }
        @if may {
            form method="post" action={ "/findings/" (id) "/decide" } {
                (form::key(caller))
                button name="decision" value="yes" { "Approve" } " "
                button class="quiet" name="decision" value="no" { "Turn down" }
            }
        } @else if own {
            p class="soft" { "You asked for it, so somebody else has to decide." }
        } @else {
            p class="soft" { "Somebody who may approve has to decide." }
        }
    }
}

fn wishes(caller: &Caller, id: i64) -> Markup {
    html! {
        details {
            summary { "Live with it for a while" }
            form method="post" action={ "/findings/" (id) "/accept" } {
                (form::key(caller))
                label for="accept-reason" { "Why" }
                textarea id="accept-reason" name="reason" required maxlength=(WORDS) {}
                label for="accept-ground" { "What holds the risk down meanwhile" }
                textarea id="accept-ground" name="ground" required maxlength=(WORDS) {}
                label for="accept-until" { "Until" }
                input id="accept-until" name="until" type="date" required;
                button class="quiet" { "Ask for an approval" }
            }
        }
        details {
            summary { "It is not there" }
            form method="post" action={ "/findings/" (id) "/false" } {
                (form::key(caller))
                label for="false-reason" { "Why was it measured all the same" }
                textarea id="false-reason" name="reason" required maxlength=(WORDS) {}
                label for="false-ground" { "Evidence" }
                textarea id="false-ground" name="ground" required maxlength=(WORDS) {}
                button class="quiet" { "Ask for an approval" }
            }
        }
    }
}
