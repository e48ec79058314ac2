//! Everything that Holter remembers: the only crate that knows SQL.
