//! What people do about findings, and what the calendar does: each with its line in the history. What a person does is
//! written into the caller's transaction, so that the caller's own record of it is there with it or not at all.

use holter_store::{Finding, NewAcceptance, NewEvent, Store, StoreError, Writing};
use jiff::Timestamp;
use serde_json::json;

use crate::closing::{Unmeasurable, measurable_at};
use crate::history;
use crate::life::{self, Deed, Refusal, Step};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The finding's life does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Whoever asks may not decide.
    #[error("whoever asked for it may not decide it: somebody else must")]
    OwnRequest,
    /// A reason or a ground is missing.
    #[error("{0} must be given")]
    Missing(&'static str),
    /// No scan can measure it.
    #[error("it cannot be measured: {0}")]
    Unmeasurable(#[from] Unmeasurable),
    /// A link that opens once was used.
    #[error("this link was used already")]
    Used,
    /// A file cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// Who does something, when, and what they say of it.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// Who.
    pub person: i64,
    /// When.
    pub at: Timestamp,
    /// In words; may be empty.
    pub words: &'a str,
}

/// Gives a finding to somebody.
///
/// # Errors
/// When nothing is to be done about it, or the database does not answer.
pub async fn assign(
    writing: &mut Writing,
    finding: i64,
    to: i64,
    by: By<'_>,
) -> Result<Finding, ProgramError> {
    act(writing, finding, &Deed::Assign { to }, by).await
}

/// Begins to work on a finding.
///
/// # Errors
/// As [`assign`].
pub async fn begin(writing: &mut Writing, finding: i64, by: By<'_>) -> Result<Finding, ProgramError> {
    act(writing, finding, &Deed::Begin, by).await
}

/// Says that the work is done, and asks Holter to measure it where it can.
///
/// # Errors
/// As [`assign`].
pub async fn say_done(writing: &mut Writing, finding: i64, by: By<'_>) -> Result<Finding, ProgramError> {
    let known = writing.finding(finding).await?;
    let place = place(writing, &known).await?;
    let measurable = place.is_ok();
    let after = act(writing, finding, &Deed::SayDone { measurable }, by).await?;
    if let Ok(service) = place {
        ask_measurement(writing, (service, &after), by).await?;
    }
    Ok(after)
}

/// Asks Holter to measure the one thing that a finding is about, now: the number of what was asked for.
///
/// # Errors
/// When the finding is about nothing that can be measured, or the database does not answer.
pub async fn measure_now(writing: &mut Writing, finding: i64, by: By<'_>) -> Result<i64, ProgramError> {
    let known = writing.finding(finding).await?;
    let service = place(writing, &known).await??;
    Ok(ask_measurement(writing, (service, &known), by).await?)
}

/// Asks that a finding be accepted until a date, or called a false positive. Somebody else decides.
///
/// # Errors
/// Without a reason, a ground, or a date to come where it is to be accepted; when somebody has asked already.
pub async fn ask(writing: &mut Writing, asked: &NewAcceptance) -> Result<Finding, ProgramError> {
    if asked.reason.trim().is_empty() {
        return Err(ProgramError::Missing("a reason"));
    }
    if asked.is_false && asked.ground.trim().is_empty() {
        return Err(ProgramError::Missing("the evidence that it is false"));
    }
    match asked.until {
        Some(until) if until <= asked.asked_at => return Err(Refusal::Past.into()),
        None if !asked.is_false => return Err(ProgramError::Missing("an end date")),
        _ => {}
    }
    let by = By {
        person: asked.author,
        at: asked.asked_at,
        words: &asked.reason,
    };
    let after = act(writing, asked.finding, &Deed::Ask, by).await?;
    writing.add_acceptance(asked).await?;
    Ok(after)
}

/// Decides what somebody else asked for. The transaction must be one of [`Store::write_alone`].
///
/// # Errors
/// When nobody has asked, whoever asked decides, or its date has passed.
pub async fn decide(
    writing: &mut Writing,
    finding: i64,
    approve: bool,
    by: By<'_>,
) -> Result<Finding, ProgramError> {
    let standing = writing.standing_acceptance(finding).await?;
    let Some(asked) = standing.filter(|asked| asked.decided_at.is_none()) else {
        return Err(Refusal::NotAsked.into());
    };
    if asked.about.author == by.person {
        return Err(ProgramError::OwnRequest);
    }
    let deed = match (approve, asked.about.is_false, asked.about.until) {
        (false, ..) => Deed::Refuse,
        (true, true, _) => Deed::CallFalse,
        (true, false, Some(until)) => Deed::Accept { until },
        (true, false, None) => return Err(ProgramError::Missing("an end date")),
    };
    writing
        .decide_acceptance(asked.id, (by.person, by.at), approve)
        .await?;
    act(writing, finding, &deed, by).await
}

/// Takes back that a finding is accepted or false.
///
/// # Errors
/// When it is neither.
pub async fn reopen(writing: &mut Writing, finding: i64, by: By<'_>) -> Result<Finding, ProgramError> {
    act(writing, finding, &Deed::Reopen, by).await
}

/// Says something about a finding.
///
/// # Errors
/// Without words, or when the database does not answer.
pub async fn comment(writing: &mut Writing, finding: i64, by: By<'_>) -> Result<(), ProgramError> {
    if by.words.trim().is_empty() {
        return Err(ProgramError::Missing("a comment"));
    }
    let known = writing.finding(finding).await?;
    writing
        .add_events(&[event(&known, "comment", Some(by.person), by.at, by.words)])
        .await?;
    Ok(())
}

/// Notes that somebody has seen a finding by a signed link and has it in hand. The link opens nothing any more: `until`,
/// its end, says which one it was. Where the finding stands does not change by it.
///
/// # Errors
/// [`ProgramError::Used`] when the link was used, and when nothing is to be done about the finding.
pub async fn acknowledge(
    writing: &mut Writing,
    finding: i64,
    until: Timestamp,
    by: By<'_>,
) -> Result<(), ProgramError> {
    let known = writing.finding(finding).await?;
    if !known.state.is_live() {
        return Err(Refusal::NotLive(known.state).into());
    }
    if !writing.use_link((finding, by.person), until, by.at).await? {
        return Err(ProgramError::Used);
    }
    let acknowledged = event(&known, "acknowledged", Some(by.person), by.at, by.words);
    Ok(history::write(writing, &[acknowledged]).await?)
}

/// Opens again what was accepted until before now; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn expire(store: &Store, now: Timestamp) -> Result<u64, ProgramError> {
    let mut opened = 0;
    loop {
        let mut writing = store.write().await?;
        let some = writing.expired(now).await?;
        if some.is_empty() {
            return Ok(opened);
        }
        for before in &some {
            let step = life::expired(before, now);
            if step.event.is_none() {
                // Fixed or reopened meanwhile: the date is only a remnant.
                let mut after = before.clone();
                after.accepted_until = None;
                writing.update_finding(before, &after).await?;
                continue;
            }
            keep(
                &mut writing,
                before,
                &step,
                (None, now),
                "the end date of its acceptance has come",
            )
            .await?;
            opened += 1;
        }
        writing.commit().await?;
    }
}

