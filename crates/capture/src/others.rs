//! What other tools wrote of traffic, read as observations: Zeek's logs and Suricata's events. Their word is taken for no more than
//! their rules prove, and each verdict says whose it is.
//!
//! Neither tool ever compares the size of an answer in the clear with its request, so that nothing here is ever called a leak, or an
//! answer that shows one: whoever reads "success" in such a log has to look into the packets.

mod lines;
mod suricata;
mod told;
mod zeek;

use std::io::BufRead;

use crate::Captured;
use crate::book::Totals;
use crate::captured::{Kind, Origin};
use crate::coverage::Coverage;
use crate::heard::Part;
use lines::Lines;
use told::Told;

/// Which tool's log this is by its first bytes.
#[must_use]
pub fn kind(first: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(first);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('#') {
        let fields = text.lines().find_map(|line| line.strip_prefix("#fields"));
        let ours = |fields: &str| {
            fields
                .split('\t')
                .any(|name| matches!(name.trim(), "note" | "cipher"))
        };
        return fields.is_some_and(ours).then_some(Kind::Zeek);
    }
    let line = text.lines().next().filter(|line| line.starts_with('{'))?;
    if line.contains("\"event_type\"") {
        return Some(Kind::Suricata);
    }
    let ours = ["\"note\":", "\"cipher\":", "\"version\":"];
    let zeek = line.contains("\"ts\":") && ours.iter().any(|name| line.contains(name));
    zeek.then_some(Kind::Zeek)
}

/// Reads such a log to its end: what it came to, and the things that are said in it, one after the other.
pub fn read(from: impl BufRead, kind: Kind, name: String) -> (Captured, impl Iterator<Item = Part>) {
    let mut lines = Lines::new(from);
    let mut told = Told::new(kind);
    let mut zeek = zeek::Columns::default();
    let mut unusable: Option<(u64, u64)> = None;
    let mut used = 0;
    while let Some(line) = lines.line() {
        let read = match (line, kind) {
            (None, _) => None,
            (Some(line), Kind::Suricata) => suricata::line(line, &mut told),
            (Some(line), _) => zeek.line(line, &mut told),
        };
        match read {
            Some(()) => used += 1,
            None => {
                let (count, _) = unusable.get_or_insert((0, lines.number()));
                *count += 1;
            }
        }
    }
    let mut origin = Origin::new(name, kind);
    origin.packets = used;
    (origin.first, origin.last) = (told.first, told.last);
    origin.trouble = match (lines.trouble(), unusable) {
        (Some(error), _) => Some(format!(
            "it could not be read on after line {}: {error}",
            lines.number()
        )),
        (None, Some((count, first))) => Some(format!(
            "{count} {} could not be used; the first is line {first}",
            if count == 1 { "line" } else { "lines" }
        )),
        (None, None) if used == 0 => Some("there is no line in it".to_owned()),
        (None, None) => None,
    };
    let captured = Captured {
        sources: vec![origin],
        coverage: Coverage {
            packets: used,
            ..Coverage::default()
        },
        totals: Totals::default(),
        beyond: told.beyond,
    };
    (captured, told.parts())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_known_by_what_it_holds() {
        let zeek = |fields: &str| kind(format!("#separator \\x09\n#fields\t{fields}\n").as_bytes());
        assert_eq!(zeek("ts\tuid\tversion\tcipher"), Some(Kind::Zeek));
        assert_eq!(zeek("ts\tuid\tnote\tmsg"), Some(Kind::Zeek));
        assert_eq!(zeek("ts\tfingerprint\tcertificate.version"), None);
        assert_eq!(
            kind(b"{\"ts\":1.5,\"uid\":\"C\",\"note\":\"x\"}"),
            Some(Kind::Zeek)
        );
        assert_eq!(kind(b"{\"event_type\":\"tls\"}"), Some(Kind::Suricata));
        assert_eq!(kind(b"{\"hello\":1}"), None);
        assert_eq!(kind(b""), None);
    }
}
