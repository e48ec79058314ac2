//! Files that a capturing program rotated, which are one capture: what began in one of them goes on in the next.

use std::path::Path;

use holter_capture::Moment;

/// So long may it be from the last packet of a file to the first of the one that follows on it, in nanoseconds. Longer, and a
/// server that is in both stands in the report twice; that is all.
const GAP: u64 = 60_000_000_000;

/// A clock may be a little behind in the new file.
const BEHIND: u64 = 1_000_000_000;

/// Whether a file goes on where another ended: in the same folder, with a name that is the same but for its numbers, and in
/// time right behind it.
pub(super) fn follows(before: &Path, last: Moment, path: &Path, first: Moment) -> bool {
    before.parent() == path.parent()
        && base(before) == base(path)
        && first.0.saturating_add(BEHIND) >= last.0
        && first.0 <= last.0.saturating_add(GAP)
}

/// A file's name without its numbers, and without what tells that it was compressed.
fn base(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_are_one_capture_and_others_are_not() {
        let second = 1_000_000_000;
        let (last, soon) = (Moment(100 * second), Moment(101 * second));
        let follow = |one: &str, next: &str, first| follows(Path::new(one), last, Path::new(next), first);
        assert!(follow("a/net.pcap", "a/net.pcap1", soon));
        assert!(follow(
            "a/net_00009_20261121.pcap.gz",
            "a/net_00010_20261121.pcap",
            soon
        ));
        assert!(!follow("a/net.pcap", "b/net.pcap1", soon));
        assert!(!follow("a/lab.pcap", "a/ward.pcap", soon));
        assert!(!follow("a/net1.pcap", "a/net2.pcap", Moment(20 * second)));
        assert!(!follow("a/net1.pcap", "a/net2.pcap", Moment(900 * second)));
    }
}
