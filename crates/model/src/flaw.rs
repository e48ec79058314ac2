//! A known weakness, read from a data file of `flaws/`.

use serde::Deserialize;

/// What Holter knows of a flaw: data, not code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flaw {
    /// Its id: "CVE-2014-0160".
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
