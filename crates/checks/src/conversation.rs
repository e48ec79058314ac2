//! A conversation with a peer in TLS or DTLS, as far as a ServerHelloDone, and heartbeats after it.

mod cases;
mod held;

use std::time::Duration;

use holter_model::{Attempt, Fact, HeartbeatAnswer, Refusal};
use holter_net::{Line, LineError};
use holter_protocols::marks::{self, Mark};
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::HeartbeatMode;
use holter_wire::heartbeat::{OverClaim, OverRead, Request};
use holter_wire::server_hello::ServerHello;
use holter_wire::{HandshakeType, Misfit, Oddity, Version, certificate};

use crate::datagram::DatagramTalk;
use crate::stream::StreamTalk;

/// The largest handshake message that is looked into. A ServerHello is far smaller, and a device's chain is, too;
/// a longer chain passes unread.
pub(crate) const LARGEST_MESSAGE: usize = 16 << 10;

/// The largest where chains are wanted, too: OpenSSL's own bound.
pub(crate) const LARGEST_CHAIN: usize = 100 << 10;

/// So long the certificate is waited for behind a ServerHello that says all that is asked.
pub(crate) const CERTIFICATE_SOON: Duration = Duration::from_millis(500);

/// Records that carry nothing (empty ones, warnings, ignored ones) that a peer may send before it counts as
/// misbehaving.
pub(crate) const MOST_IDLE_RECORDS: usize = 64;

/// What is said of a ServerHello that ends before its choices.
pub(crate) const CUT_SHORT: &str = "its ServerHello is cut short";

/// A line on which TLS is spoken.
#[derive(Debug)]
pub(crate) enum Conversation {
    /// TLS.
    Stream(StreamTalk),
    /// DTLS.
    Datagram(DatagramTalk),
}

/// How a hello was answered.
#[derive(Debug)]
pub(crate) enum Reply {
    /// With a ServerHello and, where it matters, all of the flight.
    Flight(Flight),
    /// Not with a ServerHello.
    Refused(Refusal),
    /// With something that is not TLS.
    NotTls(Vec<u8>),
    /// It broke off; a ServerHello may have come before.
    Broken(Broken),
    /// With a ServerHello that chooses what was not offered, so that nothing was negotiated.
    Misfit(Misfit),
}

/// A server's first flight.
#[derive(Debug)]
pub(crate) struct Flight {
    /// Its ServerHello.
    pub(crate) hello: ServerHello,
    /// Whether its ServerHello broke off before its end.
    pub(crate) cut_short: bool,
    /// Whether nothing but its ServerHello came, and then silence.
    pub(crate) torn: bool,
    /// Whether it demands a client certificate.
    pub(crate) client_certificate: bool,
    /// What its certificate gives away.
    pub(crate) mark: Option<&'static Mark>,
    has_certificate: bool,
    /// Whether all of it is wanted, not only what heartbeats need.
    whole: bool,
    /// Its certificates, where all of it is wanted; else its own alone.
    pub(crate) chain: Vec<Vec<u8>>,
    /// Its ServerKeyExchange, likewise.
    pub(crate) key_exchange: Option<Vec<u8>>,
    /// Its CertificateStatus, likewise.
    pub(crate) status: Option<Vec<u8>>,
    /// What was strange.
    pub(crate) oddities: Vec<String>,
}

/// Why a conversation cannot go on.
#[derive(Debug)]
pub(crate) struct Broken {
    /// What this means for the attempt.
    pub(crate) attempt: Attempt,
    /// In words.
    pub(crate) why: String,
    /// The ServerHello, if it came before the break.
    pub(crate) hello: Option<ServerHello>,
}

impl Flight {
    /// The flight that begins with this ServerHello; whether all of it is wanted. `None`: it breaks off before its choices.
    pub(crate) fn begin(body: &[u8], whole: bool) -> Option<Self> {
        let (hello, oddities) = ServerHello::read(body);
        if oddities.contains(&Oddity::Truncated("the ServerHello")) {
            return None;
        }
        Some(Self {
            hello,
            cut_short: oddities
                .iter()
                .any(|oddity| matches!(oddity, Oddity::Truncated(_))),
            torn: false,
            client_certificate: false,
            mark: None,
            has_certificate: false,
            whole,
            chain: Vec::new(),
            key_exchange: None,
            status: None,
            oddities: oddities.iter().map(ToString::to_string).collect(),
        })
    }

