//! What is the user's own though its addresses are not private.

use holter_engine::Own;
use holter_model::Target;
use holter_model::target::Place;
use ipnet::IpNet;

use super::written::Parse;

/// A wider IPv4 range is nobody's own, and permission for everything is none.
const WIDEST_V4: u8 = 8;

/// The same for IPv6, where a whole provider's share is a /20.
const WIDEST_V6: u8 = 20;

/// One of them.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// An address or a range.
    Range(IpNet),
    /// A name.
    Name(String),
}

/// All of these.
pub(crate) fn own(entries: Vec<Entry>) -> Own {
    let mut own = Own::default();
    for entry in entries {
        match entry {
            Entry::Range(range) => own.ranges.push(range),
            Entry::Name(name) => own.names.push(name),
        }
    }
    own
}

impl Parse for Entry {
    const EXPECTED: &'static str = "an address, a range or a name";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text:?} is neither an address nor a range nor a name, without port or scheme");
        let target: Target = text.parse().map_err(|_| wrong())?;
        if target.port.is_some() || target.scheme.is_some() {
            return Err(wrong());
        }
        let range = match target.place {
            Place::Name(name) => return Ok(Self::Name(name)),
            Place::Address(address) => IpNet::from(address),
            Place::Range(range) => range,
        };
        let widest = if range.addr().is_ipv4() {
            WIDEST_V4
        } else {
            WIDEST_V6
        };
        if range.prefix_len() < widest {
            return Err(format!(
                "{text:?} is wider than any network of your own: name ranges of /{widest} or smaller"
            ));
        }
        Ok(Self::Range(range))
    }
}
