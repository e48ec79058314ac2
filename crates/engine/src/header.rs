//! What a run sets out to do, written down before its first packet.

use holter_inventory::Inventory;
use holter_model::seam::{Clock, Dice};
use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Plan;

/// All that is needed to go on with a run as it was begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Header {
    /// The Holter that began it: another one may know other ports and ask other questions.
    pub holter: String,
    /// When it began.
    pub begun: Timestamp,
    /// What the runs of one plan have in common.
    pub fingerprint: String,
    /// The order of the hosts.
    pub seed: u64,
    /// The words that began it, where they may be kept: no password stands in them.
    pub command: Option<Vec<String>>,
    /// Who allowed to scan what is not one's own, and on what ground.
    pub authorized_by: Option<String>,
    /// What to scan.
    pub plan: Plan,
    /// The addresses of each target of the plan, or why it has none: a name may mean another host tomorrow.
    pub addresses: Vec<Result<Vec<IpNet>, String>>,
}

/// What the runs of one plan have in common, in 16 digits: the plan and whatever else makes them ask the same. What must
/// not be touched is none of it: who adds a device to it in the middle of a run goes on with that run.
///
/// # Errors
/// When it cannot be put into words.
pub fn fingerprint(plan: &Plan, asked: &impl Serialize) -> serde_json::Result<String> {
    let plan = Plan {
        exclude: Vec::new(),
        inventory: Inventory::default(),
        ..plan.clone()
    };
    let words = serde_json::to_vec(&(plan, asked))?;
    let digest = Sha256::digest(&words);
    Ok(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

impl Header {
    /// The header of a run that begins now.
    #[must_use]
    pub fn new(
        plan: Plan,
        addresses: Vec<Result<Vec<IpNet>, String>>,
        fingerprint: String,
        (clock, dice): (&dyn Clock, &dyn Dice),
    ) -> Self {
        let mut seed = [0; 8];
        dice.fill(&mut seed);
        Self {
            holter: env!("CARGO_PKG_VERSION").to_owned(),
            begun: clock.now(),
            fingerprint,
            seed: u64::from_le_bytes(seed),
            command: None,
            authorized_by: None,
            plan,
            addresses,
        }
    }

    /// What makes it this run and no other, wherever it is written down: in a journal, in a database.
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "run-{}-{}-{:016x}",
            self.fingerprint,
            self.begun.strftime("%Y%m%dT%H%M%S%.6fZ"),
            self.seed
        )
    }

    /// Whether this Holter would ask the same.
    #[must_use]
    pub fn is_of_this_version(&self) -> bool {
        self.holter == env!("CARGO_PKG_VERSION")
    }
}

#[cfg(test)]
mod tests {
    use holter_model::target::Place;
    use holter_model::{Asset, Fragility};

    use super::*;

    fn plan(targets: &[&str], untouchable: Option<[u8; 4]>) -> Plan {
        let asset = |address: [u8; 4]| Asset {
            fragility: Some(Fragility::DoNotTouch),
            ..Asset::at(Place::Address(address.into()))
        };
        Plan {
            targets: targets.iter().map(|target| target.parse().unwrap()).collect(),
            inventory: Inventory::new(untouchable.map(asset).into_iter().collect()),
            ..Plan::default()
        }
    }

    #[test]
    fn what_must_not_be_touched_makes_no_other_run_but_is_obeyed_in_it() {
        let (begun, now) = (
            plan(&["10.0.0.0/24"], None),
            plan(&["10.0.0.0/24"], Some([10, 0, 0, 7])),
        );
        let print = |plan: &Plan| fingerprint(plan, &()).unwrap();
        assert_eq!(print(&begun), print(&now));
        assert_ne!(print(&begun), print(&plan(&["10.0.0.0/25"], None)));
        let (_, scope) = begun
            .sparing(&now)
            .lay_out_at(&[Ok(vec!["10.0.0.0/24".parse().unwrap()])]);
        assert!(scope.allows([10, 0, 0, 6].into()) && !scope.allows([10, 0, 0, 7].into()));
    }
}
