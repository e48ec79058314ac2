//! `nmap -oG`: a host a line, its ports parted by commas. masscan writes the same with a time in front.

use std::net::IpAddr;

use super::service::Answer;
use super::{LeftOut, Open};
use crate::ReadError;
use crate::oddity::quoted;
use crate::read::Found;

/// Reads what `-oG` wrote.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), ReadError> {
    let mut left_out = LeftOut::default();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let field = |name: &str| line.split('\t').find_map(|field| field.trim().strip_prefix(name));
        let Some((address, name)) = field("Host: ").map(host) else {
            found
                .oddities
                .at(number, format!("{} tells of no host", quoted(line)));
            continue;
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            found
                .oddities
                .at(number, format!("{} is no address", quoted(address)));
            continue;
        };
        let Some(ports) = field("Ports: ") else {
            continue;
        };
        let open: Vec<Open> = ports.split(", ").filter_map(open).collect();
        super::host(address, (name, Vec::new()), &open, &mut left_out, found)?;
    }
    left_out.tell(found);
    Ok(())
}

/// `10.0.0.5 (pump.ward.example)`
fn host(field: &str) -> (&str, Option<&str>) {
    let (address, rest) = field.split_once(' ').unwrap_or((field, ""));
    let name = rest
        .trim()
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    (address, name.filter(|name| !name.is_empty()))
}

/// `443/open/tcp//ssl|http//nginx/`: port, state, transport, owner, service, RPC, version. nmap has no slash within a
/// part, whatever the service called itself; a version's commas make pieces that are no port.
fn open(piece: &str) -> Option<Open> {
    let mut parts = piece.trim().split('/');
    let port = super::port(parts.next()?)?;
    let state = parts.next()?;
    let transport = super::transport(parts.next()?)?;
    let _owner = parts.next();
    let service = parts.next().unwrap_or_default();
    let _rpc = parts.next();
    let version = parts.next().unwrap_or_default();
    let (in_tls, name) = match service.split_once('|') {
        Some((tunnel, name)) => (tunnel == "ssl", name),
        None => (false, service),
    };
    let sure = !name.ends_with('?');
    let answer = Answer {
        name: name.trim_end_matches('?').to_owned(),
        heard: sure && (in_tls || !version.is_empty()),
        in_tls,
    };
    (state == "open").then_some(Open {
        port,
        transport,
        answer,
    })
}

#[cfg(test)]
mod tests {
    use holter_model::Transport;

    use super::*;

    #[test]
    fn a_port_is_read_with_its_service() {
        let told = |piece| {
            open(piece).map(|open| {
                let Answer { name, heard, in_tls } = open.answer;
                (open.port, open.transport, name, heard, in_tls)
            })
        };
        let (tcp, udp) = (Transport::Tcp, Transport::Udp);
        let name = |name: &str| name.to_owned();
        assert_eq!(
            told("443/open/tcp//ssl|http//nginx 1.18.0/"),
            Some((443, tcp, name("http"), true, true))
        );
        assert_eq!(
            told("443/open/tcp//https///"),
            Some((443, tcp, name("https"), false, false))
        );
        assert_eq!(
            told("9100/open/tcp//jetdirect?///"),
            Some((9100, tcp, name("jetdirect"), false, false))
        );
        assert_eq!(
            told("4433/open/udp//unknown///"),
            Some((4433, udp, name("unknown"), false, false))
        );
        for none in [
            "80/closed/tcp//http///",
            "53/open|filtered/udp//domain///",
            "0/open/tcp//x///",
            "version 2/open/tcp",
            "7/open/sctp//x///",
            "",
        ] {
            assert_eq!(told(none), None, "{none}");
        }
    }
}
