//! TLS over a stream: hello, flight, heartbeats.

use std::time::Duration;

use holter_model::{HeartbeatAnswer, Refusal};
use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::client_hello::ClientHello;
use holter_wire::handshake::Joiner;
use holter_wire::heartbeat::{OverClaim, OverRead, Request, is_request};
use holter_wire::record::{self, Deframer, NotRecords};
use holter_wire::server_hello::ServerHello;
use holter_wire::{AlertDescription, ContentType, HandshakeType, Version};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::conversation::{
    Broken, CERTIFICATE_SOON, CUT_SHORT, Flight, LARGEST_CHAIN, LARGEST_MESSAGE, MOST_IDLE_RECORDS, Reply,
    compared, silence,
};

/// A stream on which TLS is spoken.
#[derive(Debug)]
pub(crate) struct StreamTalk {
    line: Line,
    deframer: Deframer,
    joiner: Joiner,
    version: Version,
    idle: usize,
    whole: bool,
    /// How long to wait for each answer to a hello.
    pub(crate) patience: Duration,
}

/// One step of reading a flight.
enum Step {
    More,
    Done,
    Refused(Refusal),
    Broken(String),
}

/// What a record is to somebody who waits for a heartbeat.
enum Heard {
    Beat,
    Nothing,
    Alert(u8),
    Closed,
}

impl StreamTalk {
    pub(crate) fn new(line: Line, whole: bool) -> Self {
        Self {
            patience: line.step(),
            line,
            deframer: Deframer::default(),
            joiner: Joiner::new(if whole { LARGEST_CHAIN } else { LARGEST_MESSAGE }),
            version: Version::TLS10,
            idle: 0,
            whole,
        }
    }

    pub(crate) fn into_line(self) -> Line {
        self.line
    }

    pub(crate) async fn hello(&mut self, hello: &ClientHello) -> Reply {
        let (mut message, mut bytes) = (Vec::with_capacity(512), Vec::with_capacity(512));
        hello.encode(&mut message);
        // Record versions above TLS 1.0 make old peers close on a first hello (RFC 8446 appendix D.1).
        record::encode(
            &mut bytes,
            ContentType::HANDSHAKE,
            hello.version.min(Version::TLS10),
            &message,
        );
        if let Err(error) = self.line.send(&bytes).await {
            return refused_by(&error, None, &self.deframer);
        }
        let mut flight: Option<Flight> = None;
        loop {
            let step = self.read_flight(&mut flight);
            // Behind such a ServerHello only the certificate is waited for, and nothing hangs on it.
            let is_more = matches!(step, Ok(Step::More));
            let answered = flight.as_ref().is_some_and(|flight| !flight.goes_on());
            if let Some(flight) = flight.take_if(|flight| answered && !(is_more && flight.owes_certificate()))
            {
                return Reply::Flight(flight);
            }
            match step {
                Ok(Step::More) => {}
                Ok(Step::Done) => {
                    return flight.map_or(Reply::Refused(Refusal::Nonsense), Reply::Flight);
                }
                Ok(Step::Refused(refusal)) => return Reply::Refused(refusal),
                Ok(Step::Broken(why)) => {
                    return Reply::Broken(Broken::misbehaved(why, flight.map(|flight| flight.hello)));
                }
                Err(NotRecords::NotTls) => return Reply::NotTls(self.words().await),
                Err(error) => {
                    return Reply::Broken(Broken::misbehaved(error, flight.map(|flight| flight.hello)));
                }
            }
            let patience = if answered {
                self.patience.min(CERTIFICATE_SOON)
            } else {
                self.patience
            };
            if let Err(error) = self.line.receive_within(patience, self.deframer.buffer()).await {
                if let Some(flight) = flight.take_if(|_| answered) {
                    return Reply::Flight(flight);
                }
                return refused_by(&error, flight.map(|flight| flight.hello), &self.deframer);
            }
        }
    }

    pub(crate) async fn beat(
        &mut self,
        request: &Request,
        earlier: Option<&Request>,
        wait: Duration,
    ) -> (HeartbeatAnswer, bool) {
        let mut message = Vec::with_capacity(request.payload().len() + 64);
        request.encode(&mut message);
        self.send_beat(&message).await;
        match self
            .wait_for_beat(wait, |body| compared(body, request, earlier))
            .await
        {
            Ok(answer) => {
                if matches!(answer.0, HeartbeatAnswer::Other { .. }) {
                    self.deframer.wipe();
                }
                answer
            }
            Err(Heard::Alert(code)) => (HeartbeatAnswer::Alert { code }, false),
            Err(Heard::Closed) => (HeartbeatAnswer::Closed, false),
            Err(_) => (silence(wait), false),
        }
    }

    pub(crate) async fn over_claim(&mut self, claim: &OverClaim, wait: Duration) -> Option<OverRead> {
        // Room for the whole answer, so that no copy of it is left behind where the buffer grew from.
        self.deframer.buffer().reserve(64 << 10);
        let mut message = Vec::new();
        claim.encode(&mut message);
        self.send_beat(&message).await;
        let counts = self
            .wait_for_beat(wait, |body| {
                let mut answer = body.to_vec();
                let counts = claim.verify(&mut answer);
                answer.zeroize();
                counts
            })
            .await;
        self.deframer.wipe();
        counts.ok()
    }

    async fn send_beat(&mut self, message: &[u8]) {
        let mut bytes = Vec::with_capacity(message.len() + 8);
        record::encode(&mut bytes, ContentType::HEARTBEAT, self.version, message);
        // A peer that is gone shows itself when its answer is awaited.
        let _ = self.line.send(&bytes).await;
    }

