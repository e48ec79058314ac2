//! What nmap found: each open port of each host that is up, but for services that never carry TLS.

pub(crate) mod grepable;
mod host_key;
pub(crate) mod service;
pub(crate) mod xml;

use std::collections::BTreeMap;
use std::net::IpAddr;

use holter_model::target::Place;
use holter_model::{Asset, Target, Transport};

use self::service::{Answer, Meaning};
use crate::read::Found;
use crate::{ReadError, host_name};

/// So many kinds of services are named in the word about what was left out.
const NAMED: usize = 8;

/// An open port as nmap tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    /// The port.
    pub(crate) port: u16,
    /// Over what.
    pub(crate) transport: Transport,
    /// What answered there.
    pub(crate) answer: Answer,
}

/// What was left out, by the name of the service.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(BTreeMap<String, u64>);

impl LeftOut {
    /// Tells of it in one oddity.
    pub(crate) fn tell(self, found: &mut Found) {
        let sum: u64 = self.0.values().sum();
        if sum == 0 {
            return;
        }
        let mut kinds: Vec<(String, u64)> = self.0.into_iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = if kinds.len() > NAMED { ", …" } else { "" };
        let kinds: Vec<String> = kinds
            .into_iter()
            .take(NAMED)
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        found.oddities.whole(format!(
            "{sum} open {} left out, because TLS is never spoken there or the port prints or controls a machine: {}{more}",
            if sum == 1 { "port is" } else { "ports are" },
            kinds.join(", ")
        ));
    }
}

/// Adds one host: its open ports as targets, its name and its host keys.
pub(crate) fn host(
    address: IpAddr,
    (name, host_keys): (Option<&str>, Vec<String>),
    open: &[Open],
    left_out: &mut LeftOut,
    found: &mut Found,
) -> Result<(), ReadError> {
    let name = name.and_then(host_name);
    if name.is_some() || !host_keys.is_empty() {
        let mut asset = Asset::at(Place::Address(address));
        asset.name = name;
        asset.host_keys = host_keys;
        found.asset(asset)?;
    }
    for Open {
        port,
        transport,
        answer,
    } in open
    {
        let scheme = match service::meaning(*port, *transport, answer) {
            Meaning::Ask(scheme) => scheme.map(str::to_owned),
            Meaning::LeaveOut(why) => {
                *left_out.0.entry(why).or_default() += 1;
                continue;
            }
        };
        let host = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let over = match transport {
            Transport::Tcp => "",
            Transport::Udp => "/udp",
        };
        found.target(Target {
            text: format!("{host}:{port}{over}"),
            place: Place::Address(address),
            port: Some(*port),
            scheme,
            transport: *transport,
        })?;
    }
    Ok(())
}

/// A port from 1 to 65535.
fn port(digits: &str) -> Option<u16> {
    digits.parse().ok().filter(|port| *port > 0)
}

/// Over what a port is open.
fn transport(name: &str) -> Option<Transport> {
    match name {
        "tcp" => Some(Transport::Tcp),
        "udp" => Some(Transport::Udp),
        _ => None,
    }
}
