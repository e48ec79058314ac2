//! Pages and the JSON API over what is remembered: one file a page.
//!
//! [`serve`] listens. Every request passes `guard`, which knows from the table in `routes` who may; `role` says which
//! role may do what. A page is a function of what the store says to HTML; what changes something is a form with a key
//! that only our own pages know, and stands in the audit log before it is answered.

mod access;
mod accounts;
mod api;
mod app;
mod certificate;
mod describing;
mod doing;
mod ends;
mod guard;
mod headers;
mod health;
mod life;
mod metrics;
mod notices;
#[cfg(feature = "oidc")]
mod oidc;
mod own;
mod pages;
mod role;
mod routes;
mod scanning;
mod serve;
mod shown;
mod spelling;
mod stock;
#[cfg(test)]
mod tests;
mod trouble;

pub use access::seal::{Key, NoKey};
pub use accounts::{ResetError, reset_here};
pub use certificate::{OwnCertificate, fingerprint};
pub use role::Role;
pub use scanning::ScanRules;
pub use serve::audit_key;
pub use serve::{Ready, ServeError, Serving, Tls, serve};
