//! Ranges of IPv4 addresses with a dash, as nmap writes them: `10.0.0.1-9` and `10.0.0.1-10.0.0.40`.

use std::net::Ipv4Addr;

use holter_model::Target;
use holter_model::target::Place;
use ipnet::{IpNet, Ipv4Subnets};

/// The ranges that a host with a dash in it stands for, its first and last address included; `None` where it is
/// no such range but a name.
pub(crate) fn ranges(host: &str) -> Option<Result<Vec<IpNet>, String>> {
    let (first, last) = host.split_once('-')?;
    let first: Ipv4Addr = first.parse().ok()?;
    let [a, b, c, _] = first.octets();
    let last = match last.parse::<u8>() {
        Ok(octet) => Some(Ipv4Addr::new(a, b, c, octet)),
        Err(_) => last.parse().ok(),
    };
    Some(match last {
        Some(last) if first <= last => Ok(Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect()),
        Some(_) => Err(format!("the range {host:?} ends before it begins")),
        None => Err(format!(
            "{host:?} is not a range: write it like 10.0.0.1-9, 10.0.0.1-10.0.0.40 or 10.0.0.0/24"
        )),
    })
}

/// The target itself, or the same target at each range where its host is one with a dash.
pub(crate) fn spread(target: Target) -> Result<Vec<Target>, String> {
    let Place::Name(host) = &target.place else {
        return Ok(vec![target]);
    };
    let Some(ranges) = ranges(host) else {
        return Ok(vec![target]);
    };
    let at = |range| Target {
        place: Place::Range(range),
        ..target.clone()
    };
    Ok(ranges?.into_iter().map(at).collect())
}

/// How many addresses the places hold together.
pub(crate) fn addresses(places: &[Target]) -> u64 {
    let size = |target: &Target| match target.place {
        Place::Range(IpNet::V4(range)) => 1u64 << (32 - range.prefix_len()),
        _ => 1,
    };
    places.iter().map(size).sum()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;

    fn spelled(host: &str) -> Option<Result<String, String>> {
        let list = |ranges: Vec<IpNet>| {
            let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
            ranges.join(" ")
        };
        ranges(host).map(|ranges| ranges.map(list))
    }

    #[test]
    fn both_ways_to_write_one() {
        let good = |text: &str| Some(Ok(text.to_owned()));
        assert_eq!(
            spelled("10.0.0.1-9"),
            good("10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 10.0.0.8/31")
        );
        assert_eq!(spelled("10.0.0.255-10.0.1.0"), good("10.0.0.255/32 10.0.1.0/32"));
        assert_eq!(spelled("10.0.0.0-255"), good("10.0.0.0/24"));
        assert_eq!(spelled("10.0.0.7-7"), good("10.0.0.7/32"));
        for name in ["ward-7", "7-1", "portal.example", "10.0.0-3.1", "pump-10.0.0.1"] {
            assert_eq!(spelled(name), None, "{name}");
        }
        for wrong in [
            "10.0.0.9-1",
            "10.0.0.1-256",
            "10.0.0.1-",
            "10.0.0.1-9-12",
            "10.0.0.1-x",
        ] {
            assert!(spelled(wrong).is_some_and(|ranges| ranges.is_err()), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn exactly_the_addresses_between(first: u32, length in 0u32..5000) {
            let last = first.saturating_add(length);
            let host = format!("{}-{}", Ipv4Addr::from(first), Ipv4Addr::from(last));
            let hosts: Vec<IpAddr> = ranges(&host).unwrap().unwrap().iter().flat_map(IpNet::hosts_all).collect();
            let expected: Vec<IpAddr> = (first..=last).map(|bits| Ipv4Addr::from(bits).into()).collect();
            prop_assert_eq!(hosts, expected);
        }
    }

    trait All {
        fn hosts_all(&self) -> Vec<IpAddr>;
    }

    impl All for IpNet {
        /// With the first and the last address, which `hosts` leaves out.
        fn hosts_all(&self) -> Vec<IpAddr> {
            self.subnets(32).unwrap().map(|net| net.addr()).collect()
        }
    }
}
