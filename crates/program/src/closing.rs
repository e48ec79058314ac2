//! What closes a finding, and whether a scan can measure what it is about: some things are only heard.

use holter_capture::flaws;
use holter_model::finding::State;
use holter_store::Finding;

use crate::overheard::CLIENT;

/// Why no scan can measure what a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmeasurable {
    /// There is nobody to ask.
    #[error("it was not found at a service")]
    NoService,
    /// A client speaks first, and to whom it wants.
    #[error("it was heard of a client, which answers nowhere")]
    Client,
    /// It happens, or it does not.
    #[error("it is heard, and no question decides it")]
    OnlyHeard,
}

/// The service at which a scan can measure what a finding is about; `protocol` is what is spoken there.
///
/// # Errors
/// Why there is none.
pub fn measurable_at(finding: &Finding, protocol: Option<&str>) -> Result<i64, Unmeasurable> {
    let service = finding.service.ok_or(Unmeasurable::NoService)?;
    if is_client(protocol) {
        Err(Unmeasurable::Client)
    } else if flaws::is_only_heard(&finding.flaw) {
        Err(Unmeasurable::OnlyHeard)
    } else {
        Ok(service)
    }
}

/// What would close a finding at a service of this protocol, in words for the person who has it.
#[must_use]
pub fn what_closes(finding: &Finding, protocol: Option<&str>) -> String {
    let check = &finding.check;
    match (finding.state, what_is_heard(finding, protocol)) {
        (State::Fixed, _) => {
            "It is closed: a measurement said so. It comes back by itself when a measurement finds it again."
                .to_owned()
        }
        (State::FalsePositive, _) => {
            "It is set aside as a false positive, until somebody takes that back, or a measurement shows more than the one that was judged: better proof, or the same again after it had gone.".to_owned()
        }
        (State::Accepted, Some(heard)) => {
            format!("It is accepted until a date, and opens by itself then. {heard}")
        }
        (_, Some(heard)) => heard.to_owned(),
        (State::Accepted, None) => format!(
            "It is accepted until a date, and opens by itself then. A scan that asks “{check}” here and finds it gone closes it earlier; where the service's key is known, it must be shown a key as well, and not another system's."
        ),
        (_, None) => format!(
            "Only a scan that asks “{check}” at this very service, gets its answers and finds it gone. A closed port, a timeout or somebody's word does not. Where the service's key is known, the scan must be shown a key as well, and not another system's: of a service that speaks TLS 1.3 alone by now, only a full scan sees it."
        ),
    }
}

/// What to do about what no scan can ask.
fn what_is_heard(finding: &Finding, protocol: Option<&str>) -> Option<&'static str> {
    if is_client(protocol) {
        Some(
            "No scan closes it, for a client answers nowhere: it is heard, and not asked. A later capture in which nothing is taken from it closes it neither, for perhaps nobody tried, and other programs speak from the same address. When what runs there is repaired, have it accepted with the new version as the reason; another capture in which memory goes out says so.",
        )
    } else if finding.flaw == flaws::CLEAR_CLINICAL {
        Some(
            "No scan closes it, for a port that speaks TLS may take messages in the clear beside that. Only a later capture (holter listen --remember) closes it: one that came to its end with nothing lost, in which this service speaks and never in the clear, and when each system that was ever heard to speak with it here was last heard to speak encrypted. Silence does not.",
        )
    } else if flaws::is_only_heard(&finding.flaw) {
        Some(
            "It tells of something that happened, which no measurement undoes. When it is dealt with, have it accepted; another log or capture in which it happens again says so.",
        )
    } else {
        None
    }
}

fn is_client(protocol: Option<&str>) -> bool {
    protocol == Some(CLIENT)
}
