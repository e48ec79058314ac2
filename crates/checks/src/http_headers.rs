//! # Security headers of web services
//!
//! ## What it asks
//! Nothing of its own: the session that all checks share asks a web service for its front page, and the headers of the
//! answer are looked at.
//!
//! ## Why it matters
//! Without HSTS a browser's first step is in the clear, where it can be led elsewhere. The other headers keep a page
//! from being framed, sniffed or filled with strangers' scripts.
//!
//! ## References
//! RFC 6797 sections 6.1 and 8; CSP level 3; the Fetch standard on X-Content-Type-Options; RFC 7034.

use holter_model::{Attempt, Basis, Judgement, Observation, Verdict};

use crate::ground::{self, Decision};
use crate::{Check, Configuration, Needs, Profile, session, web};

/// Half a year: less, and those who come rarely are not protected (SSL Labs' and Mozilla's mark).
const LEAST_AGE: u64 = 15_552_000;

const HSTS: &str = "HTTP-NO-HSTS";
const OTHERS: &str = "HTTP-WEAK-HEADERS";

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "http-headers",
    name: "Security headers",
    about: "looks at the headers of a web service's front page",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[
        include_str!("../../../flaws/HTTP-NO-HSTS.toml"),
        include_str!("../../../flaws/HTTP-WEAK-HEADERS.toml"),
    ],
    ask: |visit| Box::pin(session::survey(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    [(HSTS, hsts as fn(&Page<'_>) -> Decision), (OTHERS, others)]
        .into_iter()
        .flat_map(|(flaw, decide)| {
            let about = (CHECK.id, flaw, Basis::Configuration);
            ground::on_tls(about, observations, attempt, |known| {
                on_page(known, observations, attempt, decide)
            })
        })
        .collect()
}

/// The answer to `GET /`.
pub(crate) struct Page<'a> {
    /// Its status.
    pub(crate) status: u16,
    headers: &'a [(String, String)],
}

impl Page<'_> {
    /// What a header says; the first one, where there are several, as RFC 6797 section 8.1 wants it.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Decides about the front page, where there is one.
pub(crate) fn on_page(
    known: &Configuration,
    observations: &[Observation],
    attempt: Attempt,
    decide: impl FnOnce(&Page<'_>) -> Decision,
) -> Decision {
    let status = observations.iter().find_map(|observation| match &observation.fact {
        holter_model::Fact::Header { name, value } if name.is_empty() => value.parse().ok(),
        _ => None,
    });
    match (ground::protocol(observations), &known.headers, status) {
        (_, Some(headers), Some(status)) => decide(&Page { status, headers }),
        (Some(id), _, _) if !web::PROTOCOLS.contains(&id) => (
            Verdict::NotApplicable,
            "it is no web service, so no browser heeds its headers".to_owned(),
        ),
        (Some(_), _, _) if attempt == Attempt::Completed => (
            Verdict::Inconclusive,
            "it was asked for its front page and sent no headers".to_owned(),
        ),
        _ => ground::not_asked(attempt),
    }
}

fn hsts(page: &Page<'_>) -> Decision {
    let age = page.header("strict-transport-security").map(max_age);
    match age {
        Some(Some(0)) => (
            Verdict::Affected,
            "its Strict-Transport-Security has a max-age of 0, which takes back what it said before".to_owned(),
        ),
        Some(Some(age)) if age < LEAST_AGE => (
            Verdict::Affected,
            format!("its Strict-Transport-Security holds for {age} s, less than half a year ({LEAST_AGE} s)"),
        ),
        Some(Some(age)) => (
            Verdict::NotAffected,
            format!("its Strict-Transport-Security holds for {age} s"),
        ),
        Some(None) => (
            Verdict::Affected,
            "its Strict-Transport-Security has no max-age that can be read, so browsers pass it over".to_owned(),
        ),
        // Many servers add their headers to good answers only.
        None if page.status >= 400 => (
            Verdict::Inconclusive,
            format!("its front page is an error ({}), without Strict-Transport-Security", page.status),
        ),
        None => (
            Verdict::Affected,
            "its front page comes without Strict-Transport-Security".to_owned(),
        ),
    }
}

/// The max-age, if there is exactly one that is a number (RFC 6797 section 6.1.1).
fn max_age(value: &str) -> Option<u64> {
    let mut ages = value.split(';').filter_map(|part| {
        let (name, age) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| age.trim().trim_matches('"').parse().ok())
    });
    match (ages.next(), ages.next()) {
        (Some(age), None) => age,
        _ => None,
    }
}

fn others(page: &Page<'_>) -> Decision {
    if !(200..300).contains(&page.status) {
        let why = format!("its front page is no page (status {}), so its headers say little", page.status);
        return (Verdict::Inconclusive, why);
    }
    let mut missing = Vec::new();
    let says = |name, word: &str| {
        page.header(name)
            .is_some_and(|value| value.to_ascii_lowercase().contains(word))
    };
    if !says("x-content-type-options", "nosniff") {
        missing.push("X-Content-Type-Options: nosniff");
    }
    // An API's answer is not shown, so nothing can be put round it or into it.
    if page.header("content-type").is_none() || says("content-type", "html") {
        if page.header("content-security-policy").is_none() {
            missing.push("Content-Security-Policy");
        }
        let framing = says("x-frame-options", "deny")
            || says("x-frame-options", "sameorigin")
            || says("content-security-policy", "frame-ancestors");
        if !framing {
            missing.push("X-Frame-Options or frame-ancestors");
        }
        if page.header("referrer-policy").is_none() || says("referrer-policy", "unsafe-url") {
            missing.push("a Referrer-Policy that keeps addresses to itself");
        }
    }
    if missing.is_empty() {
        let why = "its front page has the headers that keep it from being framed, sniffed and added to";
        (Verdict::NotAffected, why.to_owned())
    } else {
        (Verdict::Affected, format!("its front page comes without {}", missing.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{header, hello, judged, protocol};

    #[test]
    fn headers_decide_where_there_is_a_page() {
        let check = |status: &str, headers: &[(&str, &str)], expected: &str| {
            let mut facts = vec![hello(0x0303), protocol("https"), header("", status)];
            facts.extend(headers.iter().map(|(name, value)| header(name, value)));
            assert_eq!(judged(judge, &facts), expected, "{status} {headers:?}");
        };
        let long = ("strict-transport-security", "max-age=31536000; includeSubDomains");
        let short = ("strict-transport-security", "max-age=300");
        check("200", &[], "affected affected");
        check("404", &[], "inconclusive inconclusive");
        check("404", &[long], "not_affected inconclusive");
        check("301", &[short], "affected inconclusive");
        check("200", &[("strict-transport-security", "preload")], "affected affected");
        let json = [long, ("content-type", "application/fhir+json"), ("x-content-type-options", "nosniff")];
        check("200", &json, "not_affected not_affected");
        let page = [
            long,
            ("content-type", "text/html"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'self'; frame-ancestors 'none'"),
            ("referrer-policy", "same-origin"),
        ];
        check("200", &page, "not_affected not_affected");
    }

    #[test]
    fn only_web_services_have_pages() {
        let check = |facts: &[holter_model::Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        check(&[hello(0x0303), protocol("smtp")], "not_applicable not_applicable");
        check(&[hello(0x0303), protocol("https")], "inconclusive inconclusive");
        check(&[hello(0x0303)], "inconclusive inconclusive");
    }
}
