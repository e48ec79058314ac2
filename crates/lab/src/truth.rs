//! The truth table: real servers of known version and configuration, and what is true of each, flaw by flaw, by
//! the word of those who made it. The data is `assets/truth`; nothing in it comes from Holter.

mod chain;
mod group;
mod run;
mod start;
mod table;

pub use chain::{Chain, HOST};
pub use group::Group;
pub use run::Run;
pub use start::{Running, start, start_server};
pub use table::{Expected, Front, Server, Table, Verdict};
