//! Somebody's word for a scan of systems that are not the user's own.

use std::fmt;
use std::str::FromStr;

/// Who allowed a scan of somebody else's systems, and on what ground, in the user's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorisation(String);

impl Authorisation {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Authorisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Authorisation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = |why: &str| {
            format!(
                "{why}: say who allowed the scan and on what ground, like \"J. Weber, Acme EHR, by e-mail of 2026-11-20\""
            )
        };
        match text.chars().count() {
            ..5 => return Err(wrong("this is too short")),
            501.. => return Err(wrong("this is longer than 500 characters")),
            _ => {}
        }
        if text.chars().any(char::is_control) {
            return Err(wrong("this holds characters that cannot be printed"));
        }
        let words = text.split_whitespace();
        if words.filter(|word| word.contains(char::is_alphanumeric)).count() < 2 {
            return Err(wrong("one word is not enough"));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorisation_says_who_and_on_what_ground() {
        let good = " J. Weber, Acme EHR, contract of 2025-03-01 ".parse::<Authorisation>();
        assert_eq!(
            good.unwrap().as_str(),
            "J. Weber, Acme EHR, contract of 2025-03-01"
        );
        assert!("Müller, Vertrag".parse::<Authorisation>().is_ok());
        let long = "who what ".repeat(60);
        for wrong in [
            "",
            "me",
            "yes!!",
            "everybody",
            "- - - -",
            "Acme,\u{1b}[2J contract",
            "who\nwhat",
            &long,
        ] {
            let said = wrong.parse::<Authorisation>().unwrap_err();
            assert!(
                said.contains("who allowed") && said.contains("J. Weber"),
                "{said}"
            );
        }
    }
}
