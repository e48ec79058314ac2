//! The time on the wall, and waiting for a later one.

use std::time::Duration;

use holter_engine::Stop;
use holter_model::seam::{Clock, SystemClock};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// How often a wait looks at the clock: a machine that slept, or a clock that was set, must not make it miss its hour.
const LOOK: Duration = Duration::from_secs(20);

/// A clock in a place.
pub(crate) struct Calendar {
    clock: Box<dyn Clock>,
    zone: TimeZone,
}

impl Calendar {
    /// This machine's.
    pub(crate) fn of_machine() -> Self {
        Self::new(Box::new(SystemClock), TimeZone::system())
    }

    /// That of a clock in a time zone.
    pub(crate) fn new(clock: Box<dyn Clock>, zone: TimeZone) -> Self {
        Self { clock, zone }
    }

    /// Now.
    pub(crate) fn now(&self) -> Zoned {
        self.clock.now().to_zoned(self.zone.clone())
    }

    /// Waits for a time, and says whether it came before the user stopped.
    pub(crate) async fn wait(&self, until: &Zoned, stop: &Stop) -> bool {
        loop {
            if stop.asked() {
                return false;
            }
            // What is past cannot be told as such a duration, and is not waited for.
            let left = until.duration_since(&self.now());
            let Some(left) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) else {
                return true;
            };
            tokio::select! {
                () = stop.wait() => {}
                () = tokio::time::sleep(left.min(LOOK)) => {}
            }
        }
    }

    /// A time as people say it: the hour, and the date where it is not today's.
    pub(crate) fn said(&self, at: &Zoned) -> String {
        let today = at.date() == self.now().date();
        at.strftime(if today { "%H:%M" } else { "%Y-%m-%d %H:%M" })
            .to_string()
    }
}
