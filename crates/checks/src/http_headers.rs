//! # Security headers of web services
//!
//! ## What it asks
//! Nothing of its own: the session that all checks share asks a web service for its front page, and for the page of the same
//! service that this leads to. The headers of the answers are looked at.
//!
//! ## Why it matters
//! Without HSTS a browser's first step is in the clear, where it can be led elsewhere. The other headers keep a page
//! from being framed, sniffed or filled with strangers' scripts.
//!
//! ## References
//! RFC 6797 sections 6.1 and 8; CSP level 3; the Fetch standard on X-Content-Type-Options; RFC 7034.

use holter_model::{Attempt, Basis, Fact, Judgement, Observation, Verdict};

use crate::ground::{self, Decision};
use crate::{Check, Needs, Profile, session, web};

/// Half a year: less, and those who come rarely are not protected (SSL Labs' and Mozilla's mark).
const LEAST_AGE: u64 = 15_552_000;

const HSTS: &str = "HTTP-NO-HSTS";
const OTHERS: &str = "HTTP-WEAK-HEADERS";

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "http-headers",
    name: "Security headers",
    about: "looks at the headers of a web service's front page, and of the page that this leads to",
    profile: Profile::Full,
    needs: Needs::Inside,
    flaws: &[
        include_str!("../../../flaws/HTTP-NO-HSTS.toml"),
        include_str!("../../../flaws/HTTP-WEAK-HEADERS.toml"),
    ],
    ask: |visit| Box::pin(session::want(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    type Decide = fn(&Page<'_>, &[Page<'_>]) -> Decision;
    [(HSTS, hsts as Decide), (OTHERS, others)]
        .into_iter()
        .flat_map(|(flaw, decide)| {
            let about = (CHECK.id, flaw, Basis::Configuration);
            ground::on_streams(about, observations, attempt, |_| {
                on_pages(observations, attempt, decide)
            })
        })
        .collect()
}

/// The answer to `GET /`, or the page that this led to.
#[derive(Debug, Default)]
pub(crate) struct Page<'a> {
    /// Its status.
    pub(crate) status: u16,
    /// How many bytes came, and whether that is all.
    pub(crate) body: Option<(u32, bool)>,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Page<'a> {
    /// What a header says; the first one, where there are several, as RFC 6797 section 8.1 wants it.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        let mut found = self.headers.iter().filter(|(other, _)| *other == name);
        found.next().map(|(_, value)| *value)
    }

    /// Whether it is none itself, and only leads to another.
    pub(crate) const fn leads_on(&self) -> bool {
        self.status >= 300 && self.status < 400
    }
}

/// The pages that came, in their order.
fn pages(observations: &[Observation]) -> Vec<Page<'_>> {
    let mut pages: Vec<Page<'_>> = Vec::new();
    for observation in observations {
        match &observation.fact {
            Fact::Header { name, value } if name.is_empty() => pages.push(Page {
                status: value.parse().unwrap_or_default(),
                ..Page::default()
            }),
            Fact::Header { name, value } => {
                if let Some(page) = pages.last_mut() {
                    page.headers.push((name, value));
                }
            }
            Fact::Body { bytes, whole } => {
                if let Some(page) = pages.last_mut() {
                    page.body = Some((*bytes, *whole));
                }
            }
            _ => {}
        }
    }
    pages
}

/// Decides about the front page and the one that it leads to, where there are any; the last page is where it ended.
pub(crate) fn on_pages(
    observations: &[Observation],
    attempt: Attempt,
    decide: impl FnOnce(&Page<'_>, &[Page<'_>]) -> Decision,
) -> Decision {
    let pages = pages(observations);
    match (ground::protocol(observations), pages.last()) {
        (_, Some(last)) => decide(last, &pages),
        (Some(id), _) if !web::PROTOCOLS.contains(&id) => (
            Verdict::NotApplicable,
            "it is no web service, so no browser heeds its headers".to_owned(),
        ),
        (Some(_), _) => {
            let why = format!("its front page {}", session::why_not(observations, attempt));
            (Verdict::Inconclusive, why)
        }
        (None, _) => ground::not_asked(attempt),
    }
}

fn hsts(last: &Page<'_>, pages: &[Page<'_>]) -> Decision {
    // A browser heeds it on any page, and the last word counts.
    let mut said = pages.iter().rev();
    let age = said
        .find_map(|page| page.header("strict-transport-security"))
        .map(max_age);
    match age {
        Some(Some(0)) => (
            Verdict::Affected,
            "its Strict-Transport-Security has a max-age of 0, which takes back what it said before"
                .to_owned(),
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
            "its Strict-Transport-Security has no max-age that can be read, so browsers pass it over"
                .to_owned(),
        ),
        // Many servers add their headers to good answers only.
        None if last.status >= 400 => (
            Verdict::Inconclusive,
            format!(
                "its front page is an error ({}), without Strict-Transport-Security",
                last.status
            ),
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

fn others(page: &Page<'_>, _: &[Page<'_>]) -> Decision {
    if !(200..300).contains(&page.status) {
        let why = format!(
            "its front page is no page (status {}), so its headers say little",
            page.status
        );
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
        (
            Verdict::Affected,
            format!("its front page comes without {}", missing.join(", ")),
        )
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
        check(
            "200",
            &[("strict-transport-security", "preload")],
            "affected affected",
        );
        let json = [
            long,
            ("content-type", "application/fhir+json"),
            ("x-content-type-options", "nosniff"),
        ];
        check("200", &json, "not_affected not_affected");
        let page = [
            long,
            ("content-type", "text/html"),
            ("x-content-type-options", "nosniff"),
            (
                "content-security-policy",
                "default-src 'self'; frame-ancestors 'none'",
            ),
            ("referrer-policy", "same-origin"),
        ];
        check("200", &page, "not_affected not_affected");
    }

    #[test]
    fn a_page_that_is_led_to_counts_and_so_does_what_was_said_on_the_way() {
        let check = |first: &[(&str, &str)], second: &[(&str, &str)], expected: &str| {
            let mut facts = vec![hello(0x0303), protocol("https"), header("", "302")];
            facts.extend(first.iter().map(|(name, value)| header(name, value)));
            facts.push(header("", "200"));
            facts.extend(second.iter().map(|(name, value)| header(name, value)));
            assert_eq!(judged(judge, &facts), expected, "{first:?} {second:?}");
        };
        let long = ("strict-transport-security", "max-age=31536000");
        let none = ("strict-transport-security", "max-age=0");
        check(&[long], &[], "not_affected affected");
        check(&[], &[long], "not_affected affected");
        check(&[long], &[none], "affected affected");
        check(&[], &[], "affected affected");
    }

    #[test]
    fn only_web_services_have_pages() {
        let check = |facts: &[holter_model::Fact], expected: &str| assert_eq!(judged(judge, facts), expected);
        check(
            &[hello(0x0303), protocol("smtp")],
            "not_applicable not_applicable",
        );
        check(&[hello(0x0303), protocol("https")], "inconclusive inconclusive");
        check(&[hello(0x0303)], "inconclusive inconclusive");
    }
}
