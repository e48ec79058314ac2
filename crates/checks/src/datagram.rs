//! DTLS over datagrams: hello with cookie and retransmission, flight, heartbeats (RFC 6347).

use std::time::Duration;

use holter_model::{HeartbeatAnswer, Refusal};
use holter_net::{Line, LineError};
use holter_wire::alert::Alert;
use holter_wire::client_hello::ClientHello;
use holter_wire::dtls::{self, HelloVerifyRequest, Reassembler};
use holter_wire::heartbeat::{OverClaim, OverRead, Request, is_request};
use holter_wire::{ContentType, HandshakeType, Version};
use tokio::time::Instant;
use zeroize::Zeroize as _;

use crate::conversation::{
    Broken, CERTIFICATE_SOON, CUT_SHORT, Flight, LARGEST_MESSAGE, MOST_IDLE_RECORDS, Reply, compared, silence,
};

/// RFC 6347 section 4.2.4.1 starts at a second and doubles.
const TIMERS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// How often a heartbeat is sent within its wait. With a twentieth of all datagrams lost, one in a hundred thousand
/// goes unheard all the same.
const SENDINGS: u32 = 5;

/// A datagram line on which DTLS is spoken.
#[derive(Debug)]
pub(crate) struct DatagramTalk {
    line: Line,
    version: Version,
    /// The number of our next record.
    sequence: u64,
    idle: usize,
    lossy: bool,
    whole: bool,
}

enum Step {
    More,
    Again(Vec<u8>),
    Done,
    Refused(Refusal),
    Broken(&'static str),
}

impl DatagramTalk {
    pub(crate) const fn new(line: Line, whole: bool) -> Self {
        Self {
            line,
            version: Version::DTLS10,
            sequence: 0,
            idle: 0,
            lossy: false,
            whole,
        }
    }

    pub(crate) fn into_line(self) -> Line {
        self.line
    }

    /// Says hello. Where nothing more will be said, the peer is told so: nobody hears a datagram line end, and many a server
    /// serves nobody else meanwhile.
    pub(crate) async fn hello(&mut self, hello: &ClientHello) -> Reply {
        let reply = self.greet(hello).await;
        let leaves = match &reply {
            Reply::Flight(flight) => self.whole || !flight.invites(),
            Reply::Broken(broken) => broken.hello.is_some(),
            _ => false,
        };
        if leaves {
            holter_handshake::leave(&mut self.line, self.version).await;
        }
        reply
    }

    async fn greet(&mut self, hello: &ClientHello) -> Reply {
        let mut hello = hello.clone();
        hello.cookie = Some(Vec::new());
        let mut message_sequence = 0;
        // One cookie is asked for; a peer that goes on asking is not worth it.
        for _ in 0..3 {
            match self.exchange(&hello, message_sequence).await {
                Ok(cookie) => {
                    hello.cookie = Some(cookie);
                    message_sequence += 1;
                }
                Err(reply) => return *reply,
            }
        }
        Reply::Broken(Broken::misbehaved("it asks for one cookie after another", None))
    }

    /// Sends a heartbeat, and again while nothing comes: a datagram may be lost either way, and a lost one must not
    /// look like one that was dropped on purpose.
    pub(crate) async fn beat(
        &mut self,
        request: &Request,
        earlier: Option<&Request>,
        wait: Duration,
    ) -> (HeartbeatAnswer, bool) {
        let mut message = Vec::new();
        request.encode(&mut message);
        for sending in 0..SENDINGS {
            self.send(ContentType::HEARTBEAT, &message).await;
            self.lossy = sending > 0;
            let answer = self
                .wait_for_beat(wait / SENDINGS, |body| compared(body, request, earlier))
                .await;
            match answer {
                Ok(answer) => return answer,
                Err(HeartbeatAnswer::Silence { .. }) => {}
                Err(answer) => return (answer, false),
            }
        }
        (silence(wait), false)
    }

    /// Whether the last heartbeat that was answered had to be sent more than once.
    pub(crate) const fn is_lossy(&self) -> bool {
        self.lossy
    }

    pub(crate) async fn over_claim(&mut self, claim: &OverClaim, wait: Duration) -> Option<OverRead> {
        let mut message = Vec::new();
        claim.encode(&mut message);
        self.send(ContentType::HEARTBEAT, &message).await;
        self.wait_for_beat(wait, |body| {
            let mut answer = body.to_vec();
            let counts = claim.verify(&mut answer);
            answer.zeroize();
            counts
        })
        .await
        .ok()
    }

