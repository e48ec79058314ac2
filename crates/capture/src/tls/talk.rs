//! What two ends agree on in the open: hellos, certificates, keys, and changes of keys that come too early.

use std::net::SocketAddr;

use holter_cert::number::hex;
use holter_model::{Fact, Feature};
use holter_wire::extension::{Extension, HeartbeatMode};
use holter_wire::key_exchange::read_dhe;
use holter_wire::server_hello::ServerHello;
use holter_wire::suite::Exchange;
use holter_wire::{CipherSuite, ExtensionType, HandshakeType, Version, certificate};
use sha2::{Digest as _, Sha256};

use super::offer::{Offer, bounded};
use super::offers::Asked;
use super::roles::likely_client;
use crate::Moment;
use crate::book::visit::Visit;
use crate::book::{Book, Pair};
use crate::heartbeat::Cover;

use crate::listener::{Ends, Side};

/// What is known of one conversation.
#[derive(Debug, Default)]
pub(crate) struct Talk {
    pub(crate) client: Option<Side>,
    pub(crate) visit: Visit,
    offer: Option<Asked>,
    answer: Option<Box<Fact>>,
    pub(crate) version: Option<Version>,
    pub(crate) suite: Chosen,
    compression: u8,
    /// Authentication is cut short.
    truncated: bool,
    /// The newest version that was offered.
    offered: u16,
    /// The server has sent its certificate or ended its flight: this handshake is a full one.
    full: bool,
    /// The client has sent its share.
    exchanged: bool,
    /// Handshake messages were passed over, so that one which was not seen may have been there.
    pub(crate) unread: bool,
    client_certificate: bool,
    /// Keys were changed too early, by this side.
    early: Option<(Side, Moment)>,
    went_on: bool,
    refused: bool,
    /// TLS 1.3: what records hold is hidden.
    pub(crate) hidden: bool,
    /// The words before TLS were this protocol's.
    pub(crate) spoken: Option<&'static str>,
    pub(crate) counted: bool,
}

/// The suite chosen; none at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen(pub(crate) CipherSuite);

impl Default for Chosen {
    fn default() -> Self {
        Self(CipherSuite(0))
    }
}

/// Where a message was heard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) ends: &'a Ends,
    pub(crate) side: Side,
    pub(crate) at: Moment,
    pub(crate) datagram: bool,
}

impl Talk {
    /// What lies around the content of encrypted records.
    pub(crate) fn cover(&self) -> Cover {
        match self.version {
            Some(version) if self.suite.0 != CipherSuite(0) => {
                Cover::of(version, self.suite.0, self.compression, self.truncated)
            }
            _ => Cover::Unknown,
        }
    }

    /// TLS is spoken here: notes who serves whom.
    pub(crate) fn begin(&mut self, book: &mut Book, ends: &Ends, at: Moment) {
        if self.counted {
            return;
        }
        self.counted = true;
        let client = *self.client.get_or_insert_with(|| likely_client(ends));
        let (client, server) = both(ends, client);
        book.totals.tls += 1;
        book.totals.mid_stream += u64::from(!ends.begun);
        let by_port = holter_protocols::by_port(server.port());
        let direct = || by_port.map_or("tls", |chosen| chosen.id());
        let protocol = self.spoken.unwrap_or_else(direct);
        let pair = Pair {
            client: client.ip(),
            server,
            transport: ends.transport,
        };
        book.passed(pair, at, protocol, true);
        self.visit = Visit::at(book.server(server, ends.transport, at, false));
        if let Some(server) = self.visit.server(book) {
            server.begin(client.ip(), at);
            server.protocol.get_or_insert(protocol);
            server.mid_stream += u64::from(!ends.begun);
        }
    }

    /// Its beginning was captured, behind its first bytes.
    pub(crate) fn begun_late(&self, book: &mut Book) {
        if !self.counted {
            return;
        }
        book.totals.mid_stream = book.totals.mid_stream.saturating_sub(1);
        if let Some(server) = self.visit.server(book) {
            server.mid_stream = server.mid_stream.saturating_sub(1);
        }
    }

    /// It is over, or goes on after all.
    pub(crate) fn closed(&mut self, book: &mut Book, over: bool) {
        if self.counted {
            self.visit.closed(book, over);
        }
    }

    /// A whole handshake message.
    pub(crate) fn message(&mut self, book: &mut Book, place: Place<'_>, kind: HandshakeType, body: &[u8]) {
        let Place { ends, side, at, .. } = place;
        match kind {
            HandshakeType::CLIENT_HELLO => self.client_hello(book, place, body),
            HandshakeType::SERVER_HELLO => self.server_hello(book, place, body),
            HandshakeType::CERTIFICATE if self.is_server(side) => {
                self.full = true;
                self.begin(book, ends, at);
                self.chain(book, at, body);
            }
            HandshakeType::SERVER_KEY_EXCHANGE if self.is_server(side) => {
                self.full = true;
                self.field(book, at, body);
            }
            HandshakeType::CERTIFICATE_REQUEST if self.is_server(side) => {
                self.full = true;
                self.client_certificate = true;
            }
            HandshakeType::SERVER_HELLO_DONE if self.is_server(side) => {
                self.full = true;
                self.conclude(book, at);
            }
            HandshakeType::CLIENT_KEY_EXCHANGE if !self.is_server(side) => self.exchanged = true,
            _ => {}
        }
    }

