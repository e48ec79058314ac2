//! Proxies that stand between a client and a real server, and make the way between them worse or visible.

pub mod balancing;
pub mod banning;
pub mod counting;
pub mod cutting;
pub mod forward;
pub mod loss;
pub(crate) mod pump;
pub mod single;
