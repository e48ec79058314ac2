//! What a scripted device notes, one line of JSON each.

/// One thing that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A connection came.
    Opened {
        /// Its number; the first is 0.
        connection: usize,
        /// Where it came.
        port: u16,
    },
    /// A connection is over.
    Closed {
        /// Its number.
        connection: usize,
        /// How many bytes it had brought.
        received: usize,
    },
    /// A page came out: somebody sent a printer bytes.
    Printed {
        /// Where they came.
        port: u16,
    },
    /// A heartbeat came.
    Heartbeat {
        /// The number of its connection.
        connection: usize,
    },
    /// The device locked up for ever: harm was done.
    Hung {
        /// What it could not bear.
        why: String,
    },
}
