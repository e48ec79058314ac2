//! The record layer over datagrams (RFC 6347 sections 4.1 and 4.2): numbered records in epochs, handshake messages in
//! fragments, and flights that are sent again until an answer comes. Handshake messages go in and come out with the header that they
//! have in TLS.

mod reading;
mod writing;

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::{AlertDescription, ContentType, Version, dtls};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use self::reading::Reading;
use self::writing::{Writing, is_of_a_flight};
use crate::HandshakeError;
use crate::protect::{Malformed, Protection};

/// RFC 6347 section 4.2.4.1 starts at a second and doubles.
const TIMERS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// What nearly every way carries in one piece, with room for tunnels.
const DATAGRAM: usize = 1200;

/// How often a flight is sent again because the peer repeats its own.
const MOST_REPEATS: usize = 8;

/// Both directions of one datagram connection.
#[derive(Debug)]
pub(crate) struct Datagrams {
    writing: Writing,
    reading: Reading,
}

impl Datagrams {
    pub(crate) fn new() -> Self {
        Self {
            writing: Writing::new(),
            reading: Reading::new(),
        }
    }

    /// The number of our next handshake message.
    pub(crate) const fn number(&self) -> u16 {
        self.writing.number
    }

    /// From here on numbers messages from this one on.
    pub(crate) const fn number_from(&mut self, number: u16) {
        self.writing.number = number;
    }

    /// A handshake inside a session counts anew.
    pub(crate) fn begin_handshake(&mut self) {
        self.writing.number = 0;
        self.writing.forget_flight();
        self.reading.begin_handshake();
    }

    /// From here on writes in a new epoch.
    pub(crate) fn protect_writing(&mut self, protection: Protection) {
        self.writing.protect(protection);
    }

    /// From here on writes in the open again; see [`Writing::unprotect`].
    pub(crate) fn unprotect_writing(&mut self) {
        self.writing.unprotect();
    }

    /// From here on expects what is read to be in a new epoch.
    pub(crate) fn protect_reading(&mut self, protection: Protection) {
        self.reading.protect(protection);
    }

    /// Appends a body as records. What is said behind an answer begins a new flight.
    pub(crate) fn seal(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        if is_of_a_flight(content) && std::mem::take(&mut self.reading.answered) {
            self.writing.forget_flight();
        }
        self.writing.seal(out, version, content, body)
    }

    /// Appends one record with a wrong padding or tag; `None` where the suite knows none.
    pub(crate) fn malform(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        content: ContentType,
        text: &[u8],
        malformed: Malformed,
    ) -> Option<()> {
        self.writing.malform(out, version, content, text, malformed)
    }

