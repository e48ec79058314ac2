//! Records over a line: cut from the stream, and protected in each direction once its keys have changed.

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::record::{self, Deframer, LONGEST_PLAINTEXT};
use holter_wire::{ContentType, Version};
use tokio::time::Instant;

use crate::HandshakeError;
use crate::protect::Protection;

/// The record layer of one connection.
#[derive(Debug)]
pub(crate) struct Records {
    deframer: Deframer,
    /// What is written into the headers of our records.
    pub(crate) version: Version,
    reading: Option<Protection>,
    writing: Option<Protection>,
}

impl Records {
    /// A connection that has said nothing yet.
    pub(crate) fn new(version: Version) -> Self {
        Self {
            deframer: Deframer::default(),
            version,
            reading: None,
            writing: None,
        }
    }

    /// From here on protects what is written.
    pub(crate) fn protect_writing(&mut self, protection: Protection) {
        self.writing = Some(protection);
    }

    /// From here on expects what is read to be protected.
    pub(crate) fn protect_reading(&mut self, protection: Protection) {
        self.reading = Some(protection);
    }

    /// Appends a body as records, for one write together with others.
    pub(crate) fn seal(
        &mut self,
        out: &mut Vec<u8>,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        let Some(protection) = &mut self.writing else {
            record::encode(out, content, self.version, body);
            return Ok(());
        };
        let mut chunks = body.chunks(LONGEST_PLAINTEXT);
        let first = chunks.next().unwrap_or_default();
        for chunk in std::iter::once(first).chain(chunks) {
            let sealed = protection.seal(content, self.version, chunk)?;
            out.push(content.0);
            out.extend(self.version.0.to_be_bytes());
            holter_wire::writer::vec16(out, |out| out.extend(sealed));
        }
        Ok(())
    }

    /// The text of the next record.
    pub(crate) async fn receive(
        &mut self,
        line: &mut Line,
        within: Duration,
    ) -> Result<(ContentType, Vec<u8>), HandshakeError> {
        let until = Instant::now() + within;
        loop {
            if let Some(record) = self.deframer.next_record()? {
                let text = match &mut self.reading {
                    Some(protection) => protection.open(record.content, record.version, record.body)?,
                    None => record.body.to_vec(),
                };
                return Ok((record.content, text));
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Err(LineError::Silence.into());
            }
            line.receive_within(rest, self.deframer.buffer()).await?;
        }
    }
}
