//! What gives a system away: texts in its certificate or in its first words, from `registry/marks.tsv`.
//!
//! A mark is a guess that makes Holter more careful, never less. Only its id is kept, no byte of the peer's.

use std::sync::LazyLock;

use holter_model::{Criticality, Fragility};
use memchr::memmem::Finder;

/// No certificate is looked into further than this, and no words either.
const MOST: usize = 64 << 10;

/// One row of the registry.
#[derive(Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its id: all of it that is ever stored.
    pub id: &'static str,
    /// Where it is found.
    pub place: Place,
    /// The texts that must all be there, in any order, letter by letter.
    pub texts: Vec<&'static str>,
    /// What such a system is there for, for people.
    pub name: &'static str,
    /// How much depends on it.
    pub criticality: Criticality,
    /// How carefully it must be touched.
    pub fragility: Fragility,
}

/// Where a mark is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the server's own certificate.
    Certificate,
    /// In what the service says before TLS, or instead of it.
    Words,
}

impl Mark {
    /// Whether a system with this mark is left alone unless the user has named it.
    #[must_use]
    pub fn is_delicate(&self) -> bool {
        self.fragility >= Fragility::Fragile
    }
}

/// Every mark, in the order of the ids.
#[must_use]
pub fn all() -> &'static [Mark] {
    &MARKS
}

/// The mark with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Mark> {
    MARKS.iter().find(|mark| mark.id == id)
}

/// The mark in a certificate as it came, in DER. Where several fit, the most delicate.
#[must_use]
pub fn recognise_certificate(der: &[u8]) -> Option<&'static Mark> {
    recognise(Place::Certificate, der)
}

/// The mark in a service's first words. Where several fit, the most delicate.
#[must_use]
pub fn recognise_words(words: &[u8]) -> Option<&'static Mark> {
    recognise(Place::Words, words)
}

fn recognise(place: Place, bytes: &[u8]) -> Option<&'static Mark> {
    let bytes = bytes.get(..MOST).unwrap_or(bytes);
    let all_there = |finders: &[Finder<'_>]| finders.iter().all(|finder| finder.find(bytes).is_some());
    MARKS
        .iter()
        .zip(FINDERS.iter())
        .filter(|(mark, finders)| mark.place == place && all_there(finders))
        .map(|(mark, _)| mark)
        .rev()
        .max_by_key(|mark| mark.fragility)
}

/// What finds the texts of each mark: made once, for it is asked of every certificate.
static FINDERS: LazyLock<Vec<Vec<Finder<'static>>>> = LazyLock::new(|| {
    let finders = |mark: &Mark| mark.texts.iter().map(|text| Finder::new(*text)).collect();
    MARKS.iter().map(finders).collect()
});

static MARKS: LazyLock<Vec<Mark>> = LazyLock::new(|| rows().filter_map(mark).collect());

fn rows() -> impl Iterator<Item = &'static str> {
    include_str!("../../../registry/marks.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn mark(row: &'static str) -> Option<Mark> {
    let cells: Vec<&str> = row.split('\t').collect();
    let &[id, place, pattern, name, criticality, fragility, _source] = cells.as_slice() else {
        return None;
    };
    let texts: Vec<&str> = pattern.split(" & ").collect();
    // An empty text would be in everything.
    if texts.iter().any(|text| text.is_empty()) {
        return None;
    }
    Some(Mark {
        id,
        place: match place {
            "certificate" => Place::Certificate,
            "words" => Place::Words,
            _ => return None,
        },
        texts,
        name,
        criticality: criticality.parse().ok()?,
        fragility: fragility.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        for row in rows() {
            assert!(mark(row).is_some(), "{row}");
        }
        assert_eq!(all().len(), rows().count());
    }

    #[test]
    fn a_text_is_long_enough_to_be_no_chance() {
        for mark in all() {
            let bytes: usize = mark.texts.iter().map(|text| text.len()).sum();
            assert!(bytes >= 5, "{}: {bytes} bytes", mark.id);
        }
    }

    #[test]
    fn systems_are_recognised_by_their_makers_certificates() {
        let id =
            |texts: &[&str]| recognise_certificate(texts.join("\x13\x07").as_bytes()).map(|mark| mark.id);
        // Names as they stand in published fingerprints.
        assert_eq!(id(&["Default Issuer (Do not trust)", "ISS"]), Some("hp-ilo"));
        assert_eq!(id(&["iLO3 Default Issuer (Do not trust)"]), Some("hp-ilo"));
        assert_eq!(
            id(&[
                "Texas",
                "Houston",
                "Hewlett-Packard Company",
                "ISS",
                "SERVER-1231"
            ]),
            Some("hp-ilo-iss")
        );
        assert_eq!(
            id(&["Dell Inc.", "Remote Access Group", "idrac-JXJJC02"]),
            Some("dell-drac")
        );
        assert_eq!(
            id(&["Dell Inc.", "iDRAC Group", "iDRACdefault0023AEF89AD1"]),
            Some("dell-idrac")
        );
        assert_eq!(
            id(&["Super Micro Computer", "Software", "IPMI"]),
            Some("supermicro-ipmi")
        );
        assert_eq!(id(&["Cisco Self Signed", "C-series CIMC"]), Some("cisco-cimc"));
        assert_eq!(
            id(&["HP Jetdirect 38831831", "Hewlett-Packard Co."]),
            Some("hp-jetdirect")
        );
        assert_eq!(
            id(&["Fortinet", "FortiGate", "FG100ETK1800118"]),
            Some("fortinet-fortigate")
        );
        for nobody in [
            &["www.hp.com", "Hewlett-Packard Company", "Palo Alto"][..],
            &["www.dell.com", "Dell Inc."],
            &["portal.hospital.example"],
            &[],
        ] {
            assert_eq!(id(nobody), None, "{nobody:?}");
        }
    }

    #[test]
    fn systems_are_recognised_by_their_words() {
        let id = |words: &[u8]| recognise_words(words).map(|mark| mark.id);
        assert_eq!(
            id(b"220 ET0021718 Lexmark T654 FTP Server NR.APS.F368 ready.\r\n"),
            Some("lexmark-ftp")
        );
        assert_eq!(
            id(b"220 RICOH Aficio SP 4210N FTP server (8.63) ready.\r\n"),
            Some("ricoh-ftp")
        );
        assert_eq!(id(b"\r\nHP JetDirect\r\n"), Some("jetdirect-telnet"));
        assert_eq!(id(b"220 (vsFTPd 3.0.3)\r\n"), None);
        assert_eq!(id(b"HP Jetdirect in a certificate is no word"), None);
    }

    #[test]
    fn what_lies_far_behind_is_not_looked_at() {
        let mut der = vec![b' '; MOST - 4];
        der.extend(b"iDRAC");
        assert_eq!(recognise_certificate(&der), None);
        assert!(recognise_certificate(&der[1..]).is_some());
    }
}
