//! One service: its row in the table of all, and its own section.

use holter_checks::Configuration;
use holter_checks::catalogue::{self, severity};
use holter_model::{Judgement, Service, Severity, Verdict};
use maud::{Markup, html};

use super::{badge, settings};
use crate::escape::terminal;
use crate::named;

/// Its row.
pub(super) fn row(service: &Service, anchor: &str) -> Markup {
    let (protocol, about) = named::spoken(service);
    let about = service
        .role
        .as_ref()
        .map_or_else(|| about.to_owned(), named::there_for);
    let letter = grade(service);
    html! {
        tr {
            th scope="row" { a href={ "#" (anchor) } { (terminal(&named::target(service))) } }
            td data-l="What it is" { (terminal(&protocol)) span class="soft" { " · " (terminal(&about)) } }
            td data-l="Grade" class="c" { @if let Some(letter) = letter { strong { (letter) } } @else { "–" } }
            td data-l="Answer" { (answer(service)) }
        }
    }
}

/// What stands above its section, however that is folded.
pub(super) fn head(service: &Service) -> Markup {
    let (protocol, about) = named::spoken(service);
    let about = service
        .role
        .as_ref()
        .map_or_else(|| about.to_owned(), named::there_for);
    html! {
        h3 {
            (terminal(&named::target(service)))
            " " span class="soft small" { (terminal(&protocol)) " · " (terminal(&about)) }
        }
        span class="says" { (answer(service)) }
        (grade_box(service))
    }
}

/// Its section.
pub(super) fn whole(service: &Service) -> Markup {
    let configuration = Configuration::of(&service.observations);
    html! {
        (trouble(service))
        (verdicts(service))
        (settings::assessment(service))
        (settings::all(&configuration))
        (settings::clients(service))
        @if !service.oddities.is_empty() {
            h4 { "Strange about its answers" }
            ul class="small" { @for oddity in &service.oddities { li { (terminal(oddity)) } } }
        }
    }
}

fn grade(service: &Service) -> Option<&str> {
    Some(service.assessment.as_ref()?.grade.as_ref()?.letter.as_str())
}

fn grade_box(service: &Service) -> Markup {
    let Some(assessment) = &service.assessment else {
        return html! {};
    };
    let Some(grade) = &assessment.grade else {
        return html! { @if assessment.ungraded.is_some() { span class="grade info" { "–" small { "no grade" } } } };
    };
    html! {
        span class={ "grade " (badge::grade(&grade.letter)) } {
            (grade.letter) small { "score " (grade.score) }
        }
    }
}

/// "2 high, 1 medium", or that there is nothing, or that it is not known.
fn answer(service: &Service) -> Markup {
    let all = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
        Severity::Info,
    ];
    let affected = |weight: Severity| {
        let is =
            |judgement: &&Judgement| judgement.verdict == Verdict::Affected && severity(judgement) == weight;
        service.judgements.iter().filter(is).count()
    };
    let counts: Vec<(Severity, usize)> = all
        .into_iter()
        .map(|weight| (weight, affected(weight)))
        .filter(|(_, count)| *count > 0)
        .collect();
    let open = catalogue::worst(service) == Some(Verdict::Inconclusive)
        || service.judgements.is_empty()
        || service
            .judgements
            .iter()
            .any(|judgement| judgement.verdict == Verdict::Inconclusive);
    let policies = service.assessment.iter().flat_map(|all| &all.policies);
    let broken = policies.filter(|policy| policy.kept == Some(false)).count();
    html! {
        @for (weight, count) in &counts { (badge::severity(*weight)) " " (count) " " }
        @if broken == 1 { span class="badge high" { "breaks a policy" } " " }
        @else if broken > 1 { span class="badge high" { "breaks " (broken) " policies" } " " }
        @if open { span class="badge unsure" { "not assessed in full" } }
        @else if counts.is_empty() && broken == 0 { (badge::verdict(Verdict::NotAffected)) }
    }
}

fn trouble(service: &Service) -> Markup {
    use holter_model::Attempt;
    if matches!(service.attempt, Attempt::Completed) {
        return html! {};
    }
    let why = service.trouble.as_deref().unwrap_or(service.attempt.explain());
    html! {
        p { strong { "Could not be assessed to the end: " } (terminal(why)) "." }
        p class="small" { strong { "Next: " } (crate::text::next(service)) }
    }
}

/// What is affected and what could not be decided, with its evidence; then the names of the rest.
fn verdicts(service: &Service) -> Markup {
    let mut told: Vec<&Judgement> = service
        .judgements
        .iter()
        .filter(|judgement| matches!(judgement.verdict, Verdict::Affected | Verdict::Inconclusive))
        .collect();
    told.sort_by_key(|judgement| std::cmp::Reverse((judgement.verdict, severity(judgement))));
    let names = |verdict: Verdict| -> Vec<&str> {
        let of = service
            .judgements
            .iter()
            .filter(|judgement| judgement.verdict == verdict);
        of.map(name).collect()
    };
    let (clean, idle) = (names(Verdict::NotAffected), names(Verdict::NotApplicable));
    html! {
        @if !told.is_empty() {
            div class="scroll" {
                table class="stack" {
                    caption { "Found, or not decided" }
                    thead { tr { th scope="col" class="sev" { "Severity" } th scope="col" { "Flaw" } th scope="col" { "Evidence" } } }
                    tbody {
                        @for judgement in told {
                            tr {
                                td {
                                    @if judgement.verdict == Verdict::Affected { (badge::severity(severity(judgement))) }
                                    @else { (badge::verdict(judgement.verdict)) }
                                }
                                th scope="row" {
                                    (terminal(name(judgement)))
                                    @if name(judgement) != judgement.flaw { " " span class="soft small" { (terminal(&judgement.flaw)) } }
                                }
                                td { (terminal(&judgement.evidence)) }
                            }
                        }
                    }
                }
            }
        }
        @for unasked in &service.not_asked {
            p class="small" {
                strong { "Not asked: " } (terminal(name_of(&unasked.flaw))) ", which needs " code { (terminal(&unasked.needs)) } "."
            }
        }
        @if !clean.is_empty() { p class="small" { strong { "Not affected: " } (terminal(&clean.join(", "))) "." } }
        @if !idle.is_empty() { p class="small soft" { strong { "Does not apply: " } (terminal(&idle.join(", "))) "." } }
    }
}

fn name(judgement: &Judgement) -> &str {
    name_of(&judgement.flaw)
}

fn name_of(id: &str) -> &str {
    catalogue::flaw(id).map_or(id, |known| &known.flaw.name)
}
