//! What the user's inventory says of a system. It wins over every guess.

use serde::{Deserialize, Serialize};

use crate::target::Place;
use crate::{Criticality, Fragility};

/// One line of an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Where it is.
    pub place: Place,
    /// The one port that this is about; `None`: all of them.
    pub port: Option<u16>,
    /// Its host name, where the line gives one beside the address.
    pub name: Option<String>,
    /// What it is there for: "infusion pump gateway".
    pub role: Option<String>,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// How carefully it must be touched.
    pub fragility: Option<Fragility>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where it belongs.
    pub department: Option<String>,
    /// The fingerprints of its SSH host keys, as `ssh-keygen -l` prints them: `SHA256:…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_keys: Vec<String>,
}

impl Asset {
    /// An asset of which nothing is said yet.
    #[must_use]
    pub const fn at(place: Place) -> Self {
        Self {
            place,
            port: None,
            name: None,
            role: None,
            criticality: None,
            fragility: None,
            owner: None,
            department: None,
            host_keys: Vec::new(),
        }
    }
}
