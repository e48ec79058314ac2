//! # Clinical traffic in the clear
//!
//! ## What it asks
//! Nothing: it is judged from captures, in which HL7, DICOM or FHIR passed without TLS. A port that answers a TLS hello may
//! take messages in the clear beside that, and there is no harmless message to find out; so only a later capture clears it,
//! in which each system that spoke with it in the clear is heard again, encrypted.
//!
//! ## Why it matters
//! Whoever can listen on the way reads the patients' records themselves, and can change them.

use holter_model::{Attempt, Basis, Fact, Judgement, Observation, Verdict};

use crate::{Check, Needs, Profile};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "clear-clinical",
    name: "Clinical traffic in the clear",
    about: "looks in captures for HL7, DICOM and FHIR without TLS",
    profile: Profile::Full,
    needs: Needs::Nothing,
    flaws: &[include_str!("../../../flaws/CLEAR-CLINICAL.toml")],
    ask: |_| Box::pin(async {}),
    judge,
};

fn judge(observations: &[Observation], _: Attempt) -> Vec<Judgement> {
    let heard = observations
        .iter()
        .filter_map(|observation| match &observation.fact {
            Fact::InTheClear { protocol, messages } => Some((protocol.as_str(), *messages)),
            _ => None,
        });
    let heard: Vec<(&str, u64)> = heard.collect();
    let Some((protocol, _)) = heard.first() else {
        return encrypted(observations).into_iter().collect();
    };
    let messages: u64 = heard.iter().map(|(_, messages)| messages).sum();
    let name = holter_protocols::by_id(protocol, 0).map_or(*protocol, |chosen| chosen.protocol.clear_name);
    let plural = if messages == 1 { "message" } else { "messages" };
    vec![Judgement::new(
        CHECK.id,
        "CLEAR-CLINICAL",
        Verdict::Affected,
        Basis::Behaviour,
        format!("{messages} {plural} passed without encryption: {name}"),
    )]
}

/// Silence is none: somebody who had spoken in the clear must have been heard to speak.
fn encrypted(observations: &[Observation]) -> Option<Judgement> {
    let (sessions, clients) = observations
        .iter()
        .find_map(|observation| match observation.fact {
            Fact::OnlyEncrypted { sessions, clients } => Some((sessions, clients)),
            _ => None,
        })
        .filter(|(sessions, clients)| *sessions > 0 && *clients > 0)?;
    let systems = if clients == 1 { "system" } else { "systems" };
    Some(Judgement::new(
        CHECK.id,
        "CLEAR-CLINICAL",
        Verdict::NotAffected,
        Basis::Behaviour,
        format!(
            "a later capture has {sessions} sessions with {clients} {systems}, all that speak with it, and all are encrypted"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::observed;

    #[test]
    fn what_passed_in_the_clear_is_said_and_nothing_else() {
        let heard = observed(vec![Fact::InTheClear {
            protocol: "mllp".to_owned(),
            messages: 6,
        }]);
        let judged = judge(&heard, Attempt::Completed);
        assert_eq!(judged.len(), 1);
        assert_eq!(
            (judged[0].verdict, judged[0].evidence.as_str()),
            (
                Verdict::Affected,
                "6 messages passed without encryption: HL7 v2 (MLLP)"
            )
        );
        assert_eq!(judge(&[], Attempt::Completed), []);
    }

    #[test]
    fn only_encryption_that_was_heard_clears() {
        let heard = |sessions, clients| observed(vec![Fact::OnlyEncrypted { sessions, clients }]);
        let judged = judge(&heard(12, 2), Attempt::Completed);
        assert_eq!(judged[0].verdict, Verdict::NotAffected);
        assert_eq!(judge(&heard(0, 2), Attempt::Completed), []);
        assert_eq!(judge(&heard(3, 0), Attempt::Completed), []);
        let clear = Fact::InTheClear {
            protocol: "mllp".to_owned(),
            messages: 1,
        };
        let both = [heard(12, 2), observed(vec![clear])].concat();
        assert_eq!(judge(&both, Attempt::Completed)[0].verdict, Verdict::Affected);
    }
}
