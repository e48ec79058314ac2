//! What a service is to the hospital.

use serde::{Deserialize, Serialize};

use crate::{Criticality, Fragility};

/// What a service is there for, how much depends on it and how carefully it must be touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// In a few words: "imaging archive (DICOM)".
    pub name: String,
    /// How much depends on it.
    pub criticality: Criticality,
    /// How carefully it must be touched.
    pub fragility: Fragility,
    /// Who says so.
    pub source: Source,
}

/// Where a role comes from. A later one wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The port usually means this: a hint.
    Port,
    /// The service said or showed it.
    Recognised,
    /// The user's inventory says so.
    Inventory,
}
