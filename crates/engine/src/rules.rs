//! What the user says of networks and hours. In quiet hours a host that is under way rests between two doors.

use std::net::IpAddr;
use std::time::Duration;

use holter_model::seam::Clock;
use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::{Networks, QuietHours};

/// What is said of networks, and when it is quiet everywhere.
#[derive(Clone, Debug)]
pub struct Rules {
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
            networks: Networks::default(),
            quiet: QuietHours::default(),
            zone: TimeZone::UTC,
        }
    }
}

/// The clock is looked at so often: a machine that slept must not miss the hour.
const LOOK: Duration = Duration::from_secs(20);

impl Rules {
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

    use super::*;
    use crate::Network;

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
