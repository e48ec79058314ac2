//! One target as it is written on a command line, in a list or in a cell.

use std::net::{IpAddr, Ipv4Addr};

use holter_model::target::{Place, TargetError};
use holter_model::{Target, Transport};
use ipnet::IpNet;

use crate::dashed;

/// An IPv4 range wider than this is nobody's own.
const WIDEST_V4: u8 = 8;

/// An IPv6 range wider than this would take years.
const WIDEST_V6: u8 = 108;

/// The target that is written there; several where it is a range with a dash. `known` says of a protocol that is named
/// in it whether there is such a one, and if not, what to write.
///
/// # Errors
/// What is wrong, in one line with what to write instead.
pub fn targets(typed: &str, known: &dyn Fn(&str) -> Result<(), String>) -> Result<Vec<Target>, String> {
    let mut target = match range_with_port(typed) {
        Some((range, port)) => Target {
            text: typed.trim().to_owned(),
            port: Some(port),
            ..range
        },
        None => typed.parse().map_err(|error| wrong(typed, error))?,
    };
    // DTLS is TLS over datagrams, not a protocol of its own.
    if target.scheme.as_deref() == Some("dtls") {
        target.scheme = None;
        target.transport = Transport::Udp;
    }
    if let Some(scheme) = &target.scheme {
        known(scheme).map_err(|why| format!("{typed:?}: {why}"))?;
    }
    let targets = dashed::spread(target)?;
    if dashed::addresses(&targets) > 1 << (32 - WIDEST_V4) {
        return Err(too_wide(typed));
    }
    for target in &targets {
        match &target.place {
            // No network's names end in a number.
            Place::Name(name) if numeric(name) => {
                return Err(format!(
                    "{typed:?} is not a range: write it like 192.0.2.0/24 or 192.0.2.1-9"
                ));
            }
            Place::Address(address) if no_host(*address) => {
                return Err(format!(
                    "{typed:?} is no address of a single host, so nobody can be asked there"
                ));
            }
            Place::Address(IpAddr::V6(address)) if address.is_unicast_link_local() => {
                return Err(link_local(typed));
            }
            Place::Range(IpNet::V6(range)) if range.addr().is_unicast_link_local() => {
                return Err(link_local(typed));
            }
            Place::Range(IpNet::V6(range)) if range.prefix_len() < WIDEST_V6 => {
                return Err(format!(
                    "{typed:?} holds more addresses than can be asked: name a range of /{WIDEST_V6} or smaller, or the hosts themselves"
                ));
            }
            _ => {}
        }
    }
    Ok(targets)
}

/// The host name that is written there, in lower case; `None` where it is none.
#[must_use]
pub fn host_name(typed: &str) -> Option<String> {
    match typed.parse::<Target>() {
        Ok(Target {
            place: Place::Name(name),
            port: None,
            scheme: None,
            transport: Transport::Tcp,
            ..
        }) if !numeric(&name) => Some(name),
        _ => None,
    }
}

/// `10.0.0.0/24:443`: a range, and the one port that is meant there.
fn range_with_port(typed: &str) -> Option<(Target, u16)> {
    let typed = typed.trim();
    let (rest, over) = match typed.strip_suffix("/udp") {
        Some(rest) => (rest, "/udp"),
        None => (typed.strip_suffix("/tcp").unwrap_or(typed), ""),
    };
    let (range, port) = rest.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let range: IpNet = range.parse().ok()?;
    Some((format!("{range}{over}").parse().ok()?, port))
}