    /// A side changes keys; `first`: it does so for the first time. `whole`: nothing of either side is missing.
    pub(crate) fn change(
        &mut self,
        book: &mut Book,
        side: Side,
        at: Moment,
        other_changed: bool,
        whole: bool,
    ) {
        self.conclude(book, at);
        if self.hidden || self.version.is_none() {
            return;
        }
        if let Some((early, _)) = self.early {
            self.went_on |= early != side;
            return;
        }
        // In a full handshake nobody changes keys before the client has sent its share.
        if self.full && !self.exchanged && !other_changed && whole && !self.unread {
            self.early = Some((side, at));
        }
    }

    /// A fatal alert in the open.
    pub(crate) fn alert(&mut self, book: &mut Book, place: Place<'_>, code: u8) {
        if let Some((early, _)) = self.early
            && early != place.side
            // These are said to a record that was decrypted.
            && !matches!(code, 20 | 21 | 51)
        {
            self.refused = true;
        }
        if self.version.is_none() && self.is_server(place.side) {
            self.failed(book, place.ends, place.at);
        }
    }

    /// The conversation is over.
    pub(crate) fn end(&mut self, book: &mut Book, ends: &Ends, at: Moment) {
        self.conclude(book, at);
        self.closed(book, true);
        if self.version.is_none() && self.offered > 0 {
            self.failed(book, ends, at);
        }
        book.totals.hidden += u64::from(self.hidden);
        let opened = self
            .suite
            .0
            .parts()
            .is_some_and(|parts| parts.exchange == Exchange::Rsa);
        let early = self.early;
        let (went_on, refused) = (self.went_on, self.refused);
        let client = self.client;
        let Some(server) = self.visit.server(book) else {
            return;
        };
        server.hidden += u64::from(self.hidden);
        server.opened_by_key += u64::from(opened);
        if let Some((side, at)) = early
            && Some(side) == client
        {
            let early = server.early.get_or_insert_default();
            if early.attempts == 0 {
                early.first = at;
            }
            early.last = at;
            early.attempts += 1;
            early.went_on += u64::from(went_on);
            early.refused += u64::from(refused && !went_on);
        }
    }

    fn is_server(&self, side: Side) -> bool {
        self.client != Some(side)
    }

    fn client_hello(&mut self, book: &mut Book, place: Place<'_>, body: &[u8]) {
        let Some(asked) = book.offers.read(body, place.datagram) else {
            return;
        };
        if self.client.is_some_and(|client| client != place.side) && self.version.is_some() {
            return;
        }
        self.client = Some(place.side);
        self.begin(book, place.ends, place.at);
        let (client, server) = both(place.ends, place.side);
        book.offered(client.ip(), server, &asked.offer, place.at);
        if let (Some(name), Some(server)) = (&asked.name, self.visit.server(book)) {
            server.named(name);
        }
        self.offered = asked.offer.newest.0;
        self.offer = Some(asked);
        self.full = false;
        self.exchanged = false;
    }

