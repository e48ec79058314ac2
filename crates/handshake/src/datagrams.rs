//! The record layer over datagrams (RFC 6347 sections 4.1 and 4.2): numbered records in epochs, handshake messages in
//! fragments, and flights that are sent again until an answer comes. What does not open is passed over, as RFC 6347 section
//! 4.1.2.7 has it. Handshake messages go in and come out with the header that they have in TLS.

use std::collections::VecDeque;
use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::dtls::{self, Reassembler, Record};
use holter_wire::handshake::Joiner;
use holter_wire::{AlertDescription, ContentType, Version, handshake};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::HandshakeError;
use crate::dialogue::LONGEST_MESSAGE;
use crate::protect::{Malformed, Protection};

/// RFC 6347 section 4.2.4.1 starts at a second and doubles.
const TIMERS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// What nearly every way carries in one piece, with room for tunnels.
const DATAGRAM: usize = 1200;

/// The body of a fragment: with its headers and protection it fits a datagram.
const FRAGMENT: usize = 1000;

/// How many records of the epoch to come are kept: they may overtake the change.
const AHEAD: usize = 16;

/// How often a flight is sent again because the peer repeats its own.
const MOST_REPEATS: usize = 8;

/// One side's records of one epoch.
#[derive(Debug, Default)]
struct Epoch {
    protection: Option<Protection>,
    /// How many records were sent in it.
    count: u64,
}

/// One record of the last flight: what is sent again has a new number each time.
#[derive(Debug)]
struct Said {
    epoch: usize,
    content: ContentType,
    body: Vec<u8>,
}

/// Both directions of one datagram connection.
#[derive(Debug)]
pub(crate) struct Datagrams {
    /// Ours, the first of them in the open.
    epochs: Vec<Epoch>,
    /// How many numbers of an epoch that was left are used up.
    used: u64,
    /// The number of our next handshake message.
    number: u16,
    flight: Vec<Said>,
    /// Whether the peer has said something since our last flight.
    answered: bool,
    reading: Option<Protection>,
    /// How the peer's records of the epoch before were protected, which may come late.
    before: Option<Protection>,
    reading_epoch: u16,
    reassembler: Reassembler,
    repeats: usize,
    /// Records of the epoch to come.
    ahead: Vec<(ContentType, Version, u64, Vec<u8>)>,
    ready: VecDeque<(ContentType, Vec<u8>)>,
}

impl Datagrams {
    pub(crate) fn new() -> Self {
        Self {
            epochs: vec![Epoch::default()],
            used: 0,
            number: 0,
            flight: Vec::new(),
            answered: false,
            reading: None,
            before: None,
            reading_epoch: 0,
            reassembler: Reassembler::new(0, LONGEST_MESSAGE),
            repeats: 0,
            ahead: Vec::new(),
            ready: VecDeque::new(),
        }
    }

    /// The number of our next handshake message.
    pub(crate) const fn number(&self) -> u16 {
        self.number
    }

    /// From here on numbers messages from this one on.
    pub(crate) const fn number_from(&mut self, number: u16) {
        self.number = number;
    }

    /// A handshake inside a session counts anew.
    pub(crate) fn begin_handshake(&mut self) {
        self.number = 0;
        self.reassembler = Reassembler::new(0, LONGEST_MESSAGE);
        self.flight.clear();
    }

    /// From here on writes in a new epoch.
    pub(crate) fn protect_writing(&mut self, protection: Protection) {
        self.epochs.push(Epoch {
            protection: Some(protection),
            count: std::mem::take(&mut self.used),
        });
    }

    /// From here on writes in the open again, as if it had never changed keys; nothing of it is sent again. The numbers of the
    /// epoch that is left are not used twice.
    pub(crate) fn unprotect_writing(&mut self) {
        self.flight.clear();
        self.used = self.epochs.get(1).map_or(0, |epoch| epoch.count);
        self.epochs.truncate(1);
    }

    /// From here on expects what is read to be in a new epoch.
    pub(crate) fn protect_reading(&mut self, protection: Protection) {
        self.before = self.reading.replace(protection);
        self.reading_epoch = self.reading_epoch.wrapping_add(1);
        for (content, version, number, body) in std::mem::take(&mut self.ahead) {
            self.open(content, version, number, &body);
        }
    }

