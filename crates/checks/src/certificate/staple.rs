//! Whether the proof comes that its certificate promises.

use holter_cert::ocsp::read;

use super::shown::Shown;
use crate::Configuration;
use crate::ground::Ruling;

/// Whether the proof that it promises comes (RFC 7633).
pub(super) fn must_staple(shown: &Shown, configuration: &Configuration) -> Option<Ruling> {
    if !shown.leaf()?.extensions.must_staple {
        return Some(Ruling::not_affected("it does not promise a stapled proof"));
    }
    Some(
        if configuration
            .staples
            .iter()
            .flatten()
            .any(|staple| !read(&staple.0).0.answers.is_empty())
        {
            Ruling::not_affected("it promises a stapled proof, and staples it")
        } else if configuration.staples.is_empty() {
            Ruling::inconclusive("it promises a stapled proof, for which it was not asked")
        } else {
            Ruling::affected("it promises a stapled proof, and staples none")
        },
    )
}