    fn server_hello(&mut self, book: &mut Book, place: Place<'_>, body: &[u8]) {
        let (hello, oddities) = ServerHello::read(body);
        if hello.legacy_version == Version(0) || self.client == Some(place.side) {
            return;
        }
        self.client = Some(place.side.other());
        self.begin(book, place.ends, place.at);
        let version = hello.negotiated();
        self.version = Some(version);
        self.suite = Chosen(hello.suite);
        self.compression = hello.compression;
        self.truncated = hello.extension(ExtensionType::TRUNCATED_HMAC).is_some();
        // TLS 1.3 with its drafts and experiments, which number themselves otherwise; DTLS 1.3.
        self.hidden = (0x0304..0xfe00).contains(&version.0) || version == Version(0xfefc);
        // Drafts before the 22nd have another form, in which nothing after the random stands where it is looked for.
        let draft = (0x7f00..0x7f16).contains(&hello.legacy_version.0);
        if !draft && let Some(id) = self.visit.id(book) {
            let print = book.prints.ja3s(&hello);
            if let Some(server) = book.at(id) {
                server.printed(print);
            }
        }
        if hello.is_retry_request() || draft {
            return;
        }
        if let (Some(asked), Some(server)) = (&self.offer, self.visit.server(book))
            && !self.hidden
            && !place.datagram
            && told_of(&hello).is_some_and(|can| version < can && can <= asked.offer.newest)
        {
            server.told_of_more();
        }
        let heartbeat = hello.heartbeat().map(|mode| match mode {
            HeartbeatMode::PeerAllowedToSend => 1,
            HeartbeatMode::PeerNotAllowedToSend => 2,
            HeartbeatMode::Unknown(other) => other,
        });
        let offer = self.offer.take();
        self.answer = Some(Box::new(Fact::Hello {
            offered: offer.as_ref().map_or(version.0, |asked| asked.offer.newest.0),
            version: version.0,
            suite: hello.suite.0,
            heartbeat,
            extensions: hello
                .extensions
                .iter()
                .map(|extension| extension.kind.0)
                .collect(),
            cut_short: !oddities.is_empty(),
            client_certificate: false,
        }));
        if let Some(id) = self.visit.id(book) {
            if let Some(server) = book.at(id) {
                server.beating += u64::from(heartbeat.is_some());
            }
            if let Some(protocol) = hello.extension(ExtensionType::ALPN).and_then(Extension::protocol) {
                let protocols = vec![bounded(protocol)];
                book.note(id, place.at, Fact::Alpn { protocols });
            }
            let offered = |yes: fn(&Offer) -> bool| offer.as_ref().is_some_and(|asked| yes(&asked.offer));
            let mut feature = |feature, present| {
                let version = version.0;
                book.note(
                    id,
                    place.at,
                    Fact::Feature {
                        feature,
                        version,
                        present,
                    },
                );
            };
            if !self.hidden && (offered(|offer| offer.compression) || hello.compression != 0) {
                feature(Feature::Compression, hello.compression != 0);
            }
            if !self.hidden && offered(|offer| offer.renegotiation) {
                let present = hello.extension(ExtensionType::RENEGOTIATION_INFO).is_some();
                feature(Feature::SecureRenegotiation, present);
            }
            if !self.hidden && offered(|offer| offer.master_secret) {
                let present = hello.extension(ExtensionType::EXTENDED_MASTER_SECRET).is_some();
                feature(Feature::ExtendedMasterSecret, present);
            }
        }
        if self.hidden {
            self.conclude(book, place.at);
        }
        self.offer = offer.filter(|asked| asked.name.is_some());
    }

    /// The server has said all that it says in the open.
    fn conclude(&mut self, book: &mut Book, at: Moment) {
        let Some(mut fact) = self.answer.take() else {
            return;
        };
        if let Fact::Hello {
            client_certificate, ..
        } = fact.as_mut()
        {
            *client_certificate = self.client_certificate;
        }
        if let Some(id) = self.visit.id(book) {
            book.note(id, at, *fact);
        }
        self.offer = None;
    }

    fn chain(&mut self, book: &mut Book, at: Moment, body: &[u8]) {
        let (chain, _) = certificate::read(body);
        let mut places = Vec::with_capacity(chain.len());
        for der in chain {
            match book.certificates.place(der) {
                Some(place) => places.push(place),
                None => book.beyond.certificates += 1,
            }
        }
        let version = self.version.map_or(0, |version| version.0);
        let name = self.offer.as_ref().and_then(|asked| asked.name.clone());
        if let Some(server) = self.visit.server(book)
            && !places.is_empty()
        {
            server.shows(at, version, name.as_deref(), places);
        }
    }

    fn field(&self, book: &mut Book, at: Moment, body: &[u8]) {
        let suite = self.suite.0;
        if suite.parts().is_none_or(|parts| parts.exchange != Exchange::Dhe) {
            return;
        }
        let (Some(params), _) = read_dhe(body) else { return };
        let start = params.prime.iter().position(|byte| *byte != 0);
        let prime = start
            .and_then(|start| params.prime.get(start..))
            .unwrap_or_default();
        let bits = prime.first().map_or(0, |first| {
            u32::try_from(8 * prime.len()).unwrap_or(0) - first.leading_zeros()
        });
        let fact = Fact::FiniteField {
            version: self.version.map_or(0, |version| version.0),
            suite: suite.0,
            bits,
            prime: hex(&Sha256::digest(params.prime)),
            // Told apart by the active ear, which asks twice; here it would make each session a fact of its own.
            public: String::new(),
        };
        if let Some(id) = self.visit.id(book) {
            book.note(id, at, fact);
        }
    }

    fn failed(&mut self, book: &mut Book, ends: &Ends, at: Moment) {
        if let Some(client) = self.client {
            let (client, server) = both(ends, client);
            book.failed(client.ip(), server, self.offered, at);
        }
        self.offered = 0;
    }
}

/// The version that a server of TLS says it can speak, where it chose an older one (RFC 8446 section 4.1.3).
fn told_of(hello: &ServerHello) -> Option<Version> {
    if hello.random.ends_with(b"DOWNGRD\x01") {
        return Some(Version::TLS13);
    }
    hello.random.ends_with(b"DOWNGRD\x00").then_some(Version::TLS12)
}

/// The addresses of client and server.
pub(crate) const fn both(ends: &Ends, client: Side) -> (SocketAddr, SocketAddr) {
    match client {
        Side::Opener => (ends.opener, ends.answerer),
        Side::Answerer => (ends.answerer, ends.opener),
    }
}
