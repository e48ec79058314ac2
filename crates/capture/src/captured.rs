//! What came of listening to one capture, and who takes it from there.

use jiff::Timestamp;
use serde::Serialize;

use crate::Moment;
use crate::coverage::Coverage;
use crate::heard::{Heard, time};
use crate::takeover::{Flips, Log};

/// One capture: a file, files that follow on each other, an interface, or what another tool wrote of it.
#[derive(Clone, Debug)]
pub struct Captured {
    /// What it was read from, in the order of time.
    pub sources: Vec<Origin>,
    /// What was heard in it.
    pub heard: Heard,
    /// How much of it could be heard.
    pub coverage: Coverage,
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

    /// One capture is over.
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
    /// Names in each subject the source in which it was first heard.
    #[must_use]
    pub fn placed(mut self) -> Self {
        for subject in &mut self.heard.subjects {
            let holds = |source: &&Origin| {
                source
                    .first
                    .zip(source.last)
                    .is_some_and(|(first, last)| first <= subject.first && subject.first <= last)
            };
            let source = self.sources.iter().find(holds).or_else(|| self.sources.first());
            if let Some(source) = source {
                source.name.clone_into(&mut subject.file);
            }
        }
        self
    }

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
        // What another tool did not write proves nothing.
        let whole = |origin: &Origin| {
            origin.trouble.is_none() && matches!(origin.kind, Kind::Capture | Kind::Interface)
        };
        !self.heard.beyond.any() && self.sources.iter().all(whole)
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
            sha256: None,
            flips: crate::takeover::judge(&log.uses),
        }
    }
}