    /// The next record. A flight that is not answered is sent again meanwhile.
    pub(crate) async fn receive(
        &mut self,
        line: &mut Line,
        version: Version,
        within: Duration,
    ) -> Result<(ContentType, Vec<u8>), HandshakeError> {
        let until = Instant::now() + within;
        let mut timers = TIMERS.into_iter();
        let mut timer = timers.next().map(|timer| Instant::now() + timer);
        let mut datagram = Vec::new();
        loop {
            if let Some(record) = self.reading.ready.pop_front() {
                return Ok(record);
            }
            let due = timer.filter(|due| *due < until && !self.reading.answered && self.writing.has_flight());
            let rest = due.unwrap_or(until).saturating_duration_since(Instant::now());
            if rest.is_zero() && due.is_none() {
                return Err(LineError::Silence.into());
            }
            match line.receive_within(rest, &mut datagram).await {
                Ok(_) => {
                    let repeats = self.reading.repeats;
                    self.reading.take(&datagram);
                    datagram.zeroize();
                    let now = self.reading.repeats;
                    if now > repeats && now <= MOST_REPEATS && self.reading.ready.is_empty() {
                        self.again(line, version).await?;
                    }
                }
                Err(LineError::Silence) if due.is_some() => {
                    self.again(line, version).await?;
                    timer = timers.next().map(|timer| Instant::now() + timer);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Forgets what has come.
    pub(crate) fn wipe(&mut self) {
        self.reading.wipe();
    }

    async fn again(&mut self, line: &mut Line, version: Version) -> Result<(), HandshakeError> {
        let mut out = Vec::new();
        self.writing.again(&mut out, version)?;
        send(line, &out).await
    }
}

/// Sends records: over datagrams as many in each as fit.
///
/// # Errors
/// See [`LineError`].
pub(crate) async fn send(line: &mut Line, out: &[u8]) -> Result<(), HandshakeError> {
    if !line.is_datagram() {
        return Ok(line.send(out).await?);
    }
    let mut datagram = Vec::new();
    for record in dtls::records(out).0 {
        let mut bytes = Vec::new();
        dtls::encode_numbered(
            &mut bytes,
            record.content,
            record.version,
            record.number(),
            record.body,
        );
        if !datagram.is_empty() && datagram.len() + bytes.len() > DATAGRAM {
            line.send(&std::mem::take(&mut datagram)).await?;
        }
        datagram.append(&mut bytes);
    }
    if !datagram.is_empty() {
        line.send(&datagram).await?;
    }
    Ok(())
}

/// Ends a handshake that is not gone on with. Nobody hears a datagram line end, and many a server waits long, or serves nobody
/// else meanwhile.
pub async fn leave(line: &mut Line, version: Version) {
    /// Higher than any that a handshake comes to.
    const LAST: u64 = 1 << 20;
    let alert = Alert {
        fatal: true,
        description: AlertDescription(90),
    };
    let mut out = Vec::new();
    dtls::encode_numbered(&mut out, ContentType::ALERT, version, LAST, &alert.encode());
    // Who is gone need not be told.
    let _ = line.send(&out).await;
}

#[cfg(test)]
mod tests {
    use holter_wire::{HandshakeType, handshake};

    use super::*;

    fn message(kind: HandshakeType, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        handshake::encode(&mut out, kind, |out| out.extend_from_slice(body));
        out
    }

    #[test]
    fn what_is_cut_comes_out_whole_and_in_order_however_it_travels() {
        let (mut ours, mut theirs) = (Datagrams::new(), Datagrams::new());
        let mut out = Vec::new();
        let sent = [
            message(HandshakeType::CERTIFICATE, &[7; 2500]),
            message(HandshakeType::CLIENT_KEY_EXCHANGE, b"key"),
        ];
        for text in &sent {
            ours.seal(&mut out, Version::DTLS12, ContentType::HANDSHAKE, text)
                .unwrap();
        }
        let (records, _) = dtls::records(&out);
        assert_eq!(records.len(), 4, "three fragments and a small message");
        for record in records.iter().rev() {
            assert!(theirs.reading.ready.is_empty());
            theirs.reading.take_record(record);
            theirs.reading.take_record(record);
        }
        let came: Vec<Vec<u8>> = theirs.reading.ready.drain(..).map(|(_, text)| text).collect();
        assert_eq!(came, sent);
    }

    #[test]
    fn a_flight_is_kept_until_something_new_is_said_behind_an_answer() {
        let mut ours = Datagrams::new();
        let again = |ours: &mut Datagrams| {
            let (mut said, mut repeated) = (Vec::new(), Vec::new());
            let hello = message(HandshakeType::CLIENT_HELLO, b"hello");
            ours.seal(&mut said, Version::DTLS12, ContentType::HANDSHAKE, &hello)
                .unwrap();
            ours.writing.again(&mut repeated, Version::DTLS12).unwrap();
            dtls::records(&repeated).0.len()
        };
        assert_eq!((again(&mut ours), again(&mut ours), ours.number()), (1, 2, 2));
        ours.reading.answered = true;
        assert_eq!((again(&mut ours), ours.number()), (1, 3));
    }
}
