//! Holds the ServerHello of a reply against the hello that it came for. Pure.

use holter_wire::client_hello::ClientHello;

use super::Reply;

impl Reply {
    /// The same, if its ServerHello answers this hello: every one that checks hear has gone through here.
    pub(super) fn held_against(self, hello: &ClientHello) -> Self {
        let answer = match &self {
            Self::Flight(flight) => Some(&flight.hello),
            Self::Broken(broken) => broken.hello.as_ref(),
            _ => None,
        };
        match answer.map(|answer| answer.answers(hello)) {
            Some(Err(misfit)) => Self::Misfit(misfit),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use holter_model::seam::FixedDice;
    use holter_wire::server_hello::ServerHello;
    use holter_wire::{CipherSuite, Misfit, Version};

    use super::*;
    use crate::conversation::{Broken, Flight};
    use crate::hello::{Suites, heartbeat};

    fn body(suite: CipherSuite) -> Vec<u8> {
        let mut body = Vec::new();
        let hello = ServerHello {
            legacy_version: Version::TLS12,
            random: [3; 32],
            session_id: Vec::new(),
            suite,
            compression: 0,
            extensions: Vec::new(),
        };
        hello.encode_body(&mut body);
        body
    }

    #[test]
    fn a_choice_that_was_not_offered_is_no_flight_whole_or_not() {
        let asked = heartbeat(Version::TLS12, Suites::Rsa, None, &FixedDice(1));
        let held = |suite| {
            let flight = Flight::begin(&body(suite), true).unwrap();
            let torn = Broken::misbehaved("it breaks off", Some(flight.hello.clone()));
            [Reply::Flight(flight), Reply::Broken(torn)].map(|reply| reply.held_against(&asked))
        };
        let offered = held(CipherSuite(0x002f));
        assert!(
            matches!(offered, [Reply::Flight(_), Reply::Broken(_)]),
            "{offered:?}"
        );
        let unoffered = CipherSuite(0xc02f);
        for reply in held(unoffered) {
            let misfit = matches!(reply, Reply::Misfit(Misfit::Suite(suite)) if suite == unoffered);
            assert!(misfit, "{reply:?}");
        }
    }

    #[test]
    fn a_hello_that_ends_before_its_choices_begins_no_flight() {
        let whole = body(CipherSuite(0x002f));
        assert!(Flight::begin(&whole, true).is_some());
        assert!(Flight::begin(whole.get(..36).unwrap(), true).is_none());
    }
}
