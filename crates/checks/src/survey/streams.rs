//! TLS: its versions from the newest down, SSLv2 last.

use holter_model::{Attempt, Refusal};
use holter_wire::{CipherSuite, NamedGroup, Version};

use super::enumerate::Survey;
use super::offer::Extent;
use crate::Visit;
use crate::conversation::Flight;

/// A first flight of some version.
#[derive(Debug)]
pub(super) struct First {
    /// The flight.
    pub(super) flight: Box<Flight>,
    /// The version that was asked for; the flight's may be older.
    pub(super) asked: Version,
    /// The suites that were offered.
    pub(super) offered: Vec<CipherSuite>,
    /// The groups that were offered.
    pub(super) groups: Vec<NamedGroup>,
    /// Whether the suites stood in the reverse of their usual order.
    pub(super) backwards: bool,
}

/// Suites in a hello to peers that take no long one: some choke on 128.
const FEW: usize = 120;

/// From the newest on.
pub(super) const VERSIONS: [Version; 5] = [
    Version::TLS13,
    Version::TLS12,
    Version::TLS11,
    Version::TLS10,
    Version::SSL3,
];

/// Surveys a stream.
pub(super) async fn survey(visit: &mut Visit<'_>) {
    let mut survey = Survey::new(visit);
    match newest(&mut survey).await {
        Newest::Speaks(first) => {
            if let Some(refused) = downwards(&mut survey, first).await
                && survey.again(&refused).await
            {
                survey.field().await;
            }
        }
        Newest::Refuses(last) => {
            // It may know SSLv2 and nothing else.
            if survey.ssl2().await != Some(true) {
                let attempt = match last {
                    Refusal::Silence => Attempt::TimedOut,
                    Refusal::Closed => Attempt::Closed,
                    _ => Attempt::HandshakeRefused,
                };
                survey.visit.broke(attempt, None);
            }
        }
        Newest::End => {}
    }
    survey.end().await;
}

/// What came of looking for the newest version.
enum Newest {
    Speaks(First),
    Refuses(Refusal),
    End,
}

/// Finds a hello that is answered: one of all versions, then ever smaller and older ones.
async fn newest(survey: &mut Survey<'_, '_>) -> Newest {
    let everything = survey.first;
    let ways = [
        (Version::TLS13, usize::MAX, everything),
        (Version::TLS12, usize::MAX, everything),
        // wolfSSL takes no more than 150 suites in any version.
        (Version::TLS13, FEW, Extent::Needed),
        (Version::TLS12, FEW, Extent::Needed),
        (Version::TLS10, FEW, Extent::Least),
        (Version::SSL3, FEW, Extent::Least),
    ];
    let mut last = Refusal::Closed;
    for (version, window, extent) in ways {
        // It may choke on what is new or long; only the smallest hellos are worth another wait.
        let small = version <= Version::TLS12 && extent != everything;
        if last == Refusal::Silence && !small {
            continue;
        }
        (survey.window, survey.first) = (window, extent);
        match survey.first(version).await {
            Ok(first) => return Newest::Speaks(first),
            Err(Some(how)) => {
                survey.refused(version, how);
                last = how;
            }
            Err(None) => return Newest::End,
        }
    }
    Newest::Refuses(last)
}

/// Each version that it may speak, from the one of its first answer on. Those that it refused; `None`: there is no use in
/// asking on.
async fn downwards(survey: &mut Survey<'_, '_>, first: First) -> Option<Vec<Version>> {
    let mut next = Some(first);
    let mut newest = None;
    let (mut refusals, mut refused) = (Vec::new(), Vec::new());
    for version in VERSIONS {
        // Many meet a hello of SSLv2 with a closed line. The answer to the next hello tells that from a door that is shut.
        if version == Version::SSL3 && survey.ssl2().await.is_none() {
            return None;
        }
        // Not asked, and not noted as asked: the configuration concludes it from the two refusals.
        if let (Version::SSL3, None, [Refusal::Alert(_), Refusal::Alert(_)]) =
            (version, &next, refusals.as_slice())
        {
            continue;
        }
        let spoken = match &next {
            Some(first) => first.flight.hello.negotiated(),
            None if newest.is_some_and(|newest| version < newest) => match survey.first(version).await {
                Ok(first) => next.insert(first).flight.hello.negotiated(),
                Err(Some(how)) => {
                    survey.refused(version, how);
                    refusals.push(how);
                    refused.push(version);
                    continue;
                }
                Err(None) => return None,
            },
            None => continue,
        };
        if spoken < version {
            // What it chose is the newest that it has: those between are settled, and this flight is kept for its turn.
            continue;
        }
        newest.get_or_insert(version);
        if let Some(first) = next.take()
            && !survey.version(first).await
        {
            return None;
        }
    }
    Some(refused)
}
