//! The files of `registry/policies` and `registry/clients`, each with its id: what `build.rs` found.

include!(concat!(env!("OUT_DIR"), "/data.rs"));