    /// Sends a hello until an answer comes: a cookie, or the end of the conversation.
    async fn exchange(&mut self, hello: &ClientHello, message_sequence: u16) -> Result<Vec<u8>, Box<Reply>> {
        let (mut body, mut message) = (Vec::new(), Vec::new());
        hello.encode_body(&mut body);
        dtls::encode_message(&mut message, HandshakeType::CLIENT_HELLO, message_sequence, &body);
        let mut reassembler = Reassembler::new(message_sequence, LARGEST_MESSAGE.max(1 << 17));
        let mut flight: Option<Flight> = None;
        for timer in TIMERS {
            self.send(ContentType::HANDSHAKE, &message).await;
            let until = Instant::now() + timer;
            loop {
                let answered = flight.as_ref().is_some_and(|flight| !flight.goes_on());
                let mut left = until.saturating_duration_since(Instant::now());
                if answered {
                    left = left.min(CERTIFICATE_SOON);
                }
                let mut datagram = Vec::new();
                match self.line.receive_within(left, &mut datagram).await {
                    Ok(_) => {}
                    // Nothing hangs on the certificate that did not come.
                    Err(_) if answered => {
                        let flight = flight.map_or(Reply::Refused(Refusal::Nonsense), Reply::Flight);
                        return Err(Box::new(flight));
                    }
                    Err(LineError::Silence) => break,
                    Err(LineError::Reset) if flight.is_none() => {
                        return Err(Box::new(Reply::Refused(Refusal::Closed)));
                    }
                    Err(error) => {
                        let hello = flight.map(|flight| flight.hello);
                        return Err(Box::new(Reply::Broken(Broken::by(&error, hello))));
                    }
                }
                self.idle += 1;
                match self.read(&datagram, &mut reassembler, &mut flight) {
                    Step::More if self.idle < 16 * MOST_IDLE_RECORDS => {}
                    Step::More => {
                        let hello = flight.map(|flight| flight.hello);
                        return Err(Box::new(Reply::Broken(Broken::misbehaved(
                            "its flight does not end",
                            hello,
                        ))));
                    }
                    Step::Again(cookie) => return Ok(cookie),
                    Step::Refused(refusal) => return Err(Box::new(Reply::Refused(refusal))),
                    Step::Broken(why) => {
                        return Err(Box::new(Reply::Broken(Broken::misbehaved(why, None))));
                    }
                    Step::Done => {
                        return Err(Box::new(
                            flight.map_or(Reply::Refused(Refusal::Nonsense), Reply::Flight),
                        ));
                    }
                }
            }
        }
        Err(Box::new(match flight {
            Some(flight) => Reply::Broken(Broken::by(&LineError::Silence, Some(flight.hello))),
            None => Reply::Refused(Refusal::Silence),
        }))
    }

    fn read(&mut self, datagram: &[u8], reassembler: &mut Reassembler, flight: &mut Option<Flight>) -> Step {
        let (records, _) = dtls::records(datagram);
        for record in records.iter().filter(|record| record.epoch == 0) {
            match record.content {
                ContentType::HANDSHAKE => {
                    let _ = reassembler.push(record.body);
                }
                ContentType::ALERT => match Alert::read(record.body).0 {
                    Some(alert) if alert.fatal && flight.is_none() => {
                        return Step::Refused(Refusal::Alert(alert.description.0));
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        while let Some(message) = reassembler.next_message() {
            match message.kind {
                // Behind a ServerHello a cookie is none: starting anew would forget what was offered.
                HandshakeType::HELLO_VERIFY_REQUEST if flight.is_none() => {
                    if let (Some(verify), _) = HelloVerifyRequest::read(&message.body) {
                        return Step::Again(verify.cookie);
                    }
                }
                HandshakeType::SERVER_HELLO if flight.is_none() => {
                    let Some(begun) = Flight::begin(&message.body, self.whole) else {
                        return Step::Broken(CUT_SHORT);
                    };
                    self.version = begun.hello.legacy_version;
                    *flight = Some(begun);
                }
                HandshakeType::SERVER_HELLO_DONE if flight.is_some() => return Step::Done,
                kind => {
                    if let Some(flight) = flight {
                        flight.take(kind, &message.body);
                    }
                }
            }
        }
        // Behind such a ServerHello only the certificate is waited for.
        if flight
            .as_ref()
            .is_some_and(|flight| !flight.goes_on() && !flight.owes_certificate())
        {
            return Step::Done;
        }
        Step::More
    }

    async fn send(&mut self, content: ContentType, body: &[u8]) {
        let mut datagram = Vec::with_capacity(body.len() + 16);
        dtls::encode(&mut datagram, content, self.version, self.sequence, body);
        self.sequence += 1;
        // A lost or refused datagram shows itself when its answer is awaited.
        let _ = self.line.send(&datagram).await;
    }

    async fn wait_for_beat<T>(
        &mut self,
        wait: Duration,
        read: impl Fn(&[u8]) -> T,
    ) -> Result<T, HeartbeatAnswer> {
        let until = Instant::now() + wait;
        let mut datagram = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(silence(wait));
            }
            datagram.clear();
            match self.line.receive_within(left, &mut datagram).await {
                Ok(_) => {}
                Err(LineError::Silence) => return Err(silence(wait)),
                Err(_) => return Err(HeartbeatAnswer::Closed),
            }
            let outcome = self.heard(&datagram, &read);
            if let Some(outcome) = outcome {
                datagram.zeroize();
                return outcome;
            }
        }
    }

    fn heard<T>(
        &mut self,
        datagram: &[u8],
        read: &impl Fn(&[u8]) -> T,
    ) -> Option<Result<T, HeartbeatAnswer>> {
        self.idle += 1;
        if self.idle > 16 * MOST_IDLE_RECORDS {
            return Some(Err(HeartbeatAnswer::Closed));
        }
        let (records, _) = dtls::records(datagram);
        records
            .iter()
            .filter(|record| record.epoch == 0)
            .find_map(|record| match record.content {
                ContentType::HEARTBEAT if is_request(record.body) => None,
                ContentType::HEARTBEAT => Some(Ok(read(record.body))),
                ContentType::ALERT => Alert::read(record.body)
                    .0
                    .filter(|alert| alert.fatal)
                    .map(|alert| {
                        Err(HeartbeatAnswer::Alert {
                            code: alert.description.0,
                        })
                    }),
                _ => None,
            })
    }
}
