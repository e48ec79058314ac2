//! A known weakness, read from a data file of `flaws/`.

use serde::{Deserialize, Serialize};

/// How much a flaw lets out, by itself: the finding's weight also depends on what the system is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is exposed by it alone.
    Info,
    /// It helps an attacker who has much else already.
    Low,
    /// Traffic can be read or changed under conditions that occur.
    Medium,
    /// Traffic can be read or changed by whoever stands on the way.
    High,
    /// Records, keys or passwords are to be had by anyone who can reach it.
    Critical,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As it stands in every machine-readable format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What to do on one product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instruction {
    /// The product: "nginx", "Apache httpd", "Mirth Connect".
    pub product: String,
    /// What to do there, in words.
    pub text: String,
    /// The lines to set, as they stand in its configuration.
    #[serde(default)]
    pub lines: Vec<String>,
}

/// What Holter knows of a flaw: data, not code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flaw {
    /// Its id: "CVE-2014-0160"; one that has no CVE has a name in the same style: "CERT-EXPIRED".
    pub id: String,
    /// The name people use.
    pub name: String,
    /// What it is, in one sentence.
    pub summary: String,
    /// Why it matters to patients' records, for a person who is not an engineer.
    pub why: String,
    /// What to do first, in order.
    pub first_steps: Vec<String>,
    /// When it became public.
    pub disclosed: jiff::civil::Date,
    /// How much it lets out.
    pub severity: Severity,
    /// Weakness numbers of MITRE's list, like 126.
    #[serde(default)]
    pub cwe: Vec<u32>,
    /// Other ids of the same flaw, such as the CVEs of single products.
    #[serde(default)]
    pub also: Vec<String>,
    /// What Holter asks to find it, in words for a network team.
    #[serde(default)]
    pub asks: String,
    /// What to do, product by product.
    #[serde(default)]
    pub instructions: Vec<Instruction>,
    /// What to do where the device cannot be changed.
    #[serde(default)]
    pub unchangeable: String,
    /// Where to read more.
    pub references: Vec<String>,
}

impl Flaw {
    /// Reads a flaw file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heartbleed_is_described() {
        let flaw = Flaw::parse(include_str!("../../../flaws/CVE-2014-0160.toml")).unwrap();
        assert_eq!(
            (flaw.id.as_str(), flaw.name.as_str()),
            ("CVE-2014-0160", "Heartbleed")
        );
        assert!(flaw.first_steps.len() >= 4);
    }
}
