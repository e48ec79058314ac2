//! `-f csv`: one row a verdict, and one a session whose source changed.

use std::io;

use holter_capture::SessionLog;
use holter_capture::flaws::severity;
use holter_capture::subject::{End, Said, Subject};
use holter_capture::takeover::Flips;
use jiff::Timestamp;

use crate::escape::{cell, terminal};
use crate::shape::time;

const HEAD: [&str; 24] = [
    "file",
    "address",
    "port",
    "role",
    "transport",
    "protocol",
    "first",
    "last",
    "check",
    "flaw",
    "severity",
    "verdict",
    "basis",
    "ladder",
    "attempts",
    "answers",
    "leaked_min",
    "leaked_max",
    "first_leak",
    "last_leak",
    "peers",
    "evidence",
    "names",
    "coverage",
];

/// The table, written as it comes.
#[derive(Debug, Default)]
pub(super) struct Table {
    begun: bool,
}

impl Table {
    /// A subject's rows.
    pub(super) fn subject(&mut self, subject: &Subject, out: &mut Vec<u8>) -> io::Result<()> {
        self.begin(out)?;
        for said in &subject.verdicts {
            row(out, line(subject, said))?;
        }
        Ok(())
    }

    /// The rows of a log of sessions.
    pub(super) fn sessions(&mut self, log: &SessionLog, out: &mut Vec<u8>) -> io::Result<()> {
        self.begin(out)?;
        for flips in &log.flips {
            row(out, session(&log.file, flips))?;
        }
        Ok(())
    }

    /// A table without a row has a head, too.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.begin(out)
    }

    fn begin(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        row(out, HEAD.map(str::to_owned))
    }
}

fn line(subject: &Subject, said: &Said) -> [String; HEAD.len()] {
    let weight = |number: fn(&holter_capture::subject::Weight) -> String| {
        said.weight.as_ref().map(number).unwrap_or_default()
    };
    let moment = |at: Option<Timestamp>| at.map(time).unwrap_or_default();
    let who = subject.subject;
    [
        subject.file.clone(),
        who.address.to_string(),
        who.port.to_string(),
        match who.role {
            End::Server => "server",
            End::Client => "client",
        }
        .to_owned(),
        subject.transport.to_string(),
        subject.protocol.clone().unwrap_or_default(),
        time(subject.first),
        time(subject.last),
        said.check.clone(),
        said.flaw.clone(),
        severity(&said.flaw).as_str().to_owned(),
        said.verdict.as_str().to_owned(),
        said.basis.as_str().to_owned(),
        weight(|weight| weight.ladder.as_str().to_owned()),
        weight(|weight| weight.attempts.to_string()),
        weight(|weight| weight.answers.to_string()),
        weight(|weight| weight.leaked_min.to_string()),
        weight(|weight| weight.leaked_max.to_string()),
        moment(said.weight.and_then(|weight| weight.first_leak)),
        moment(said.weight.and_then(|weight| weight.last_leak)),
        joined(&subject.peers),
        said.evidence.clone(),
        subject.inventory.names.join("; "),
        subject.coverage.notes.join("; "),
    ]
}

/// A session has no address of its own: it stands by the line of its log.
fn session(file: &str, flips: &Flips) -> [String; HEAD.len()] {
    let mut cells: [String; HEAD.len()] = Default::default();
    let known = [
        ("file", format!("{file}, line {}", flips.first_line)),
        ("role", "session".to_owned()),
        ("first", time(flips.first)),
        ("last", time(flips.last)),
        ("check", "session-takeover".to_owned()),
        ("flaw", "SESSION-TAKEOVER".to_owned()),
        ("severity", severity("SESSION-TAKEOVER").as_str().to_owned()),
        ("verdict", flips.verdict.as_str().to_owned()),
        ("basis", "behaviour".to_owned()),
        ("peers", joined(&flips.sources)),
        ("evidence", flips.evidence.clone()),
    ];
    for (cell, name) in cells.iter_mut().zip(HEAD) {
        if let Some((_, text)) = known.iter().find(|(known, _)| *known == name) {
            cell.clone_from(text);
        }
    }
    cells
}

fn joined(addresses: &[std::net::IpAddr]) -> String {
    let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    addresses.join("; ")
}

fn row(out: &mut Vec<u8>, cells: [String; HEAD.len()]) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    // A table is looked at in a terminal as well.
    writer.write_record(cells.iter().map(|text| cell(&terminal(text)).into_owned()))?;
    writer.flush()
}