    /// So long it may be silent. An answer that is under way is waited for as long as it comes on and the line stands.
    async fn wait_for_beat<T>(&mut self, wait: Duration, read: impl Fn(&[u8]) -> T) -> Result<T, Heard> {
        let mut until = Instant::now() + wait;
        loop {
            loop {
                match self.deframer.next_record() {
                    Ok(Some(record)) => match heard(record) {
                        Heard::Beat => return Ok(read(record.body)),
                        Heard::Nothing if self.idle >= MOST_IDLE_RECORDS => return Err(Heard::Closed),
                        Heard::Nothing => self.idle += 1,
                        other => return Err(other),
                    },
                    Ok(None) => break,
                    Err(_) => return Err(Heard::Closed),
                }
            }
            if !self.deframer.unread().is_empty() {
                until = Instant::now() + wait;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Heard::Nothing);
            }
            match self.line.receive_within(left, self.deframer.buffer()).await {
                Ok(_) => {}
                Err(LineError::Silence | LineError::Deadline) => return Err(Heard::Nothing),
                Err(_) => return Err(Heard::Closed),
            }
        }
    }

    /// Takes what is in the buffer, up to the end of the flight.
    fn read_flight(&mut self, flight: &mut Option<Flight>) -> Result<Step, NotRecords> {
        while let Some(record) = self.deframer.next_record()? {
            let step = match record.content {
                ContentType::HANDSHAKE if !record.body.is_empty() => {
                    self.joiner.push(record.body);
                    read_messages(&mut self.joiner, flight, self.whole)
                }
                ContentType::ALERT => read_alert(record.body, flight.is_some()),
                _ => Step::More,
            };
            match step {
                Step::More if record.content == ContentType::HANDSHAKE && !record.body.is_empty() => {}
                Step::More => {
                    self.idle += 1;
                    if self.idle > MOST_IDLE_RECORDS {
                        return Ok(Step::Broken(
                            "it sends records that carry nothing, without end".to_owned(),
                        ));
                    }
                }
                Step::Done => {
                    self.version = flight
                        .as_ref()
                        .map_or(self.version, |flight| flight.hello.legacy_version);
                    return Ok(Step::Done);
                }
                other => return Ok(other),
            }
        }
        Ok(Step::More)
    }

    /// What a peer that does not speak TLS says: the rest of its sentence belongs to it.
    async fn words(&mut self) -> Vec<u8> {
        let mut words = self.deframer.unread().to_vec();
        let _ = self
            .line
            .receive_within(Duration::from_millis(200), &mut words)
            .await;
        words.truncate(1024);
        words
    }
}

fn heard(record: record::Record<'_>) -> Heard {
    match record.content {
        ContentType::HEARTBEAT if is_request(record.body) => Heard::Nothing,
        ContentType::HEARTBEAT => Heard::Beat,
        ContentType::ALERT => match Alert::read(record.body).0 {
            Some(alert) if alert.fatal => Heard::Alert(alert.description.0),
            Some(alert) if alert.description == AlertDescription::CLOSE_NOTIFY => Heard::Closed,
            _ => Heard::Nothing,
        },
        _ => Heard::Nothing,
    }
}

fn read_messages(joiner: &mut Joiner, flight: &mut Option<Flight>, whole: bool) -> Step {
    let mut requests = 0;
    while let Some(message) = joiner.next_message() {
        match (message.kind, message.body) {
            (HandshakeType::SERVER_HELLO, Some(body)) if flight.is_none() => {
                *flight = Flight::begin(body, whole);
                if flight.is_none() {
                    return Step::Broken(CUT_SHORT.to_owned());
                }
            }
            (HandshakeType::SERVER_HELLO_DONE, _) if flight.is_some() => return Step::Done,
            (HandshakeType::HELLO_REQUEST, _) => {
                requests += 1;
                if requests > MOST_IDLE_RECORDS {
                    return Step::Broken("it asks for a hello without end".to_owned());
                }
            }
            (kind, body) => match flight {
                Some(flight) => flight.take(kind, body.unwrap_or_default()),
                None => return Step::Refused(Refusal::Nonsense),
            },
        }
    }
    Step::More
}

fn read_alert(body: &[u8], after_hello: bool) -> Step {
    match Alert::read(body).0 {
        Some(alert)
            if after_hello && (alert.fatal || alert.description == AlertDescription::CLOSE_NOTIFY) =>
        {
            Step::Broken(format!("it ended its own flight: {}", alert.description))
        }
        Some(alert) if alert.fatal => Step::Refused(Refusal::Alert(alert.description.0)),
        Some(alert) if alert.description == AlertDescription::CLOSE_NOTIFY => Step::Refused(Refusal::Closed),
        // A warning, such as an unrecognised name, is not a no.
        _ => Step::More,
    }
}

/// What a line's end means: a refusal while nothing was said, a break after a ServerHello.
fn refused_by(error: &LineError, hello: Option<ServerHello>, deframer: &Deframer) -> Reply {
    let said_nothing = hello.is_none() && deframer.records() == 0 && deframer.unread().is_empty();
    match error {
        LineError::Silence if said_nothing => Reply::Refused(Refusal::Silence),
        LineError::Closed | LineError::Reset if hello.is_none() => Reply::Refused(Refusal::Closed),
        _ => Reply::Broken(Broken::by(error, hello)),
    }
}
