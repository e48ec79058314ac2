//! What is kept of a service to compare it with itself: a few words, and no observation.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;

use holter_model::{Attempt, Fact, Judgement, Service, Transport, Verdict};
use holter_wire::{CipherSuite, Version};

/// What is worth comparing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Look {
    protocol: String,
    role: Option<String>,
    /// Whether it was asked to the end.
    whole: bool,
    hellos: BTreeSet<Hello>,
    answers: Vec<(String, Answer)>,
}

/// How it greets in one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Hello {
    version: u16,
    suite: u16,
    heartbeat: Option<u8>,
}

/// A verdict as a person hears it: one that was not come to in full is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Answer {
    NotApplicable,
    NotAffected,
    NotAssessed,
    Affected,
}

/// What a run saw at an endpoint.
pub(super) enum Seen {
    There(Look),
    /// It was asked for and nothing answers.
    NotThere,
    /// Holter, its user or a proxy is why nothing is known.
    NotAsked,
}

/// What this service comes to.
pub(super) fn of(service: &Service) -> Seen {
    let silent = service.bytes_received == 0;
    let datagrams = service
        .endpoint
        .is_some_and(|endpoint| endpoint.transport == Transport::Udp);
    match service.attempt {
        Attempt::Refused | Attempt::Unreachable if silent => Seen::NotThere,
        Attempt::TimedOut if silent && datagrams => Seen::NotThere,
        attempt if attempt.reached() || !silent => Seen::There(Look::of(service)),
        _ => Seen::NotAsked,
    }
}

/// The same look as another service's, where there is one.
pub(super) fn shared(look: Look, looks: &mut HashSet<Arc<Look>>) -> Arc<Look> {
    if let Some(known) = looks.get(&look) {
        return Arc::clone(known);
    }
    let look = Arc::new(look);
    looks.insert(Arc::clone(&look));
    look
}

impl Look {
    fn of(service: &Service) -> Self {
        let hello = |fact: &Fact| match *fact {
            Fact::Hello {
                version,
                suite,
                heartbeat,
                ..
            } => Some(Hello {
                version,
                suite,
                heartbeat,
            }),
            _ => None,
        };
        let whole = matches!(service.attempt, Attempt::Completed | Attempt::TlsDeclined);
        let answer = |judgement: &Judgement| {
            (
                judgement.flaw.clone(),
                Answer::of(holter_checks::catalogue::weighed(judgement), whole),
            )
        };
        Self {
            protocol: service.protocol.clone(),
            role: service.role.as_ref().map(|role| role.name.clone()),
            whole,
            hellos: service
                .observations
                .iter()
                .filter_map(|observation| hello(&observation.fact))
                .collect(),
            answers: service.judgements.iter().map(answer).collect(),
        }
    }

    /// Each flaw and its answer.
    pub(super) fn answers(&self) -> impl Iterator<Item = (&str, Answer)> {
        self.answers.iter().map(|(flaw, answer)| (flaw.as_str(), *answer))
    }

    /// The answer about this flaw.
    pub(super) fn answer(&self, flaw: &str) -> Answer {
        let found = self.answers().find(|(id, _)| *id == flaw);
        found.map_or(Answer::NotAssessed, |(_, answer)| answer)
    }

    /// The flaws that this look or another has an answer about.
    pub(super) fn flaws_with<'a>(&'a self, other: Option<&'a Self>) -> BTreeSet<&'a str> {
        let all = self.answers().chain(other.into_iter().flat_map(Self::answers));
        all.map(|(flaw, _)| flaw).collect()
    }

    /// In which words this look differs from a later one, apart from answers.
    pub(super) fn unlike(&self, now: &Self) -> Option<(String, String)> {
        let mut parts = vec![(self.protocol.clone(), now.protocol.clone())];
        let role = |look: &Self| look.role.clone().unwrap_or_else(|| "of no known role".to_owned());
        parts.push((role(self), role(now)));
        // Who was not asked to the end may have more versions than were heard.
        if self.whole && now.whole {
            parts.push((self.versions(), now.versions()));
            if self.versions() == now.versions() {
                parts.push(self.words_that_differ(now, Hello::suite));
                parts.push(self.words_that_differ(now, Hello::heartbeat));
            }
        }
        parts.retain(|(was, now)| was != now);
        let (was, now): (Vec<String>, Vec<String>) = parts.into_iter().unzip();
        (!was.is_empty()).then(|| (was.join("; "), now.join("; ")))
    }

    fn words_that_differ(&self, now: &Self, words: fn(&Hello) -> String) -> (String, String) {
        let all = |look: &Self| look.hellos.iter().map(words).collect::<BTreeSet<String>>();
        let (was, now) = (all(self), all(now));
        let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
            one.difference(other).cloned().collect::<Vec<_>>().join(", ")
        };
        (only(&was, &now), only(&now, &was))
    }

    /// "TLS 1.2, TLS 1.3".
    fn versions(&self) -> String {
        let versions: BTreeSet<u16> = self.hellos.iter().map(|hello| hello.version).collect();
        if versions.is_empty() {
            return "no TLS".to_owned();
        }
        let names = versions.into_iter().map(|version| Version(version).to_string());
        names.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worst = self.answers().map(|(_, answer)| answer).max();
        let answer = worst.unwrap_or(Answer::NotAssessed);
        write!(f, "{}, {}, {}", self.protocol, self.versions(), answer.words())
    }
}

impl Hello {
    fn suite(&self) -> String {
        format!("{} in {}", CipherSuite(self.suite), Version(self.version))
    }

    fn heartbeat(&self) -> String {
        let offer = match self.heartbeat {
            None => "no heartbeats",
            Some(1) => "heartbeats offered",
            Some(_) => "heartbeats forbidden",
        };
        format!("{offer} in {}", Version(self.version))
    }
}

impl Answer {
    const fn of(verdict: Verdict, whole: bool) -> Self {
        match verdict {
            Verdict::Affected => Self::Affected,
            Verdict::NotAffected if whole => Self::NotAffected,
            Verdict::NotApplicable if whole => Self::NotApplicable,
            _ => Self::NotAssessed,
        }
    }

    /// In words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::NotAffected => "not affected",
            Self::NotAssessed => "not assessed",
            Self::NotApplicable => "not applicable",
        }
    }
}
