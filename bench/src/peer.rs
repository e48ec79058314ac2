//! One endpoint's conversation: which message was sent last, and what the answer to it means.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddrV4;

use mio::net::TcpStream;

use crate::message::{Ear, Heard};

/// How one endpoint ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The probe came back.
    Affected,
    /// The probe was dropped and the control came back.
    Fixed,
    /// The ServerHello offered no heartbeat, so none was sent.
    NotOffered,
    /// It spoke, but neither heartbeat came back.
    Inconclusive,
    /// No ServerHello.
    Unreached,
}

/// What is said, made once.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) hello: Vec<u8>,
    pub(crate) probe: Vec<u8>,
    pub(crate) control: Vec<u8>,
}

/// What was said last. The order is the order of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The ClientHello.
    Hello,
    /// The heartbeat with 15 bytes of padding.
    Probe,
    /// The heartbeat with 16.
    Control,
}

/// A connection and where its conversation stands.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    pub(crate) stage: Stage,
    said: usize,
    ear: Ear,
}

impl Peer {
    /// Starts to connect, with the memory of an earlier peer.
    pub(crate) fn connect(endpoint: SocketAddrV4, mut ear: Ear) -> std::io::Result<Self> {
        ear.clear();
        Ok(Self {
            stream: TcpStream::connect(endpoint.into())?,
            stage: Stage::Hello,
            said: 0,
            ear,
        })
    }

    /// Speaks and listens as far as the socket lets it. A verdict ends the conversation; a change of
    /// [`Peer::stage`] starts a new wait.
    pub(crate) fn advance(&mut self, lines: &Lines, buffer: &mut [u8]) -> Option<Verdict> {
        loop {
            if !self.speak(lines) {
                return Some(self.lost());
            }
            let read = match self.stream.read(buffer) {
                Ok(0) => return Some(self.lost()),
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(error) if later(&error) => return None,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return Some(self.lost()),
            };
            match (self.stage, self.ear.hear(read)) {
                (_, None) => {}
                (Stage::Hello, Some(Heard::Done { heartbeat: true })) => self.say(Stage::Probe),
                (Stage::Hello, Some(Heard::Done { heartbeat: false })) => return Some(Verdict::NotOffered),
                (Stage::Probe, Some(Heard::Echo)) => return Some(Verdict::Affected),
                (Stage::Control, Some(Heard::Echo)) => return Some(Verdict::Fixed),
                (_, Some(_)) => return Some(self.lost()),
            }
        }
    }

    /// Nothing came in time: after the probe the control is said, after anything else it is over.
    pub(crate) fn expire(&mut self, lines: &Lines) -> Option<Verdict> {
        if self.stage != Stage::Probe {
            return Some(self.lost());
        }
        self.say(Stage::Control);
        (!self.speak(lines)).then(|| self.lost())
    }

    /// The memory, for the next peer.
    pub(crate) fn into_ear(self) -> Ear {
        self.ear
    }

    fn say(&mut self, stage: Stage) {
        self.stage = stage;
        self.said = 0;
    }

    fn speak(&mut self, lines: &Lines) -> bool {
        let line = match self.stage {
            Stage::Hello => &lines.hello,
            Stage::Probe => &lines.probe,
            Stage::Control => &lines.control,
        };
        while let Some(rest) = line.get(self.said..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(said) => self.said += said,
                Err(error) if later(&error) => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    fn lost(&self) -> Verdict {
        match self.stage {
            Stage::Hello => Verdict::Unreached,
            Stage::Probe | Stage::Control => Verdict::Inconclusive,
        }
    }
}

// NotConnected: the event was of the peer that had this place before.
fn later(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected)
}