    /// A flight of which nothing but its ServerHello came, and perhaps silence.
    pub(crate) const fn cut_off(hello: ServerHello, silent: bool) -> Self {
        Self {
            hello,
            cut_short: false,
            torn: silent,
            client_certificate: false,
            mark: None,
            has_certificate: false,
            whole: false,
            chain: Vec::new(),
            key_exchange: None,
            status: None,
            oddities: Vec::new(),
        }
    }

    /// The fact that this version was answered with it.
    pub(crate) fn fact(&self, offered: Version) -> Fact {
        answered(offered, &self.hello, (self.cut_short, self.client_certificate))
    }

    /// Takes a message behind the ServerHello.
    pub(crate) fn take(&mut self, kind: HandshakeType, body: &[u8]) {
        match kind {
            HandshakeType::CERTIFICATE => self.certificate(body),
            // Known for sure only where the flight is read to its end.
            HandshakeType::CERTIFICATE_REQUEST => self.client_certificate = self.goes_on(),
            HandshakeType::SERVER_KEY_EXCHANGE if self.whole => self.key_exchange = Some(body.to_vec()),
            HandshakeType::CERTIFICATE_STATUS if self.whole => self.status = Some(body.to_vec()),
            _ => {}
        }
    }

    /// Takes the Certificate message, the first one only: looking for marks costs time. Where heartbeats are all that is
    /// wanted, nothing of it is kept but the server's own certificate and its mark.
    fn certificate(&mut self, body: &[u8]) {
        if std::mem::replace(&mut self.has_certificate, true) {
            return;
        }
        let (chain, _) = certificate::read(body);
        self.mark = chain.first().and_then(|leaf| marks::recognise_certificate(leaf));
        let wanted = if self.whole { chain.len() } else { 1 };
        self.chain = chain.into_iter().take(wanted).map(<[u8]>::to_vec).collect();
    }

    /// Whether a certificate is still to come that tells which system this is. No verdict hangs on it.
    pub(crate) fn owes_certificate(&self) -> bool {
        !self.has_certificate && self.hello.negotiated() < Version::TLS13
    }

    /// Whether a heartbeat may be sent: the ServerHello offers them, in a version that has them in the clear.
    pub(crate) fn invites(&self) -> bool {
        self.goes_on() && self.hello.heartbeat() == Some(HeartbeatMode::PeerAllowedToSend)
    }

    /// Whether there is anything worth waiting for behind the ServerHello.
    pub(crate) fn goes_on(&self) -> bool {
        (self.whole || self.hello.heartbeat().is_some()) && self.hello.negotiated() != Version::TLS13
    }
}

impl Reply {
    /// The flight, if one came whole.
    pub(crate) const fn flight(&self) -> Option<&Flight> {
        match self {
            Self::Flight(flight) => Some(flight),
            _ => None,
        }
    }
}

impl Conversation {
    /// A conversation in which of a flight only that is waited for which heartbeats need.
    pub(crate) fn over(line: Line) -> Self {
        Self::with(line, false)
    }

    /// A conversation in which flights are read whole.
    pub(crate) fn thorough(line: Line) -> Self {
        Self::with(line, true)
    }

    fn with(line: Line, whole: bool) -> Self {
        if line.is_datagram() {
            Self::Datagram(DatagramTalk::new(line, whole))
        } else {
            Self::Stream(StreamTalk::new(line, whole))
        }
    }

    /// Waits no longer than this for each answer. A datagram may be lost, so that those keep their own timers.
    pub(crate) fn patient(mut self, patience: Duration) -> Self {
        if let Self::Stream(talk) = &mut self {
            talk.patience = patience.min(talk.patience);
        }
        self
    }

    /// Sends a hello and reads the flight that answers it: to its end where heartbeats are offered, else up to the
    /// certificate, if it comes soon.
    pub(crate) async fn hello(&mut self, hello: &ClientHello) -> Reply {
        let reply = match self {
            Self::Stream(talk) => talk.hello(hello).await,
            Self::Datagram(talk) => talk.hello(hello).await,
        };
        reply.held_against(hello)
    }

