//! What people do with findings, for the pages and for the API: handed to the program, which alone knows what may come
//! after what, and written down with it.

use holter_program::ProgramError;
use holter_program::deeds::{self, By};
use holter_program::due::{self, Deadlines};
use holter_store::{NewAcceptance, Store, StoreError};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts;
use crate::app::App;
use crate::guard::Caller;
use crate::pages::finding;
use crate::role::Deed;
use crate::trouble::Trouble;

/// The setting that says when things are due.
pub(crate) const DEADLINES: &str = due::SETTING;
/// Nothing is accepted for longer: the world changes.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// The longest text.
pub(crate) const WORDS: usize = 4000;

/// What somebody does with a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub(crate) enum Act {
    /// Gives it to somebody.
    Assign {
        /// The person's number.
        person: i64,
    },
    /// Says that somebody is at work on it.
    Fixing {
        /// In words.
        #[serde(default)]
        text: String,
    },
    /// Says that it is done, which Holter then measures.
    SayDone {
        /// In words.
        #[serde(default)]
        text: String,
    },
    /// Takes back that it is accepted or false.
    Reopen {
        /// In words.
        #[serde(default)]
        text: String,
    },
    /// Adds a comment.
    Comment {
        /// In words.
        text: String,
    },
    /// Asks for a measurement.
    Measure,
    /// Asks that it be accepted.
    Accept {
        /// Why.
        reason: String,
        /// What holds the risk down meanwhile.
        ground: String,
        /// Until this day, like 2027-03-31.
        until: String,
    },
    /// Asks that it be called false.
    CallFalse {
        /// Why it was measured all the same.
        reason: String,
        /// The evidence.
        ground: String,
    },
    /// Decides what somebody else has asked.
    Decide {
        /// Whether it is approved.
        approve: bool,
    },
}

impl Act {
    /// What somebody must be allowed for it.
    pub(crate) const fn needs(&self) -> Deed {
        match self {
            Self::Comment { .. } => Deed::Comment,
            Self::Decide { .. } => Deed::Approve,
            _ => Deed::Work,
        }
    }

    /// Its name in the audit log.
    const fn deed(&self) -> &'static str {
        match self {
            Self::Assign { .. } => "finding.assigned",
            Self::Fixing { .. } => "finding.fixing",
            Self::SayDone { .. } => "finding.said-done",
            Self::Reopen { .. } => "finding.reopened",
            Self::Comment { .. } => "finding.commented",
            Self::Measure => "measurement.asked",
            Self::Accept { .. } => "finding.acceptance-asked",
            Self::CallFalse { .. } => "finding.false-asked",
            Self::Decide { approve: true } => "finding.approved",
            Self::Decide { approve: false } => "finding.denied",
        }
    }
}

/// Does it.
pub(crate) async fn act(app: &App, caller: &Caller, id: i64, act: Act) -> Result<(), Trouble> {
    finding::of(app, caller, id).await?;
    let actor = caller.actor()?;
    if !actor.may(act.needs()) {
        return Err(Trouble::Denied);
    }
    let (person, at) = (actor.person, app.clock.now());
    let by = |words| By { person, at, words };
    let wish = |is_false, reason: String, ground: String, until| NewAcceptance {
        finding: id,
        is_false,
        reason,
        ground,
        until,
        author: person,
        asked_at: at,
    };
    let deed = act.deed();
    let detail = match &act {
        Act::Assign { person } => {
            let to = accounts::of(app, caller, *person).await?;
            let account = app.store.account_of(to.id).await?;
            if account.is_some_and(|account| !account.active) {
                let why = format!("{} may not come in any more: give it to somebody else.", to.name);
                return Err(Trouble::Conflict(why));
            }
            to.name
        }
        Act::Accept { reason, .. } | Act::CallFalse { reason, .. } => words(reason, false)?,
        _ => String::new(),
    };
    let mut doing = app.begin().await?;
    match act {
        Act::Assign { person } => deeds::assign(&mut doing, id, person, by("")).await.map(drop),
        Act::Fixing { text } => {
            let text = words(&text, true)?;
            deeds::begin(&mut doing, id, by(&text)).await.map(drop)
        }
        Act::SayDone { text } => {
            let text = words(&text, true)?;
            deeds::say_done(&mut doing, id, by(&text)).await.map(drop)
        }
        Act::Reopen { text } => {
            let text = words(&text, true)?;
            deeds::reopen(&mut doing, id, by(&text)).await.map(drop)
        }
        Act::Comment { text } => {
            let text = words(&text, false)?;
            deeds::comment(&mut doing, id, by(&text)).await
        }
        Act::Measure => deeds::measure_now(&mut doing, id, by("")).await.map(drop),
        Act::Accept {
            reason,
            ground,
            until,
        } => {
            let until = end_of(app, &until)?;
            let wish = wish(false, words(&reason, false)?, words(&ground, false)?, Some(until));
            deeds::ask(&mut doing, &wish).await.map(drop)
        }
        Act::CallFalse { reason, ground } => {
            let wish = wish(true, words(&reason, false)?, words(&ground, false)?, None);
            deeds::ask(&mut doing, &wish).await.map(drop)
        }
        Act::Decide { approve } => deeds::decide(&mut doing, id, approve, by("")).await.map(drop),
    }?;
    Ok(doing.keep(caller, deed, format!("finding {id}"), detail).await?)
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
fn end_of(app: &App, day: &str) -> Result<Timestamp, Trouble> {
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
            ProgramError::Unmeasurable(why) => Self::Conflict(format!("Holter cannot measure that: {why}.")),
            ProgramError::Used => Self::Conflict("This link was used, and does nothing more.".to_owned()),
            ProgramError::Missing(what) => Self::Wrong(format!("Missing: {what}.")),
            ProgramError::Unreadable(why) => Self::Wrong(format!("The list cannot be read: {why}.")),
        }
    }
}
