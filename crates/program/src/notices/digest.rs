//! Digests: what happened to a department's findings in a day or a week, what is overdue, and who must act next. Where
//! nothing happened, none goes out.

use holter_model::seam::Dice;
use holter_store::{Digest, FindingFilter, FindingRow, Page, Reader, Store, StoreError};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

use super::letter::{Item, LISTED, Letter, section};
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
        let parts = parts(store, digest.department, (last, now)).await?;
        let mut readers = match parts.is_empty() {
            true => Vec::new(),
            false => store.readers(Some(digest.department), &[]).await?,
        };
        readers.retain(|reader| is_for(reader, digest.department));
        let mut writing = store.write().await?;
        if writing.digested(&digest, USUAL, now).await? {
            for reader in &readers {
                let letter = letter(&digest, &parts, now, reader);
                let message = round::to(reader, mail.id, letter, dice, now)?;
                writing.add_messages(&[message]).await?;
            }
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

fn is_for(reader: &Reader, department: i64) -> bool {
    let unwanted = reader.wishes.get(WISH).is_some_and(|wish| wish == "never");
    reader.answers && !unwanted && round::sees(reader, Some(department))
}

/// What a digest tells, part by part, whoever reads it; none where there is nothing to tell.
async fn parts(
    store: &Store,
    department: i64,
    span: (Timestamp, Timestamp),
) -> Result<Vec<(&'static str, Vec<Told>)>, ProgramError> {
    let overdue = FindingFilter {
        department: Some(department),
        due_before: Some(span.1),
        ..FindingFilter::default()
    };
    let page = Page::first(u32::try_from(LISTED).unwrap_or(25) + 1);
    let parts = [
        (
            Kind::Back.title(),
            happened(store, department, Kind::Back, span).await?,
        ),
        (
            Kind::Overdue.title(),
            standing(&store.findings(&overdue, &page).await?.rows),
        ),
        (
            Kind::Opened.title(),
            happened(store, department, Kind::Opened, span).await?,
        ),
        (
            Kind::Fixed.title(),
            happened(store, department, Kind::Fixed, span).await?,
        ),
    ];
    let mut parts: Vec<_> = parts.into_iter().filter(|(_, told)| !told.is_empty()).collect();
    if parts.is_empty() {
        return Ok(parts);
    }
    let live = FindingFilter {
        department: Some(department),
        live: Some(true),
        ..FindingFilter::default()
    };
    let live = store.findings(&live, &Page::first(10)).await?.rows;
    parts.push(("Who must act next, the heaviest first", standing(&live)));
    Ok(parts)
}

/// What happened of one kind: one more than a letter lists, so that it says whether there is more.
async fn happened(
    store: &Store,
    department: i64,
    kind: Kind,
    span: (Timestamp, Timestamp),
) -> Result<Vec<Told>, ProgramError> {
    let most = i64::try_from(LISTED).unwrap_or(25) + 1;
    let mut told = Vec::new();
    for notice in store.notices_of(department, kind.as_str(), span, most).await? {
        match store.finding(notice.about.finding).await {
            Ok(row) => told.push(Told::of(&notice, &row)),
            Err(StoreError::Missing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(told)
}

fn standing(rows: &[FindingRow]) -> Vec<Told> {
    rows.iter().map(Told::standing).collect()
}

fn letter(digest: &Digest, parts: &[(&'static str, Vec<Told>)], now: Timestamp, reader: &Reader) -> Letter {
    let way = round::way(reader, Some(digest.department), now);
    let items = |told: &[Told]| {
        let item = |told: &Told| Item {
            told: told.clone(),
            way,
        };
        told.iter().map(item).collect()
    };
    let name = inert::line(&digest.name);
    Letter {
        subject: format!("[Holter] {name}: what happened, and who must act next"),
        name: inert::line(&reader.name),
        opening: format!("This is the digest of {name}."),
        sections: parts
            .iter()
            .filter_map(|(title, told)| section(title, items(told)))
            .collect(),
    }
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
