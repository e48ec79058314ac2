//! What was heard: measured facts, never opinions. They hold code points, lengths and counts, no peer's bytes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::der::Der;
use crate::feature::{Feature, Order, Reaction, Store};
use crate::ladder::Ladder;

/// One thing that a service did.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// It answered a ClientHello with a ServerHello.
    Hello {
        /// The version offered.
        offered: u16,
        /// The version chosen.
        version: u16,
        /// The suite chosen.
        suite: u16,
        /// The heartbeat extension's mode, where the extension was offered (RFC 6520: 1 allows us to send).
        heartbeat: Option<u8>,
        /// All extensions in the order of the ServerHello, which tells stacks apart.
        extensions: Vec<u16>,
        /// Whether the list of extensions broke off, so that one not seen may yet have been meant.
        cut_short: bool,
        /// Whether it demanded a client certificate.
        client_certificate: bool,
    },
    /// It did not answer a ClientHello with a ServerHello.
    HelloRefused {
        /// The version offered.
        offered: u16,
        /// What it did instead.
        how: Refusal,
    },
    /// A heartbeat was sent, and this came of it.
    Heartbeat {
        /// The version of the connection.
        version: u16,
        /// When in the handshake.
        stage: Stage,
        /// Payload bytes, all of them brought.
        payload: u32,
        /// Padding bytes; RFC 6520 wants at least 16.
        padding: u32,
        /// What came back.
        answer: HeartbeatAnswer,
    },
    /// Heartbeats between others and it were overheard.
    Overheard {
        /// How far the evidence goes.
        ladder: Ladder,
        /// Whether it passed over a forbidden request and went on.
        ignored: bool,
        /// Requests that were forbidden or may have been.
        attempts: u64,
        /// Answers to those.
        answers: u64,
        /// At least so many bytes went out that no request had brought.
        leaked_min: u64,
        /// And at most so many.
        leaked_max: u64,
    },
    /// Clinical messages passed without encryption. They are counted, and not a byte of them is kept.
    InTheClear {
        /// The protocol, by its id in the roster.
        protocol: String,
        /// How many messages.
        messages: u64,
    },
    /// A whole capture, in which all that was heard of it is encrypted, and so were the conversations with each system that had
    /// been heard to speak with it in the clear.
    OnlyEncrypted {
        /// Sessions that were heard.
        sessions: u64,
        /// Systems that speak with it.
        clients: u64,
    },
    /// A session, in the log of the device that keeps it, changed from network to network. It is named by a line of the log, for
    /// its number would open it.
    SessionMoved {
        /// The line of the log that has it first.
        first_line: u64,
        /// From how many networks it was used.
        networks: u64,
        /// How often the network changed.
        changes: u64,
        /// How often it changed to one that had been left before.
        returns: u64,
        /// The quickest change, in seconds.
        quickest: i64,
    },
    /// Its certificate or its first words gave away what it is.
    Recognised {
        /// The mark's id in our registry; nothing of the peer's.
        mark: String,
    },
    /// The user's `--prove`: a heartbeat claimed more of our own marker than it brought.
    OverRead {
        /// The version of the connection.
        version: u16,
        /// Bytes claimed.
        claimed: u32,
        /// Bytes brought.
        brought: u32,
        /// Marker bytes in the answer beyond what was brought; each proves the over-read.
        own: u32,
        /// Bytes that were not ours.
        foreign: u32,
        /// Whether there was an answer at all.
        answered: bool,
    },
    /// The suites that it accepts in one version, in the order in which it chose them.
    Suites {
        /// The version.
        version: u16,
        /// The suites.
        suites: Vec<u16>,
        /// Whose order decides.
        order: Order,
        /// Whether asking came to its end: none of all that are left is accepted.
        complete: bool,
    },
    /// Its answers do not fit together: different servers answer at its address in turn, or it accepts what nobody can.
    /// None of them clears it of anything.
    Inconsistent {
        /// What does not fit.
        why: String,
    },
    /// The kinds of ciphers that it offers in SSLv2, three bytes each.
    Ssl2 {
        /// The kinds.
        kinds: Vec<u32>,
    },
    /// The key-exchange groups that it accepts in one version, in the order in which it chose them.
    Groups {
        /// The version.
        version: u16,
        /// The groups.
        groups: Vec<u16>,
        /// Whose order decides.
        order: Order,
        /// Whether asking came to its end.
        complete: bool,
    },
    /// The schemes that it signs its key exchange with in one version.
    Schemes {
        /// The version.
        version: u16,
        /// The schemes.
        schemes: Vec<u16>,
        /// Whether asking came to its end.
        complete: bool,
    },
    /// The finite field of an ephemeral Diffie-Hellman key exchange.
    FiniteField {
        /// The version.
        version: u16,
        /// The suite.
        suite: u16,
        /// Length of the prime.
        bits: u32,
        /// SHA-256 of the prime, in hex: primes are shared by thousands of servers.
        prime: String,
        /// SHA-256 of the server's public value, in hex: the same twice is a key that is used again.
        public: String,
    },
    /// The certificates that it sent, in its order.
    Chain {
        /// The version.
        version: u16,
        /// The name that was asked for by SNI.
        name: Option<String>,
        /// The certificates, leaf first unless it says otherwise.
        certificates: Vec<Der>,
    },
    /// The public key of its own certificate, where no more of its chain was wanted: by it a system is known again.
    Key {
        /// Its SHA-256, in hexadecimal.
        sha256: String,
    },
    /// Whether a path leads from its certificate to a store's roots.
    Trust {
        /// Which roots.
        store: Store,
        /// Why not; `None`: it does.
        problem: Option<String>,
    },
    /// An OCSP response that it stapled, or one that was fetched with `--phone-out`.
    Ocsp {
        /// Whether the service itself sent it.
        stapled: bool,
        /// The response; `None`: it was asked for, and there was none.
        response: Option<Der>,
    },
    /// What a revocation list says of a certificate; fetched with `--phone-out`.
    RevocationList {
        /// SHA-256 of the certificate in hex.
        certificate: String,
        /// Whether it stands on the list, and since when and why (RFC 5280 section 5.3.1's numbers).
        listed: Option<(Option<Timestamp>, Option<u8>)>,
        /// Whether its issuer signed the list, and it is of today and whole: then not to stand there says something.
        sound: bool,
    },
    /// Who may issue certificates for its name, as the DNS says (RFC 8659): "issue ca.example"; asked with `--phone-out`.
    Caa {
        /// The records, in words.
        records: Vec<String>,
    },
    /// What its certificate must match, as the DNS says (RFC 6698): "3 1 1 2ab5…"; asked with `--phone-out`.
    Tlsa {
        /// The records.
        records: Vec<String>,
        /// Whether the name server says that it verified them.
        authenticated: bool,
    },
    /// Something that a service may have or not.
    Feature {
        /// What.
        feature: Feature,
        /// The version of the connection.
        version: u16,
        /// Whether it has it.
        present: bool,
    },
    /// The protocols that it speaks inside TLS, by ALPN (RFC 7301).
    Alpn {
        /// Their names.
        protocols: Vec<String>,
    },
    /// A session ticket.
    Ticket {
        /// The version.
        version: u16,
        /// How long it holds, in seconds, as the server says.
        lifetime: u32,
        /// SHA-256 of its first 16 bytes in hex, by which many servers name the key (RFC 5077 section 4).
        key: String,
        /// The most bytes of early data that it allows (RFC 8446 section 4.2.10).
        early_data: u32,
    },
    /// How it took something that a peer in good order does not do, or does not do so.
    Probe {
        /// What was done: an id of the check's own.
        probe: String,
        /// The version of the connection.
        version: u16,
        /// The suite of the connection, where there was one.
        suite: u16,
        /// How it took that.
        reaction: Reaction,
    },
    /// The protocol that leads to TLS here, or that TLS carries.
    Protocol {
        /// Its id in the roster: "smtp", "https".
        id: String,
        /// Whether TLS begins at once.
        at_once: bool,
    },
    /// A header of its answer to `GET /`; only those that say something of security, cut to 4 KiB. One without a name comes
    /// first and has the status.
    Header {
        /// Its name in lower case.
        name: String,
        /// Its value.
        value: String,
    },
    /// How much of the page behind those headers came: counted, and not kept.
    Body {
        /// Bytes.
        bytes: u32,
        /// Whether that is all of it, as its head or its last chunk says.
        whole: bool,
    },
}

/// How a hello was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "refusal", content = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// A fatal alert with this description.
    Alert(u8),
    /// The connection was closed or reset.
    Closed,
    /// Nothing came in time.
    Silence,
    /// Something that is not a ServerHello.
    Nonsense,
}

/// When in a connection a heartbeat was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// After ServerHelloDone, in the clear.
    MidHandshake,
    /// After both Finished messages, encrypted.
    Finished,
}

/// What came back for a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum HeartbeatAnswer {
    /// Our payload, byte for byte.
    Echo {
        /// Bytes of padding behind it.
        padding: u32,
        /// Whether the padding was all zero.
        zero_padding: bool,
    },
    /// A heartbeat that is not our echo.
    Other {
        /// Its length.
        length: u32,
        /// Bytes beyond what an echo accounts for. Not one of them is kept.
        beyond: u32,
    },
    /// Nothing within the wait.
    Silence {
        /// How long we waited.
        waited_ms: u32,
    },
    /// An alert with this description.
    Alert {
        /// The description.
        code: u8,
    },
    /// The connection was closed or reset.
    Closed,
}
