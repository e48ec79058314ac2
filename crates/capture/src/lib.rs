//! Packet captures to flows to observations: the second ear, which asks nothing.
//!
//! ```text
//! file or interface ─► packet ─► link ─► IP ─► TCP or UDP ─► flow ─► listener ─► observations
//! ```
//!
//! Everything up to the flow knows nothing of TLS; a [`Listener`] knows nothing of packets.

pub mod listener;
pub mod takeover;

pub use listener::{Ending, Ends, Listener, Moment, Side};
