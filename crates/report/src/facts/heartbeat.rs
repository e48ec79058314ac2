//! What heartbeats were sent, and what came of them.

use holter_model::{Fact, HeartbeatAnswer, Stage};
use holter_wire::{AlertDescription, Version};
use serde::Serialize;

/// A heartbeat that was sent.
#[derive(Debug, Serialize)]
pub(crate) struct Beat {
    version: String,
    stage: Stage,
    payload: u32,
    padding: u32,
    #[serde(flatten)]
    answer: Answer,
}

/// What came back, flat beside what was sent.
#[derive(Debug, Default, Serialize)]
struct Answer {
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_padding: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_zero_padding: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    foreign_bytes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
}

/// What `--prove` found.
#[derive(Debug, Serialize)]
pub(crate) struct Proof {
    version: String,
    claimed: u32,
    brought: u32,
    answered: bool,
    own_bytes: u32,
    foreign_bytes: u32,
}

impl Beat {
    /// A heartbeat in this shape; `None` for any other fact.
    pub(crate) fn of(fact: &Fact) -> Option<Self> {
        let Fact::Heartbeat {
            version,
            stage,
            payload,
            padding,
            answer,
        } = fact
        else {
            return None;
        };
        Some(Self {
            version: Version(*version).to_string(),
            stage: *stage,
            payload: *payload,
            padding: *padding,
            answer: (*answer).into(),
        })
    }
}

impl Proof {
    /// A proof in this shape; `None` for any other fact.
    pub(crate) fn of(fact: &Fact) -> Option<Self> {
        let Fact::OverRead {
            version,
            claimed,
            brought,
            own,
            foreign,
            answered,
        } = fact
        else {
            return None;
        };
        Some(Self {
            version: Version(*version).to_string(),
            claimed: *claimed,
            brought: *brought,
            answered: *answered,
            own_bytes: *own,
            foreign_bytes: *foreign,
        })
    }
}

impl From<HeartbeatAnswer> for Answer {
    fn from(heard: HeartbeatAnswer) -> Self {
        let mut answer = Self::default();
        answer.answer = match heard {
            HeartbeatAnswer::Echo {
                padding,
                zero_padding,
            } => {
                answer.answer_padding = Some(padding);
                answer.answer_zero_padding = Some(zero_padding);
                "echo"
            }
            HeartbeatAnswer::Other { length, beyond } => {
                answer.answer_length = Some(length);
                answer.foreign_bytes = Some(beyond);
                "other"
            }
            HeartbeatAnswer::Silence { waited_ms } => {
                answer.waited_ms = Some(waited_ms);
                "silence"
            }
            HeartbeatAnswer::Alert { code } => {
                answer.alert = Some(AlertDescription(code).to_string());
                "alert"
            }
            HeartbeatAnswer::Closed => "closed",
        };
        answer
    }
}
