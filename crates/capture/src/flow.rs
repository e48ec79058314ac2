//! Who speaks with whom: finds a packet's flow, puts each side's bytes in order, and forgets what is over.

pub(crate) mod held;
pub(crate) mod key;
pub(crate) mod stream;
pub(crate) mod table;
