//! Keys of several services that hang together: what only a whole scan can show.

use serde::Serialize;

/// How keys hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bond {
    /// It is one key.
    Same,
    /// They have a prime factor in common, so that both can be computed.
    Factor,
}

/// Services whose keys hang together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyKin {
    /// How.
    pub bond: Bond,
    /// SHA-256 of the public key, in hex; of the first where there are two.
    pub key: String,
    /// Where they stand.
    pub places: Vec<String>,
    /// Flaws of any of them that let the key out, or use it against the others.
    pub exposed_by: Vec<String>,
}
