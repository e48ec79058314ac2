//! # Revoked certificates
//!
//! ## What it asks
//! Nothing of the service: a stapled OCSP response came with its certificate. Only with `--phone-out` the OCSP responder
//! that the certificate names is asked, and where that does not answer, the revocation list is fetched.
//!
//! ## Why it matters
//! A certificate is revoked when its key may be in other hands: whoever has it can stand between a portal and its users.
//! After Heartbleed most keys were never revoked at all.
//!
//! ## What to do
//! See `flaws/CERT-REVOKED.toml`.
//!
//! ## References
//! RFC 6960; RFC 5280 section 5; RFC 6066 section 8.

mod ask;
mod judge;

use crate::{Check, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "revocation",
    name: "Revoked certificate",
    about: "reads a stapled OCSP response; with --phone-out asks the responder or fetches the revocation list",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CERT-REVOKED.toml")],
    ask: |visit| Box::pin(ask::ask(visit)),
    judge: |observations, _| judge::judge(observations).into_iter().collect(),
};
