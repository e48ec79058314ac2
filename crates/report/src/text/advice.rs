//! What to try next where a service could not be assessed.

use holter_model::{Attempt, Fact, Service};
use holter_protocols::marks;

/// One sentence that a person can act on.
pub(crate) fn next(service: &Service) -> &'static str {
    match service.attempt {
        Attempt::Completed if was_left_alone(service) => {
            "Ask whoever runs it when it may be disturbed, then scan it by itself: host:port."
        }
        Attempt::Unresolved => "Check the spelling, or name the address instead.",
        Attempt::Unreachable => {
            "Check that it is switched on and that no firewall stands between; or scan from its own part of the network."
        }
        Attempt::Refused => {
            "Check the port (/udp behind it asks for DTLS), or name the host alone: then every port that Holter knows is asked."
        }
        Attempt::TimedOut => "Ask again with more patience: --timeout 20 --pace gentle.",
        Attempt::Closed => {
            "Ask again with --pace gentle; if it stays so, name what is spoken there with --protocol."
        }
        Attempt::NotSpoken => {
            "If something is spoken there that leads to TLS, name it with --protocol. Otherwise whatever it sends can be read on the way."
        }
        Attempt::HandshakeRefused => {
            "It may want a name (--sni NAME) or a certificate (--client-cert FILE --client-key FILE)."
        }
        Attempt::Misbehaved | Attempt::TooMuch => {
            "Find out what device this is before it is asked again; its maker knows which TLS library is in it."
        }
        Attempt::ProxyFailed => "Check the address and the rules of the proxy.",
        Attempt::OutOfScope => "It stands in --exclude; take it out there if it may be asked.",
        Attempt::Interrupted => "Scan again and let it come to its end.",
        Attempt::OurFault => "Ask fewer at once with --pace gentle, or allow more open files (ulimit -n).",
        _ => {
            "Scan it once more at a quiet hour; if it stays so, ask its maker which TLS library and version is in it."
        }
    }
}

/// Whether it gave itself away as delicate and was sent nothing but a hello.
fn was_left_alone(service: &Service) -> bool {
    let facts = || service.observations.iter().map(|seen| &seen.fact);
    facts().any(|fact| matches!(fact, Fact::Recognised { mark } if marks::by_id(mark).is_some_and(marks::Mark::is_delicate)))
        && !facts().any(|fact| matches!(fact, Fact::Heartbeat { .. }))
}
