//! The range that a place is, so that two spellings of one address are one.

use std::net::IpAddr;

use holter_model::target::Place;
use ipnet::IpNet;

/// The addresses of a place that is not a name.
#[must_use]
pub fn range(place: &Place) -> Option<IpNet> {
    match place {
        Place::Name(_) => None,
        Place::Address(address) => Some(IpNet::from(address.to_canonical())),
        Place::Range(range) => Some(canonical(*range)),
    }
}

/// A range of IPv4 addresses in IPv6's clothes (RFC 4291 section 2.5.5.2) as what it is.
fn canonical(range: IpNet) -> IpNet {
    const MAPPED: u8 = 96;
    let plain = || match (range.addr(), range.addr().to_canonical()) {
        (IpAddr::V6(_), address @ IpAddr::V4(_)) => {
            let length = range.prefix_len().checked_sub(MAPPED)?;
            IpNet::new(address, length).ok()
        }
        _ => None,
    };
    plain().unwrap_or(range).trunc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_other_clothes_is_the_same() {
        let at = |text: &str| range(&Place::Range(text.parse().unwrap())).unwrap().to_string();
        assert_eq!(at("::ffff:10.0.0.7/120"), "10.0.0.0/24");
        assert_eq!(at("::ffff:0.0.0.0/90"), "::ffc0:0:0/90");
        assert_eq!(at("10.0.0.7/24"), "10.0.0.0/24");
        let address = Place::Address("::ffff:10.0.0.7".parse().unwrap());
        assert_eq!(range(&address), Some("10.0.0.7/32".parse().unwrap()));
        assert_eq!(range(&Place::Name("pump".to_owned())), None);
    }
}
