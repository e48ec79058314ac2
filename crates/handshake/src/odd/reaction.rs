//! How a server takes what it should not be sent.

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::{AlertDescription, ContentType};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::HandshakeError;
use crate::records::Records;

/// More records than this tell nothing more.
const MOST: usize = 8;

/// After a fatal alert nothing but the end is waited for, and not long: it tells stacks apart, and no more.
const FAREWELL: Duration = Duration::from_millis(500);

/// Nor so briefly that a busy peer, whose alert came at the last moment, seems to leave the connection open.
const AT_LEAST: Duration = Duration::from_millis(200);

/// What came, and how it ended. Two are equal where the server cannot be told apart by them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reaction {
    /// The records, in order.
    pub heard: Vec<Heard>,
    /// What came after them.
    pub end: End,
}

/// One record of a reaction: never its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heard {
    /// An alert: whether it is fatal, and why.
    Alert(bool, AlertDescription),
    /// The server changes its keys: it goes on.
    ChangeCipherSpec,
    /// A handshake message, or several, of so many bytes.
    Handshake(usize),
    /// Application data of so many bytes.
    Data(usize),
    /// A record of another type.
    Other(ContentType, usize),
    /// A record that does not open under the keys that the server should have.
    Unreadable(ContentType, usize),
}

/// How a reaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The server closed the connection in order.
    Closed,
    /// It reset the connection.
    Reset,
    /// Nothing more came in time.
    Silence,
    /// Nothing more was waited for: it goes on.
    GoesOn,
    /// What came is no TLS any more.
    NotTls,
}

impl Reaction {
    /// The first alert.
    #[must_use]
    pub fn alert(&self) -> Option<AlertDescription> {
        self.heard.iter().find_map(|heard| match heard {
            Heard::Alert(_, description) => Some(*description),
            _ => None,
        })
    }

    /// Whether an alert of it ended the session.
    #[must_use]
    pub fn is_farewell(&self) -> bool {
        let ends = |heard: &Heard| match heard {
            Heard::Alert(fatal, description) => *fatal || *description == AlertDescription::CLOSE_NOTIFY,
            _ => false,
        };
        self.heard.iter().any(ends)
    }

    /// Whether the server went on as if all were well.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.end == End::GoesOn
    }

    /// Whether it said nothing and left the connection open.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        self.heard.is_empty() && self.end == End::Silence
    }
}

/// Listens until the server goes on, ends the connection or is silent for `wait` in all; after its first fatal alert a
/// moment for the end that belongs to it.
pub(crate) async fn hear(
    records: &mut Records,
    line: &mut Line,
    wait: Duration,
) -> Result<Reaction, HandshakeError> {
    let mut until = Instant::now() + wait;
    let mut heard = Vec::new();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let one = match records.receive_any(line, left).await {
            Ok(one) => one,
            Err(error) => {
                return Ok(Reaction {
                    heard,
                    end: end(error)?,
                });
            }
        };
        heard.push(one);
        match one {
            Heard::ChangeCipherSpec | Heard::Data(1..) => {
                return Ok(Reaction {
                    heard,
                    end: End::GoesOn,
                });
            }
            // Nobody hears a datagram line end.
            Heard::Alert(true, _) if line.is_datagram() => {
                return Ok(Reaction {
                    heard,
                    end: End::Silence,
                });
            }
            Heard::Alert(true, _)
                if !heard
                    .iter()
                    .rev()
                    .skip(1)
                    .any(|one| matches!(one, Heard::Alert(true, _))) =>
            {
                let now = Instant::now();
                until = until.clamp(now + AT_LEAST, now + FAREWELL);
            }
            _ => {}
        }
        if heard.len() == MOST {
            return Ok(Reaction {
                heard,
                end: End::GoesOn,
            });
        }
    }
}

/// How a line ended; this machine's own faults are none of the server's.
pub(crate) fn end(error: HandshakeError) -> Result<End, HandshakeError> {
    match error {
        HandshakeError::Line(LineError::Closed) => Ok(End::Closed),
        HandshakeError::Line(LineError::Reset) => Ok(End::Reset),
        HandshakeError::Line(LineError::Silence | LineError::Deadline) => Ok(End::Silence),
        HandshakeError::NotTls | HandshakeError::PeerMisbehaved(_) => Ok(End::NotTls),
        other => Err(other),
    }
}

/// What a record is, by its content type and text. The text is wiped.
pub(crate) fn classed(content: ContentType, mut text: Vec<u8>) -> Heard {
    let length = text.len();
    let heard = match content {
        ContentType::ALERT => match Alert::read(&text).0 {
            Some(alert) if length == 2 => Heard::Alert(alert.fatal, alert.description),
            _ => Heard::Other(content, length),
        },
        ContentType::CHANGE_CIPHER_SPEC => Heard::ChangeCipherSpec,
        ContentType::HANDSHAKE => Heard::Handshake(length),
        ContentType::APPLICATION_DATA => Heard::Data(length),
        other => Heard::Other(other, length),
    };
    text.zeroize();
    heard
}
