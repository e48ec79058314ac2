//! A finished handshake: protected records of any content type, both ways.

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::server_hello::ServerHello;
use holter_wire::{AlertDescription, ContentType, Version};
use tokio::time::Instant;

use crate::records::Records;
use crate::{HandshakeError, Suite};

/// A session with a peer. It belongs to the line on which its handshake was finished.
#[derive(Debug)]
pub struct Session {
    pub(crate) records: Records,
    pub(crate) version: Version,
    pub(crate) suite: Suite,
    pub(crate) server_hello: ServerHello,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) client_certificate_requested: bool,
}

impl Session {
    /// The version that was negotiated.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The suite that was negotiated.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The ServerHello: whether it offers heartbeats stands there.
    #[must_use]
    pub const fn server_hello(&self) -> &ServerHello {
        &self.server_hello
    }

    /// The certificates that the peer showed, leaf first, as DER that nobody has verified.
    #[must_use]
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Whether the peer asked who the client is.
    #[must_use]
    pub const fn client_certificate_requested(&self) -> bool {
        self.client_certificate_requested
    }

    /// Sends a body in protected records: one for each 2^14 bytes.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub async fn send(
        &mut self,
        line: &mut Line,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        let mut out = Vec::with_capacity(body.len() + 128);
        self.records.seal(&mut out, content, body)?;
        Ok(line.send(&out).await?)
    }

    /// The next record's content and text. Warnings, handshake messages (tickets, the wish to negotiate again) and
    /// empty application data are passed over.
    ///
    /// # Errors
    /// [`HandshakeError::is_silence`] when nothing came in time: the session still stands, and a record that had begun
    /// to come goes on at the next call. A fatal alert is [`HandshakeError::Alert`], an orderly goodbye
    /// [`LineError::Closed`]. See [`HandshakeError`].
    pub async fn receive(
        &mut self,
        line: &mut Line,
        within: Duration,
    ) -> Result<(ContentType, Vec<u8>), HandshakeError> {
        let until = Instant::now() + within;
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            let (content, text) = self.records.receive(line, rest).await?;
            match content {
                ContentType::HANDSHAKE => {}
                ContentType::APPLICATION_DATA if text.is_empty() => {}
                ContentType::ALERT => heed(&text)?,
                ContentType::CHANGE_CIPHER_SPEC => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "it changes keys after the handshake",
                    ));
                }
                _ => return Ok((content, text)),
            }
        }
    }

    /// Says goodbye in order.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub async fn close(mut self, line: &mut Line) -> Result<(), HandshakeError> {
        let goodbye = Alert {
            fatal: false,
            description: AlertDescription::CLOSE_NOTIFY,
        };
        self.send(line, ContentType::ALERT, &goodbye.encode()).await
    }
}

/// Passes a warning over; a fatal alert and a goodbye end the conversation.
pub(crate) fn heed(alert: &[u8]) -> Result<(), HandshakeError> {
    match Alert::read(alert).0 {
        None => Err(HandshakeError::PeerMisbehaved("an alert is cut short")),
        Some(alert) if alert.description == AlertDescription::CLOSE_NOTIFY => Err(LineError::Closed.into()),
        Some(alert) if alert.fatal => Err(HandshakeError::Alert(alert.description)),
        Some(_) => Ok(()),
    }
}
