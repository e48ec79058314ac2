//! What the user's files say of a network: targets to ask, and assets with what is known of them.
//!
//! [`read()`] tells by a file's looks which [`Form`] it has and reads it; [`Inventory`] answers what is known of one
//! host. Bytes come from the caller: nothing here opens a file or looks a name up.

mod about;
mod dashed;
mod error;
mod form;
mod inventory;
mod leases;
mod list;
mod nmap;
mod oddity;
pub mod place;
mod read;
mod sheet;
mod table;
mod text;
mod typed;

pub use about::About;
pub use error::ReadError;
pub use form::Form;
pub use inventory::Inventory;
pub use nmap::service::ids as nmap_protocols;
pub use oddity::Oddity;
pub use read::{Read, read, read_as};
pub use text::decode;
pub use typed::{host_name, targets};
