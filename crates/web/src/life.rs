//! What people do with findings, handed to the program, which alone knows what may come after what.

use holter_program::ProgramError;
use holter_program::deeds::{self, By};
use holter_program::due::{self, Deadlines};
use holter_store::{NewAcceptance, Store, StoreError};
use jiff::Timestamp;

use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// The setting that says when things are due.
pub(crate) const DEADLINES: &str = due::SETTING;

/// What somebody wants of a finding.
#[derive(Debug)]
pub(crate) enum Request {
    Assign(i64),
    Fixing(String),
    SayDone(String),
    Comment(String),
    Accept {
        reason: String,
        ground: String,
        until: Timestamp,
    },
    CallFalse {
        reason: String,
        ground: String,
    },
    Decide(bool),
    Reopen(String),
}

/// Does it.
pub(crate) async fn act(app: &App, caller: &Caller, finding: i64, request: Request) -> Result<(), Trouble> {
    let person = caller.actor()?.person;
    let at = app.clock.now();
    let by = |words| By { person, at, words };
    let wish = |is_false, reason: String, ground: String, until| NewAcceptance {
        finding,
        is_false,
        reason,
        ground,
        until,
        author: person,
        asked_at: at,
    };
    let store = &app.store;
    match request {
        Request::Assign(to) => deeds::assign(store, finding, to, by("")).await.map(drop),
        Request::Fixing(words) => deeds::begin(store, finding, by(&words)).await.map(drop),
        Request::SayDone(words) => deeds::say_done(store, finding, by(&words)).await.map(drop),
        Request::Comment(words) => deeds::comment(store, finding, by(&words)).await,
        Request::Accept {
            reason,
            ground,
            until,
        } => deeds::ask(store, &wish(false, reason, ground, Some(until)))
            .await
            .map(drop),
        Request::CallFalse { reason, ground } => deeds::ask(store, &wish(true, reason, ground, None))
            .await
            .map(drop),
        Request::Decide(approve) => deeds::decide(store, finding, approve, by("")).await.map(drop),
        Request::Reopen(words) => deeds::reopen(store, finding, by(&words)).await.map(drop),
    }?;
    Ok(())
}

/// The rule for due dates that was chosen.
pub(crate) async fn deadlines(store: &Store) -> Result<&'static Deadlines, StoreError> {
    due::chosen(store).await
}

impl From<ProgramError> for Trouble {
    fn from(error: ProgramError) -> Self {
        match error {
            ProgramError::Store(error) => error.into(),
            ProgramError::Refused(refusal) => Self::Conflict(format!("That cannot be done: {refusal}.")),
            ProgramError::OwnRequest => {
                Self::Conflict("You asked for it yourself, so somebody else has to decide.".to_owned())
            }
            ProgramError::Used => Self::Conflict("This link was used, and does nothing more.".to_owned()),
            ProgramError::Missing(what) => Self::Wrong(format!("Missing: {what}.")),
            ProgramError::Unreadable(why) => Self::Wrong(format!("The list cannot be read: {why}.")),
        }
    }
}