async fn act(writing: &mut Writing, finding: i64, deed: &Deed, by: By<'_>) -> Result<Finding, ProgramError> {
    let before = writing.finding(finding).await?;
    let step = life::done(&before, deed, by.at)?;
    keep(writing, &before, &step, (Some(by.person), by.at), by.words).await?;
    Ok(step.after)
}

async fn keep(
    writing: &mut Writing,
    before: &Finding,
    step: &Step,
    (actor, at): (Option<i64>, Timestamp),
    words: &str,
) -> Result<(), StoreError> {
    writing.update_finding(before, &step.after).await?;
    if let Some(kind) = step.event {
        history::write(writing, &[event(&step.after, kind, actor, at, words)]).await?;
    }
    if step.ends_acceptance {
        writing.end_acceptances(before.id, at).await?;
    }
    Ok(())
}

fn event(finding: &Finding, kind: &str, actor: Option<i64>, at: Timestamp, words: &str) -> NewEvent {
    let detail = match (kind, finding.assignee, finding.accepted_until) {
        ("assigned", Some(to), _) => json!({ "to": to }),
        ("accepted", _, Some(until)) => json!({ "until": until.to_string() }),
        _ => json!({}),
    };
    NewEvent {
        finding: finding.id,
        at,
        actor,
        kind: kind.to_owned(),
        state: finding.state,
        visit: None,
        text: words.to_owned(),
        detail,
    }
}

/// The service at which a finding can be measured, or why it cannot.
async fn place(writing: &mut Writing, finding: &Finding) -> Result<Result<i64, Unmeasurable>, StoreError> {
    let protocol = match finding.service {
        Some(service) => Some(writing.service(service).await?.protocol),
        None => None,
    };
    Ok(measurable_at(finding, protocol.as_deref()))
}

async fn ask_measurement(
    writing: &mut Writing,
    (service, finding): (i64, &Finding),
    by: By<'_>,
) -> Result<i64, StoreError> {
    let checks = [finding.check.clone()];
    writing
        .ask_measurement((service, Some(finding.id)), &checks, Some(by.person), by.at)
        .await
}
