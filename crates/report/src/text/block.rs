//! One service of a full assessment in a few aligned lines: what it accepts, whom it shows itself as, what rules of
//! others make of it, and every verdict by name.

use anstyle::Style;
use holter_checks::Configuration;
use holter_checks::catalogue::flaw;
use holter_model::assessment::ClientOutcome;
use holter_model::{Assessment, Attempt, Fact, Judgement, Service, Verdict};

use super::lines::counted;
use super::palette::painted;
use super::section::Page;
use crate::escape::terminal;
use crate::facts::newest_first;
use crate::place::Place;
use crate::{named, offer};

/// More suites than this are counted; `-f json` and `-f html` have them all.
const FIRST: usize = 12;

/// More clients than this that fail for the same reason are counted.
const FEW: usize = 6;

/// The labels' column.
const LABEL: usize = 16;

/// A service, in lines that are safe to show.
#[derive(Debug)]
pub(crate) struct Block {
    target: String,
    about: String,
    lines: Vec<(String, String)>,
    place: Place,
}

impl Block {
    /// What there is to say of a service; `None` where that is no more than whether memory leaks.
    pub(crate) fn of(service: &Service) -> Option<Self> {
        if !is_broad(service) {
            return None;
        }
        let (protocol, about) = named::spoken(service);
        let about = service
            .role
            .as_ref()
            .map_or_else(|| about.to_owned(), named::there_for);
        let mut lines = Vec::new();
        let mut say = |label: &str, text: String| {
            if !text.is_empty() {
                lines.push((label.to_owned(), terminal(&text).into_owned()));
            }
        };
        let configuration = Configuration::of(&service.observations);
        if let Some(assessment) = &service.assessment {
            say("Grade", grade(assessment));
        }
        settings(&configuration, &mut say);
        if let Some(assessment) = &service.assessment {
            grade_notes(assessment, &mut say);
            policies(assessment, &mut say);
            say("Clients", clients(assessment));
        }
        verdicts(service, &mut say);
        Some(Self {
            target: terminal(&named::target(service)).into_owned(),
            about: terminal(&format!("{protocol}  {about}")).into_owned(),
            lines,
            place: Place::of(service),
        })
    }

    /// Blocks stand in the order of addresses.
    pub(crate) const fn place(&self) -> Place {
        self.place
    }
}

impl Page<'_> {
    /// Writes them.
    pub(crate) fn blocks(&mut self, blocks: &[Block]) {
        if blocks.is_empty() {
            return;
        }
        self.line("");
        self.line(&painted(self.palette.strong, "Service by service"));
        for block in blocks {
            self.line("");
            let target = painted(self.palette.strong, &block.target);
            self.item(&format!("  {target}  "), self.palette.faint, &block.about);
            for (label, text) in &block.lines {
                let label = painted(self.palette.faint, format!("{label:LABEL$}"));
                self.item(&format!("    {label}"), Style::new(), text);
            }
        }
    }
}

/// Whether more was asked of a service than whether memory leaks.
pub(crate) fn is_broad(service: &Service) -> bool {
    let surveyed = |fact: &Fact| matches!(fact, Fact::Suites { .. } | Fact::Groups { .. });
    service.judgements.iter().any(super::is_broad)
        || service.assessment.is_some()
        || service.observations.iter().any(|seen| surveyed(&seen.fact))
}

fn settings(configuration: &Configuration, say: &mut impl FnMut(&str, String)) {
    for offer in offer::offers(configuration) {
        say(&versions(&offer), suites(&offer));
    }
    if configuration.ssl2.is_some() {
        say("SSLv2", "spoken".to_owned());
    }
    let mut groups: Vec<String> = Vec::new();
    for version in newest_first(configuration.versions.keys().copied()) {
        for group in configuration
            .versions
            .get(&version)
            .into_iter()
            .flat_map(|spoken| &spoken.groups)
        {
            let name = group.to_string();
            if !groups.contains(&name) {
                groups.push(name);
            }
        }
    }
    if let Some(bits) = configuration.fields.iter().map(|field| field.bits).min() {
        groups.push(format!("finite field of {bits} bits"));
    }
    say("Groups", groups.join(", "));
    if let Some(leaf) = offer::certificates(configuration).first() {
        let subject = leaf.names.first().unwrap_or(&leaf.subject);
        let text = format!(
            "{subject}, {}, {}, {}",
            leaf.key.name(),
            leaf.signature,
            leaf.validity()
        );
        say("Certificate", text);
    }
    let trust = configuration.trust.iter().map(|(store, problem)| {
        let store = offer::store(*store);
        problem
            .as_ref()
            .map_or_else(|| format!("{store}: yes"), |why| format!("{store}: no, {why}"))
    });
    say("Trusted by", trust.collect::<Vec<_>>().join("; "));
    say("ALPN", configuration.alpn.join(", "));
}

/// "TLS 1.2" or "TLS 1.1–1.0".
fn versions(offer: &offer::Offer<'_>) -> String {
    match offer.versions.as_slice() {
        [newest, .., oldest] => {
            let oldest = oldest.to_string();
            format!("{newest}–{}", oldest.rsplit(' ').next().unwrap_or_default())
        }
        versions => offer::names(versions),
    }
}

