//! What a service accepts, the certificates that it shows, and what rules of others make of it.

use holter_checks::Configuration;
use holter_model::assessment::{ClientOutcome, ClientResult, PolicyResult};
use holter_model::{Assessment, Service};
use holter_wire::CipherSuite;
use maud::{Markup, html};

use super::badge;
use crate::escape::terminal;
use crate::facts::{Certificate, newest_first};
use crate::offer;

/// Versions, suites, groups and certificates, folded behind what they come to.
pub(super) fn all(configuration: &Configuration) -> Markup {
    let (suites, pairs, certificates) = (
        suites(configuration),
        pairs(configuration),
        certificates(configuration),
    );
    if [&suites, &pairs, &certificates]
        .iter()
        .all(|part| part.0.is_empty())
    {
        return html! {};
    }
    html! {
        details class="fold paper" {
            summary { "Configuration: " (terminal(&gist(configuration))) }
            (suites)
            (pairs)
            (certificates)
        }
    }
}

/// "TLS 1.3, TLS 1.2; 9 suites; certificate: RSA 2048 bits".
fn gist(configuration: &Configuration) -> String {
    let versions = newest_first(configuration.versions.keys().copied());
    let mut parts = Vec::new();
    if !versions.is_empty() {
        parts.push(offer::names(&versions));
    }
    match offer::suites(configuration).len() {
        0 => {}
        1 => parts.push("1 suite".to_owned()),
        more => parts.push(format!("{more} suites")),
    }
    if let Some(certificate) = offer::certificates(configuration).first() {
        parts.push(format!("certificate with a key of {}", certificate.key.name()));
    }
    if parts.is_empty() {
        return "what else was heard".to_owned();
    }
    parts.join("; ")
}

/// What rules of others make of it.
pub(super) fn assessment(service: &Service) -> Markup {
    let Some(assessment) = &service.assessment else {
        return html! {};
    };
    html! {
        @if let Some(grade) = assessment.grade.as_ref().filter(|grade| !grade.reasons.is_empty() || !grade.notes.is_empty()) {
            h4 { "What keeps the grade at " (terminal(&grade.letter)) }
            ul class="small" {
                @for reason in &grade.reasons { li { (terminal(reason)) } }
                @for note in &grade.notes { li class="soft" { (terminal(note)) } }
            }
        }
        @if let Some(why) = &assessment.ungraded {
            p class="small" { strong { "No grade: " } (terminal(why)) "." }
        }
        (policies(assessment))
    }
}

/// How clients would fare, folded behind how many do.
pub(super) fn clients(service: &Service) -> Markup {
    match &service.assessment {
        Some(assessment) if !assessment.clients.is_empty() => fares(assessment),
        _ => html! {},
    }
}

fn suites(configuration: &Configuration) -> Markup {
    let versions = newest_first(configuration.versions.keys().copied());
    let suites = offer::suites(configuration);
    if suites.is_empty() {
        return html! {};
    }
    let has = |suite: CipherSuite, version| {
        configuration
            .versions
            .get(version)
            .is_some_and(|spoken| spoken.suites.contains(&suite))
    };
    html! {
        div class="scroll" {
            table class="wide" {
                caption { "Versions and cipher suites accepted" @if !configuration.complete { ", as far as they were asked for" } }
                thead {
                    tr {
                        th scope="col" { "Suite" }
                        th scope="col" class="n" { "Bits" }
                        @for version in &versions { th scope="col" class="c" { (version.to_string()) } }
                        th scope="col" { "Weak" }
                    }
                }
                tbody {
                    @for suite in suites {
                        tr {
                            th scope="row" class="mono" { (offer::short(suite)) }
                            td class="n" { @if let Some(parts) = suite.parts() { (parts.bits) } }
                            @for version in &versions {
                                td class="c" { @if has(suite, version) { "yes" } @else { span class="soft" { "–" } } }
                            }
                            td { @if let Some(weak) = suite.parts().as_ref().and_then(offer::weakness) { (weak) } }
                        }
                    }
                }
            }
        }
    }
}

fn pairs(configuration: &Configuration) -> Markup {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for offer in offer::offers(configuration) {
        let order = offer::order(offer.spoken.order);
        if !order.is_empty() {
            pairs.push((
                format!("Order, {}", offer::names(&offer.versions)),
                order.to_owned(),
            ));
        }
    }
    for version in newest_first(configuration.versions.keys().copied()) {
        let Some(spoken) = configuration.versions.get(&version) else {
            continue;
        };
        let groups: Vec<String> = spoken.groups.iter().map(ToString::to_string).collect();
        if !groups.is_empty() {
            pairs.push((format!("Groups, {version}"), groups.join(", ")));
        }
    }
    if let Some(kinds) = &configuration.ssl2 {
        pairs.push((
            "SSLv2".to_owned(),
            format!("spoken, with {} kinds of ciphers", kinds.len()),
        ));
    }
    let bits = configuration.fields.iter().map(|field| field.bits).min();
    if let Some(bits) = bits {
        pairs.push(("Diffie-Hellman".to_owned(), format!("{bits} bits at least")));
    }
    if !configuration.alpn.is_empty() {
        pairs.push(("Inside TLS (ALPN)".to_owned(), configuration.alpn.join(", ")));
    }
    for (store, problem) in &configuration.trust {
        let said = problem
            .as_deref()
            .map_or_else(|| "yes".to_owned(), |why| format!("no: {why}"));
        pairs.push((format!("Trusted by {}", offer::store(*store)), said));
    }
    for (name, value) in configuration.headers.iter().flatten() {
        pairs.push((name.clone(), value.clone()));
    }
    if pairs.is_empty() {
        return html! {};
    }
    html! {
        dl class="pairs" {
            @for (name, value) in pairs { dt { (terminal(&name)) } dd { (terminal(&value)) } }
        }
    }
}

