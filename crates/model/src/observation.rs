//! A fact with its time, its method and its subject: append-only, never an opinion.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Endpoint, Fact};

/// How a fact was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Holter asked and the service answered.
    Active,
    /// Holter overheard it.
    Passive,
    /// It stands in a file.
    File,
    /// Somebody said so.
    Statement,
}

/// What was measured, when, how and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When.
    pub at: Timestamp,
    /// How.
    pub method: Method,
    /// Of what.
    pub subject: Endpoint,
    /// What.
    pub fact: Fact,
}
