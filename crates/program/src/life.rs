//! The life of a finding, as pure functions: what a measurement, a person or the calendar makes of it.
//!
//! Only a later measurement of the same thing fixes: its behaviour or its configuration, in a run that declared and
//! achieved it. What says nothing changes nothing, and three times nothing in a row is a task for a person.

use holter_model::finding::{Next, State};
use holter_model::{Basis, Verdict};
use holter_store::Finding;
use jiff::Timestamp;

/// So many measurements in a row that decide nothing are a task for a person.
pub const UNDECIDED: i64 = 3;

/// A measurement of the thing that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The verdict; `None`: there is none, since the service did not answer, or not this question.
    pub verdict: Option<Verdict>,
    /// What it rests on.
    pub basis: Basis,
    /// Why.
    pub evidence: String,
    /// Bytes of foreign memory that came with it.
    pub foreign_bytes: u64,
    /// When.
    pub at: Timestamp,
    /// The visit.
    pub visit: i64,
    /// Whether the run declared this service and this check, came to the end there, and it is the same thing for sure.
    pub covers: bool,
    /// When the finding is due if it is there again.
    pub due: Timestamp,
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Gives it to somebody.
    Assign {
        /// To whom.
        to: i64,
    },
    /// Begins to work on it.
    Begin,
    /// Says that it is done: only a measurement makes it so.
    SayDone {
        /// Whether one can be had.
        measurable: bool,
    },
    /// Asks that it be accepted, or called a false positive.
    Ask,
    /// Approves that it be accepted until a date.
    Accept {
        /// Until when.
        until: Timestamp,
    },
    /// Approves that it is a false positive.
    CallFalse,
    /// Refuses what was asked for.
    Refuse,
    /// Takes an acceptance, or the word that it is false, back.
    Reopen,
}

/// What something makes of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands after it.
    pub after: Finding,
    /// What happened, as its history has it; `None`: nothing worth a line.
    pub event: Option<&'static str>,
    /// Whether what was accepted, or asked for, ends with it.
    pub ends_acceptance: bool,
    /// Whether a person must look, since measurements do not decide.
    pub needs_person: bool,
    /// Whether a person need not look any more, since a measurement has decided.
    pub decided: bool,
}

/// Why a person cannot do that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing to do about it.
    #[error("nothing is to be done about it: it is {}", .0.as_str())]
    NotLive(State),
    /// Somebody has asked already.
    #[error("somebody has asked already, and it is not decided")]
    Asked,
    /// Nobody has asked.
    #[error("nobody has asked for it")]
    NotAsked,
    /// It is neither accepted nor called false.
    #[error("it is neither accepted nor called a false positive: only a measurement opens what is fixed")]
    NotSetAside,
    /// The date is not after today.
    #[error("it can only be accepted until a date to come")]
    Past,
}

impl Step {
    fn quiet(after: Finding) -> Self {
        Self {
            after,
            event: None,
            ends_acceptance: false,
            needs_person: false,
            decided: false,
        }
    }

    fn told(after: Finding, event: &'static str) -> Self {
        Self {
            event: Some(event),
            ..Self::quiet(after)
        }
    }
}

/// What a measurement makes of a finding. One that is older than the last changes nothing.
#[must_use]
pub fn measured(before: &Finding, measured: &Measured) -> Step {
    if measured.at < before.measured_at {
        return Step::quiet(before.clone());
    }
    match measured.verdict {
        Some(Verdict::Affected) => affected(before, measured),
        Some(Verdict::NotAffected) if clears(measured) => cleared(before, measured),
        _ => undecided(before, measured),
    }
}

/// Whether a measurement that says "not affected" may close anything.
fn clears(measured: &Measured) -> bool {
    measured.covers && matches!(measured.basis, Basis::Behaviour | Basis::Configuration)
}

fn heard(before: &Finding, measured: &Measured, verdict: Verdict) -> Finding {
    Finding {
        verdict,
        basis: measured.basis,
        evidence: measured.evidence.clone(),
        measured_at: measured.at,
        visit: Some(measured.visit),
        inconclusive: 0,
        ..before.clone()
    }
}

fn affected(before: &Finding, measured: &Measured) -> Step {
    let mut after = heard(before, measured, Verdict::Affected);
    after.last_seen = measured.at;
    after.foreign_bytes = before.foreign_bytes.max(measured.foreign_bytes);
    let mut step = match before.state {
        State::Fixed => {
            after.state = State::Back;
            after.returns += 1;
            after.fixed_at = None;
            after.due = Some(measured.due);
            Step::told(after, "back")
        }
        // What was called false had gone, or there is better proof of it now: nobody has judged that.
        State::FalsePositive if is_news(before, measured) => {
            after.state = State::Back;
            after.returns += 1;
            after.due = Some(measured.due);
            Step {
                ends_acceptance: true,
                ..Step::told(after, "back")
            }
        }
        // Somebody said that it was done, and it is not.
        State::Open | State::Assigned | State::Fixing | State::Back if before.next == Next::Measurement => {
            Step::told(after, "still_there")
        }
        _ => Step::quiet(after),
    };
    if step.after.state == State::FalsePositive {
        // It is the best proof that was judged.
        step.after.basis = before.basis;
    }
    step.decided = before.inconclusive >= UNDECIDED;
    if before.next != Next::Approver {
        step.after.next = usual(&step.after);
    }
    step
}

