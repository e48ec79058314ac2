//! Who is judged from a capture, and what is said of them: the shape of `holter listen -f jsonl`.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use holter_model::{Basis, Observation, Transport, Verdict};
use jiff::Timestamp;
use serde::Serialize;

use crate::heartbeat::Ladder;

/// The name and the version of this shape.
pub const SCHEMA: &str = "holter.capture/1";

/// One service, or one client, and all that is said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subject {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The file that it was heard in, or the interface.
    pub file: String,
    /// Who.
    pub subject: Who,
    /// How bytes travel to it.
    pub transport: Transport,
    /// What it speaks, by its id in the roster of protocols.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// Who sent it heartbeats that are evidence; where there are none, who talked to it.
    pub peers: Vec<IpAddr>,
    /// There were more peers than are named.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more_peers: bool,
    /// When it was first heard.
    pub first: Timestamp,
    /// When it was last heard.
    pub last: Timestamp,
    /// What is said of it, flaw by flaw.
    pub verdicts: Vec<Said>,
    /// Other things that were seen and that are no flaw of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signs: Vec<Sign>,
    /// What it was heard to speak.
    pub inventory: Inventory,
    /// How much of it was heard.
    pub coverage: Coverage,
    /// This is what is known by now: it will be told again, and that takes the place of this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub so_far: bool,
    /// The facts, for the store and for other judges.
    #[serde(skip)]
    pub observations: Vec<Observation>,
}

/// An end of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Who {
    /// Its address.
    pub address: IpAddr,
    /// Its port; of a client, that of the connection that shows the most.
    pub port: u16,
    /// Which end it is.
    pub role: End,
}

/// Which end of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// It is connected to.
    Server,
    /// It connects.
    Client,
}

/// A verdict on one flaw.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// The check that judged.
    pub check: String,
    /// The flaw.
    pub flaw: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on.
    pub basis: Basis,
    /// How far the evidence goes.
    #[serde(flatten)]
    pub weight: Option<Weight>,
    /// Why, in plain words; no byte of a peer's stands in it.
    pub evidence: String,
    /// Who asked, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Asker>,
    /// What lay open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Exposure>,
}

/// How far evidence of heartbeats goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Weight {
    /// The step that it reaches.
    pub ladder: Ladder,
    /// Requests that RFC 6520 forbids, or may forbid.
    pub attempts: u64,
    /// Answers to those.
    pub answers: u64,
    /// At least so many bytes went out that no request had brought.
    pub leaked_min: u64,
    /// And at most so many.
    pub leaked_max: u64,
    /// When bytes first went out, as far as was captured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_leak: Option<Timestamp>,
    /// When they last did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_leak: Option<Timestamp>,
}

/// A peer that asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Asker {
    /// Its address.
    pub address: IpAddr,
    /// How it went about it.
    pub manner: Manner,
    /// Its forbidden requests.
    pub attempts: u64,
    /// The answers that it got.
    pub answers: u64,
    /// Bytes that it got, at least.
    pub leaked_min: u64,
    /// And at most.
    pub leaked_max: u64,
}

/// How a peer went about it, as far as traffic tells: what somebody means does not stand in packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// It asked for no byte that it had not brought, as careful scanners do.
    AskedForNothing,
    /// Once or twice, and it went: a scanner does so, and a thief who tries.
    OnceOrTwice,
    /// Again and again, or for much: no scanner has a reason to.
    Repeated,
}

/// What lay open while memory went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exposure {
    /// Sessions of the service that were open at some moment from the first heartbeat to the last one of the connections in which memory
    /// leaked. One whose end is not in the capture counts as open.
    pub sessions: u64,
    /// Keys to be taken for stolen.
    pub keys: Vec<ExposedKey>,
}

/// A key to be taken for stolen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExposedKey {
    /// SHA-256 of the public key with its head (SPKI), in hexadecimal.
    pub spki: String,
    /// Other services with the same key.
    pub also_at: Vec<String>,
    /// How many more of them there are, about.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_places: u64,
    /// Sessions in the capture that it opens, at any time and of any of these services: those with an RSA key exchange.
    pub opens_sessions: u64,
}

/// Something that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// What.
    pub sign: SignKind,
    /// How often.
    pub times: u64,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// With whom.
    pub peers: Vec<IpAddr>,
}

/// What signs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// A client came again with a lower version after a failure, or said that it had.
    Downgrade,
    /// A request was made that makes a datagram service of OpenSSL 1.0.1 abort.
    DatagramCrash,
}

/// What a subject was heard to speak. Texts are a peer's: bounded, and to be escaped where they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Inventory {
    /// Versions chosen.
    pub versions: Vec<String>,
    /// Suites chosen.
    pub suites: Vec<String>,
    /// Names that it was asked for by.
    pub names: Vec<String>,
    /// Protocols inside TLS.
    pub alpn: Vec<String>,
    /// SHA-256 of the certificates of each chain, leaf first.
    pub chains: Vec<Vec<String>>,
    /// SHA-256 of its public keys.
    pub keys: Vec<String>,
    /// Fingerprints of its hellos (JA3S), or of a client's (JA3).
    pub ja3: Vec<String>,
    /// The same as JA4 has them; clients only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ja4: Vec<String>,
    /// Sessions in which heartbeats were agreed on.
    pub heartbeat_sessions: u64,
}

/// How much of a subject was heard. What was not captured proves nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Seconds from the first flow of the capture to the last.
    pub seconds: f64,
    /// Sessions of this subject.
    pub sessions: u64,
    /// Sessions of which one side only was captured.
    pub one_sided: u64,
    /// Sessions that were first heard in their middle.
    pub mid_stream: u64,
    /// Sessions with bytes missing.
    pub with_gaps: u64,
    /// Sessions of TLS 1.3, in which heartbeats cannot be told from data.
    pub hidden: u64,
    /// Bytes heard.
    pub bytes_heard: u64,
    /// Bytes sent that are not in the capture.
    pub bytes_missing: u64,
    /// What it all comes to, in words.
    pub notes: Vec<String>,
}

const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A client, as inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientSeen {
    /// Its address.
    pub address: IpAddr,
    /// When it was first heard.
    pub first: Timestamp,
    /// When it was last heard.
    pub last: Timestamp,
    /// Hellos that it sent.
    pub hellos: u64,
    /// What it offers, each kind of hello once; shared with all clients that offer the same.
    pub offers: Vec<Arc<Offered>>,
}

/// What one kind of hello offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Offered {
    /// Its JA3.
    pub ja3: String,
    /// Its JA4.
    pub ja4: String,
    /// Versions.
    pub versions: Vec<String>,
    /// Suites.
    pub suites: Vec<String>,
    /// The mode of the heartbeat extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<u8>,
    /// Whether it offers compression.
    pub compression: bool,
}

/// Who talks to whom over what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InterfaceSeen {
    /// The client.
    pub client: IpAddr,
    /// The server.
    pub server: IpAddr,
    /// Its port.
    pub port: u16,
    /// How bytes travel.
    pub transport: Transport,
    /// What is spoken, by its id in the roster of protocols.
    pub protocol: Cow<'static, str>,
    /// Whether every session was encrypted.
    pub encrypted: bool,
    /// Sessions.
    pub sessions: u32,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
}
