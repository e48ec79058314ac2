//! What listening decides: its checks, and what is known of the flaws that no question decides.

use std::sync::LazyLock;

use holter_checks::catalogue;
use holter_model::{Flaw, Severity};

/// Clinical messages that pass in the clear.
pub const CLEAR_CLINICAL: &str = "CLEAR-CLINICAL";

/// A session that two users share.
pub const SESSION_TAKEOVER: &str = "SESSION-TAKEOVER";

/// A connection that was pushed to an older version.
pub const TLS_DOWNGRADED: &str = "TLS-DOWNGRADED";

/// What is decided by listening, beside the judges that it shares with asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overheard {
    /// As it stands in every machine-readable format.
    pub id: &'static str,
    /// For a person.
    pub name: &'static str,
    /// What it looks at, in a sentence.
    pub about: &'static str,
    /// The flaws that it decides.
    pub flaws: &'static [&'static str],
}

/// All of them.
pub static CHECKS: [Overheard; 6] = [
    Overheard {
        id: "ccs-heard",
        name: "Keys changed too early",
        about: "whether a server went on after a client had changed keys before any were agreed",
        flaws: &["CVE-2014-0224"],
    },
    Overheard {
        id: "downgrade-heard",
        name: "Versions pushed down",
        about: "whether two ends went on with an older version than both can speak",
        flaws: &[TLS_DOWNGRADED],
    },
    Overheard {
        id: "heartbeats-heard",
        name: "Heartbeats overheard",
        about: "whether forbidden heartbeat requests were answered, and how many bytes went out that nobody had brought",
        flaws: &["CVE-2014-0160"],
    },
    Overheard {
        id: "session-takeover",
        name: "Sessions taken over",
        about: "whether one session in the log of a VPN or portal was used from two networks at once",
        flaws: &[SESSION_TAKEOVER],
    },
    Overheard {
        id: "suricata-word",
        name: "Suricata's word",
        about: "what Suricata wrote of heartbeats, and what its rules prove",
        flaws: &["CVE-2014-0160"],
    },
    Overheard {
        id: "zeek-word",
        name: "Zeek's word",
        about: "what Zeek wrote of heartbeats, and what its rules prove",
        flaws: &["CVE-2014-0160"],
    },
];

static OWN: LazyLock<Vec<Flaw>> = LazyLock::new(|| {
    [
        include_str!("../../../flaws/SESSION-TAKEOVER.toml"),
        include_str!("../../../flaws/TLS-DOWNGRADED.toml"),
    ]
    .into_iter()
    .filter_map(|text| Flaw::parse(text).ok())
    .collect()
});

/// The flaws that listening alone decides.
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

/// Whether no question that is put to a service decides this flaw: it is heard, or it is not.
#[must_use]
pub fn is_only_heard(id: &str) -> bool {
    id == CLEAR_CLINICAL || OWN.iter().any(|flaw| flaw.id == id)
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
        assert_eq!(ids, [SESSION_TAKEOVER, TLS_DOWNGRADED]);
        for check in &CHECKS {
            assert!(check.flaws.iter().all(|id| flaw(id).is_some()), "{}", check.id);
        }
        assert!(flaw(CLEAR_CLINICAL).is_some());
        assert!(is_only_heard(CLEAR_CLINICAL) && is_only_heard(SESSION_TAKEOVER));
        assert!(!is_only_heard("CVE-2014-0160"));
        assert_eq!(severity("CVE-2014-0160"), Severity::Critical);
    }
}
