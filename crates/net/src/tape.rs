//! Tapes: what went each way on a line, recorded from a real server and played back to the same code.
//!
//! A tape is text, so that it can be read and reviewed: `>` and bytes in hex were sent, `<` were received,
//! `=` is an end (`closed`, `reset`, `silence`); `#` is a remark. Playing, a peer that waits for us is silent.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// How receiving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order.
    Closed,
    /// By a reset.
    Reset,
    /// Not at all: nothing came within the wait.
    Silence,
}

/// One thing on a tape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// We sent this.
    Sent(Vec<u8>),
    /// The peer sent this.
    Received(Vec<u8>),
    /// Receiving ended.
    End(End),
}

/// The connections of one conversation with a service, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tape {
    /// Each connection's events.
    pub connections: Vec<Vec<Event>>,
}

/// Why a tape cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the tape: {what}")]
pub struct TapeError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

impl Tape {
    /// Reads a tape's text.
    ///
    /// # Errors
    /// The first line that is not of a tape.
    pub fn parse(text: &str) -> Result<Self, TapeError> {
        let mut connections: Vec<Vec<Event>> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let wrong = |what| TapeError {
                line: index + 1,
                what,
            };
            let (mark, rest) = line.split_at_checked(1).unwrap_or((line, ""));
            let event = match (mark, rest.trim()) {
                ("" | "#", _) => continue,
                ("-", _) => {
                    connections.push(Vec::new());
                    continue;
                }
                (">", hex) => Event::Sent(unhex(hex).ok_or_else(|| wrong("bytes are pairs of hex digits"))?),
                ("<", hex) => {
                    Event::Received(unhex(hex).ok_or_else(|| wrong("bytes are pairs of hex digits"))?)
                }
                ("=", "closed") => Event::End(End::Closed),
                ("=", "reset") => Event::End(End::Reset),
                ("=", "silence") => Event::End(End::Silence),
                _ => return Err(wrong("a line begins with one of > < = - #")),
            };
            connections
                .last_mut()
                .ok_or_else(|| wrong("a connection begins with -"))?
                .push(event);
        }
        Ok(Self { connections })
    }

    /// The tape as text.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::new();
        for connection in &self.connections {
            text.push_str("-\n");
            for event in connection {
                match event {
                    Event::Sent(bytes) => line(&mut text, '>', bytes),
                    Event::Received(bytes) => line(&mut text, '<', bytes),
                    Event::End(End::Closed) => text.push_str("= closed\n"),
                    Event::End(End::Reset) => text.push_str("= reset\n"),
                    Event::End(End::Silence) => text.push_str("= silence\n"),
                }
            }
        }
        text
    }
}

/// Where the lines of a dialer write what happens on them.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Tape>>);

impl Recording {
    /// What has been recorded so far.
    #[must_use]
    pub fn tape(&self) -> Tape {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn connection(&self) -> Recorder {
        let mut tape = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tape.connections.push(Vec::new());
        Recorder {
            recording: self.clone(),
            connection: tape.connections.len() - 1,
        }
    }
}

/// One line's place in a [`Recording`].
#[derive(Debug)]
pub(crate) struct Recorder {
    recording: Recording,
    connection: usize,
}

impl Recorder {
    pub(crate) fn sent(&self, bytes: &[u8]) {
        self.push(Event::Sent(bytes.to_vec()));
    }

    pub(crate) fn received(&self, bytes: &[u8]) {
        self.push(Event::Received(bytes.to_vec()));
    }

    pub(crate) fn ended(&self, end: End) {
        self.push(Event::End(end));
    }

    fn push(&self, event: Event) {
        let mut tape = self.recording.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = tape.connections.get_mut(self.connection) {
            connection.push(event);
        }
    }
}

/// Plays one connection. What is sent is counted against the tape by its number of sends, not compared:
/// a newer hello must still meet the old server.
#[derive(Debug)]
pub(crate) struct Replay {
    events: std::vec::IntoIter<Event>,
    datagrams: bool,
}

impl Replay {
    pub(crate) fn new(events: Vec<Event>, datagrams: bool) -> Self {
        Self {
            events: events.into_iter(),
            datagrams,
        }
    }

    pub(crate) const fn datagrams(&self) -> bool {
        self.datagrams
    }

    pub(crate) fn send(&mut self, _bytes: &[u8]) {
        if matches!(self.events.as_slice().first(), Some(Event::Sent(_))) {
            self.events.next();
        }
    }

    pub(crate) fn receive(&mut self, into: &mut Vec<u8>) -> Result<usize, End> {
        match self.events.as_slice().first() {
            Some(Event::Sent(_)) => Err(End::Silence),
            None => Err(End::Closed),
            Some(Event::Received(_) | Event::End(_)) => match self.events.next() {
                Some(Event::Received(bytes)) => {
                    into.extend_from_slice(&bytes);
                    Ok(bytes.len())
                }
                Some(Event::End(end)) => Err(end),
                _ => Err(End::Closed),
            },
        }
    }
}

fn line(text: &mut String, mark: char, bytes: &[u8]) {
    text.push(mark);
    text.push(' ');
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tape_prints_as_it_was_read() {
        let text = "-\n> 1603\n< 16030300\n= silence\n-\n= closed\n";
        assert_eq!(Tape::parse(text).unwrap().print(), text);
        assert_eq!(Tape::parse("- \n> 1").unwrap_err().line, 2);
        assert_eq!(
            Tape::parse("> 16").unwrap_err().what,
            "a connection begins with -"
        );
    }
}
