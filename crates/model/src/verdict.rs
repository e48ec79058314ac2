//! Verdicts and what they rest on.

use serde::{Deserialize, Serialize};

/// Whether a flaw is there. The order is the one in which verdicts outweigh each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The question does not arise here.
    NotApplicable,
    /// The flaw is not there.
    NotAffected,
    /// It was asked but the answers do not decide.
    Inconclusive,
    /// The flaw is there.
    Affected,
}

impl Verdict {
    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotApplicable => "not_applicable",
            Self::NotAffected => "not_affected",
            Self::Inconclusive => "inconclusive",
            Self::Affected => "affected",
        }
    }
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What the service did.
    Behaviour,
    /// How it is configured.
    Configuration,
    /// The version that it claims.
    Version,
    /// Somebody's word.
    Statement,
}

impl Basis {
    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::Configuration => "configuration",
            Self::Version => "version",
            Self::Statement => "statement",
        }
    }
}

/// A check's answer about one flaw of one service: a pure function of observations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The check that judged.
    pub check: String,
    /// The flaw.
    pub flaw: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What it rests on.
    pub basis: Basis,
    /// Why, in one sentence a person can follow. No peer's byte stands in it.
    pub evidence: String,
    /// Bytes of foreign memory that any answer contained. Counted, never kept.
    pub foreign_bytes: u64,
    /// What the user has to allow before it can be asked, where it is open for want of that.
    #[serde(skip)]
    pub needs: Option<String>,
}

/// A flaw that nobody was asked about, since the user has not allowed what that takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unasked {
    /// The check that would ask.
    pub check: String,
    /// The flaw.
    pub flaw: String,
    /// What allows it, as the user says it.
    pub needs: String,
}

impl Judgement {
    /// A judgement; no foreign byte came with what it rests on.
    #[must_use]
    pub fn new(check: &str, flaw: &str, verdict: Verdict, basis: Basis, evidence: impl Into<String>) -> Self {
        Self {
            check: check.to_owned(),
            flaw: flaw.to_owned(),
            verdict,
            basis,
            evidence: evidence.into(),
            foreign_bytes: 0,
            needs: None,
        }
    }
}
