//! A host that was left alone in the middle of a scan.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Endpoint;

/// A host showed that it suffers, and Holter went away: no endpoint of it is asked any more in this run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftAlone {
    /// When.
    pub at: Timestamp,
    /// Where it showed.
    pub endpoint: Endpoint,
    /// What it did, in words.
    pub why: String,
    /// How many of its endpoints were not asked because of that.
    pub not_asked: u64,
}
