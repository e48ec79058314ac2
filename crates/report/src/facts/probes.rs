//! How a service took what was tried, and the tickets that it gave.

use holter_model::{Fact, Reaction};
use holter_wire::{AlertDescription, CipherSuite, Version};
use serde::Serialize;

/// A session ticket.
#[derive(Debug, Serialize)]
pub(crate) struct Ticket {
    version: String,
    lifetime_s: u32,
    key_sha256: String,
    early_data: u32,
}

/// Something that was tried.
#[derive(Debug, Serialize)]
pub(crate) struct Probe {
    probe: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<String>,
    reaction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_length: Option<u32>,
}

impl Ticket {
    /// A ticket in this shape; `None` for any other fact.
    pub(crate) fn of(fact: &Fact) -> Option<Self> {
        let Fact::Ticket {
            version,
            lifetime,
            key,
            early_data,
        } = fact
        else {
            return None;
        };
        Some(Self {
            version: Version(*version).to_string(),
            lifetime_s: *lifetime,
            key_sha256: key.clone(),
            early_data: *early_data,
        })
    }
}

impl Probe {
    /// A probe in this shape; `None` for any other fact.
    pub(crate) fn of(fact: &Fact) -> Option<Self> {
        let Fact::Probe {
            probe,
            version,
            suite,
            reaction,
        } = fact
        else {
            return None;
        };
        let mut shape = Self {
            probe: probe.clone(),
            version: Version(*version).to_string(),
            suite: (*suite != 0).then(|| CipherSuite(*suite).to_string()),
            reaction: "",
            alert: None,
            waited_ms: None,
            answer_length: None,
        };
        shape.reaction = match *reaction {
            Reaction::Alert(code) => {
                shape.alert = Some(AlertDescription(code).to_string());
                "alert"
            }
            Reaction::Closed => "closed",
            Reaction::Reset => "reset",
            Reaction::Silence(waited) => {
                shape.waited_ms = Some(waited);
                "silence"
            }
            Reaction::Continued => "continued",
            Reaction::Other(length) => {
                shape.answer_length = Some(length);
                "other"
            }
        };
        Some(shape)
    }
}
