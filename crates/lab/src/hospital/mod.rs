//! The hospital in a box: about a dozen real servers as a believable hospital, some affected, most not.

mod life;
mod roster;
mod state;

pub use life::{Options, Status, down, status, up};
pub use roster::{Backing, Service, Truth, services, targets};
