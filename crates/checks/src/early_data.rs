//! # Early data
//!
//! ## What it asks
//! Nothing of its own: the tickets of a shared session in TLS 1.3 say whether data may come with the first hello. None is
//! sent.
//!
//! ## Why it matters
//! Such data can be recorded and sent again by anybody: an order or a payment would be given twice unless the application
//! sees to it.
//!
//! ## References
//! RFC 8446 sections 2.3, 4.2.10 and 8; RFC 8470.

use holter_model::{Attempt, Basis, Feature, Judgement, Observation, Verdict};
use holter_wire::Version;

use crate::ground::Decision;
use crate::{Check, Configuration, Needs, Profile, session, spoken};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "early-data",
    name: "Early data",
    about: "reads in a TLS 1.3 ticket whether data may come before the handshake is finished",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/TLS-EARLY-DATA.toml")],
    ask: |visit| Box::pin(session::want(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "TLS-EARLY-DATA", Basis::Configuration);
    spoken::judge(about, observations, attempt, |known| {
        decide(known, observations, attempt)
    })
}

fn decide(known: &Configuration, observations: &[Observation], attempt: Attempt) -> Decision {
    if known.versions.keys().any(|version| version.is_datagram()) {
        let why = "no version of DTLS that it was asked for has early data";
        return (Verdict::NotApplicable, why.to_owned());
    }
    let (verdict, why) = match (known.has(Feature::EarlyData), known.speaks(Version::TLS13)) {
        (Some(true), _) => (
            Verdict::Affected,
            "its tickets allow data before the handshake is finished, which can be sent again by others",
        ),
        (Some(false), _) => (
            Verdict::NotAffected,
            "its tickets allow no data before the handshake is finished",
        ),
        (None, Some(false)) => (
            Verdict::NotApplicable,
            "it does not speak TLS 1.3, the only version with early data",
        ),
        (None, Some(true)) => {
            let why = format!(
                "whether its tickets allow early data {}",
                session::why_not(observations, attempt)
            );
            return (Verdict::Inconclusive, why);
        }
        (None, None) => (
            Verdict::Inconclusive,
            "whether it speaks TLS 1.3, the only version with early data, is not known",
        ),
    };
    (verdict, why.to_owned())
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::testing::{feature, hello, judged, refused};

    #[test]
    fn the_tickets_say_it() {
        let check = |facts: &[Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        let early = |present| feature(Feature::EarlyData, 0x0304, present);
        check(&[hello(0x0304), early(true)], "affected");
        check(&[hello(0x0304), early(false)], "not_affected");
        check(&[hello(0x0304)], "inconclusive");
        check(&[hello(0x0303), refused(0x0304)], "not_applicable");
        check(&[hello(0x0303)], "inconclusive");
    }
}
