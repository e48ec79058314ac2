//! What a service may have or do: the words that facts about its configuration are made of.

use serde::{Deserialize, Serialize};

/// Whose order decides when both sides know several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The server's own.
    Server,
    /// The client's.
    Client,
    /// There is but one, or its choices fit neither.
    Unknown,
}

/// Whose roots a path was looked for to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Store {
    /// Mozilla's: what the public web trusts.
    Mozilla,
    /// This machine's, a hospital's own authorities among them.
    Platform,
    /// The user's own files.
    User,
}

/// Something that a service may have or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Feature {
    /// It binds renegotiations to what came before (RFC 5746).
    SecureRenegotiation,
    /// It lets the client negotiate again.
    ClientRenegotiation,
    /// It binds the master secret to the handshake (RFC 7627).
    ExtendedMasterSecret,
    /// It authenticates what is encrypted (RFC 7366).
    EncryptThenMac,
    /// It resumes sessions by their id.
    SessionId,
    /// It resumes sessions by a ticket (RFC 5077), or a pre-shared key in TLS 1.3.
    SessionTicket,
    /// It takes data before the handshake is finished (RFC 8446 section 2.3).
    EarlyData,
    /// It refuses a fallback that its own version makes needless (RFC 7507).
    FallbackScsv,
    /// It compresses records (RFC 3749).
    Compression,
    /// Its random says that it knows a newer version than it was asked for (RFC 8446 section 4.1.3).
    DowngradeSentinel,
    /// It answers a hello of a version that does not exist yet.
    VersionTolerance,
    /// It answers a hello with extensions, suites and groups that do not exist yet (RFC 8701).
    ExtensionTolerance,
    /// It demands a certificate of the client.
    ClientCertificate,
    /// It sends the certificate's transparency proofs in the handshake (RFC 6962).
    SignedTimestamps,
    /// It refuses a protocol by ALPN that it does not speak (RFC 7301 section 3.2).
    StrictAlpn,
    /// It refuses a name that it does not serve.
    StrictName,
}

/// How a peer takes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "reaction", content = "value", rename_all = "snake_case")]
pub enum Reaction {
    /// With a fatal alert of this description.
    Alert(u8),
    /// It closes the connection.
    Closed,
    /// It resets the connection.
    Reset,
    /// Nothing comes within so many milliseconds, and the connection stands.
    Silence(u32),
    /// It goes on as if all were in order.
    Continued,
    /// With something else of so many bytes, not one of which is kept.
    Other(u32),
}
