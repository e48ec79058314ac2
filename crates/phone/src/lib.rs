//! Questions to third parties: OCSP responders, CRL servers and the DNS. Nothing here is asked unless the user said
//! `--phone-out`, and never an address that the user excluded, whatever a certificate suggests.

mod dns;
mod error;
mod http;
mod phone;

pub use dns::{Caa, Tlsa, Tlsas};
pub use error::PhoneError;
pub use phone::Phone;
