//! Packet captures to flows to observations: the second ear, which asks nothing.
//!
//! ```text
//! file or interface ─► packet ─► link ─► IP ─► TCP or UDP ─► flow ─► listener ─► observations
//! ```
//!
//! Everything up to the flow knows nothing of TLS; a [`Listener`] knows nothing of packets.

mod book;
mod both;
pub mod captured;
mod clear;
pub mod coverage;
pub mod files;
pub mod flaws;
mod flow;
mod fragments;
pub mod heard;
pub mod hearing;
pub mod heartbeat;
mod ip;
pub mod limits;
pub mod link;
pub mod listener;
pub mod listening;
#[cfg(all(target_os = "linux", feature = "live"))]
pub mod live;
pub mod others;
pub mod packet;
pub mod print;
pub mod reader;
pub mod subject;
pub mod takeover;
mod tls;
mod transport;
mod tunnel;

pub use book::{Beyond, Bounds, Totals};
pub use captured::{Beside, Captured, Origin, SessionLog, Sink};
pub use coverage::{Coverage, Oddity};
pub use heard::telling::Rest;
pub use heard::{Heard, Part};
pub use hearing::Hearing;
pub use heartbeat::Ladder;
pub use limits::Limits;
pub use listener::{Ending, Ends, Listener, Moment, Side};
pub use listening::Listening;
pub use packet::Packet;
pub use reader::{Fault, Reader, Trouble};
pub use subject::Subject;
