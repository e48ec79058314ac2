//! Packet captures to flows to observations: the second ear, which asks nothing.
//!
//! ```text
//! file or interface ─► packet ─► link ─► IP ─► TCP or UDP ─► flow ─► listener ─► observations
//! ```
//!
//! Everything up to the flow knows nothing of TLS; a [`Listener`] knows nothing of packets.

pub mod coverage;
pub mod files;
mod flow;
mod fragments;
pub mod hearing;
mod ip;
pub mod limits;
pub mod link;
pub mod listener;
#[cfg(all(target_os = "linux", feature = "live"))]
pub mod live;
pub mod packet;
pub mod reader;
pub mod takeover;
mod transport;
mod tunnel;

pub use coverage::{Coverage, Oddity};
pub use hearing::Hearing;
pub use limits::Limits;
pub use listener::{Ending, Ends, Listener, Moment, Side};
pub use packet::Packet;
pub use reader::{Fault, Reader, Trouble};
