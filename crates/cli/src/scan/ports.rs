//! `-p`: ports and ranges of ports, as people write them.

use std::collections::BTreeSet;
use std::str::FromStr;

/// Ports, each once, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ports(pub(crate) Vec<u16>);

impl FromStr for Ports {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut ports = BTreeSet::new();
        for part in text.split(',').map(str::trim) {
            let wrong = || format!("{part:?} is not a port from 1 to 65535 nor a range like 9000-9010");
            let port = |text: &str| {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                text.parse::<u16>().ok().filter(|port| digits && *port > 0)
            };
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (port(first).ok_or_else(wrong)?, port(last).ok_or_else(wrong)?);
            if first > last {
                return Err(format!("the range {part:?} ends before it begins"));
            }
            ports.extend(first..=last);
        }
        Ok(Self(ports.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_as_people_write_them() {
        let ports = |text: &str| text.parse::<Ports>().map(|ports| ports.0);
        assert_eq!(ports("443"), Ok(vec![443]));
        assert_eq!(
            ports("8443, 443,9000-9002,9001"),
            Ok(vec![443, 8443, 9000, 9001, 9002])
        );
        assert_eq!(ports("1-65535").map(|ports| ports.len()), Ok(65535));
        for wrong in [
            "", "0", "65536", "443,", "-443", "443-", "+443", "https", "9-8", "1-2-3",
        ] {
            assert!(ports(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            ports("443,99999").unwrap_err(),
            "\"99999\" is not a port from 1 to 65535 nor a range like 9000-9010"
        );
    }
}
