//! Whether this process may make networks of its own.

/// `CAP_NET_ADMIN` and `CAP_SYS_ADMIN`, as bits of a capability set (capabilities(7)).
const NEEDED: u64 = 1 << 12 | 1 << 21;

/// Whether this process may make network namespaces: root, and not in a container that takes these rights away. Who
/// may not has to skip what needs them; who may has to take an error for an error.
#[must_use]
pub fn is_allowed() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| may(&status))
}

fn may(status: &str) -> bool {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    // Real, effective, saved and file system ids, in this order: `ip netns` keeps its names where only root writes.
    let is_root = field("Uid:").is_some_and(|ids| ids.split_whitespace().nth(1) == Some("0"));
    let rights = field("CapEff:").and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    is_root && rights.is_some_and(|set| set & NEEDED == NEEDED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_root_with_both_rights_may() {
        let check = |effective: &str, set: &str, expected: bool| {
            let status = format!("Name:\tx\nUid:\t1000\t{effective}\t0\t0\nCapEff:\t{set}\n");
            assert_eq!(may(&status), expected, "{status}");
        };
        check("0", "000001ffffffffff", true);
        check("0", "0000000000201000", true);
        check("0", "00000000a80425fb", false);
        check("0", "0000000000200000", false);
        check("1000", "000001ffffffffff", false);
        assert!(!may(""));
    }
}
