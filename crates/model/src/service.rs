//! One service as a scan found it: what each output format is a function of.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Assessment, Attempt, Endpoint, Judgement, Observation, Role, Unasked};

/// All that a scan has to say about one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// What the user named, as typed, with the port where one was added.
    pub target: String,
    /// Where it is. `None` when a name had no address.
    pub endpoint: Option<Endpoint>,
    /// The host name asked for, where one was given.
    pub name: Option<String>,
    /// The protocol spoken, an id of the roster.
    pub protocol: String,
    /// What it is there for, as far as that is known.
    #[serde(default)]
    pub role: Option<Role>,
    /// When asking began.
    pub started: Timestamp,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Connections opened.
    pub connections: u32,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// How far the attempt came.
    pub attempt: Attempt,
    /// More about an attempt that was not completed, in words.
    pub trouble: Option<String>,
    /// What was heard.
    pub observations: Vec<Observation>,
    /// What the checks make of it.
    pub judgements: Vec<Judgement>,
    /// What was not asked about, since the user has not allowed it. That is no verdict, and leaves nothing open.
    #[serde(default)]
    pub not_asked: Vec<Unasked>,
    /// What rules of others make of it; worked out wherever it is shown.
    #[serde(skip)]
    pub assessment: Option<Assessment>,
    /// What was strange about the bytes.
    pub oddities: Vec<String>,
}

impl Service {
    /// The gravest verdict; `None` when nothing could be judged.
    #[must_use]
    pub fn worst(&self) -> Option<crate::Verdict> {
        self.judgements.iter().map(|judgement| judgement.verdict).max()
    }
}
