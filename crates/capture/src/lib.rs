//! Packet captures to flows to observations: the second ear, which asks nothing.
//!
//! ```text
//! file or interface ─► packet ─► link ─► IP ─► TCP or UDP ─► flow ─► listener ─► observations
//! ```
//!
//! Everything up to the flow knows nothing of TLS; a [`Listener`] knows nothing of packets.

mod book;
mod both;
mod clear;
pub mod heard;
pub mod heartbeat;
pub mod listener;
pub mod listening;
pub mod print;
pub mod subject;
mod tls;

pub use book::{Beyond, Bounds, Totals};
pub use heard::Heard;
pub use heartbeat::Ladder;
pub use listener::{Ending, Ends, Listener, Moment, Side};
pub use listening::Listening;
pub use subject::Subject;
