//! What the user says of systems, networks and hours. In quiet hours a host that is under way rests between two doors.

use std::net::IpAddr;
use std::time::Duration;

use holter_inventory::Inventory;
use holter_model::role::Source;
use holter_model::seam::Clock;
use holter_model::{Criticality, Endpoint, Fragility, Role};
use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::{Networks, QuietHours};

/// What is said of systems and networks, and when it is quiet everywhere.
#[derive(Clone, Debug)]
pub struct Rules {
    /// What the user's files say of systems.
    pub inventory: Inventory,
    /// What is said of single networks.
    pub networks: Networks,
    /// When nothing may be sent at all.
    pub quiet: QuietHours,
    /// By whose clocks.
    pub zone: TimeZone,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            inventory: Inventory::default(),
            networks: Networks::default(),
            quiet: QuietHours::default(),
            zone: TimeZone::UTC,
        }
    }
}

/// The clock is looked at so often: a machine that slept must not miss the hour.
const LOOK: Duration = Duration::from_secs(20);

impl Rules {
    /// What a service is there for: what the inventory says, and the guess where it says nothing.
    pub(crate) fn role(&self, endpoint: Endpoint, name: Option<&str>, guess: Option<Role>) -> Option<Role> {
        if self.inventory.is_empty() {
            return guess;
        }
        let about = self.inventory.about(endpoint.address, name, endpoint.port);
        if about.role.is_none() && about.criticality.is_none() && about.fragility.is_none() {
            return guess;
        }
        let role = Role {
            // What nobody has graded is not thought little of.
            criticality: about
                .criticality
                .or_else(|| guess.as_ref().map(|guess| guess.criticality))
                .unwrap_or(Criticality::High),
            fragility: about
                .fragility
                .or_else(|| guess.as_ref().map(|guess| guess.fragility))
                .unwrap_or(Fragility::Careful),
            name: about
                .role
                .map(str::to_owned)
                .or_else(|| guess.as_ref().map(|guess| guess.name.clone()))
                .unwrap_or_else(|| "a system of the inventory".to_owned()),
            source: Source::Inventory,
        };
        Some(role)
    }

    /// When the quiet that reigns at this address ends.
    pub(crate) fn quiet_until(&self, address: IpAddr, clock: &dyn Clock) -> Option<Zoned> {
        let network = self.networks.of(address).map(|network| &network.quiet);
        if self.quiet.is_empty() && network.is_none_or(QuietHours::is_empty) {
            return None;
        }
        let now = clock.now().to_zoned(self.zone.clone());
        let here = network.and_then(|quiet| quiet.until(&now));
        self.quiet.until(&now).max(here)
    }

    /// Waits until this hour.
    pub(crate) async fn wait(&self, until: &Zoned, clock: &dyn Clock) {
        loop {
            let left = clock.now().duration_until(until.timestamp());
            match Duration::try_from(left) {
                Ok(left) if !left.is_zero() => tokio::time::sleep(left.min(LOOK)).await,
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedClock;
    use holter_model::target::Place;
    use holter_model::{Asset, Transport};

    use super::*;
    use crate::Network;

    #[test]
    fn the_inventory_wins_over_a_guess_field_by_field() {
        let pump = Asset {
            role: Some("infusion pump gateway".to_owned()),
            criticality: Some(Criticality::Life),
            ..Asset::at(Place::Address([10, 0, 0, 1].into()))
        };
        let rules = Rules {
            inventory: Inventory::new(vec![pump]),
            ..Rules::default()
        };
        let guess = Role {
            name: "web service".to_owned(),
            criticality: Criticality::Medium,
            fragility: Fragility::Robust,
            source: Source::Port,
        };
        let role = |last: u8| {
            let endpoint = Endpoint {
                address: [10, 0, 0, last].into(),
                port: 443,
                transport: Transport::Tcp,
            };
            rules.role(endpoint, None, Some(guess.clone())).unwrap()
        };
        assert_eq!(role(2), guess);
        let found = role(1);
        assert_eq!(
            (found.name.as_str(), found.criticality),
            ("infusion pump gateway", Criticality::Life)
        );
        assert_eq!(
            (found.fragility, found.source),
            (Fragility::Robust, Source::Inventory)
        );
    }

    #[test]
    fn a_network_is_quiet_when_it_is_or_all_are() {
        let network = |quiet: &str| Network {
            range: "10.0.0.0/8".parse().unwrap(),
            name: None,
            rate: None,
            fragility: None,
            quiet: quiet.parse().unwrap(),
        };
        let rules = Rules {
            inventory: Inventory::default(),
            networks: Networks::new(vec![network("08:00-20:00")]),
            quiet: "07:00-10:00".parse().unwrap(),
            zone: TimeZone::UTC,
        };
        let until = |time: &str, address: [u8; 4]| {
            let clock = FixedClock(format!("2026-11-22T{time}Z").parse().unwrap());
            let until = rules.quiet_until(address.into(), &clock);
            until.map(|until| until.strftime("%H:%M").to_string())
        };
        assert_eq!(until("09:00:00", [10, 0, 0, 1]).as_deref(), Some("20:00"));
        assert_eq!(until("09:00:00", [192, 168, 0, 1]).as_deref(), Some("10:00"));
        assert_eq!(until("06:00:00", [10, 0, 0, 1]), None);
    }
}
