//! What is told of findings, and to whom. [`of_events`] says what is to be told, in the transaction of what it tells of;
//! [`calendar`] adds what only time brings; [`round`](mod@round) and [`digest`](mod@digest) write the messages into the
//! outbox, in the transaction that ticks off what they tell. Nothing here sends anything.

pub mod calendar;
pub mod digest;
pub mod inert;
pub mod letter;
pub mod pause;
pub mod round;
pub mod told;

use holter_store::{NewEvent, NewNotice};

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something was found.
    Opened,
    /// It was given to somebody.
    Assigned,
    /// Its date is near.
    DueSoon,
    /// Its date has passed.
    Overdue,
    /// A measurement says that it is gone.
    Fixed,
    /// A measurement says that it is there again.
    Back,
    /// It is accepted, and soon no more.
    AcceptanceEnding,
    /// Three measurements in a row decided nothing.
    Undecided,
}

/// How somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// At once.
    Now,
    /// In the digest of the department, and not by a mail of its own.
    Digest,
    /// Not at all.
    Never,
}

/// What somebody has to do with a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It was given to them, or the system is theirs.
    Own,
    /// They answer for the department, or follow it.
    Department,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Opened,
        Self::Assigned,
        Self::DueSoon,
        Self::Overdue,
        Self::Fixed,
        Self::Back,
        Self::AcceptanceEnding,
        Self::Undecided,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Assigned => "assigned",
            Self::DueSoon => "due_soon",
            Self::Overdue => "overdue",
            Self::Fixed => "fixed",
            Self::Back => "back",
            Self::AcceptanceEnding => "acceptance_ending",
            Self::Undecided => "undecided",
        }
    }

    /// In words for a person.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Opened => "New",
            Self::Assigned => "Given to you",
            Self::DueSoon => "Due soon",
            Self::Overdue => "Overdue",
            Self::Fixed => "Fixed, as measured",
            Self::Back => "Back",
            Self::AcceptanceEnding => "Acceptance ends soon",
            Self::Undecided => "A person must look",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// How somebody is told who has said nothing of it: at once where they must do something, in the digest otherwise.
    #[must_use]
    pub const fn usual(self, part: Part) -> How {
        match (self, part) {
            (Self::Opened | Self::Fixed, _) | (Self::DueSoon, Part::Department) => How::Digest,
            (Self::Assigned, Part::Department) => How::Never,
            _ => How::Now,
        }
    }
}

impl How {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Now, Self::Digest, Self::Never];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Digest => "digest",
            Self::Never => "never",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == name)
    }
}

/// What events give to tell.
#[must_use]
pub fn of_events(events: &[NewEvent]) -> Vec<NewNotice> {
    let notice = |event: &NewEvent| {
        let kind = match event.kind.as_str() {
            "found" | "expired" => Kind::Opened,
            "assigned" => Kind::Assigned,
            "fixed" => Kind::Fixed,
            "back" => Kind::Back,
            "undecided" => Kind::Undecided,
            _ => return None,
        };
        Some(NewNotice {
            kind: kind.as_str().to_owned(),
            finding: event.finding,
            at: event.at,
            actor: event.actor,
            key: format!("{}:{}:{}", event.kind, event.finding, event.at.as_microsecond()),
        })
    };
    events.iter().filter_map(notice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.as_str()), Some(kind));
        }
        for how in How::ALL {
            assert_eq!(How::named(how.as_str()), Some(how));
        }
        assert_eq!(Kind::named("everything"), None);
    }

    #[test]
    fn nobody_is_disturbed_where_nothing_is_theirs_to_do() {
        assert_eq!(Kind::Opened.usual(Part::Department), How::Digest);
        assert_eq!(Kind::Assigned.usual(Part::Own), How::Now);
        assert_eq!(Kind::Assigned.usual(Part::Department), How::Never);
        assert_eq!(Kind::Overdue.usual(Part::Department), How::Now);
    }
}