/// What stands for no host, or for many.
fn no_host(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_multicast() || address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

fn link_local(typed: &str) -> String {
    format!(
        "{typed:?} is only known on one cable, so Holter cannot ask there: name another address of that system"
    )
}

fn too_wide(typed: &str) -> String {
    format!("{typed:?} is wider than any network of your own: name ranges of /{WIDEST_V4} or smaller")
}

/// Why a target cannot be understood, and how it is written.
fn wrong(typed: &str, error: TargetError) -> String {
    let before = typed.split('/').next().unwrap_or_default();
    match error {
        TargetError::Empty => {
            "one target is empty: name a host, a range like 192.0.2.0/24 or a URL".to_owned()
        }
        TargetError::Range(_) if before.parse::<IpAddr>().is_err() => format!(
            "{typed:?} is neither a range nor a URL: write 192.0.2.0/24, or https://portal.example/ with what is spoken in front"
        ),
        _ if typed.contains('%') => link_local(typed),
        TargetError::Host(_) if typed.contains([',', ';']) => format!(
            "{error}: write one target a word, parted by spaces, or one a line; a table needs a first line that names its columns, one of them \"address\" or \"name\""
        ),
        TargetError::Host(_) if !typed.is_ascii() => {
            format!("{error}: write a name with other letters than a to z in its xn-- form")
        }
        other => other.to_string(),
    }
}

/// Whether the last of a name's parts is a number or a range of numbers.
fn numeric(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, last)| last.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(protocol: &str) -> Result<(), String> {
        match protocol {
            "https" => Ok(()),
            _ => Err(format!("there is no protocol {protocol:?}")),
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_write() {
        for (typed, hint) in [
            ("", "name a host"),
            ("https:/portal.example", "neither a range nor a URL"),
            ("portal.example/login", "neither a range nor a URL"),
            ("10.0.0.0/33", "is not a range"),
            ("10.0.0-3.1-9", "is not a range"),
            ("10.0.0.9-1", "ends before it begins"),
            ("0.0.0.0/0", "of /8 or smaller"),
            ("10.0.0.0/7", "of /8 or smaller"),
            ("9.0.0.0-10.255.255.255", "of /8 or smaller"),
            ("0.0.0.0-255.255.255.255", "of /8 or smaller"),
            ("2001:db8::/107", "of /108 or smaller"),
            ("10.0.0.0/24:99999", "is not a range"),
            ("fe80::1", "another address"),
            ("fe80::1%eth0", "another address"),
            ("fe80::/120", "another address"),
            ("224.0.0.1", "no address of a single host"),
            ("0.0.0.0:443", "no address of a single host"),
            ("10.0.0.1,10.0.0.2", "one target a word"),
            ("pr\u{e4}xis.example", "xn--"),
            ("htps://portal.example", "htps://portal.example"),
        ] {
            let said = targets(typed, &known).unwrap_err();
            assert!(said.contains(hint), "{typed}: {said}");
        }
        for good in [
            "10.0.0.0/8",
            "10.0.0.0-10.255.255.255",
            "2001:db8::/108",
            "ward-7",
            "7-1",
        ] {
            assert_eq!(targets(good, &known).map(|list| list.len()), Ok(1), "{good}");
        }
    }

    #[test]
    fn a_range_with_a_dash_keeps_what_is_written_around_it() {
        let all = targets("10.0.0.1-2:443/udp", &known).unwrap();
        let places: Vec<&Place> = all.iter().map(|target| &target.place).collect();
        let range = |text: &str| Place::Range(text.parse().unwrap());
        assert_eq!(places, [&range("10.0.0.1/32"), &range("10.0.0.2/32")]);
        for target in &all {
            assert_eq!((target.port, target.transport), (Some(443), Transport::Udp));
            assert_eq!(target.text, "10.0.0.1-2:443/udp");
        }
    }

    #[test]
    fn a_range_can_have_a_port() {
        for (typed, range, port, transport) in [
            ("10.0.0.0/24:443", "10.0.0.0/24", 443, Transport::Tcp),
            ("10.0.0.0/24:443/udp", "10.0.0.0/24", 443, Transport::Udp),
            ("2001:db8::/120:993", "2001:db8::/120", 993, Transport::Tcp),
        ] {
            let target = targets(typed, &known).unwrap().remove(0);
            assert_eq!(target.place, Place::Range(range.parse().unwrap()), "{typed}");
            assert_eq!(
                (target.port, target.transport),
                (Some(port), transport),
                "{typed}"
            );
            assert_eq!(target.text, typed);
        }
    }

    #[test]
    fn a_host_name_is_nothing_but_a_name() {
        assert_eq!(
            host_name("Pump-7.Ward.example."),
            Some("pump-7.ward.example".to_owned())
        );
        for other in [
            "",
            "*",
            "10.0.0.5",
            "pump:1",
            "https://pump",
            "pump 7",
            "1.2.3",
            "pump/udp",
        ] {
            assert_eq!(host_name(other), None, "{other}");
        }
    }
}
