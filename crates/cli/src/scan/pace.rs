//! How fast a scan goes: three words, or a number.

use std::time::Duration;

use clap::ValueEnum;

/// The paces that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaceName {
    /// 8 hosts at once, 20 new connections a second, half a second between two to one host: for devices
    Gentle,
    /// 64 busy connections at once, never two to one host
    #[default]
    Normal,
    /// 256 busy connections at once, never two to one host: for servers
    Fast,
}

/// What a pace comes down to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tempo {
    /// Busy connections at once.
    pub(crate) busy: usize,
    /// Hosts at once, those that are only waited for among them.
    pub(crate) hosts: usize,
    /// New connections a second over all hosts.
    pub(crate) per_second: Option<f64>,
    /// Rest between two connections to one host.
    pub(crate) gap: Duration,
}

impl Tempo {
    /// The same with no more hosts than half the files that this process may have open. Linux tells how many; where
    /// nobody does, the usual number is taken for granted.
    pub(crate) fn within_open_files(self) -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let hosts = open_files(&limits).map_or(self.hosts, |files| self.hosts.min((files / 2).max(1)));
        Self {
            hosts,
            busy: self.busy.min(hosts),
            ..self
        }
    }
}

/// The soft limit in a text like that of `/proc/self/limits`.
fn open_files(limits: &str) -> Option<usize> {
    let row = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    row.split_whitespace().next()?.parse().ok()
}

impl PaceName {
    /// The numbers behind the word.
    pub(crate) const fn tempo(self) -> Tempo {
        // Hosts stay well below the 1,024 files that a process may usually have open.
        let (busy, hosts, per_second, gap) = match self {
            Self::Gentle => (8, 8, Some(20.0), Duration::from_millis(500)),
            Self::Normal => (64, 512, None, Duration::ZERO),
            Self::Fast => (256, 768, None, Duration::ZERO),
        };
        Tempo {
            busy,
            hosts,
            per_second,
            gap,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_open_files_is_read_where_it_stands() {
        let text = "Limit     Soft Limit  Hard Limit  Units\nMax open files            1024        524288      files\n";
        assert_eq!(open_files(text), Some(1024));
        assert_eq!(open_files("Max open files unlimited unlimited files"), None);
        assert_eq!(open_files(""), None);
    }
}
