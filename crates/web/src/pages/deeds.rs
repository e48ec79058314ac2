//! What can be done with a finding: give it to somebody, begin, measure, comment, ask that it be accepted, decide.

pub(crate) mod forms;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use crate::accounts;
use crate::app::App;
use crate::guard::Caller;
use crate::life::{self, Act};
use crate::pages::back;
use crate::trouble::Trouble;

/// Does it, and goes back to the finding with a word.
async fn act(app: &App, caller: &Caller, id: i64, act: Act, word: &str) -> Result<Response, Trouble> {
    life::act(app, caller, id, act).await?;
    Ok(back(&format!("/findings/{id}"), word))
}

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
    let person = accounts::meant(&app, &caller, &given.person).await?;
    act(&app, &caller, id, Act::Assign { person }, "assigned").await
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
    Form(Said { text }): Form<Said>,
) -> Result<Response, Trouble> {
    act(&app, &caller, id, Act::Fixing { text }, "fixing").await
}

/// Says that it is done, which Holter then measures.
pub(crate) async fn say_done(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(Said { text }): Form<Said>,
) -> Result<Response, Trouble> {
    act(&app, &caller, id, Act::SayDone { text }, "measuring").await
}

/// Takes back that it is accepted or false.
pub(crate) async fn reopen(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(Said { text }): Form<Said>,
) -> Result<Response, Trouble> {
    act(&app, &caller, id, Act::Reopen { text }, "reopened").await
}

/// Adds a comment.
pub(crate) async fn comment(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(Said { text }): Form<Said>,
) -> Result<Response, Trouble> {
    act(&app, &caller, id, Act::Comment { text }, "commented").await
}

/// Asks for a measurement.
pub(crate) async fn measure(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
) -> Result<Response, Trouble> {
    act(&app, &caller, id, Act::Measure, "measuring").await
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
    let wanted = Act::Accept {
        reason: wish.reason,
        ground: wish.ground,
        until: wish.until,
    };
    act(&app, &caller, id, wanted, "asked").await
}

/// Asks that it be called false.
pub(crate) async fn call_false(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    caller: Caller,
    Form(wish): Form<Wish>,
) -> Result<Response, Trouble> {
    let wanted = Act::CallFalse {
        reason: wish.reason,
        ground: wish.ground,
    };
    act(&app, &caller, id, wanted, "asked").await
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
    let (approve, word) = match decision.decision.as_str() {
        "yes" => (true, "accepted"),
        "no" => (false, "denied"),
        _ => return Err(Trouble::Wrong("Say yes or no.".to_owned())),
    };
    act(&app, &caller, id, Act::Decide { approve }, word).await
}
