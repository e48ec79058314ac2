//! Scripted devices, each in a process of its own: a thread cannot enter another host's namespace without unsafe code.
//!
//! The process is the very test program that made the network, asked for its one "test" named [`PLAYER`], which calls
//! [`play`]. Every test program whose network plays a fake has, at its root:
//!
//! ```ignore
//! #[test]
//! #[ignore = "the network starts it as a device"]
//! fn plays_a_device() {
//!     holter_lab::network::fake::play();
//! }
//! ```

mod event;
mod script;
mod stage;

pub use event::Event;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;

use crate::error::at;
use crate::prepared::Prepared;
use crate::{LabError, certificate};

/// The name of the test that is no test.
pub const PLAYER: &str = "plays_a_device";

/// What a scripted device is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Fake {
    /// A management controller of 2014. It locks up for ever on a heartbeat, which it does not offer, and on a second
    /// connection beside the first.
    Controller,
    /// The same, but its ServerHello offers heartbeats all the same. Only its certificate says what it is: "iLO".
    OfferingController,
    /// Prints whatever it is sent.
    Printer,
    /// An infusion pump's gateway, which answers a hello like anybody.
    Pump,
    /// Accepts, and resets at once.
    Resetter,
    /// Answers a hello after four seconds.
    Slow,
}

impl Fake {
    /// Where it listens.
    #[must_use]
    pub const fn ports(&self) -> &'static [u16] {
        match self {
            // TLS, IPMI, and iLO's remote console and virtual media.
            Self::Controller | Self::OfferingController => &[443, 623, 17_988, 17_990],
            // JetDirect, LPD and IPP.
            Self::Printer => &[515, 631, 9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107],
            Self::Pump | Self::Slow => &[443],
            Self::Resetter => &[443, 993, 8443],
        }
    }

    /// Whether it is one of the devices that a scan can lock up.
    const fn is_controller(&self) -> bool {
        matches!(self, Self::Controller | Self::OfferingController)
    }

    /// The process that plays it, not yet started, and where its notes will be.
    pub(super) fn prepare(&self, address: Ipv4Addr) -> Result<(Prepared, Acting), LabError> {
        let home = tempfile::tempdir().map_err(|source| at(&std::env::temp_dir(), source))?;
        let certificate = match self {
            Self::OfferingController => Some(certificate::of_a_controller(home.path())?),
            _ => None,
        };
        let part = Part {
            fake: self.clone(),
            address,
            certificate,
            notes: home.path().join("events.jsonl"),
        };
        let own = std::env::current_exe().map_err(|source| at("this program".as_ref(), source))?;
        let words = serde_json::to_string(&part).map_err(|error| LabError::Command {
            command: format!("play {self:?}"),
            reason: error.to_string(),
        })?;
        let mut command = Command::new(own);
        command
            .args(["--exact", PLAYER, "--ignored", "--nocapture"])
            .env(PART, words);
        let prepared = Prepared {
            name: format!("{self:?}"),
            command,
            address: (address, 0).into(),
            home,
        };
        Ok((prepared, Acting { notes: part.notes }))
    }
}

/// Plays the part that this process was given, until it is killed. A process that was given none plays nothing.
pub fn play() {
    let part = std::env::var_os(PART)
        .and_then(|words| words.into_string().ok())
        .and_then(|words| serde_json::from_str::<Part>(&words).ok());
    if let Some(part) = part {
        stage::enter(&part);
    }
}

/// The variable with the part of a process.
const PART: &str = "HOLTER_LAB_PART";

/// What a process needs to know to play.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Part {
    fake: Fake,
    address: Ipv4Addr,
    /// In DER.
    certificate: Option<PathBuf>,
    /// One event a line. A pipe would fill and stop it.
    notes: PathBuf,
}

/// A device that is being played somewhere.
#[derive(Debug)]
pub(super) struct Acting {
    notes: PathBuf,
}

impl Acting {
    /// What it saw so far.
    pub(super) fn events(&self) -> Result<Vec<Event>, LabError> {
        let text = std::fs::read_to_string(&self.notes).map_err(|source| at(&self.notes, source))?;
        // A line that is being written is not there yet.
        Ok(text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect())
    }
}
