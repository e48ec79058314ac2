//! A notice with all that a channel may say of it. What was measured stays in Holter: a message goes through other
//! people's systems, and carries what is needed to act and nothing that would help an attacker more than that.

use holter_capture::flaws;
use holter_model::finding::Next;
use holter_store::{FindingRow, Notice};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::inert::line;

/// What is told of one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What kind of notice.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The finding's number.
    pub finding: i64,
    /// The flaw.
    pub flaw: String,
    /// What the flaw is called.
    pub name: String,
    /// How much the flaw lets out.
    pub severity: String,
    /// Where the finding stands.
    pub state: String,
    /// By when it is to be repaired.
    pub due: Option<Timestamp>,
    /// Until when it is accepted.
    pub accepted_until: Option<Timestamp>,
    /// The system's number.
    pub asset: i64,
    /// The system's name.
    pub asset_name: String,
    /// Where on it.
    pub place: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// To whom it is given.
    pub assignee: Option<String>,
    /// Who must act next.
    pub next: String,
}

impl Told {
    /// Of a notice and its finding.
    #[must_use]
    pub fn of(notice: &Notice, row: &FindingRow) -> Self {
        Self {
            kind: notice.about.kind.clone(),
            at: notice.about.at,
            ..Self::standing(row)
        }
    }

    /// Of a finding as it stands, without anything that happened.
    #[must_use]
    pub fn standing(row: &FindingRow) -> Self {
        let one = &row.finding;
        let name = flaws::flaw(&one.flaw).map_or(one.flaw.as_str(), |flaw| flaw.name.as_str());
        let next = match (one.next, &row.assignee_name) {
            (Next::Assignee, Some(name)) => name.as_str(),
            (next, _) => next.explain(),
        };
        Self {
            kind: String::new(),
            at: one.measured_at,
            finding: one.id,
            flaw: line(&one.flaw),
            name: line(name),
            severity: one.severity.as_str().to_owned(),
            state: one.state.as_str().to_owned(),
            due: one.due,
            accepted_until: one.accepted_until,
            asset: one.asset,
            asset_name: line(&row.asset_name),
            place: row.place.as_deref().map(line),
            department: row.department_name.as_deref().map(line),
            assignee: row.assignee_name.as_deref().map(line),
            next: line(next),
        }
    }
}
