//! Which TCP addresses a family of processes listens on beyond loopback: none may be.

use std::collections::HashSet;

/// The local addresses, as the kernel writes them, that are not loopback.
pub(crate) fn beyond_loopback(family: &[u32]) -> Vec<String> {
    let own: HashSet<String> = family.iter().flat_map(|pid| sockets(*pid)).collect();
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    lines
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, state, inode) = (fields[1], fields[3], fields[9]);
            let outside = state == "0A" && own.contains(inode) && !is_loopback(local);
            outside.then(|| local.to_owned())
        })
        .collect()
}

fn sockets(pid: u32) -> Vec<String> {
    let Ok(handles) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    let links = handles
        .flatten()
        .filter_map(|handle| std::fs::read_link(handle.path()).ok());
    let inodes = links.filter_map(|link| {
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        Some(inode.to_owned())
    });
    inodes.collect()
}

/// The kernel writes each 32-bit word in the machine's byte order, here little-endian.
fn is_loopback(local: &str) -> bool {
    let (address, _) = local.split_once(':').unwrap();
    match address.len() {
        8 => address.ends_with("7F"),
        _ => address == "00000000000000000000000001000000" || address.ends_with("FFFF00000100007F"),
    }
}
