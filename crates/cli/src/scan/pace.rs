//! How fast a scan goes: three words, or a number.

use std::time::Duration;

use clap::ValueEnum;

/// The paces that have a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaceName {
    /// 8 hosts at once, 20 new connections a second, half a second between two to one host: for devices
    Gentle,
    /// 256 hosts at once, one connection at a time to each
    #[default]
    Normal,
    /// 512 hosts at once, one connection at a time to each: for servers
    Fast,
}

/// What a pace comes down to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tempo {
    /// Hosts and connections at once.
    pub(crate) at_once: usize,
    /// New connections a second over all hosts.
    pub(crate) per_second: Option<f64>,
    /// Rest between two connections to one host.
    pub(crate) gap: Duration,
}

impl PaceName {
    /// The numbers behind the word.
    pub(crate) const fn tempo(self) -> Tempo {
        let (at_once, per_second, gap) = match self {
            Self::Gentle => (8, Some(20.0), Duration::from_millis(500)),
            Self::Normal => (256, None, Duration::ZERO),
            Self::Fast => (512, None, Duration::ZERO),
        };
        Tempo {
            at_once,
            per_second,
            gap,
        }
    }
}
