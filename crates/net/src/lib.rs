//! The only crate that opens sockets to targets. It hands out a [`Line`]: bytes both ways, under a scope, a
//! pace, deadlines and byte caps that the code holding the line cannot loosen.

pub mod care;
mod connect;
pub mod dial;
pub mod identity;
pub mod limits;
pub mod line;
pub mod pace;
pub mod proxy;
pub mod resolve;
pub mod scope;
pub mod tape;

pub use care::{Care, Rests};
pub use dial::{DialError, Dialer};
pub use limits::Limits;
pub use line::{Framing, Line, LineError};
pub use pace::{Pace, Tempo};
pub use scope::Scope;
