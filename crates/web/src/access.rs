//! Who may come in: passwords, second factors, tokens, forms that are ours, and how often somebody may try.

pub(crate) mod form_key;
pub(crate) mod password;
pub(crate) mod provider;
pub(crate) mod recovery;
pub(crate) mod seal;
pub(crate) mod throttle;
pub(crate) mod token;
pub(crate) mod totp;
