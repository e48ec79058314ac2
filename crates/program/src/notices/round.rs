//! A round: what is to be told yet becomes messages, one letter a person and one message a channel and finding. The
//! messages stand in the outbox and the notices are ticked off in one transaction, so that each is told once.

use std::collections::BTreeMap;

use holter_model::seam::{Dice, NoChance};
use holter_store::{Channel, FindingRow, NewMessage, Notice, Reader, Store, StoreError, Writing};
use jiff::{SignedDuration, Timestamp};

use super::letter::{self, Content, Item, Way};
use super::told::Told;
use super::{How, Kind, Part};
use crate::ProgramError;

/// So many notices are told in one round.
const MOST: i64 = 200;
/// A signed link opens for so long.
pub const LINK: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The kind of channels that go by what people wish.
pub const MAIL: &str = "mail";

/// Tells what is to be told; how many notices that were. 0: nothing is left.
///
/// # Errors
/// When the database does not answer; nothing is lost then, and nothing told twice.
pub async fn tell(store: &Store, dice: &dyn Dice, now: Timestamp) -> Result<usize, ProgramError> {
    let notices = store.untold(MOST).await?;
    if notices.is_empty() {
        return Ok(0);
    }
    let mut channels = store.channels().await?;
    channels.retain(|channel| channel.active);
    let mut round = Round {
        store,
        dice,
        now,
        mail: channels.iter().find(|channel| channel.kind == MAIL).cloned(),
        others: channels
            .into_iter()
            .filter(|channel| channel.kind != MAIL)
            .collect(),
        told: Vec::new(),
        letters: BTreeMap::new(),
        messages: Vec::new(),
    };
    for notice in &notices {
        round.take(notice).await?;
    }
    let ids: Vec<i64> = notices.iter().map(|notice| notice.id).collect();
    let mut writing = store.write().await?;
    if writing.told(&ids, now).await? {
        round.write(&mut writing).await?;
        writing.commit().await?;
    }
    // Where somebody else was quicker, all of it is dropped with the transaction, and looked at again.
    Ok(notices.len())
}

struct Round<'a> {
    store: &'a Store,
    dice: &'a dyn Dice,
    now: Timestamp,
    mail: Option<Channel>,
    others: Vec<Channel>,
    /// What is told by mail.
    told: Vec<Told>,
    /// By person, which of it, and their way from there: a department's notices may have many readers.
    letters: BTreeMap<i64, (Reader, Vec<(usize, Way)>)>,
    /// What the other channels hear.
    messages: Vec<NewMessage>,
}