    /// Appends a body as records.
    pub(crate) fn seal(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        let epoch = self.epochs.len() - 1;
        let flight = matches!(content, ContentType::HANDSHAKE | ContentType::CHANGE_CIPHER_SPEC);
        if flight && std::mem::take(&mut self.answered) {
            self.flight.clear();
        }
        let bodies = if content == ContentType::HANDSHAKE {
            self.fragments(body)
        } else {
            vec![body.to_vec()]
        };
        for body in bodies {
            self.put(out, version, epoch, content, &body)?;
            if flight {
                self.flight.push(Said { epoch, content, body });
            }
        }
        Ok(())
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
        let number = self.next_number(self.epochs.len() - 1)?;
        let protection = self.epochs.last_mut()?.protection.as_mut()?;
        protection.number(number);
        let body = protection.malform(content, version, text, malformed)?;
        dtls::encode_numbered(out, content, version, number, &body);
        Some(())
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
            if let Some(record) = self.ready.pop_front() {
                return Ok(record);
            }
            let due = timer.filter(|due| *due < until && !self.answered && !self.flight.is_empty());
            let rest = due.unwrap_or(until).saturating_duration_since(Instant::now());
            if rest.is_zero() && due.is_none() {
                return Err(LineError::Silence.into());
            }
            match line.receive_within(rest, &mut datagram).await {
                Ok(_) => {
                    let repeats = self.repeats;
                    self.take(&datagram);
                    datagram.zeroize();
                    if self.repeats > repeats && self.repeats <= MOST_REPEATS && self.ready.is_empty() {
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
        for (_, text) in &mut self.ready {
            text.zeroize();
        }
        self.ready.clear();
        self.ahead.clear();
    }

    async fn again(&mut self, line: &mut Line, version: Version) -> Result<(), HandshakeError> {
        let flight = std::mem::take(&mut self.flight);
        let mut out = Vec::new();
        for said in &flight {
            self.put(&mut out, version, said.epoch, said.content, &said.body)?;
        }
        self.flight = flight;
        send(line, &out).await
    }

    /// Appends one record in one of our epochs.
    fn put(
        &mut self,
        out: &mut Vec<u8>,
        version: Version,
        epoch: usize,
        content: ContentType,
        body: &[u8],
    ) -> Result<(), HandshakeError> {
        const LEFT: HandshakeError = HandshakeError::Unsupported("a record of an epoch that was left");
        let number = self.next_number(epoch).ok_or(LEFT)?;
        match self
            .epochs
            .get_mut(epoch)
            .and_then(|epoch| epoch.protection.as_mut())
        {
            Some(protection) => {
                protection.number(number);
                let body = protection.seal(content, version, body)?;
                dtls::encode_numbered(out, content, version, number, &body);
            }
            None => dtls::encode_numbered(out, content, version, number, body),
        }
        Ok(())
    }

    fn next_number(&mut self, epoch: usize) -> Option<u64> {
        let high = u64::try_from(epoch).ok()? << 48;
        let epoch = self.epochs.get_mut(epoch)?;
        let number = high | epoch.count;
        epoch.count += 1;
        Some(number)
    }

    /// The fragments of handshake messages that have TLS's headers.
    fn fragments(&mut self, messages: &[u8]) -> Vec<Vec<u8>> {
        let mut joiner = Joiner::new(messages.len());
        joiner.push(messages);
        let mut fragments = Vec::new();
        while let Some(message) = joiner.next_message() {
            let body = message.body.unwrap_or_default();
            fragments.extend(dtls::encode_fragments(message.kind, self.number, body, FRAGMENT));
            self.number = self.number.wrapping_add(1);
        }
        fragments
    }

    fn take(&mut self, datagram: &[u8]) {
        for record in dtls::records(datagram).0 {
            self.take_record(&record);
        }
    }

    fn take_record(&mut self, record: &Record<'_>) {
        let late = self.reading_epoch.checked_sub(1) == Some(record.epoch);
        if record.epoch == self.reading_epoch || late && record.content == ContentType::HANDSHAKE {
            self.open(record.content, record.version, record.number(), record.body);
        } else if self.reading_epoch.checked_add(1) == Some(record.epoch) && self.ahead.len() < AHEAD {
            let body = record.body.to_vec();
            self.ahead
                .push((record.content, record.version, record.number(), body));
        }
    }

    fn open(&mut self, content: ContentType, version: Version, number: u64, body: &[u8]) {
        let late = number >> 48 != u64::from(self.reading_epoch);
        let protection = if late { &mut self.before } else { &mut self.reading };
        let text = match protection {
            None => body.to_vec(),
            Some(protection) => {
                protection.number(number);
                match protection.open(content, version, body) {
                    Ok(text) => text,
                    // Whoever can send a datagram could end a session by it.
                    Err(_) => return,
                }
            }
        };
        if content != ContentType::HANDSHAKE {
            self.answered |= content == ContentType::CHANGE_CIPHER_SPEC;
            self.ready.push_back((content, text));
            return;
        }
        let repeats = self.reassembler.repeats();
        let _ = self.reassembler.push(&text);
        if self.reassembler.repeats() > repeats {
            self.repeats = self.repeats.saturating_add(1);
        }
        while let Some(message) = self.reassembler.next_message() {
            let mut text = Vec::new();
            handshake::encode(&mut text, message.kind, |out| {
                out.extend_from_slice(&message.body)
            });
            self.answered = true;
            self.ready.push_back((content, text));
        }
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
    use holter_wire::HandshakeType;
    use proptest::prelude::*;

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
            assert!(theirs.ready.is_empty());
            theirs.take_record(record);
            theirs.take_record(record);
        }
        let came: Vec<Vec<u8>> = theirs.ready.drain(..).map(|(_, text)| text).collect();
        assert_eq!(came, sent);
    }

    #[test]
    fn a_flight_is_kept_until_something_new_is_said_behind_an_answer() {
        let mut ours = Datagrams::new();
        let say = |ours: &mut Datagrams| {
            let mut out = Vec::new();
            let hello = message(HandshakeType::CLIENT_HELLO, b"hello");
            ours.seal(&mut out, Version::DTLS12, ContentType::HANDSHAKE, &hello)
                .unwrap();
        };
        say(&mut ours);
        say(&mut ours);
        assert_eq!((ours.flight.len(), ours.number()), (2, 2));
        ours.answered = true;
        say(&mut ours);
        assert_eq!((ours.flight.len(), ours.number()), (1, 3));
        assert_eq!(ours.next_number(0), Some(3), "no number is used twice");
    }

    proptest! {
        #[test]
        fn hostile_datagrams_neither_panic_nor_are_kept(
            datagrams in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..40),
        ) {
            let mut ours = Datagrams::new();
            for mut datagram in datagrams {
                if let [content, major, ..] = datagram.as_mut_slice() {
                    (*content, *major) = (0x14 + *content % 5, 0xfe);
                }
                ours.take(&datagram);
                ours.ready.clear();
                prop_assert!(ours.ahead.len() <= AHEAD);
            }
        }
    }
}