    /// Sends a heartbeat and waits for an answer. An answer to an `earlier` request that comes late is told
    /// from one to this: `true` stands beside it.
    pub(crate) async fn beat(
        &mut self,
        request: &Request,
        earlier: Option<&Request>,
        wait: Duration,
    ) -> (HeartbeatAnswer, bool) {
        match self {
            Self::Stream(talk) => talk.beat(request, earlier, wait).await,
            Self::Datagram(talk) => talk.beat(request, earlier, wait).await,
        }
    }

    /// Whether the way there loses what is sent, as far as the last heartbeat shows.
    pub(crate) const fn is_lossy(&self) -> bool {
        match self {
            Self::Stream(_) => false,
            Self::Datagram(talk) => talk.is_lossy(),
        }
    }

    /// Sends the proof's over-claiming heartbeat, counts what comes back and wipes it. `None`: no answer.
    pub(crate) async fn over_claim(&mut self, claim: &OverClaim, wait: Duration) -> Option<OverRead> {
        match self {
            Self::Stream(talk) => talk.over_claim(claim, wait).await,
            Self::Datagram(talk) => talk.over_claim(claim, wait).await,
        }
    }

    /// Whether what is sent and received may be lost, doubled or overtaken.
    pub(crate) const fn is_datagram(&self) -> bool {
        matches!(self, Self::Datagram(_))
    }

    pub(crate) fn end(self) -> Line {
        match self {
            Self::Stream(talk) => talk.into_line(),
            Self::Datagram(talk) => talk.into_line(),
        }
    }
}

impl Broken {
    pub(crate) fn by(error: &LineError, hello: Option<ServerHello>) -> Self {
        let attempt = match error {
            LineError::Silence | LineError::Deadline => Attempt::TimedOut,
            LineError::TooMuch(_) => Attempt::TooMuch,
            LineError::Framing(_) => Attempt::Misbehaved,
            LineError::Ours(_) => Attempt::OurFault,
            _ => Attempt::Closed,
        };
        Self {
            attempt,
            why: error.to_string(),
            hello,
        }
    }

    pub(crate) fn misbehaved(why: impl ToString, hello: Option<ServerHello>) -> Self {
        Self {
            attempt: Attempt::Misbehaved,
            why: why.to_string(),
            hello,
        }
    }
}

/// The fact that a ServerHello came; whether it was cut short, and whether a client certificate was demanded behind it.
pub(crate) fn answered(
    offered: Version,
    hello: &ServerHello,
    (cut_short, client_certificate): (bool, bool),
) -> Fact {
    let heartbeat = hello.heartbeat().map(|mode| match mode {
        HeartbeatMode::PeerAllowedToSend => 1,
        HeartbeatMode::PeerNotAllowedToSend => 2,
        HeartbeatMode::Unknown(mode) => mode,
    });
    Fact::Hello {
        offered: offered.0,
        version: hello.negotiated().0,
        suite: hello.suite.0,
        heartbeat,
        extensions: hello
            .extensions
            .iter()
            .map(|extension| extension.kind.0)
            .collect(),
        cut_short,
        client_certificate,
    }
}

/// What a heartbeat record that came back is, compared with what was asked; `true` when it answers the earlier
/// request.
pub(crate) fn compared(body: &[u8], request: &Request, earlier: Option<&Request>) -> (HeartbeatAnswer, bool) {
    use holter_wire::heartbeat::{Answer, compare};
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let late = earlier.filter(|earlier| matches!(compare(earlier, body), Answer::Echo { .. }));
    let answer = match compare(late.unwrap_or(request), body) {
        Answer::Echo {
            padding,
            zero_padding,
        } => HeartbeatAnswer::Echo {
            padding: small(padding),
            zero_padding,
        },
        Answer::Other { length, beyond } => HeartbeatAnswer::Other {
            length: small(length),
            beyond: small(beyond),
        },
    };
    (answer, late.is_some())
}

/// Milliseconds of a wait, for the record.
pub(crate) fn silence(wait: Duration) -> HeartbeatAnswer {
    HeartbeatAnswer::Silence {
        waited_ms: u32::try_from(wait.as_millis()).unwrap_or(u32::MAX),
    }
}
