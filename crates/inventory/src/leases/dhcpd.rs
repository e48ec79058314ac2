//! `dhcpd.leases` and `dhcpd6.leases` of ISC's server, as its manual page dhcpd.leases(5) has them. The server writes one
//! statement a line.

use std::net::IpAddr;

use super::{Lease, Leases};
use crate::ReadError;
use crate::oddity::quoted;
use crate::read::Found;

/// Reads the file.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), ReadError> {
    let mut leases = Leases::default();
    let mut open: Option<(IpAddr, Lease)> = None;
    // Blocks within a lease: "on expiry {".
    let mut inner = 0u32;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        let begins = line
            .strip_prefix("lease ")
            .or_else(|| line.strip_prefix("iaaddr "));
        if let Some(address) = begins.and_then(|rest| rest.strip_suffix('{')) {
            if open.is_some() {
                found
                    .oddities
                    .at(number, "the lease before this one does not end; it is left out");
            }
            inner = 0;
            open = match address.trim().parse() {
                Ok(address) => Some((
                    address,
                    Lease {
                        active: true,
                        name: None,
                    },
                )),
                Err(_) => {
                    found
                        .oddities
                        .at(number, format!("{} is no address", quoted(address.trim())));
                    None
                }
            };
        } else if line.starts_with('}') && inner > 0 {
            inner -= 1;
        } else if line.starts_with('}') {
            if let Some((address, lease)) = open.take() {
                leases.push(address, lease);
            }
        } else if let Some((_, lease)) = &mut open {
            inner = inner.saturating_add(u32::from(line.ends_with('{')));
            statement(line, lease);
        }
    }
    if open.is_some() {
        found
            .oddities
            .whole("the last lease does not end; it is left out");
    }
    leases.tell(found)
}

fn statement(line: &str, lease: &mut Lease) {
    let line = line.trim_end_matches(';').trim();
    if let Some(state) = line.strip_prefix("binding state ") {
        lease.active = state.trim() == "active";
    } else if let Some(name) = line.strip_prefix("client-hostname ") {
        lease.name = Some(name.trim().trim_matches('"').to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::{Form, read_as};

    #[test]
    fn the_last_word_about_an_address_counts() {
        let text = r#"
# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;

lease 10.20.0.5 {
  starts 0 2026/11/22 01:00:00;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet 02:00:00:00:00:05;
  on expiry {
    set gone = "1";
  }
  client-hostname "pump-5";
}
lease 10.20.0.6 {
  binding state active;
  client-hostname "old";
}
lease 10.20.0.6 {
  binding state free;
}
lease 10.20.0.4 {
  hardware ethernet 02:00:00:00:00:04;
  client-hostname "not a name";
}
ia-na "\001\000" {
  cltt 0 2026/11/22 01:00:00;
  iaaddr 2001:db8::5 {
    binding state active;
  }
}
lease 10.20.0.x {
}
lease 10.20.0.7 {
"#;
        let read = read_as(Form::Dhcpd, text, &|_| Ok(())).unwrap();
        let texts: Vec<&str> = read.targets.iter().map(|target| target.text.as_str()).collect();
        assert_eq!(texts, ["10.20.0.4", "10.20.0.5", "2001:db8::5"]);
        let names: Vec<Option<&str>> = read.assets.iter().map(|asset| asset.name.as_deref()).collect();
        assert_eq!(names, [None, Some("pump-5"), None]);
        let oddities: Vec<String> = read.oddities.iter().map(ToString::to_string).collect();
        assert_eq!(
            oddities,
            [
                "line 33: \"10.20.0.x\" is no address",
                "the last lease does not end; it is left out",
                "1 of 4 leases are not active and left out"
            ]
        );
    }
}
