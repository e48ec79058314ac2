//! What the text has to say of one service and one flaw.

use holter_checks::catalogue::severity;
use holter_model::{Attempt, Basis, Judgement, Service, Severity, Verdict};

use super::{advice, block};
use crate::escape::terminal;
use crate::named;
use crate::place::Place;

/// Where in the text something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The flaw is there.
    Affected,
    /// It is not, or cannot be.
    NotAffected,
    /// That could not be found out.
    NotAssessed,
}

/// A service and one answer about it, safe to show.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) answer: Answer,
    pub(crate) target: String,
    /// The protocol's name and what it carries in a hospital.
    pub(crate) protocol: String,
    /// The same in one word, where there is little room.
    pub(crate) short: String,
    /// What it is there for.
    pub(crate) about: String,
    /// The flaw's id.
    pub(crate) flaw: Option<String>,
    /// How much the flaw lets out.
    pub(crate) severity: Severity,
    /// How it is known.
    pub(crate) sure: &'static str,
    pub(crate) reason: String,
    pub(crate) next: &'static str,
    /// Whether something answered at all.
    pub(crate) reached: bool,
    /// Whether its service has a block of its own.
    pub(crate) told: bool,
    /// Whether nothing answers there.
    pub(crate) shut: bool,
    place: Place,
}

impl Entry {
    /// Adds what there is to say of a service: a line a verdict, or one that there is none.
    pub(crate) fn add_all(service: &Service, entries: &mut Vec<Self>) {
        if service.judgements.is_empty() {
            entries.push(Self::new(service, None));
        }
        for judgement in &service.judgements {
            entries.push(Self::new(service, Some(judgement)));
        }
    }

    /// Entries stand in the order of addresses; those without one come last.
    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    fn new(service: &Service, judgement: Option<&Judgement>) -> Self {
        let (protocol, about) = named::spoken(service);
        let answer = answer(service.attempt, judgement);
        Self {
            answer,
            target: terminal(&named::target(service)).into_owned(),
            short: terminal(&named::spoken_short(service)).into_owned(),
            protocol: terminal(&protocol).into_owned(),
            about: service.role.as_ref().map_or_else(
                || about.to_owned(),
                |role| terminal(&named::there_for(role)).into_owned(),
            ),
            flaw: judgement.map(|judgement| judgement.flaw.clone()),
            severity: judgement.map_or(Severity::Info, severity),
            sure: judgement.map_or("", |judgement| sure(judgement.basis)),
            reason: reason(service, judgement, answer),
            next: advice::next(service),
            reached: service.attempt.reached(),
            told: block::is_broad(service),
            shut: matches!(service.attempt, Attempt::Refused | Attempt::Unreachable),
            place: Place::of(service),
        }
    }
}

const fn answer(attempt: Attempt, judgement: Option<&Judgement>) -> Answer {
    let to_the_end = matches!(attempt, Attempt::Completed | Attempt::TlsDeclined);
    match judgement {
        Some(Judgement {
            verdict: Verdict::Affected,
            ..
        }) => Answer::Affected,
        Some(Judgement {
            verdict: Verdict::NotAffected | Verdict::NotApplicable,
            ..
        }) if to_the_end => Answer::NotAffected,
        _ => Answer::NotAssessed,
    }
}

/// How sure a verdict is, by what it rests on.
const fn sure(basis: Basis) -> &'static str {
    match basis {
        Basis::Behaviour => "proven by how it behaves",
        Basis::Configuration => "shown by how it is configured",
        Basis::Version => "likely, by the version that it claims",
        Basis::Statement => "on its maker's word",
    }
}

fn reason(service: &Service, judgement: Option<&Judgement>, answer: Answer) -> String {
    let broke_off = answer == Answer::NotAssessed && service.attempt != Attempt::Completed;
    let mut reason = match judgement {
        Some(judgement) if !broke_off => terminal(&judgement.evidence).into_owned(),
        _ => match &service.trouble {
            Some(trouble) => terminal(trouble).into_owned(),
            None => service.attempt.explain().to_owned(),
        },
    };
    if answer == Answer::NotAssessed && !service.oddities.is_empty() {
        reason.push_str("; strange: ");
        reason.push_str(&terminal(&service.oddities.join("; ")));
    }
    reason
}
