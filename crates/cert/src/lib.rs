//! X.509 certificates, OCSP responses, CRLs and SCTs: DER to facts and oddities, and the keys that should not be.
//!
//! Everything here reads bytes that a stranger chose, and devices make strange certificates: a reader never panics and
//! never fails as a whole. Nothing here does I/O or asks for the time: moments are handed in.

pub mod certificate;
pub mod chain;
pub mod crl;
pub mod host;
pub mod key;
pub mod number;
pub mod ocsp;
pub mod oddity;
pub mod sct;
pub mod signature;
pub mod store;
mod stores;
pub mod trust;
pub mod verify;
pub mod weak;

mod fields;
mod instant;
mod name;
mod parts;
mod tlv;

pub use certificate::Certificate;
pub use chain::Chain;
pub use host::{NameMatch, matches_name};
pub use key::Key;
pub use number::Number;
pub use oddity::Oddity;
pub use sct::Sct;
pub use signature::Signature;
pub use store::{Store, StoreKind};
pub use stores::Stores;
pub use trust::{Distrust, Purpose, Trust, trust};
pub use verify::Signed;
