//! How fast a scan goes: three words, or a number.

use std::time::Duration;

use clap::ValueEnum;
use holter_net::{Rests, Tempo};
use rustix::process::{Resource, getrlimit, setrlimit};

/// The paces that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaceName {
    /// 8 hosts at once, 20 new connections a second, 3 seconds or more between two conversations with one host: for devices, and for what shuts out whoever comes too often
    Gentle,
    /// As many hosts at once as answer promptly, a rest between two connections to what is fragile
    #[default]
    Normal,
    /// The same with shorter rests and four times as many to begin with: for servers
    Fast,
}

/// What a pace comes down to.
#[derive(Clone, Debug)]
pub(crate) struct Speed {
    /// Hosts at once, those that are only waited for among them.
    pub(crate) hosts: usize,
    /// What bounds the connections.
    pub(crate) tempo: Tempo,
}

impl Speed {
    /// The same with no more hosts than half the files that this process may have open, after it has asked the
    /// system for more.
    pub(crate) fn within_open_files(mut self) -> Self {
        let files = open_files(self.hosts.saturating_mul(2));
        self.hosts = self.hosts.min((files / 2).max(1));
        self.tempo.busy = self.tempo.busy.min(self.hosts);
        self.tempo.most_busy = self.tempo.most_busy.min(self.hosts);
        self
    }
}

/// How many files this process may have open, as near to `wanted` as the system gives.
fn open_files(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    if limit.current.is_some_and(|files| files < wanted) {
        let more = limit.maximum.map_or(wanted, |most| wanted.min(most));
        let raised = rustix::process::Rlimit {
            current: Some(more),
            maximum: limit.maximum,
        };
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit = raised;
        }
    }
    limit
        .current
        .and_then(|files| usize::try_from(files).ok())
        .unwrap_or(usize::MAX)
}

impl PaceName {
    /// The numbers behind the word.
    pub(crate) fn speed(self) -> Speed {
        let milliseconds = Duration::from_millis;
        let rests = |knock, robust, careful, fragile| Rests {
            knock: milliseconds(knock),
            robust: milliseconds(robust),
            careful: milliseconds(careful),
            fragile: milliseconds(fragile),
        };
        // A firewall that counts to twenty a minute is usual; a gentle conversation is never the twentieth.
        let (hosts, busy, most_busy, per_second, per_subnet, rests) = match self {
            Self::Gentle => (8, 8, 8, Some(20.0), None, rests(500, 3200, 3200, 5000)),
            Self::Normal => (4096, 64, 128, None, Some(1000.0), rests(0, 0, 200, 2000)),
            Self::Fast => (8192, 256, 1024, None, None, rests(0, 0, 50, 1000)),
        };
        Speed {
            hosts,
            tempo: Tempo {
                busy,
                most_busy,
                per_second,
                per_subnet,
                networks: Vec::new(),
                rests,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_hosts_than_files() {
        let speed = |hosts| Speed {
            hosts,
            ..PaceName::Fast.speed()
        };
        let bounded = speed(usize::MAX / 2).within_open_files();
        assert!(bounded.tempo.most_busy <= bounded.hosts);
        assert_eq!(speed(1).within_open_files().tempo.busy, 1);
    }
}
