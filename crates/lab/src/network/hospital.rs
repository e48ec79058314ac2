//! A small hospital in a network of its own: real servers, and devices that a careless scan harms.

use std::net::Ipv4Addr;

use super::Network;
use super::fake::Fake;
use crate::LabError;
use crate::node::INSTALLED;

/// Every host of the hospital is in it.
pub const RANGE: &str = "10.77.0.0/26";

/// Sends from beside the range.
pub const SCANNER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 200);
/// The patient portal: HTTPS on Node.js 0.10.1, affected.
pub const PORTAL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 10);
/// HTTPS with heartbeats on OpenSSL 1.0.2n, fixed.
pub const FIXED: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 11);
/// SMTP with STARTTLS on a current OpenSSL.
pub const MAIL: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 12);
/// A management controller that hangs on a heartbeat, and on a second connection beside the first.
pub const CONTROLLER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 20);
/// Another, which even offers heartbeats.
pub const OFFERING_CONTROLLER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 21);
/// A printer.
pub const PRINTER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 22);
/// Takes four seconds for a hello.
pub const SLOW: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 23);
/// An infusion pump's gateway: not to be touched.
pub const PUMP: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 30);
/// Is there and serves HTTPS, fixed; packets to its other ports vanish.
pub const DROPPER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 40);
/// Resets every connection.
pub const RESETTER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 41);

/// The hospital with all its hosts, and `scanner` beside them.
///
/// # Errors
/// What the network and its servers can say.
pub fn up() -> Result<Network, LabError> {
    let mut network = Network::up()?;
    network.plug("scanner", SCANNER)?;
    network
        .plug("portal", PORTAL)?
        .serve_node("0.10.1", "https", 443)?;
    network.plug("fixed", FIXED)?.serve_fixed(443)?;
    network.plug("mail", MAIL)?.serve_node(INSTALLED, "smtp", 25)?;
    let dropper = network.plug("dropper", DROPPER)?;
    dropper.serve_fixed(443)?;
    dropper.drop_all_but(443)?;
    for (name, address, fake) in [
        ("controller", CONTROLLER, Fake::Controller),
        ("controller-2", OFFERING_CONTROLLER, Fake::OfferingController),
        ("printer", PRINTER, Fake::Printer),
        ("slow", SLOW, Fake::Slow),
        ("pump", PUMP, Fake::Pump),
        ("resetter", RESETTER, Fake::Resetter),
    ] {
        network.plug(name, address)?.play(fake)?;
    }
    Ok(network)
}
