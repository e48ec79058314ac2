//! How fast a scan goes: three words, or a number.

use std::time::Duration;

use clap::ValueEnum;

/// The paces that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaceName {
    /// 8 hosts at once, 20 new connections a second, half a second between two to one host: for devices
    Gentle,
    /// 128 busy connections at once, never two to one host
    #[default]
    Normal,
    /// 384 busy connections at once, never two to one host: for servers
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

impl PaceName {
    /// The numbers behind the word.
    pub(crate) const fn tempo(self) -> Tempo {
        // Hosts stay well below the 1,024 files that a process may usually have open.
        let (busy, hosts, per_second, gap) = match self {
            Self::Gentle => (8, 8, Some(20.0), Duration::from_millis(500)),
            Self::Normal => (128, 512, None, Duration::ZERO),
            Self::Fast => (384, 768, None, Duration::ZERO),
        };
        Tempo {
            busy,
            hosts,
            per_second,
            gap,
        }
    }
}
