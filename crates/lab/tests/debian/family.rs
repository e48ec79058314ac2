//! Which processes belong to a server, by descent, and which of them still live.

use std::collections::BTreeSet;

/// The heads and all their descendants.
pub(crate) fn of(heads: &[u32]) -> Vec<u32> {
    let mut kin: BTreeSet<u32> = heads.iter().copied().collect();
    let all = processes();
    loop {
        let before = kin.len();
        for (pid, parent, _) in &all {
            if kin.contains(parent) {
                kin.insert(*pid);
            }
        }
        if kin.len() == before {
            return kin.into_iter().collect();
        }
    }
}

/// Those that still run; one that nobody has reaped yet does not.
pub(crate) fn living(family: &[u32]) -> Vec<u32> {
    let all = processes();
    let runs = |id: &u32| all.iter().any(|(pid, _, state)| pid == id && state != "Z");
    family.iter().copied().filter(runs).collect()
}

/// Process id, parent, state.
fn processes() -> Vec<(u32, u32, String)> {
    let numbers = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in parentheses may itself hold spaces and parentheses.
        let (_, rest) = stat.rsplit_once(") ")?;
        let mut fields = rest.split(' ');
        let state = fields.next()?.to_owned();
        let parent = fields.next()?.parse().ok()?;
        Some((pid, parent, state))
    });
    numbers.collect()
}
