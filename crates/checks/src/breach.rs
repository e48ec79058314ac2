//! # BREACH (CVE-2013-3587)
//!
//! ## What it asks
//! Nothing of its own: whether the front page that the shared session asks for, or the one that this leads to, comes
//! compressed, and whether it looks as if it were made anew for each visitor. Every coding is offered in one request: a
//! server that compresses picks one. A page that is too short to be worth compressing clears nothing.
//!
//! ## Why it matters
//! Where a page is compressed that holds a secret and also something that the request brought, the secret can be guessed
//! letter by letter from the lengths, through any encryption.
//!
//! ## References
//! Gluck, Harris, Prado, "BREACH: reviving the CRIME attack", 2013.

use holter_model::{Attempt, Basis, Judgement, Observation, Verdict};

use crate::ground::{self, Decision};
use crate::http_headers::{Page, on_pages};
use crate::{Check, Needs, Profile, session, web};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "breach",
    name: "BREACH",
    about: "looks whether a web service compresses pages that are made for each visitor",
    profile: Profile::Full,
    needs: Needs::Inside,
    flaws: &[include_str!("../../../flaws/CVE-2013-3587.toml")],
    ask: |visit| Box::pin(session::want(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2013-3587", Basis::Configuration);
    ground::on_streams(about, observations, attempt, |_| {
        on_pages(observations, attempt, decide)
    })
}

fn decide(last: &Page<'_>, pages: &[Page<'_>]) -> Decision {
    let page = pages.iter().find(|page| is_compressed(page)).unwrap_or(last);
    // A cookie is set for a visitor; what a browser must not keep is not the same for all.
    let control = page
        .header("cache-control")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let personal =
        page.header("set-cookie").is_some() || control.contains("private") || control.contains("no-store");
    let kind = page.header("content-type").unwrap_or("text/html");
    let (verdict, why) = match (is_compressed(page), page.body) {
        (true, _) if personal => (
            Verdict::Affected,
            "it compresses a page that is made for each visitor; if such a page holds a secret and repeats what the \
             request said, the secret can be guessed"
                .to_owned(),
        ),
        (true, _) => (
            Verdict::Inconclusive,
            "it compresses its front page, which looks the same for all; what is behind a log-in was not asked for"
                .to_owned(),
        ),
        _ if page.status >= 400 => (
            Verdict::Inconclusive,
            "its front page is an error, and not compressed; other pages were not asked for".to_owned(),
        ),
        _ if page.leads_on() => (
            Verdict::Inconclusive,
            "its front page only leads elsewhere, where it was not followed".to_owned(),
        ),
        (_, Some((bytes, _))) if bytes < web::WORTH_COMPRESSING => (
            Verdict::Inconclusive,
            format!(
                "its front page has {bytes} bytes, too few for many servers to compress; other pages were not asked for"
            ),
        ),
        (_, None) => (
            Verdict::Inconclusive,
            "its front page comes uncompressed, but how long it is was not seen; short ones are often left as they are"
                .to_owned(),
        ),
        _ if !is_text(kind) => (
            Verdict::Inconclusive,
            "its front page is no text, which servers rarely compress; other pages were not asked for".to_owned(),
        ),
        _ => (
            Verdict::NotAffected,
            "its front page comes uncompressed although compression was offered; other pages were not asked for"
                .to_owned(),
        ),
    };
    (verdict, why)
}

fn is_compressed(page: &Page<'_>) -> bool {
    page.header("content-encoding")
        .is_some_and(|coding| !coding.trim().is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

/// What servers compress where they compress at all.
fn is_text(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    ["text/", "json", "xml", "javascript"]
        .iter()
        .any(|part| kind.contains(part))
}

#[cfg(test)]
mod tests {
    use holter_model::Fact;

    use super::*;
    use crate::testing::{header, hello, judged, protocol};
    use crate::web::THERE;

    #[test]
    fn a_compressed_page_for_one_visitor_is_exposed_and_one_that_is_long_and_plain_is_not() {
        let check = |headers: &[(&str, &str)], bytes: Option<u32>, expected: &str| {
            let mut facts = vec![hello(0x0303), protocol("https")];
            facts.extend(headers.iter().map(|(name, value)| header(name, value)));
            facts.extend(bytes.map(|bytes| Fact::Body { bytes, whole: true }));
            assert_eq!(judged(judge, &facts), expected, "{headers:?} {bytes:?}");
        };
        let (ok, gzip) = (("", "200"), ("content-encoding", "gzip"));
        let (long, short) = (Some(3000), Some(200));
        check(&[ok], long, "not_affected");
        check(&[ok], short, "inconclusive");
        check(&[ok], None, "inconclusive");
        check(&[ok, ("content-type", "image/png")], long, "inconclusive");
        check(&[("", "404")], long, "inconclusive");
        check(&[("", "302")], long, "inconclusive");
        check(&[ok, gzip], short, "inconclusive");
        check(&[ok, gzip, ("set-cookie", THERE)], short, "affected");
        check(&[ok, gzip, ("cache-control", "private")], short, "affected");
        check(&[ok, ("set-cookie", THERE)], long, "not_affected");
        check(&[("", "302"), ok, gzip, ("set-cookie", THERE)], long, "affected");
        check(&[], None, "inconclusive");
    }
}
