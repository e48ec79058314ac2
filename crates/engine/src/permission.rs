//! Whose a system is. What is neither private nor the user's own may be scanned only with somebody's word for it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

/// Addresses that belong to whoever uses them: RFC 1918, loopback, link-local and unique local ones. Not those that
/// providers share among customers (100.64.0.0/10), nor those of documentation and benchmarks.
const PRIVATE: [&str; 8] = [
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

/// Where IPv4 has its place among IPv6's addresses: ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). So one arithmetic
/// does for both, and an address in IPv6's clothes is what it is.
const MAPPED: RangeInclusive<u128> = 0xffff_0000_0000..=0xffff_ffff_ffff;

/// What may be scanned without asking: private addresses, and the user's own.
#[derive(Clone, Debug)]
pub struct Permitted(Vec<RangeInclusive<u128>>);

impl Permitted {
    /// Private addresses and these.
    #[must_use]
    pub fn new(own: &[IpNet]) -> Self {
        let private = PRIVATE.iter().filter_map(|range| range.parse().ok());
        let all = private.chain(own.iter().copied());
        Self(apart(all.map(|range| span(&range)).collect()))
    }

    /// What of these ranges is foreign, exactly, in order and each address once.
    #[must_use]
    pub fn foreign(&self, ranges: &[IpNet]) -> Vec<IpNet> {
        let mut found = Vec::new();
        for range in apart(ranges.iter().map(span).collect()) {
            let (mut from, to) = range.into_inner();
            let first = self.0.partition_point(|permitted| *permitted.end() < from);
            let mut all_seen = false;
            for permitted in self.0.iter().skip(first).take_while(|span| *span.start() <= to) {
                if from < *permitted.start() {
                    nets(from, permitted.start() - 1, &mut found);
                }
                match permitted.end().checked_add(1).filter(|next| *next <= to) {
                    Some(next) => from = next,
                    None => all_seen = true,
                }
            }
            if !all_seen {
                nets(from, to, &mut found);
            }
        }
        found
    }
}

/// What of these ranges is neither private nor the user's own.
#[must_use]
pub fn foreign(ranges: &[IpNet], own: &[IpNet]) -> Vec<IpNet> {
    Permitted::new(own).foreign(ranges)
}

fn span(range: &IpNet) -> RangeInclusive<u128> {
    let mapped = |address: Ipv4Addr| u128::from(address.to_ipv6_mapped());
    match range {
        IpNet::V4(range) => mapped(range.network())..=mapped(range.broadcast()),
        IpNet::V6(range) => u128::from(range.network())..=u128::from(range.broadcast()),
    }
}

/// The same addresses in order, with no two spans that overlap or touch.
fn apart(mut spans: Vec<RangeInclusive<u128>>) -> Vec<RangeInclusive<u128>> {
    spans.sort_by_key(|span| *span.start());
    let mut found: Vec<RangeInclusive<u128>> = Vec::with_capacity(spans.len());
    for span in spans {
        match found
            .last_mut()
            .filter(|last| *span.start() <= last.end().saturating_add(1))
        {
            Some(last) => *last = *last.start()..=*last.end().max(span.end()),
            None => found.push(span),
        }
    }
    found
}

/// The fewest ranges that make up these addresses, IPv4's as such.
fn nets(from: u128, to: u128, found: &mut Vec<IpNet>) {
    let (first, last) = MAPPED.into_inner();
    let six =
        |from: u128, to: u128| Ipv6Subnets::new(Ipv6Addr::from(from), Ipv6Addr::from(to), 0).map(IpNet::V6);
    if from < first {
        found.extend(six(from, to.min(first - 1)));
    }
    if from <= last && to >= first {
        let plain = |address: u128| Ipv6Addr::from(address).to_ipv4_mapped();
        if let Some((from, to)) = plain(from.max(first)).zip(plain(to.min(last))) {
            found.extend(Ipv4Subnets::new(from, to, 0).map(IpNet::V4));
        }
    }
    if to > last {
        found.extend(six(from.max(last + 1), to));
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;

    fn ranges(texts: &[&str]) -> Vec<IpNet> {
        let range = |text: &&str| {
            let one = text.parse::<IpAddr>().map(IpNet::from).ok();
            one.unwrap_or_else(|| text.parse().unwrap())
        };
        texts.iter().map(range).collect()
    }

    #[test]
    fn what_is_private_or_own_is_not_foreign() {
        for (asked, own, expected) in [
            (
                &["10.0.0.0/8", "172.31.255.255", "192.168.1.0/24"][..],
                &[][..],
                &[][..],
            ),
            (
                &["127.0.0.1", "::1", "169.254.1.1", "fe80::1", "fd12::/64"],
                &[],
                &[],
            ),
            (&["::ffff:10.0.0.1", "::ffff:192.168.0.0/112"], &[], &[]),
            (&["::ffff:203.0.113.9"], &[], &["203.0.113.9/32"]),
            (&["203.0.113.9"], &["::ffff:203.0.113.0/120"], &[]),
            (
                &["100.64.0.1", "198.18.0.1"],
                &[],
                &["100.64.0.1/32", "198.18.0.1/32"],
            ),
            (
                &["172.32.0.0", "172.15.255.255"],
                &[],
                &["172.15.255.255/32", "172.32.0.0/32"],
            ),
            (
                &["224.0.0.1", "255.255.255.255", "0.0.0.0"],
                &[],
                &["0.0.0.0/32", "224.0.0.1/32", "255.255.255.255/32"],
            ),
            (
                &["2001:db8::/126", "::"],
                &["2001:db8::1"],
                &["::/128", "2001:db8::/128", "2001:db8::2/127"],
            ),
            (
                &["203.0.113.0/29"],
                &["203.0.113.2/31", "203.0.113.7"],
                &["203.0.113.0/31", "203.0.113.4/31", "203.0.113.6/32"],
            ),
            (
                &["203.0.113.0/25", "203.0.113.128/25", "203.0.113.4"],
                &[],
                &["203.0.113.0/24"],
            ),
            // Other clothes of a private address reach who knows whom: 6to4, NAT64.
            (
                &["2002:a00:1::", "64:ff9b::a00:1"],
                &[],
                &["64:ff9b::a00:1/128", "2002:a00:1::/128"],
            ),
            (&[], &[], &[]),
        ] {
            assert_eq!(
                foreign(&ranges(asked), &ranges(own)),
                ranges(expected),
                "{asked:?} without {own:?}"
            );
        }
    }

    #[test]
    fn everything_less_the_private_is_still_few_ranges() {
        let found = foreign(&ranges(&["::/0"]), &[]);
        assert!(found.len() < 400, "{}", found.len());
        let all = found.iter().chain(&ranges(&PRIVATE)).copied().collect::<Vec<_>>();
        assert_eq!(apart(all.iter().map(span).collect()), [0..=u128::MAX]);
    }

    proptest! {
        #[test]
        fn every_address_is_decided_by_itself_as_in_its_range(
            nets in prop::collection::vec((any::<u32>(), 24u8..=32), 1..6),
            own in prop::collection::vec((any::<u32>(), 22u8..=32), 0..6),
            near in any::<bool>(),
        ) {
            // Near each other, else hardly any two meet.
            let net = |(number, length): &(u32, u8)| {
                let number = if near { 0x0b00_0000 | (number & 0x7ff) } else { *number };
                IpNet::new(IpAddr::from(number.to_be_bytes()), *length).unwrap().trunc()
            };
            let (nets, own): (Vec<_>, Vec<_>) = (nets.iter().map(net).collect(), own.iter().map(net).collect());
            let found = foreign(&nets, &own);
            for address in nets.iter().flat_map(IpNet::hosts) {
                let alone = !foreign(&[IpNet::from(address)], &own).is_empty();
                let holding = found.iter().filter(|range| range.contains(&address)).count();
                prop_assert_eq!(holding, usize::from(alone));
            }
        }
    }
}
