//! A peer that agrees to whatever is offered, suite after suite, and means nothing by it.

use std::net::IpAddr;

use super::flight::{Flight, certificates, junk_certificate, message};
use super::hello;
use super::line::Line;
use super::noise::Noise;
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

/// Which of the suites offered it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taste {
    /// The first, even where nobody may take it.
    First,
    /// The first that is not reserved.
    FirstOfSense,
    /// The last.
    Last,
    /// Any.
    Any,
}

/// Starts it. Its flights have all messages of a real one, filled with junk.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(ip: IpAddr, taste: Taste) -> Result<Running, LabError> {
    serve(ip, move |line| answer(line, taste))
}

fn answer(line: &mut Line, taste: Taste) -> Result<(), super::line::Ended> {
    let hello = hello::read(line)?;
    let suites: Vec<u16> = hello
        .suites
        .iter()
        .copied()
        .filter(|suite| *suite != 0x00ff && (taste == Taste::First || suite & 0x0f0f != 0x0a0a))
        .collect();
    let chosen = match taste {
        Taste::First | Taste::FirstOfSense => suites.first(),
        Taste::Last => suites.last(),
        Taste::Any => {
            let seed = suites.iter().fold(7u64, |sum, suite| {
                sum.wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(u64::from(*suite))
            });
            let place = usize::try_from(seed >> 33).unwrap_or(0);
            place
                .checked_rem(suites.len())
                .and_then(|place| suites.get(place))
        }
    };
    let Some(suite) = chosen.copied() else {
        return talk::close(line);
    };
    let flight = Flight {
        version: hello.version.min(0x0303),
        suite,
        extensions: Vec::new(),
        demands_certificate: false,
        certificate: Vec::new(),
    };
    let messages = [
        message(2, &flight.server_hello()),
        message(11, &certificates(&junk_certificate(""))),
        message(12, &Noise::new(9).bytes(300)),
        message(14, &[]),
    ];
    line.send(&flight.in_records(&messages.concat()))?;
    talk::close(line)
}