/// Whether a measurement shows more than what was called false.
fn is_news(before: &Finding, measured: &Measured) -> bool {
    let strength = |basis| match basis {
        Basis::Behaviour => 3,
        Basis::Configuration => 2,
        Basis::Version => 1,
        Basis::Statement => 0,
    };
    before.verdict == Verdict::NotAffected
        || strength(measured.basis) > strength(before.basis)
        || (before.foreign_bytes == 0 && measured.foreign_bytes > 0)
}

fn cleared(before: &Finding, measured: &Measured) -> Step {
    let mut after = heard(before, measured, Verdict::NotAffected);
    let decided = before.inconclusive >= UNDECIDED;
    if matches!(before.state, State::Fixed | State::FalsePositive) {
        after.next = if before.next == Next::Approver {
            Next::Approver
        } else {
            Next::Nobody
        };
        return Step {
            decided,
            ..Step::quiet(after)
        };
    }
    after.state = State::Fixed;
    after.fixed_at = Some(measured.at);
    after.due = None;
    after.accepted_until = None;
    after.next = Next::Nobody;
    Step {
        ends_acceptance: before.state == State::Accepted || before.next == Next::Approver,
        decided,
        ..Step::told(after, "fixed")
    }
}

fn undecided(before: &Finding, measured: &Measured) -> Step {
    let mut after = before.clone();
    after.inconclusive += 1;
    after.measured_at = measured.at;
    if !before.state.is_live() {
        return Step::quiet(after);
    }
    if after.inconclusive == UNDECIDED {
        if before.next != Next::Approver {
            after.next = Next::Person;
        }
        return Step {
            needs_person: true,
            ..Step::told(after, "undecided")
        };
    }
    if before.next == Next::Measurement {
        return Step::told(after, "not_measured");
    }
    Step::quiet(after)
}

/// What a person makes of a finding.
///
/// # Errors
/// Why that cannot be.
pub fn done(before: &Finding, deed: &Deed, now: Timestamp) -> Result<Step, Refusal> {
    let mut after = before.clone();
    let asked = before.next == Next::Approver;
    let live = before.state.is_live();
    let must_live = || {
        if live {
            Ok(())
        } else {
            Err(Refusal::NotLive(before.state))
        }
    };
    Ok(match deed {
        Deed::Assign { to } => {
            must_live()?;
            after.assignee = Some(*to);
            after.state = match before.state {
                // It stays told that it came back.
                State::Open => State::Assigned,
                other => other,
            };
            if !asked && before.next != Next::Person {
                after.next = Next::Assignee;
            }
            Step::told(after, "assigned")
        }
        Deed::Begin => {
            must_live()?;
            after.state = State::Fixing;
            if !asked {
                after.next = usual(&after);
            }
            Step::told(after, "begun")
        }
        Deed::SayDone { measurable } => {
            must_live()?;
            after.state = State::Fixing;
            if !asked {
                after.next = if *measurable {
                    Next::Measurement
                } else {
                    Next::Person
                };
            }
            Step::told(after, "said_done")
        }
        Deed::Ask if asked => return Err(Refusal::Asked),
        Deed::Ask => {
            must_live()?;
            after.next = Next::Approver;
            Step::told(after, "asked")
        }
        Deed::Accept { .. } | Deed::CallFalse | Deed::Refuse if !asked => return Err(Refusal::NotAsked),
        Deed::Accept { until } if *until <= now => return Err(Refusal::Past),
        Deed::Accept { until } => {
            must_live()?;
            after.state = State::Accepted;
            after.accepted_until = Some(*until);
            after.next = Next::Nobody;
            Step::told(after, "accepted")
        }
        Deed::CallFalse => {
            must_live()?;
            after.state = State::FalsePositive;
            after.next = Next::Nobody;
            Step::told(after, "called_false")
        }
        Deed::Refuse => {
            after.next = usual(&after);
            Step {
                ends_acceptance: true,
                ..Step::told(after, "refused")
            }
        }
        Deed::Reopen => reopened(before, "reopened")?,
    })
}

/// What the calendar makes of a finding whose acceptance has come to its date.
#[must_use]
pub fn expired(before: &Finding, now: Timestamp) -> Step {
    let over = before.accepted_until.is_some_and(|until| until <= now);
    match reopened(before, "expired") {
        Ok(step) if over => step,
        _ => Step::quiet(before.clone()),
    }
}

fn reopened(before: &Finding, event: &'static str) -> Result<Step, Refusal> {
    if !matches!(before.state, State::Accepted | State::FalsePositive) {
        return Err(Refusal::NotSetAside);
    }
    let mut after = before.clone();
    after.accepted_until = None;
    after.state = if after.assignee.is_some() {
        State::Assigned
    } else {
        State::Open
    };
    after.next = usual(&after);
    Ok(Step {
        ends_acceptance: true,
        ..Step::told(after, event)
    })
}

/// Who must act next where nothing else is asked for.
#[must_use]
pub fn usual(finding: &Finding) -> Next {
    match finding.state {
        State::Fixed | State::Accepted | State::FalsePositive => Next::Nobody,
        _ if finding.inconclusive >= UNDECIDED => Next::Person,
        _ if finding.assignee.is_some() => Next::Assignee,
        _ => Next::Department,
    }
}