fn certificates(configuration: &Configuration) -> Markup {
    let certificates = offer::certificates(configuration);
    if certificates.is_empty() {
        return html! {};
    }
    html! {
        div class="scroll" {
            table class="stack" {
                caption { "Certificates shown" }
                thead {
                    tr {
                        th scope="col" { "Subject" } th scope="col" { "Issuer" } th scope="col" { "Valid" }
                        th scope="col" { "Key" } th scope="col" { "Signed with" }
                    }
                }
                tbody { @for certificate in &certificates { (certificate_row(certificate)) } }
            }
        }
    }
}

fn certificate_row(certificate: &Certificate) -> Markup {
    html! {
        tr {
            th scope="row" {
                @if certificate.subject.is_empty() { "(no subject)" } @else { (terminal(&certificate.subject)) }
                @if !certificate.names.is_empty() { br; span class="soft small" { "for " (terminal(&certificate.names.join(", "))) } }
                br; span class="soft mono" { "SHA-256 " (certificate.sha256) }
            }
            td data-l="Issuer" { (terminal(&certificate.issuer)) @if certificate.self_signed { " (signed itself)" } }
            td data-l="Valid" { (certificate.validity()) }
            td data-l="Key" { (certificate.key.name()) }
            td data-l="Signed with" { (certificate.signature) }
        }
    }
}

fn policies(assessment: &Assessment) -> Markup {
    if assessment.policies.is_empty() {
        return html! {};
    }
    html! {
        div class="scroll" {
            table class="stack" {
                caption { "Policies" }
                thead { tr { th scope="col" { "Policy" } th scope="col" { "Answer" } th scope="col" { "What breaks it" } } }
                tbody { @for policy in &assessment.policies { (policy_row(policy)) } }
            }
        }
    }
}

fn policy_row(policy: &PolicyResult) -> Markup {
    html! {
        tr {
            th scope="row" { (terminal(&policy.name)) }
            td { (badge::kept(policy.kept)) }
            td {
                @for violation in &policy.violations {
                    div class="rule" {
                        (terminal(&violation.rule)) " " span class="soft small" { "(" (terminal(&violation.source)) ")" }
                        br; span class="small" { strong { "Found: " } (terminal(&violation.found)) }
                    }
                }
                @for rule in &policy.undecided { div class="rule soft small" { strong { "Not decided: " } (terminal(rule)) } }
            }
        }
    }
}

fn fares(assessment: &Assessment) -> Markup {
    let count = |is: fn(&ClientOutcome) -> bool| {
        let outcomes = assessment.clients.iter();
        outcomes.filter(|client| is(&client.outcome)).count()
    };
    let connects = count(|outcome| matches!(outcome, ClientOutcome::Connects { .. }));
    let unknown = count(|outcome| matches!(outcome, ClientOutcome::Unknown { .. }));
    html! {
        details class="fold" {
            summary {
                (connects) " of " (assessment.clients.len()) " clients would connect"
                @if unknown > 0 { ", of " (unknown) " it is not known" }
            }
            div class="scroll" {
                table class="stack" {
                    caption { "How clients would fare" }
                    thead { tr { th scope="col" { "Client" } th scope="col" { "Connects" } th scope="col" { "With" } } }
                    tbody { @for client in &assessment.clients { (fare(client)) } }
                }
            }
        }
    }
}

fn fare(client: &ClientResult) -> Markup {
    html! {
        tr {
            th scope="row" { (terminal(&client.name)) }
            @match &client.outcome {
                ClientOutcome::Connects { version, suite, group, forward_secret } => {
                    td { "yes" }
                    td {
                        (terminal(version)) " " span class="mono" { (terminal(suite)) }
                        @if let Some(group) = group { " " (terminal(group)) }
                        @if !forward_secret { span class="soft" { " · no forward secrecy" } }
                    }
                }
                ClientOutcome::Fails { why } => { td { strong { "no" } } td { (terminal(why)) } }
                ClientOutcome::Unknown { why } => { td { "not known" } td { (terminal(why)) } }
            }
        }
    }
}