fn suites(offer: &offer::Offer<'_>) -> String {
    let suites = &offer.spoken.suites;
    let named: Vec<String> = suites
        .iter()
        .take(FIRST)
        .map(|suite| offer::short(*suite))
        .collect();
    let more = match suites.len().checked_sub(FIRST) {
        Some(more @ 1..) => format!(" and {more} more"),
        _ => String::new(),
    };
    let count = counted(u64::try_from(suites.len()).unwrap_or(u64::MAX), "suite", "suites");
    let order = match offer::order(offer.spoken.order) {
        "" => String::new(),
        order => format!(" {order}"),
    };
    let part = if offer.spoken.complete {
        ""
    } else {
        ", as far as known"
    };
    format!("{count}{order}{part}: {}{more}", named.join(", "))
}

fn grade(assessment: &Assessment) -> String {
    let Some(grade) = &assessment.grade else {
        let why = assessment.ungraded.as_deref();
        return why.map_or_else(String::new, |why| format!("none: {why}"));
    };
    let reasons = if grade.reasons.is_empty() {
        String::new()
    } else {
        format!(": {}", grade.reasons.join("; "))
    };
    format!("{}, score {}{reasons}", grade.letter, grade.score)
}

/// Where the grade differs from the guide's, and why.
fn grade_notes(assessment: &Assessment, say: &mut impl FnMut(&str, String)) {
    for note in assessment.grade.iter().flat_map(|grade| &grade.notes) {
        say("", note.clone());
    }
}

/// A line a policy, and one for each rule that is broken or could not be decided.
fn policies(assessment: &Assessment, say: &mut impl FnMut(&str, String)) {
    for policy in &assessment.policies {
        let answer = match policy.kept {
            Some(true) => "kept",
            Some(false) => "broken",
            None => "not decided",
        };
        say("Policy", format!("{}: {answer}", policy.name));
        for broken in &policy.violations {
            let (rule, source, found) = (&broken.rule, &broken.source, &broken.found);
            say("", format!("demands: {rule} ({source}); found: {found}"));
        }
        for undecided in &policy.undecided {
            say("", format!("not decided: {undecided}"));
        }
    }
}

fn clients(assessment: &Assessment) -> String {
    if assessment.clients.is_empty() {
        return String::new();
    }
    let connects = |outcome: &ClientOutcome| matches!(outcome, ClientOutcome::Connects { .. });
    let count = assessment
        .clients
        .iter()
        .filter(|client| connects(&client.outcome))
        .count();
    // Many fail for the same reason: it is said once.
    let mut fails: Vec<(&str, Vec<&str>)> = Vec::new();
    for client in &assessment.clients {
        if let ClientOutcome::Fails { why } = &client.outcome {
            match fails.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, names)) => names.push(&client.name),
                None => fails.push((why, vec![&client.name])),
            }
        }
    }
    let fails: Vec<String> = fails
        .into_iter()
        .map(|(why, names)| {
            let more = names.len().saturating_sub(FEW);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("{}{more} ({why})", names.get(..FEW).unwrap_or(&names).join(", "))
        })
        .collect();
    let not = if fails.is_empty() {
        String::new()
    } else {
        format!("; not {}", fails.join("; "))
    };
    format!("{count} of {} connect{not}", assessment.clients.len())
}

fn verdicts(service: &Service, say: &mut impl FnMut(&str, String)) {
    let of = |verdict: Verdict| {
        service
            .judgements
            .iter()
            .filter(move |judgement| judgement.verdict == verdict)
    };
    let names = |verdict| of(verdict).map(name).collect::<Vec<_>>().join(", ");
    say("Affected", names(Verdict::Affected));
    let same = one_reason(service);
    if let Some(why) = same {
        say(
            "Not decided",
            format!("any of {} flaws: {why}", service.judgements.len()),
        );
    }
    for judgement in of(Verdict::Inconclusive).filter(|_| same.is_none()) {
        say(
            "Not decided",
            format!("{}: {}", name(judgement), judgement.evidence),
        );
    }
    for unasked in &service.not_asked {
        say(
            "Not asked",
            format!("{}: needs {}", name_of(&unasked.flaw), unasked.needs),
        );
    }
    if service.attempt != Attempt::Completed {
        let why = service.trouble.as_deref().unwrap_or(service.attempt.explain());
        say("Broke off", why.to_owned());
        say("Next", super::next(service).to_owned());
    }
    say("Not affected", names(Verdict::NotAffected));
    say("Not applicable", names(Verdict::NotApplicable));
    say("Strange", service.oddities.join("; "));
}

/// Why nothing at all was decided, where that has one reason: it is said once.
fn one_reason(service: &Service) -> Option<&str> {
    let (first, rest) = service.judgements.split_first()?;
    let undecided = |judgement: &Judgement| judgement.verdict == Verdict::Inconclusive;
    let same = |judgement: &Judgement| undecided(judgement) && judgement.evidence == first.evidence;
    (undecided(first) && !rest.is_empty() && rest.iter().all(same)).then_some(first.evidence.as_str())
}

fn name(judgement: &Judgement) -> &str {
    name_of(&judgement.flaw)
}

fn name_of(id: &str) -> &str {
    flaw(id).map_or(id, |known| &known.flaw.name)
}