impl Round<'_> {
    async fn take(&mut self, notice: &Notice) -> Result<(), ProgramError> {
        let Some(kind) = Kind::named(&notice.about.kind) else {
            return Ok(());
        };
        if self.mail.is_none() && self.others.is_empty() {
            return Ok(());
        }
        let row = match self.store.finding(notice.about.finding).await {
            Ok(row) => row,
            Err(StoreError::Missing { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if !still_true(kind, &row) {
            return Ok(());
        }
        let told = Told::of(notice, &row);
        for channel in self.others.iter().filter(|channel| hears(channel, kind, &row)) {
            self.messages.push(NewMessage {
                key: key(self.dice)?,
                channel: channel.id,
                person: None,
                address: String::new(),
                subject: format!("{}: {} on {}", kind.title(), told.name, told.asset_name),
                finding: Some(row.finding.id),
                content: content(&Content::Notice(Box::new(told.clone())))?,
                created: self.now,
            });
        }
        if self.mail.is_some() {
            self.mail_of(notice, kind, &row).await?;
            self.told.push(told);
        }
        Ok(())
    }

    async fn mail_of(&mut self, notice: &Notice, kind: Kind, row: &FindingRow) -> Result<(), ProgramError> {
        let owner = self.store.asset(row.finding.asset).await?.about.owner;
        let own: Vec<i64> = row.finding.assignee.into_iter().chain(owner).collect();
        for reader in self.store.readers(row.finding.department, &own).await? {
            // Nobody needs to be told what they did themselves.
            if notice.about.actor == Some(reader.person) {
                continue;
            }
            let is_own = match kind {
                Kind::Assigned => row.finding.assignee == Some(reader.person),
                _ => own.contains(&reader.person),
            };
            if how(&reader, kind, is_own, row.finding.department) == How::Now {
                let item = (self.told.len(), way(&reader, row.finding.department, self.now));
                let letter = self.letters.entry(reader.person);
                letter.or_insert_with(|| (reader, Vec::new())).1.push(item);
            }
        }
        Ok(())
    }

    /// Puts all messages of the round into the outbox, letter by letter.
    async fn write(&self, writing: &mut Writing) -> Result<(), ProgramError> {
        writing.add_messages(&self.messages).await?;
        let Some(mail) = &self.mail else {
            return Ok(());
        };
        for (reader, told) in self.letters.values() {
            let item = |(place, way): &(usize, Way)| {
                let told = self.told.get(*place)?.clone();
                Some(Item { told, way: *way })
            };
            let items = told.iter().filter_map(item).collect();
            let letter = letter::at_once(&super::inert::line(&reader.name), items);
            let message = to(reader, mail.id, letter, self.dice, self.now)?;
            writing.add_messages(&[message]).await?;
        }
        Ok(())
    }
}

/// A letter on its way to somebody.
pub(super) fn to(
    reader: &Reader,
    channel: i64,
    letter: letter::Letter,
    dice: &dyn Dice,
    now: Timestamp,
) -> Result<NewMessage, ProgramError> {
    Ok(NewMessage {
        key: key(dice)?,
        channel,
        person: Some(reader.person),
        address: reader.email.clone(),
        subject: letter.subject.clone(),
        finding: None,
        content: content(&Content::Letter(letter))?,
        created: now,
    })
}

/// Whether what the calendar said is so still when it comes to be told.
fn still_true(kind: Kind, row: &FindingRow) -> bool {
    match kind {
        Kind::DueSoon | Kind::Overdue | Kind::Undecided | Kind::Assigned => row.finding.state.is_live(),
        Kind::AcceptanceEnding => row.finding.accepted_until.is_some(),
        Kind::Opened | Kind::Fixed | Kind::Back => true,
    }
}

fn hears(channel: &Channel, kind: Kind, row: &FindingRow) -> bool {
    channel.hears.iter().any(|heard| heard == kind.as_str())
        && row.finding.severity >= channel.severity
        && (channel.department.is_none() || channel.department == row.finding.department)
}

fn how(reader: &Reader, kind: Kind, is_own: bool, department: Option<i64>) -> How {
    let part = match (is_own, reader.answers) {
        (true, _) => Part::Own,
        // Whoever answers for one department hears of no other's things but their own.
        (false, true) if sees(reader, department) => Part::Department,
        _ => return How::Never,
    };
    let wish = reader.wishes.get(kind.as_str()).and_then(|how| How::named(how));
    match wish {
        // To be told of everything that is given to somebody else is nobody's wish.
        Some(_) if kind == Kind::Assigned && part == Part::Department => How::Never,
        Some(how) => how,
        None => kind.usual(part),
    }
}

/// Whether their account shows them this department's things.
pub(super) fn sees(reader: &Reader, department: Option<i64>) -> bool {
    match reader.role.as_deref() {
        Some("owner") => reader.department.is_some() && reader.department == department,
        Some(_) => true,
        None => false,
    }
}

pub(super) fn way(reader: &Reader, department: Option<i64>, now: Timestamp) -> Way {
    if sees(reader, department) {
        return Way::Page;
    }
    Way::Link {
        person: reader.person,
        until: now.checked_add(LINK).unwrap_or(now),
    }
}

/// What tells a receiver that a message comes again: 128 bits that nobody guesses.
///
/// # Errors
/// Where the system has no randomness.
pub fn key(dice: &dyn Dice) -> Result<String, NoChance> {
    let mut bytes = [0; 16];
    dice.secret(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) fn content(content: &Content) -> Result<serde_json::Value, ProgramError> {
    serde_json::to_value(content).map_err(|error| ProgramError::Unreadable(error.to_string()))
}

impl From<NoChance> for ProgramError {
    fn from(error: NoChance) -> Self {
        Self::Unreadable(error.to_string())
    }
}
