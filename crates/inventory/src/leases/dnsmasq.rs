//! `dnsmasq.leases`: when it ends, hardware address, address, name or `*`, client's identity. It holds active leases only.

use std::net::IpAddr;

use super::{Lease, Leases};
use crate::ReadError;
use crate::oddity::quoted;
use crate::read::Found;

/// Reads the file.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), ReadError> {
    let mut leases = Leases::default();
    for (line, number) in text.lines().zip(1..) {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else {
            continue;
        };
        if first == "duid" || first.starts_with('#') {
            continue;
        }
        let address = words.nth(1).unwrap_or_default();
        let Ok(address) = address.parse::<IpAddr>() else {
            let why = format!(
                "{} is no lease: its third word is no address",
                quoted(line.trim())
            );
            found.oddities.at(number, why);
            continue;
        };
        let name = words.next().map(str::to_owned);
        leases.push(address, Lease { active: true, name });
    }
    leases.tell(found)
}

#[cfg(test)]
mod tests {
    use crate::{Form, read_as};

    #[test]
    fn a_line_is_a_lease() {
        let text = "1795313002 02:00:00:00:00:05 10.20.0.5 pump-5 01:02:00:00:00:00:05\n\
            0 02:00:00:00:00:06 10.20.0.6 * *\n\
            1795313002 02:00:00:00:00:07 here x *\n\
            duid 00:01:00:01:2a:2b\n1795313002 16777216 2001:db8::5 pump-5 00:01\n";
        let read = read_as(Form::Dnsmasq, text, &|_| Ok(())).unwrap();
        let told: Vec<_> = read
            .assets
            .iter()
            .zip(&read.targets)
            .map(|(asset, target)| (target.text.as_str(), asset.name.as_deref()))
            .collect();
        assert_eq!(
            told,
            [
                ("10.20.0.5", Some("pump-5")),
                ("10.20.0.6", None),
                ("2001:db8::5", Some("pump-5"))
            ]
        );
        assert_eq!(read.oddities.len(), 1);
        assert_eq!(read.oddities[0].line, Some(3));
    }
}
