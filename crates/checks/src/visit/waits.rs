//! How long a peer is waited for, by what is usual with it, and for how long it is asked at all.

use std::time::Duration;

use super::Visit;

/// Silence that lasts less means nothing: the peer may be at work.
const LEAST_PATIENCE: Duration = Duration::from_millis(300);

/// Silence that lasts so long says as much as one that lasts for ever.
const LONGEST_PATIENCE: Duration = Duration::from_secs(1);

impl Visit<'_> {
    /// Whether most of the time that a service is given has been spent, so that the rest is for other questions.
    pub(crate) fn is_mostly_spent(&self) -> bool {
        self.open_for >= self.dialer.limits().service * 2 / 3
    }

    /// Whether no other line is to be opened.
    pub(super) fn is_over(&self) -> bool {
        self.given_up || self.open_for >= self.dialer.limits().service
    }

    /// Has no other line opened: the time that they would cost is better spent elsewhere. Whoever says so notes why.
    pub(crate) const fn give_up(&mut self) {
        self.given_up = true;
    }

    /// How long the lines that have ended stood open.
    pub(crate) const fn open_for(&self) -> Duration {
        self.open_for
    }

    /// How long a peer that answered as this one did may take: far longer than usual, and not as long as one that
    /// nothing is known of.
    pub(crate) fn patience(&self) -> Duration {
        const LEAST: Duration = Duration::from_millis(1500);
        self.usual.map_or(Duration::MAX, |usual| (usual * 20).max(LEAST))
    }

    /// How long to wait for somebody who may say nothing, by what is usual here, and by what has come late since: a peer that
    /// has become busy is no silent one.
    pub(crate) fn short_patience(&self) -> Duration {
        let usual = self
            .usual
            .map_or(LONGEST_PATIENCE, |usual| usual.max(self.lately));
        (usual * 6).clamp(LEAST_PATIENCE, LONGEST_PATIENCE)
    }

    /// How long to listen for a word that probably does not come.
    pub(crate) fn glance(&self) -> Duration {
        const LEAST: Duration = Duration::from_millis(2);
        (self.lately * 3 / 2).clamp(LEAST, self.pause())
    }

    /// How long to listen for a word that, if it comes, comes at once.
    pub(crate) fn pause(&self) -> Duration {
        const LEAST: Duration = Duration::from_millis(6);
        const LONGEST: Duration = Duration::from_millis(400);
        self.usual
            .map_or(LONGEST, |_| (self.lately * 4).clamp(LEAST, LONGEST))
    }
}
