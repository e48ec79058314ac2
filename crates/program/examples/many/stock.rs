//! What there is, the same each time: so that what is brought in afterwards speaks of what was filled in.

use std::net::Ipv4Addr;

use holter_checks::catalogue::{self, Known};
use holter_model::finding::State;
use holter_model::{Endpoint, Transport};
use jiff::Timestamp;

/// How much.
pub(crate) struct Stock {
    pub(crate) assets: i64,
    pub(crate) findings: i64,
}

impl Stock {
    /// The findings of an asset: which flaw, and how it stands with it.
    pub(crate) fn of(&self, asset: i64) -> Vec<(&'static Known, State)> {
        let flaws = catalogue::known();
        let count = i64::try_from(flaws.len()).unwrap();
        let each = (self.findings / self.assets).min(count);
        (0..each)
            .map(|number| {
                let flaw = (mixed(asset, count) + number) % count;
                let state = State::ALL[usize::try_from(mixed(asset * 64 + number + 7, 7)).unwrap()];
                (&flaws[usize::try_from(flaw).unwrap()], state)
            })
            .collect()
    }
}

/// Some moment.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 0).unwrap()
}

/// The same numbers each time, and none of them in an order that an index would like.
pub(crate) fn mixed(number: i64, below: i64) -> i64 {
    let mixed = number
        .wrapping_mul(0x5851_f42d_4c95_7f2d)
        .wrapping_add(0x1405_7b7e_f767_814f);
    (mixed >> 20).rem_euclid(below)
}

/// Where an asset answers.
pub(crate) fn endpoint(asset: i64, port: u16) -> Endpoint {
    Endpoint {
        address: Ipv4Addr::from(0x0a00_0000 + u32::try_from(asset).unwrap()).into(),
        port,
        transport: Transport::Tcp,
    }
}
