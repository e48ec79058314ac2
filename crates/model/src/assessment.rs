//! What rules of others make of a service's configuration: grades, policies and simulated clients. It is worked out anew
//! from observations wherever it is shown, and never kept.

use serde::Serialize;

/// All that rules of others make of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// Its grade; `None`: too little is known of it, or too little was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Why there is no grade, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ungraded: Option<String>,
    /// What each policy says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<PolicyResult>,
    /// How clients would fare.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientResult>,
}

/// A grade by SSL Labs' published guide, as Holter adapts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Grade {
    /// "A+" to "F".
    pub letter: String,
    /// 0 to 100, before anything caps the letter.
    pub score: u8,
    /// What keeps it from being better, worst first.
    pub reasons: Vec<String>,
    /// Where Holter differs from the guide here, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What a policy says of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyResult {
    /// Its id, as in `--policy`.
    pub policy: String,
    /// Its name with its edition.
    pub name: String,
    /// Whether it is kept; `None`: what is known does not decide.
    pub kept: Option<bool>,
    /// What breaks it.
    pub violations: Vec<Violation>,
    /// Rules that could not be decided, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
}

/// A rule that a service breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule, in words.
    pub rule: String,
    /// What was found instead.
    pub found: String,
    /// Where the rule stands: "section 3.1".
    pub source: String,
}

/// How one client would fare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientResult {
    /// Its id in `registry/clients`.
    pub client: String,
    /// Its name: "Java 8u402", "Mirth Connect 3.12 on Java 8".
    pub name: String,
    /// How it would fare.
    #[serde(flatten)]
    pub outcome: ClientOutcome,
}

/// How a client would fare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ClientOutcome {
    /// It would come to terms.
    Connects {
        /// In this version.
        version: String,
        /// With this suite.
        suite: String,
        /// With this group, where the suite wants one.
        #[serde(skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// Whether what was recorded stays closed to a key that is stolen later.
        forward_secret: bool,
    },
    /// It would not.
    Fails {
        /// Why.
        why: String,
    },
    /// Too little is known.
    Unknown {
        /// What is missing.
        why: String,
    },
}
