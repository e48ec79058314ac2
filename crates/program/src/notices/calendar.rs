//! What only time brings: a date that is near or has passed, an acceptance that ends. The notice's key holds the date,
//! so that whoever looks twice, or begins again, tells it once.

use holter_store::{Date, Dated, NewNotice, Store};
use jiff::{SignedDuration, Timestamp};

use super::Kind;
use crate::ProgramError;

/// So long before its date something is "due soon".
const SOON: SignedDuration = SignedDuration::from_hours(3 * 24);
/// So long before its end an acceptance is about to end.
const ENDING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So often all dates are gone through again: one may have been set to before the place that was reached.
const WHOLE: SignedDuration = SignedDuration::from_hours(24);

/// How far the calendar was read.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    began: Option<Timestamp>,
    soon: Option<Dated>,
    over: Option<Dated>,
    ending: Option<Dated>,
}

impl Calendar {
    /// Writes down what is to be told by now.
    ///
    /// # Errors
    /// When the database does not answer; it is looked at again next time.
    pub async fn look(&mut self, store: &Store, now: Timestamp) -> Result<(), ProgramError> {
        if self.began.is_none_or(|began| now.duration_since(began) >= WHOLE) {
            *self = Self {
                began: Some(now),
                ..Self::default()
            };
        }
        let later = |by: SignedDuration| now.checked_add(by).unwrap_or(now);
        let all = [
            (Kind::Overdue, Date::Due, &mut self.over, None, now),
            (Kind::DueSoon, Date::Due, &mut self.soon, Some(now), later(SOON)),
            (
                Kind::AcceptanceEnding,
                Date::AcceptanceEnd,
                &mut self.ending,
                Some(now),
                later(ENDING),
            ),
        ];
        for (kind, date, place, from, until) in all {
            sweep(store, (kind, date), place, (from, until), now).await?;
        }
        Ok(())
    }
}

async fn sweep(
    store: &Store,
    (kind, date): (Kind, Date),
    place: &mut Option<Dated>,
    (from, until): (Option<Timestamp>, Timestamp),
    now: Timestamp,
) -> Result<(), ProgramError> {
    loop {
        let start = from.map(|at| Dated {
            finding: i64::MAX,
            at,
        });
        let after = match (*place, start) {
            (Some(place), Some(start)) if place.at < start.at => Some(start),
            (Some(place), _) => Some(place),
            (None, start) => start,
        };
        let found = store.dated(date, after, until).await?;
        let Some(last) = found.last().copied() else {
            return Ok(());
        };
        let notices: Vec<NewNotice> = found
            .iter()
            .map(|one| NewNotice {
                kind: kind.as_str().to_owned(),
                finding: one.finding,
                at: now,
                actor: None,
                key: format!("{}:{}:{}", kind.as_str(), one.finding, one.at.as_microsecond()),
            })
            .collect();
        let mut writing = store.write().await?;
        writing.add_notices(&notices).await?;
        writing.commit().await?;
        *place = Some(last);
    }
}
