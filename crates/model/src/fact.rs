//! What was heard: measured facts, never opinions. They hold code points, lengths and counts, no peer's bytes.

use serde::{Deserialize, Serialize};

/// One thing that a service did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// How a hello was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// After ServerHelloDone, in the clear.
    MidHandshake,
    /// After both Finished messages, encrypted.
    Finished,
}

/// What came back for a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
