//! A set of addresses, asked for each connection: thousands of single ones must cost no more than a range.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses as intervals that neither touch nor overlap. IPv4 stands where IPv6 maps it (RFC 4291 section
/// 2.5.5.2), so that an address in other clothes is the same address.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses(Vec<(u128, u128)>);

impl Addresses {
    /// The addresses of these ranges.
    pub(super) fn of(ranges: &[IpNet]) -> Self {
        let mut ends: Vec<(u128, u128)> = ranges
            .iter()
            .map(|range| (number(range.network()), number(range.broadcast())))
            .collect();
        ends.sort_unstable();
        let mut joined: Vec<(u128, u128)> = Vec::with_capacity(ends.len());
        for (first, last) in ends {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        joined.shrink_to_fit();
        Self(joined)
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let number = number(address);
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after
            .checked_sub(1)
            .and_then(|place| self.0.get(place))
            .is_some_and(|(_, last)| number <= *last)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_joined_and_searched() {
        let ranges: Vec<IpNet> = [
            "10.0.1.0/24",
            "10.0.0.0/24",
            "10.0.0.7/32",
            "::1/128",
            "192.0.2.1/32",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        let addresses = Addresses::of(&ranges);
        assert_eq!(addresses.0.len(), 3);
        let has = |text: &str| addresses.contains(text.parse().unwrap());
        assert!(has("10.0.0.0") && has("10.0.1.255") && has("::1") && has("::ffff:192.0.2.1"));
        assert!(!has("10.0.2.0") && !has("9.255.255.255") && !has("::2") && !has("192.0.2.2"));
    }
}
