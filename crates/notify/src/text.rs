//! A notice in words, for channels that carry text. Names came through `inert::line` when it was composed; what a
//! channel's own form would obey, its file escapes by the function that it hands in here.

use holter_program::notices::Kind;
use holter_program::notices::letter::Content;
use holter_program::notices::told::Told;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Failure, Office};

/// What it is about, in a line.
pub(crate) fn title(told: &Told, escape: &dyn Fn(&str) -> String) -> String {
    let kind = match Kind::named(&told.kind) {
        // It goes to a system, and not to the one to whom it was given.
        Some(Kind::Assigned) => "Given to somebody",
        Some(kind) => kind.title(),
        None => "Notice",
    };
    format!("{kind}: {} on {}", escape(&told.name), escape(&told.asset_name))
}

/// All of it, a line each.
pub(crate) fn lines(told: &Told, office: &Office<'_>, escape: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut lines = vec![
        title(told, escape),
        format!("Flaw: {}", escape(&told.flaw)),
        format!("Severity: {}", told.severity),
    ];
    let mut also = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            lines.push(format!("{name}: {}", escape(value)));
        }
    };
    also("Where", told.place.as_ref());
    also("Department", told.department.as_ref());
    also("Given to", told.assignee.as_ref());
    also("Due", told.due.map(|due| day(due, office.zone)).as_ref());
    also(
        "Accepted until",
        told.accepted_until.map(|until| day(until, office.zone)).as_ref(),
    );
    also("Who must act next", Some(&told.next));
    lines.push(page(told, office));
    lines
}

/// The address of its page.
pub(crate) fn page(told: &Told, office: &Office<'_>) -> String {
    format!("{}/findings/{}", office.url, told.finding)
}

/// A day, as people of the house write it.
pub(crate) fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string()
}

/// What a trial says.
pub(crate) fn trial(by: &str) -> String {
    format!("This is a trial from Holter, sent by {by}. The channel works.")
}

/// What another system is told of.
pub(crate) enum Short<'a> {
    Notice(&'a Told),
    Trial(String),
}

/// Takes content apart for a channel that carries no letters.
pub(crate) fn short(content: &Content) -> Result<Short<'_>, Failure> {
    match content {
        Content::Notice(told) => Ok(Short::Notice(told)),
        Content::Trial { by } => Ok(Short::Trial(trial(by))),
        Content::Letter(_) => Err(Failure::never("a letter goes by mail alone")),
    }
}

/// Puts a backslash before each of these.
pub(crate) fn slashed(text: &str, before: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if before.contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
