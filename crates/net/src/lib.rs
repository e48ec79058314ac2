//! The only crate that opens sockets to targets.
