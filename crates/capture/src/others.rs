//! What other tools wrote of traffic, read as observations: Zeek's logs and Suricata's events. Their word is taken for no more than
//! their rules prove, and each verdict says whose it is.

use crate::captured::Kind;

/// Which tool's log this is by its first bytes.
#[must_use]
pub fn kind(first: &[u8]) -> Option<Kind> {
    let text = String::from_utf8_lossy(first);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('#') {
        let fields = text.lines().any(|line| line.starts_with("#fields"));
        return fields.then_some(Kind::Zeek);
    }
    let line = text.lines().next().filter(|line| line.starts_with('{'))?;
    if line.contains("\"event_type\"") {
        return Some(Kind::Suricata);
    }
    (line.contains("\"id.orig_h\"") || line.contains("\"uid\"")).then_some(Kind::Zeek)
}

/// Reads a log.
pub fn read(_: impl std::io::BufRead, _: Kind, _: String) -> crate::Captured {
    todo!()
}
