//! A finished handshake: protected records of any content type, both ways.

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::server_hello::ServerHello;
use holter_wire::session_ticket::Ticket;
use holter_wire::{AlertDescription, ContentType, Version};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::datagrams;
use crate::facts::Facts;
use crate::records::Records;
use crate::resumption::{Name, Resumption};
use crate::tls13::Later;
use crate::{HandshakeError, Suite};

/// A session with a peer. It belongs to the line on which its handshake was finished.
pub struct Session {
    pub(crate) records: Records,
    pub(crate) version: Version,
    pub(crate) suite: Suite,
    pub(crate) server_hello: ServerHello,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) client_certificate_requested: bool,
    pub(crate) facts: Facts,
    pub(crate) tickets: Vec<Ticket>,
    /// The master secret; TLS 1.3 keeps its secrets in what is said later.
    pub(crate) secret: Vec<u8>,
    /// Up to TLS 1.2.
    pub(crate) finished: Option<Finished>,
    /// TLS 1.3.
    pub(crate) later: Option<Later>,
}

/// An orderly end.
pub(crate) const GOODBYE: Alert = Alert {
    fatal: false,
    description: AlertDescription::CLOSE_NOTIFY,
};

/// What both Finished messages said: a later handshake says it again (RFC 5746 section 3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
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

    /// What else the handshake told.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The tickets that came so far. TLS 1.3 brings them after the handshake, while something is received.
    #[must_use]
    pub fn tickets(&self) -> &[Ticket] {
        &self.tickets
    }

    /// What it takes to go on with this session by its id, where the server gave it one; up to TLS 1.2.
    #[must_use]
    pub fn by_id(&self) -> Option<Resumption> {
        let id = &self.server_hello.session_id;
        (self.later.is_none() && !id.is_empty())
            .then(|| self.resumption(Name::Id(id.clone()), self.secret.clone()))
    }

    /// What it takes to go on with this session by the last ticket that came.
    #[must_use]
    pub fn by_ticket(&self) -> Option<Resumption> {
        let ticket = self.tickets.last().filter(|ticket| !ticket.ticket.is_empty())?;
        let secret = match &self.later {
            Some(later) => later.key_of(ticket)?,
            None => self.secret.clone(),
        };
        Some(self.resumption(Name::Ticket(ticket.clone()), secret))
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
        datagrams::send(line, &out).await
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
            if let Some(record) = self.receive_one(line, until).await? {
                return Ok(record);
            }
        }
    }

    /// Listens until a ticket is there, which TLS 1.3 brings after the handshake. What else comes is wiped.
    ///
    /// # Errors
    /// As [`Self::receive`].
    pub async fn await_ticket(&mut self, line: &mut Line, within: Duration) -> Result<(), HandshakeError> {
        let until = Instant::now() + within;
        while self.tickets.is_empty() {
            if let Some((_, mut text)) = self.receive_one(line, until).await? {
                text.zeroize();
            }
        }
        Ok(())
    }

    /// The next record; `None` for one that is passed over.
    async fn receive_one(
        &mut self,
        line: &mut Line,
        until: Instant,
    ) -> Result<Option<(ContentType, Vec<u8>)>, HandshakeError> {
        let rest = until.saturating_duration_since(Instant::now());
        let (content, text) = self.records.receive(line, rest).await?;
        match content {
            ContentType::HANDSHAKE => self.hear(line, &text).await?,
            ContentType::APPLICATION_DATA if text.is_empty() => {}
            ContentType::ALERT => heed(&text)?,
            ContentType::CHANGE_CIPHER_SPEC => {
                return Err(HandshakeError::PeerMisbehaved(
                    "it changes keys after the handshake",
                ));
            }
            _ => return Ok(Some((content, text))),
        }
        Ok(None)
    }

    /// Handshake messages after the handshake: in TLS 1.3 tickets and new keys, before it a wish that is passed over.
    async fn hear(&mut self, line: &mut Line, text: &[u8]) -> Result<(), HandshakeError> {
        let Some(later) = &mut self.later else {
            return Ok(());
        };
        let mut out = Vec::new();
        later.hear(text, &mut self.records, &mut self.tickets, &mut out)?;
        if !out.is_empty() {
            line.send(&out).await?;
        }
        Ok(())
    }

    fn resumption(&self, name: Name, secret: Vec<u8>) -> Resumption {
        Resumption {
            version: self.version,
            suite: self.suite,
            name,
            secret,
            extended: self.facts.extended_master_secret,
        }
    }

    /// Says goodbye and waits until it is answered (RFC 5246 section 7.2.1), which shows that the session stood until then.
    /// Over datagrams it is said again while nothing comes.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub async fn part(mut self, line: &mut Line, wait: Duration) -> Result<bool, HandshakeError> {
        const SAYINGS: u32 = 3;
        for _ in 0..SAYINGS {
            self.send(line, ContentType::ALERT, &GOODBYE.encode()).await?;
            match self.receive(line, wait / SAYINGS).await {
                Err(HandshakeError::Line(LineError::Closed)) => return Ok(true),
                Err(error) if error.is_silence() => {}
                // What it still had to say.
                Ok(_) => {}
                Err(_) => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Says goodbye in order.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub async fn close(mut self, line: &mut Line) -> Result<(), HandshakeError> {
        self.say_goodbye(line).await
    }

    /// As [`Self::close`], by who still listens: the peer may have more to say before it hears that.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub async fn say_goodbye(&mut self, line: &mut Line) -> Result<(), HandshakeError> {
        self.send(line, ContentType::ALERT, &GOODBYE.encode()).await
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("version", &self.version)
            .field("suite", &self.suite.code)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
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
