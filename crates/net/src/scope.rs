//! Where packets may go. Nothing is sent outside it, whatever a name resolves to or a peer suggests.

mod addresses;

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

use self::addresses::Addresses;

/// The addresses that the user named, less those that the user excluded.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    allowed: Option<Addresses>,
    excluded: Addresses,
    /// Ports that are excluded on some addresses only.
    doors: HashMap<u16, Addresses>,
}

impl Scope {
    /// A scope of exactly these ranges, less the excluded ones.
    #[must_use]
    pub fn new(allowed: &[IpNet], excluded: &[IpNet]) -> Self {
        Self {
            allowed: Some(Addresses::of(allowed)),
            excluded: Addresses::of(excluded),
            doors: HashMap::new(),
        }
    }

    /// A scope of everything but the excluded ranges: for third parties that the user allowed to ask.
    #[must_use]
    pub fn all_but(excluded: &[IpNet]) -> Self {
        Self {
            allowed: None,
            excluded: Addresses::of(excluded),
            doors: HashMap::new(),
        }
    }

    /// Everything but what is excluded here.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        Self {
            allowed: None,
            ..self.clone()
        }
    }

    /// The same without these ports of these ranges.
    #[must_use]
    pub fn without_ports(mut self, doors: impl IntoIterator<Item = (IpNet, u16)>) -> Self {
        let mut ranges: HashMap<u16, Vec<IpNet>> = HashMap::new();
        for (range, port) in doors {
            ranges.entry(port).or_default().push(range);
        }
        for (port, ranges) in ranges {
            self.doors.insert(port, Addresses::of(&ranges));
        }
        self
    }

    /// Whether a packet may go to `address` at all.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let named = self
            .allowed
            .as_ref()
            .is_none_or(|allowed| allowed.contains(address));
        named && !self.excluded.contains(address)
    }

    /// Whether a packet may go to this port of `address`.
    #[must_use]
    pub fn allows_port(&self, address: IpAddr, port: u16) -> bool {
        let shut = self
            .doors
            .get(&port)
            .is_some_and(|ranges| ranges.contains(address));
        !shut && self.allows(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    #[test]
    fn an_exclusion_wins_over_a_range() {
        let scope = Scope::new(&[net("127.0.0.0/8"), net("::1/128")], &[net("127.0.9.0/24")]);
        let allows = |text: &str| scope.allows(text.parse().unwrap());
        assert!(allows("127.0.0.1") && allows("::1") && allows("::ffff:127.0.0.1"));
        assert!(!allows("127.0.9.1") && !allows("128.0.0.1") && !allows("::ffff:127.0.9.1"));
    }

    #[test]
    fn an_address_in_other_clothes_is_the_same_address() {
        let scope = Scope::new(&[net("127.0.0.0/8")], &[net("::ffff:127.0.9.0/120")]);
        assert!(scope.allows([127, 0, 0, 1].into()) && !scope.allows([127, 0, 9, 200].into()));
        let scope = Scope::new(&[net("::ffff:127.0.0.1/128")], &[]);
        assert!(scope.allows([127, 0, 0, 1].into()) && !scope.allows([127, 0, 0, 2].into()));
    }

    #[test]
    fn one_port_of_a_host_can_be_excluded() {
        let scope = Scope::new(&[net("127.0.0.0/8")], &[]).without_ports([(net("127.0.0.2/32"), 9100)]);
        let allows = |last: u8, port: u16| scope.allows_port([127, 0, 0, last].into(), port);
        assert!(allows(2, 443) && allows(1, 9100) && !allows(2, 9100));
    }
}
