//! # BREACH (CVE-2013-3587)
//!
//! ## What it asks
//! Nothing of its own: whether the front page that the shared session asks for comes compressed, and whether it looks as
//! if it were made anew for each visitor.
//!
//! ## Why it matters
//! Where a page is compressed that holds a secret and also something that the request brought, the secret can be guessed
//! letter by letter from the lengths, through any encryption.
//!
//! ## References
//! Gluck, Harris, Prado, "BREACH: reviving the CRIME attack", 2013.

use holter_model::{Attempt, Basis, Judgement, Observation, Verdict};

use crate::ground::{self, Decision};
use crate::http_headers::{Page, on_page};
use crate::{Check, Needs, Profile, session};

/// The check.
pub(crate) static CHECK: Check = Check {
    id: "breach",
    name: "BREACH",
    about: "looks whether a web service compresses pages that are made for each visitor",
    profile: Profile::Full,
    needs: Needs::Survey,
    flaws: &[include_str!("../../../flaws/CVE-2013-3587.toml")],
    ask: |visit| Box::pin(session::survey(visit)),
    judge,
};

fn judge(observations: &[Observation], attempt: Attempt) -> Vec<Judgement> {
    let about = (CHECK.id, "CVE-2013-3587", Basis::Configuration);
    ground::on_tls(about, observations, attempt, |known| {
        on_page(known, observations, attempt, decide)
    })
}

fn decide(page: &Page<'_>) -> Decision {
    let compressed = page
        .header("content-encoding")
        .is_some_and(|coding| !coding.trim().is_empty() && !coding.eq_ignore_ascii_case("identity"));
    // A cookie is set for a visitor; what a browser must not keep is not the same for all.
    let control = page.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let personal = page.header("set-cookie").is_some()
        || control.contains("private")
        || control.contains("no-store");
    let (verdict, why) = match (compressed, personal) {
        (true, true) => (
            Verdict::Affected,
            "it compresses a page that is made for each visitor; if such a page holds a secret and repeats what the \
             request said, the secret can be guessed",
        ),
        (true, false) => (
            Verdict::Inconclusive,
            "it compresses its front page, which looks the same for all; what is behind a log-in was not asked for",
        ),
        (false, _) if page.status >= 400 => (
            Verdict::Inconclusive,
            "its front page is an error, and not compressed; other pages were not asked for",
        ),
        (false, _) => (
            Verdict::NotAffected,
            "its front page comes uncompressed although compression was offered; other pages were not asked for",
        ),
    };
    (verdict, why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{header, hello, judged, protocol};
    use crate::web::THERE;

    #[test]
    fn a_compressed_page_for_one_visitor_is_exposed() {
        let check = |headers: &[(&str, &str)], expected: &str| {
            let mut facts = vec![hello(0x0303), protocol("https")];
            facts.extend(headers.iter().map(|(name, value)| header(name, value)));
            assert_eq!(judged(judge, &facts), expected, "{headers:?}");
        };
        let (ok, gzip) = (("", "200"), ("content-encoding", "gzip"));
        check(&[ok], "not_affected");
        check(&[("", "404")], "inconclusive");
        check(&[ok, gzip], "inconclusive");
        check(&[ok, gzip, ("set-cookie", THERE)], "affected");
        check(&[ok, gzip, ("cache-control", "private")], "affected");
        check(&[ok, ("set-cookie", THERE)], "not_affected");
        check(&[], "inconclusive");
    }
}
