//! `-f jsonl`: one object a subject; `-f json`: one document with the same objects.

use std::io;

use holter_capture::subject::Subject;
use holter_capture::{Beyond, Captured, Coverage, Origin, Part, SessionLog, Totals};
use jiff::Timestamp;
use serde::Serialize;

use super::later::Later;
use super::words::{LIMITS, METHOD};
use super::{Sums, Unread};
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
    flows: &'a Totals,
    beyond: &'a Beyond,
}

/// The object of one subject.
pub(super) fn line(subject: &Subject, sources: &[Origin], out: &mut Vec<u8>) -> io::Result<()> {
    spelled::json(out, &row(subject, sources))?;
    out.push(b'\n');
    Ok(())
}

/// The object of one log of sessions.
pub(super) fn session_line(log: &SessionLog, out: &mut Vec<u8>) -> io::Result<()> {
    spelled::json(out, &session(log))?;
    out.push(b'\n');
    Ok(())
}

/// The document. Subjects are written as they come, and what is known only when all have come is written behind them. Clients and
/// interfaces come between subjects and stand behind them: they wait in a file that has no name, once they are many.
#[derive(Debug, Default)]
pub(super) struct Document {
    begun: bool,
    subjects: u64,
    clients: Later,
    interfaces: Later,
}

/// What is written at the end.
pub(super) struct Ending<'a> {
    pub(super) captures: &'a [Captured],
    pub(super) unread: &'a [Unread],
    pub(super) sessions: &'a [SessionLog],
    pub(super) sums: &'a Sums,
}

impl Document {
    /// One part more.
    pub(super) fn part(&mut self, part: &Part, sources: &[Origin], out: &mut Vec<u8>) -> io::Result<()> {
        match part {
            Part::Subject(subject) => {
                self.begin(out)?;
                out.extend_from_slice(if self.subjects == 0 { b"\n" } else { b",\n" });
                self.subjects += 1;
                spelled::json(out, &row(subject, sources))
            }
            Part::Client(client) => self.clients.take(client),
            Part::Interface(interface) => self.interfaces.take(interface),
        }
    }

    /// The rest of it.
    pub(super) fn end<E: From<io::Error>>(
        &mut self,
        ending: &Ending<'_>,
        out: &mut Vec<u8>,
        write: &mut impl FnMut(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.begin(out)?;
        out.push(b']');
        for (name, waiting) in [
            ("clients", &mut self.clients),
            ("interfaces", &mut self.interfaces),
        ] {
            begin_array(name, out);
            waiting.give(out, write)?;
            out.push(b']');
        }
        array("sessions", ending.sessions.iter().map(session), out)?;
        array("captures", ending.captures.iter().map(capture), out)?;
        array("unread", ending.unread.iter(), out)?;
        out.extend_from_slice(b",\n\"summary\":");
        spelled::json(out, ending.sums)?;
        out.extend_from_slice(b"}\n");
        Ok(())
    }

    fn begin(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        out.extend_from_slice(b"{\"schema\":\"holter.capture-report/1\",\n\"holter\":");
        spelled::json(out, &env!("CARGO_PKG_VERSION"))?;
        out.extend_from_slice(b",\n\"method\":");
        spelled::json(out, &METHOD)?;
        out.extend_from_slice(b",\n\"limits\":");
        spelled::json(out, &LIMITS)?;
        begin_array("subjects", out);
        Ok(())
    }
}

fn row<'a>(subject: &'a Subject, sources: &'a [Origin]) -> Row<'a> {
    let several = sources.len() > 1;
    let names = sources.iter().filter(|_| several);
    Row {
        subject,
        files: names.map(|source| source.name.as_str()).collect(),
    }
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
        flows: &captured.totals,
        beyond: &captured.beyond,
    }
}

fn array(name: &str, items: impl Iterator<Item = impl Serialize>, out: &mut Vec<u8>) -> io::Result<()> {
    begin_array(name, out);
    for (place, item) in items.enumerate() {
        out.extend_from_slice(if place == 0 { b"\n" } else { b",\n" });
        spelled::json(out, &item)?;
    }
    out.push(b']');
    Ok(())
}

fn begin_array(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\n\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":[");
}
