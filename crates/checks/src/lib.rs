//! The questions that Holter asks of a service, one file each.
