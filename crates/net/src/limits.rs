//! How long Holter waits and how much it takes, for each step, for a connection and for a service.

use std::time::Duration;

/// Bounds on one connection, and on all those to one service.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To establish the connection, a proxy's part included.
    pub connect: Duration,
    /// For each single read or write.
    pub step: Duration,
    /// For all of a connection's life.
    pub whole: Duration,
    /// The most bytes taken from the peer in one connection.
    pub most_bytes: u64,
    /// For all connections to one service together: then no other is opened. What Holter's own pace costs does not count.
    pub service: Duration,
}

impl Default for Limits {
    /// A mail server that lets clients wait greets after 6 s (Postfix's postscreen); a whole first flight with
    /// a long chain stays far under 1 MiB. An honest service that answers slowly in four versions needs half of the
    /// last.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            step: Duration::from_secs(7),
            whole: Duration::from_secs(30),
            most_bytes: 1 << 20,
            service: Duration::from_secs(180),
        }
    }
}
