//! `-f jsonl`: one object a subject; `-f json`: one document with the same objects.

use std::io;

use holter_capture::subject::Subject;
use holter_capture::{Captured, Coverage, Origin, SessionLog};
use jiff::Timestamp;
use serde::Serialize;

use super::Overheard;
use super::words::{LIMITS, METHOD};
use crate::spelled;

/// Session logs' shape.
const SESSIONS: &str = "holter.sessions/1";

/// A subject, and the files of its capture where it was more than one.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    subject: &'a Subject,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<&'a str>,
}

#[derive(Serialize)]
struct Sessions<'a> {
    schema: &'static str,
    #[serde(flatten)]
    log: &'a SessionLog,
}

#[derive(Serialize)]
struct Capture<'a> {
    sources: &'a [Origin],
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Timestamp>,
    seconds: f64,
    whole: bool,
    coverage: &'a Coverage,
    flows: &'a holter_capture::Totals,
    beyond: &'a holter_capture::Beyond,
}

/// The objects of one capture.
pub(super) fn lines(captured: &Captured, out: &mut Vec<u8>) -> io::Result<()> {
    for row in rows(captured) {
        spelled::json(out, &row)?;
        out.push(b'\n');
    }
    Ok(())
}

/// The object of one log of sessions.
pub(super) fn session_line(log: &SessionLog, out: &mut Vec<u8>) -> io::Result<()> {
    spelled::json(out, &session(log))?;
    out.push(b'\n');
    Ok(())
}

/// The document.
pub(super) fn document(overheard: &Overheard, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b"{\"schema\":\"holter.capture-report/1\",\n\"holter\":");
    spelled::json(out, &env!("CARGO_PKG_VERSION"))?;
    out.extend_from_slice(b",\n\"method\":");
    spelled::json(out, &METHOD)?;
    out.extend_from_slice(b",\n\"limits\":");
    spelled::json(out, &LIMITS)?;
    out.extend_from_slice(b",\n\"summary\":");
    spelled::json(out, &overheard.sums)?;
    let captures = &overheard.captures;
    array("captures", captures.iter().map(capture), out)?;
    array("unread", overheard.unread.iter(), out)?;
    array("subjects", captures.iter().flat_map(rows), out)?;
    array("clients", captures.iter().flat_map(|one| &one.heard.clients), out)?;
    array(
        "interfaces",
        captures.iter().flat_map(|one| &one.heard.interfaces),
        out,
    )?;
    array("sessions", overheard.sessions.iter().map(session), out)?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

fn rows(captured: &Captured) -> impl Iterator<Item = Row<'_>> {
    let several = captured.sources.len() > 1;
    let files: Vec<&str> = captured
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    captured.heard.subjects.iter().map(move |subject| Row {
        subject,
        files: if several { files.clone() } else { Vec::new() },
    })
}

fn session(log: &SessionLog) -> Sessions<'_> {
    Sessions {
        schema: SESSIONS,
        log,
    }
}

fn capture(captured: &Captured) -> Capture<'_> {
    Capture {
        sources: &captured.sources,
        first: captured.sources.iter().filter_map(|source| source.first).min(),
        last: captured.sources.iter().filter_map(|source| source.last).max(),
        seconds: captured.coverage.seconds(),
        whole: captured.is_whole(),
        coverage: &captured.coverage,
        flows: &captured.heard.totals,
        beyond: &captured.heard.beyond,
    }
}

fn array(name: &str, items: impl Iterator<Item = impl Serialize>, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(b",\n\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":[");
    for (place, item) in items.enumerate() {
        out.extend_from_slice(if place == 0 { b"\n" } else { b",\n" });
        spelled::json(out, &item)?;
    }
    out.push(b']');
    Ok(())
}
