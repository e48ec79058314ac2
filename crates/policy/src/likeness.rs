//! What somebody meant who mistyped a word of a list.

/// Less alike than this is something else.
const ALIKE: f64 = 0.8;

/// The word of a list that is most like what was written; `None` where none is.
pub fn likest<'a>(written: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let alike = |word: &&'a str| {
        let word = word.to_lowercase();
        // Whoever leaves off an edition or an ending means the word that begins so.
        let begins = written.len() >= 3 && word.starts_with(&written);
        strsim::jaro_winkler(&word, &written).max(f64::from(u8::from(begins)))
    };
    words
        .into_iter()
        .map(|word| (alike(&word), word))
        .filter(|(likeness, _)| *likeness > ALIKE)
        // The first of equals: a list stands in an order for a reason.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, word)| word)
}

/// "; is \"rsa-sha256\" meant?", or nothing.
pub(crate) fn meant<'a>(written: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    likest(written, words).map_or_else(String::new, |word| format!("; is {word:?} meant?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_put_right() {
        let words = ["nist-800-52r2", "nist-800-52r2-public", "pci-dss-4.0.1"];
        for (written, wanted) in [
            ("nist-800-52-r2", Some("nist-800-52r2")),
            ("NIST", Some("nist-800-52r2")),
            ("pci-dss", Some("pci-dss-4.0.1")),
            ("ours.toml", None),
            ("", None),
        ] {
            assert_eq!(likest(written, words), wanted, "{written}");
        }
        assert_eq!(meant("pci-dss-4.0.l", words), "; is \"pci-dss-4.0.1\" meant?");
        assert_eq!(meant("x", words), "");
    }
}
