//! The `holter` command.

fn main() {}
