//! What the user typed, ready to work with.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// The addresses to ask and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    first: u32,
    /// How many addresses, from the first on.
    pub(crate) count: u32,
    port: u16,
    /// How many connections may be open at once.
    pub(crate) in_flight: usize,
    /// How long to wait for an answer.
    pub(crate) wait: Duration,
}

impl Arguments {
    /// Reads the words after the program's name.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut named = Vec::new();
        let mut in_flight = 128;
        let mut wait = 3.0;
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} wants a value\n{USAGE}"));
            match word.as_str() {
                "--in-flight" => in_flight = number(&value()?)?,
                "--wait" => wait = number(&value()?)?,
                flag if flag.starts_with('-') => return Err(format!("unknown flag {flag}\n{USAGE}")),
                _ => named.push(word),
            }
        }
        let [range, port] = named.as_slice() else {
            return Err(USAGE.to_owned());
        };
        if in_flight == 0 || !(0.0..=3600.0).contains(&wait) {
            return Err("--in-flight is at least 1, --wait at most 3600".to_owned());
        }
        let (first, count) = addresses(range)?;
        Ok(Self {
            first,
            count,
            port: number(port)?,
            in_flight,
            wait: Duration::from_secs_f64(wait),
        })
    }

    /// Every endpoint, in order.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = SocketAddrV4> + use<> {
        let port = self.port;
        let first = self.first;
        (0..self.count).map(move |step| SocketAddrV4::new(Ipv4Addr::from_bits(first + step), port))
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("not a number that fits: {text}"))
}

// Network and broadcast addresses count too: on loopback every address answers.
fn addresses(range: &str) -> Result<(u32, u32), String> {
    let refuse = || format!("not an IPv4 range of at most 65,536 addresses: {range}");
    let (address, bits) = range.split_once('/').unwrap_or((range, "32"));
    let address: Ipv4Addr = address.parse().map_err(|_| refuse())?;
    let bits: u32 = number(bits)?;
    if !(16..=32).contains(&bits) {
        return Err(refuse());
    }
    let count = 1_u32 << (32 - bits);
    Ok((address.to_bits() & !(count - 1), count))
}

const USAGE: &str = "usage: bare-loop ADDRESS[/BITS] PORT [--in-flight N] [--wait SECONDS]";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_range_starts_at_its_network_address() {
        let arguments = parse("127.1.3.4/20 8443 --in-flight 7 --wait 0.5").unwrap();
        let endpoints: Vec<_> = arguments.endpoints().collect();
        assert_eq!(endpoints.len(), 4096);
        assert_eq!(endpoints[0], "127.1.0.0:8443".parse().unwrap());
        assert_eq!(endpoints[4095], "127.1.15.255:8443".parse().unwrap());
        assert_eq!(
            (arguments.in_flight, arguments.wait),
            (7, Duration::from_millis(500))
        );
    }

    #[test]
    fn the_last_addresses_of_all_do_not_overflow() {
        let arguments = parse("255.255.255.255/31 1").unwrap();
        assert_eq!(
            arguments.endpoints().last(),
            Some("255.255.255.255:1".parse().unwrap())
        );
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (line, named) in [
            ("", "usage"),
            ("127.0.0.0/8 443", "127.0.0.0/8"),
            ("::1 443", "::1"),
            ("127.0.0.1 70000", "70000"),
            ("127.0.0.1 443 --wait", "--wait"),
            ("127.0.0.1 443 --wait NaN", "--wait"),
            ("127.0.0.1 443 --fast", "--fast"),
            ("127.0.0.1 443 --in-flight 0", "--in-flight"),
        ] {
            assert!(parse(line).unwrap_err().contains(named), "{line}");
        }
    }
}
