//! DTLS: 1.2, then 1.0.

use holter_model::{Attempt, Refusal};
use holter_wire::Version;

use super::enumerate::Survey;
use crate::Visit;

/// Surveys datagrams.
pub(super) async fn survey(visit: &mut Visit<'_>) {
    let mut survey = Survey::new(visit);
    let mut spoken = Vec::new();
    let mut last = None;
    for version in [Version::DTLS12, Version::DTLS10] {
        if spoken.contains(&version) {
            continue;
        }
        match survey.first(version).await {
            Ok(first) => {
                let chosen = first.flight.hello.negotiated();
                spoken.push(chosen);
                if !survey.version(first).await {
                    break;
                }
            }
            Err(Some(how)) => {
                survey.refused(version, how);
                last = Some(how);
                // A closed port, or nobody there: another version changes nothing.
                if spoken.is_empty() && matches!(how, Refusal::Closed | Refusal::Silence) {
                    break;
                }
            }
            Err(None) => break,
        }
    }
    if spoken.is_empty()
        && let Some(last) = last
    {
        let attempt = match last {
            Refusal::Silence => Attempt::TimedOut,
            Refusal::Closed => Attempt::Refused,
            _ => Attempt::HandshakeRefused,
        };
        survey.visit.broke(attempt, None);
    }
    survey.field().await;
    survey.end().await;
}
