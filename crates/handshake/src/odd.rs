//! Odd conversations: each breaks the protocol in one chosen way, and tells how the server took it. None of them asks for
//! a byte, and none goes on where the server does.

pub mod bleichenbacher;
pub mod cbc;
pub mod early_ccs;
pub mod reaction;

pub use reaction::{End, Heard, Reaction};
