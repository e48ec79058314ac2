//! What is known of flaws that are read from logs, beside those that a check decides.

use std::sync::LazyLock;

use holter_checks::catalogue;
use holter_model::{Flaw, Severity};

/// Clinical messages that pass in the clear.
pub const CLEAR_CLINICAL: &str = "CLEAR-CLINICAL";

/// A session that two users share.
pub const SESSION_TAKEOVER: &str = "SESSION-TAKEOVER";

static OWN: LazyLock<Vec<Flaw>> = LazyLock::new(|| {
    [include_str!("../../../flaws/SESSION-TAKEOVER.toml")]
        .into_iter()
        .filter_map(|text| Flaw::parse(text).ok())
        .collect()
});

/// The flaws that are read from logs.
#[must_use]
pub fn own() -> &'static [Flaw] {
    &OWN
}

/// What is known of the flaw with this id, whichever ear decides it.
#[must_use]
pub fn flaw(id: &str) -> Option<&'static Flaw> {
    let own = || OWN.iter().find(|flaw| flaw.id == id);
    catalogue::flaw(id).map(|known| &known.flaw).or_else(own)
}

/// How much it lets out. One that this build does not know is taken for a grave one.
#[must_use]
pub fn severity(id: &str) -> Severity {
    flaw(id).map_or(Severity::High, |flaw| flaw.severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_read() {
        let ids: Vec<&str> = own().iter().map(|flaw| flaw.id.as_str()).collect();
        assert_eq!(ids, [SESSION_TAKEOVER]);
        assert!(flaw(CLEAR_CLINICAL).is_some());
        assert_eq!(severity("CVE-2014-0160"), Severity::Critical);
    }
}
