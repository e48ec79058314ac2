//! The words for a finding's life: its state, and who must act next.

use serde::{Deserialize, Serialize};

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was measured, and nobody has it in hand.
    Open,
    /// Somebody has it in hand.
    Assigned,
    /// Somebody is at work on it.
    Fixing,
    /// It was fixed, and is there again.
    Back,
    /// A later measurement of the same thing says that it is not there any more.
    Fixed,
    /// It is lived with, until a date.
    Accepted,
    /// It is not there, and somebody has shown why it was measured all the same.
    FalsePositive,
}

impl State {
    /// All of them, those first in which somebody must act.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Assigned,
        Self::Fixing,
        Self::Back,
        Self::Fixed,
        Self::Accepted,
        Self::FalsePositive,
    ];

    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Assigned => "assigned",
            Self::Fixing => "fixing",
            Self::Back => "back",
            Self::Fixed => "fixed",
            Self::Accepted => "accepted",
            Self::FalsePositive => "false_positive",
        }
    }

    /// Whether somebody still has to do something about it.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Assigned | Self::Fixing | Self::Back)
    }
}

/// Who must act next on a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Whoever leads the department: it must be given to somebody.
    Department,
    /// The one to whom it was given.
    Assignee,
    /// Holter: what was done must be measured.
    Measurement,
    /// Somebody other than the author: a request to accept it, or to call it a false positive, must be decided.
    Approver,
    /// A person: measurements alone do not decide it.
    Person,
    /// Nobody.
    Nobody,
}

impl Next {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Department,
        Self::Assignee,
        Self::Measurement,
        Self::Approver,
        Self::Person,
        Self::Nobody,
    ];

    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Assignee => "assignee",
            Self::Measurement => "measurement",
            Self::Approver => "approver",
            Self::Person => "person",
            Self::Nobody => "nobody",
        }
    }

    /// Plain words for a person.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Department => "the department must give it to somebody",
            Self::Assignee => "the one to whom it was given must repair it",
            Self::Measurement => "Holter must measure what was done",
            Self::Approver => "somebody other than the author must decide the request",
            Self::Person => "a person must look: measurements alone do not decide it",
            Self::Nobody => "nobody",
        }
    }
}
