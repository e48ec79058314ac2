//! What came of listening to one capture, and who takes it from there.

use jiff::Timestamp;
use serde::Serialize;

use crate::Moment;
use crate::book::{Beyond, Totals};
use crate::coverage::{Coverage, Oddity, Seen};
use crate::heard::{Part, time};
use crate::subject::Subject;
use crate::takeover::{Flips, Log};

/// One capture: a file, files that follow on each other, an interface, or what another tool wrote of it.
#[derive(Clone, Debug)]
pub struct Captured {
    /// What it was read from, in the order of time.
    pub sources: Vec<Origin>,
    /// How much of it could be heard.
    pub coverage: Coverage,
    /// Its flows, counted.
    pub totals: Totals,
    /// What could not be remembered for want of room.
    pub beyond: Beyond,
}

/// What is said beside each subject of a capture: where it was heard, and what the capture as a whole lacks.
#[derive(Clone, Debug)]
pub struct Beside<'a> {
    sources: &'a [Origin],
    seconds: f64,
    notes: Vec<String>,
}

/// A file or an interface that was listened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Its path as it was given, or the interface's name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes that were read, as they lie there.
    pub bytes: u64,
    /// SHA-256 of the whole file, in hexadecimal, where it was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Packets, or lines of a log.
    pub packets: u64,
    /// When the first packet was captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// When the last one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Timestamp>,
    /// What is wrong with it, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// Kinds of what can be listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A packet capture.
    Capture,
    /// An interface of this machine.
    Interface,
    /// A log of Zeek.
    Zeek,
    /// Events of Suricata.
    Suricata,
}

/// What the log of a VPN or portal says of sessions that were taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SessionLog {
    /// The log.
    pub file: String,
    /// Uses of sessions that were read.
    pub uses: u64,
    /// Different sessions.
    pub sessions: u32,
    /// Lines that could not be used.
    pub unused: u64,
    /// The first of those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_unused: Option<u64>,
    /// Whether the log is longer than what was held.
    pub cut: bool,
    /// When a session was first used, and when one last was.
    #[serde(skip)]
    pub span: Option<(Timestamp, Timestamp)>,
    /// SHA-256 of the whole log, where it was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The sessions whose source changed, the worst first.
    pub flips: Vec<Flips>,
}

/// Takes what was heard, capture by capture, as each is over: a report does, and a store can.
pub trait Sink {
    /// Why it can take no more.
    type Error;

    /// One of the things that were heard in the capture that is being listened to. The same subject may come again, with what was
    /// heard of it later.
    ///
    /// # Errors
    /// Where it cannot be taken.
    fn part(&mut self, part: Part, sources: &[Origin]) -> Result<(), Self::Error>;

    /// What is known of a subject by now, while nobody knows when the capture will be over. All of it will come again as a part.
    ///
    /// # Errors
    /// Where it cannot be taken.
    fn so_far(&mut self, _subject: Subject, _sources: &[Origin]) -> Result<(), Self::Error> {
        Ok(())
    }

    /// The capture is over, and all its parts have come.
    ///
    /// # Errors
    /// Where it cannot be taken.
    fn captured(&mut self, captured: Captured) -> Result<(), Self::Error>;

    /// A log of sessions has been judged.
    ///
    /// # Errors
    /// Where it cannot be taken.
    fn sessions(&mut self, log: &SessionLog) -> Result<(), Self::Error>;
}

impl Captured {
    /// Whether all that was captured could be heard: nothing torn, nothing dropped, nothing one-sided or begun before.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let Coverage {
            packets: 1..,
            dropped: 0,
            cut: 0,
            one_sided: 0,
            begun_before: 0,
            forgotten: 0,
            missing: 0,
            ..
        } = self.coverage
        else {
            return false;
        };
        let lost = |seen: &Seen| {
            matches!(
                seen.oddity,
                Oddity::FragmentLost | Oddity::HeldTooMuch | Oddity::TooDeep
            )
        };
        if self.coverage.oddities.iter().any(lost) {
            return false;
        }
        // What another tool did not write proves nothing.
        let whole = |origin: &Origin| {
            origin.trouble.is_none() && matches!(origin.kind, Kind::Capture | Kind::Interface)
        };
        !self.beyond.any() && self.sources.iter().all(whole)
    }
}

impl<'a> Beside<'a> {
    /// What is to be said beside subjects of a capture of these sources, as far as it has been heard.
    #[must_use]
    pub fn new(sources: &'a [Origin], coverage: &Coverage, beyond: &Beyond) -> Self {
        let notes = [
            (coverage.dropped, "packets were dropped before they were captured"),
            (coverage.cut, "packets were cut by the snap length"),
            (coverage.forgotten, "flows were forgotten to make room"),
            (
                beyond.servers,
                "sessions count at no service, or only with their beginning, for want of room",
            ),
            (
                beyond.handshakes,
                "handshakes were not read to their end, for want of room",
            ),
        ];
        let notes = notes.into_iter().filter(|(count, _)| *count > 0);
        Self {
            sources,
            seconds: coverage.seconds(),
            notes: notes.map(|(count, what)| format!("{count} {what}")).collect(),
        }
    }

    /// Says it beside a subject, and names the source in which that was first heard.
    pub fn put(&self, subject: &mut Subject) {
        subject.coverage.seconds = self.seconds;
        subject.coverage.notes.extend(self.notes.iter().cloned());
        // The one that is being read has no last packet yet.
        let holds = |source: &&Origin| {
            source.first.is_some_and(|first| first <= subject.first)
                && source.last.is_none_or(|last| subject.first <= last)
        };
        let source = self.sources.iter().find(holds).or_else(|| self.sources.first());
        if let Some(source) = source {
            source.name.clone_into(&mut subject.file);
        }
    }
}

impl Origin {
    /// A source of which nothing has been read.
    #[must_use]
    pub const fn new(name: String, kind: Kind) -> Self {
        Self {
            name,
            kind,
            bytes: 0,
            sha256: None,
            packets: 0,
            first: None,
            last: None,
            trouble: None,
        }
    }

    /// Its packets were captured from then to then.
    pub fn spans(&mut self, first: Option<Moment>, last: Option<Moment>) {
        self.first = first.map(time);
        self.last = last.map(time);
    }
}

impl SessionLog {
    /// What a log that was read says.
    #[must_use]
    pub fn of(file: String, log: &Log) -> Self {
        Self {
            file,
            uses: u64::try_from(log.uses.len()).unwrap_or(u64::MAX),
            sessions: log.sessions,
            unused: log.unused,
            first_unused: log.first_unused,
            cut: log.cut,
            span: log.span(),
            sha256: None,
            flips: crate::takeover::judge(&log.uses),
        }
    }
}
