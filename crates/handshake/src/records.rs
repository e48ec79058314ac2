//! Records over a line: cut from the stream, and protected in each direction once its keys have changed. In TLS 1.3 a
//! protected record hides its content type (RFC 8446 section 5.2).

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::record::{self, Deframer, LONGEST_PLAINTEXT};
use holter_wire::{ContentType, Version};
use tokio::time::Instant;

use crate::HandshakeError;
use crate::datagrams::Datagrams;
use crate::odd::reaction::{Heard, classed};
use crate::protect::{Malformed, Protection};

/// The record layer of one connection.
#[derive(Debug)]
pub(crate) struct Records {
    deframer: Deframer,
    /// What is written into the headers of our records.
    pub(crate) version: Version,
    reading: Option<Protection>,
    writing: Option<Protection>,
    /// TLS 1.3: a ChangeCipherSpec means nothing (RFC 8446 section 5).
    pub(crate) ignores_changes: bool,
    /// The header of the record that was last begun.
    begun: Option<(ContentType, usize)>,
    /// Over datagrams: in the place of all the above but the version.
    datagrams: Option<Box<Datagrams>>,
}

impl Records {
    /// A connection that has said nothing yet.
    pub(crate) fn new(version: Version) -> Self {
        Self {
            deframer: Deframer::default(),
            version,
            reading: None,
            writing: None,
            ignores_changes: false,
            begun: None,
            datagrams: version.is_datagram().then(|| Box::new(Datagrams::new())),
        }
    }

    /// Over datagrams: what numbers, fragments and sends again.
    pub(crate) fn datagrams(&mut self) -> Option<&mut Datagrams> {
        self.datagrams.as_deref_mut()
    }

    /// Overwrites and forgets what has come.
    pub(crate) fn wipe(&mut self) {
        self.deframer.wipe();
        if let Some(datagrams) = &mut self.datagrams {
            datagrams.wipe();
        }
    }

    /// From here on protects what is written.
    pub(crate) fn protect_writing(&mut self, protection: Protection) {
        match &mut self.datagrams {
            Some(datagrams) => datagrams.protect_writing(protection),
            None => self.writing = Some(protection),
        }
    }

    /// From here on writes in the open again: what was written early is not taken.
    pub(crate) fn unprotect_writing(&mut self) {
        self.writing = None;
        if let Some(datagrams) = &mut self.datagrams {
            datagrams.unprotect_writing();
        }
    }

    /// From here on expects what is read to be protected.
    pub(crate) fn protect_reading(&mut self, protection: Protection) {
        match &mut self.datagrams {
            Some(datagrams) => datagrams.protect_reading(protection),
            None => self.reading = Some(protection),
        }
    }

    /// Appends one record with a wrong padding or tag; `None` where the suite knows none.
    pub(crate) fn malform(
        &mut self,
        out: &mut Vec<u8>,
        content: ContentType,
        text: &[u8],
        malformed: Malformed,
    ) -> Option<()> {
        if let Some(datagrams) = &mut self.datagrams {
            return datagrams.malform(out, self.version, content, text, malformed);
        }
        let protection = self.writing.as_mut()?;
        let body = protection.malform(content, self.version, text, malformed)?;
        self.header(out, content, &body);
        Some(())
    }

    /// Appends a body as records, for one write together with others.
    pub(crate) fn seal(
        &mut self,
        out: &mut Vec<u8>,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        if let Some(datagrams) = &mut self.datagrams {
            return datagrams.seal(out, self.version, content, body);
        }
        let Some(protection) = &mut self.writing else {
            record::encode(out, content, self.version, body);
            return Ok(());
        };
        let mut chunks = body.chunks(LONGEST_PLAINTEXT);
        let first = chunks.next().unwrap_or_default();
        let hides = protection.is_tls13();
        let mut bodies = Vec::new();
        for chunk in std::iter::once(first).chain(chunks) {
            bodies.push(if hides {
                let inner = [chunk, &[content.0]].concat();
                protection.seal(ContentType::APPLICATION_DATA, self.version, &inner)?
            } else {
                protection.seal(content, self.version, chunk)?
            });
        }
        let content = if hides {
            ContentType::APPLICATION_DATA
        } else {
            content
        };
        for body in bodies {
            self.header(out, content, &body);
        }
        Ok(())
    }

    fn header(&self, out: &mut Vec<u8>, content: ContentType, body: &[u8]) {
        out.push(content.0);
        out.extend(self.version.0.to_be_bytes());
        holter_wire::writer::vec16(out, |out| out.extend_from_slice(body));
    }

    /// What the next record is; one that does not open is that, and no error.
    pub(crate) async fn receive_any(
        &mut self,
        line: &mut Line,
        within: Duration,
    ) -> Result<Heard, HandshakeError> {
        match self.receive(line, within).await {
            Ok((content, text)) => Ok(classed(content, text)),
            Err(error @ HandshakeError::PeerMisbehaved(_)) => match self.begun {
                Some((content, length)) => Ok(Heard::Unreadable(content, length)),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// The text of the next record.
    pub(crate) async fn receive(
        &mut self,
        line: &mut Line,
        within: Duration,
    ) -> Result<(ContentType, Vec<u8>), HandshakeError> {
        if let Some(datagrams) = &mut self.datagrams {
            return datagrams.receive(line, self.version, within).await;
        }
        let until = Instant::now() + within;
        self.begun = None;
        loop {
            if let Some(record) = self.deframer.next_record()? {
                self.begun = Some((record.content, record.body.len()));
                if self.ignores_changes && record.content == ContentType::CHANGE_CIPHER_SPEC {
                    continue;
                }
                return match &mut self.reading {
                    // Before it has our keys, a peer can only complain in the open.
                    Some(protection) if protection.is_tls13() && record.content == ContentType::ALERT => {
                        Ok((record.content, record.body.to_vec()))
                    }
                    Some(protection) => {
                        let text = protection.open(record.content, record.version, record.body)?;
                        if protection.is_tls13() {
                            revealed(text)
                        } else {
                            Ok((record.content, text))
                        }
                    }
                    None => Ok((record.content, record.body.to_vec())),
                };
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Err(LineError::Silence.into());
            }
            line.receive_within(rest, self.deframer.buffer()).await?;
        }
    }
}

/// The content type behind the text, and perhaps zeros after it (RFC 8446 section 5.4).
fn revealed(mut text: Vec<u8>) -> Result<(ContentType, Vec<u8>), HandshakeError> {
    while let Some(last) = text.pop() {
        if last != 0 {
            return Ok((ContentType(last), text));
        }
    }
    Err(HandshakeError::PeerMisbehaved("a record hides no content type"))
}
