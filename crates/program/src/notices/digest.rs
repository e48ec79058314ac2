//! Digests: what happened to a department's findings in a day or a week, what is overdue, and who must act next. Where
//! nothing happened, none goes out.

use holter_model::seam::Dice;
use holter_store::{Digest, FindingFilter, FindingRow, Page, Reader, Store, StoreError};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

use super::letter::{Item, Letter, Section, section};
use super::round::{self, MAIL};
use super::told::Told;
use super::{Kind, inert};
use crate::ProgramError;

/// How often, where nothing was said.
pub const USUAL: &str = "week";
/// How often it can be.
pub const EVERY: [(&str, &str); 3] = [
    ("day", "every day at seven"),
    ("week", "every Monday at seven"),
    ("never", "never"),
];
/// What a person's wish about digests is kept under.
pub const WISH: &str = "digest";
/// When they go out.
const HOUR: i8 = 7;

/// Makes the digests whose time has come.
///
/// # Errors
/// When the database does not answer; what was not made is made later.
pub async fn make(
    store: &Store,
    dice: &dyn Dice,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<(), ProgramError> {
    let channels = store.channels().await?;
    let Some(mail) = channels
        .iter()
        .find(|channel| channel.active && channel.kind == MAIL)
    else {
        return Ok(());
    };
    for digest in store.digests().await? {
        let every = digest.every.as_deref().unwrap_or(USUAL);
        let Some(last) = digest.last else {
            // It tells what happened from now on.
            let mut writing = store.write().await?;
            writing.digested(&digest, USUAL, now).await?;
            writing.commit().await?;
            continue;
        };
        if next(last, every, zone).is_none_or(|next| now < next) {
            continue;
        }
        let mut messages = Vec::new();
        for reader in store.readers(Some(digest.department), &[]).await? {
            let unwanted = reader.wishes.get(WISH).is_some_and(|wish| wish == "never");
            if !reader.answers || unwanted || !round::sees(&reader, Some(digest.department)) {
                continue;
            }
            if let Some(letter) = letter(store, &digest, (last, now), &reader).await? {
                messages.push(round::to(&reader, mail.id, letter, dice, now)?);
            }
        }
        let mut writing = store.write().await?;
        if writing.digested(&digest, USUAL, now).await? {
            writing.add_messages(&messages).await?;
            writing.commit().await?;
        }
    }
    Ok(())
}

/// When the next one goes out after the last.
fn next(last: Timestamp, every: &str, zone: &TimeZone) -> Option<Timestamp> {
    let seven = Time::constant(HOUR, 0, 0, 0);
    let local = last.to_zoned(zone.clone());
    let at = |day: &Zoned| day.with().time(seven).build().ok();
    let mut day = local.clone();
    // A week has seven days; the eighth is there for a clock that was turned.
    for _ in 0..9 {
        let moment = at(&day)?;
        if moment.timestamp() > last && (every == "day" || moment.weekday() == Weekday::Monday) {
            return (every != "never").then(|| moment.timestamp());
        }
        day = day.checked_add(1.day()).ok()?;
    }
    None
}

async fn letter(
    store: &Store,
    digest: &Digest,
    (from, to): (Timestamp, Timestamp),
    reader: &Reader,
) -> Result<Option<Letter>, ProgramError> {
    let department = digest.department;
    let item = |told: Told| Item {
        told,
        way: round::way(reader, Some(department), to),
    };
    let mut happened: Vec<(Kind, Item)> = Vec::new();
    for notice in store.notices_of(department, (from, to)).await? {
        let Some(kind) = Kind::named(&notice.about.kind) else {
            continue;
        };
        let of = happened.iter().filter(|(other, _)| *other == kind).count();
        if matches!(kind, Kind::Opened | Kind::Back | Kind::Fixed) && of <= super::letter::LISTED {
            match store.finding(notice.about.finding).await {
                Ok(row) => happened.push((kind, item(Told::of(&notice, &row)))),
                Err(StoreError::Missing { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    let listed = |rows: Vec<FindingRow>| {
        rows.iter()
            .map(|row| item(Told::standing(row)))
            .collect::<Vec<_>>()
    };
    let page = Page::first(u32::try_from(super::letter::LISTED).unwrap_or(25) + 1);
    let overdue = FindingFilter {
        department: Some(department),
        due_before: Some(to),
        ..FindingFilter::default()
    };
    let overdue = listed(store.findings(&overdue, &page).await?.rows);
    if happened.is_empty() && overdue.is_empty() {
        return Ok(None);
    }
    let live = FindingFilter {
        department: Some(department),
        live: Some(true),
        ..FindingFilter::default()
    };
    let live = listed(store.findings(&live, &Page::first(10)).await?.rows);
    let of = |kind: Kind| {
        let items = happened.iter().filter(|(other, _)| *other == kind);
        items.map(|(_, item)| item.clone()).collect::<Vec<_>>()
    };
    let sections: Vec<Section> = [
        (Kind::Back.title(), of(Kind::Back)),
        (Kind::Overdue.title(), overdue),
        (Kind::Opened.title(), of(Kind::Opened)),
        (Kind::Fixed.title(), of(Kind::Fixed)),
        ("Who must act next, the heaviest first", live),
    ]
    .into_iter()
    .filter_map(|(title, items)| section(title, items))
    .collect();
    let name = inert::line(&digest.name);
    Ok(Some(Letter {
        subject: format!("[Holter] {name}: what happened, and who must act next"),
        name: inert::line(&reader.name),
        opening: format!("This is the digest of {name}."),
        sections,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_go_out_at_seven_by_the_clock_on_the_wall() {
        let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // 2026-11-23 is a Monday.
        let last = at("2026-11-22T12:00:00Z");
        assert_eq!(next(last, "week", &zone), Some(at("2026-11-23T06:00:00Z")));
        assert_eq!(
            next(at("2026-11-23T06:00:00Z"), "week", &zone),
            Some(at("2026-11-30T06:00:00Z"))
        );
        assert_eq!(
            next(at("2026-11-23T06:00:00Z"), "day", &zone),
            Some(at("2026-11-24T06:00:00Z"))
        );
        assert_eq!(
            next(at("2026-10-24T06:00:00Z"), "day", &zone),
            Some(at("2026-10-25T06:00:00Z"))
        );
        assert_eq!(next(last, "never", &zone), None);
    }
}
