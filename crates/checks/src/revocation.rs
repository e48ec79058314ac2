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

use holter_cert::Chain;
use holter_model::Der;

use crate::{Check, Needs, Profile};

/// The certificate of the service itself and that of its issuer, wherever in the chain they stand.
fn leaf_and_issuer(chain: &[Der]) -> Option<(&[u8], &[u8])> {
    let ders: Vec<&[u8]> = chain.iter().map(|der| der.0.as_slice()).collect();
    let path = Chain::read(&ders).0.path;
    let at = |place: usize| path.get(place).and_then(|index| ders.get(*index)).copied();
    Some((at(0)?, at(1)?))
}

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "revocation",
    name: "Revoked certificate",
    about: "reads a stapled OCSP response; with --phone-out asks the responder or fetches the revocation list",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CERT-REVOKED.toml")],
    ask: |visit| Box::pin(ask::ask(visit)),
    judge: |observations, attempt| judge::judge(observations, attempt).into_iter().collect(),
};
