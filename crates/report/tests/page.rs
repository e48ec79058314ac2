//! The HTML document as a browser reads it: well formed, without anything that runs or is loaded, and with what a
//! hostile peer says as nothing but text.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test fails by panicking; the hospital is shared"
)]

mod hospital;

use std::cell::RefCell;
use std::collections::BTreeSet;

use base64::Engine as _;
use holter_model::{LeftAlone, Service};
use holter_report::{Format, Look, Preamble, Summary};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use sha2::Digest as _;

/// Elements without an end.
const VOID: [&str; 3] = ["br", "meta", "link"];

/// What a browser finds in a page.
#[derive(Default)]
struct Page {
    open: Vec<String>,
    tags: Vec<(String, Vec<(String, String)>)>,
    text: String,
    style: String,
    wrong: Vec<String>,
}

#[derive(Default)]
struct Reader(RefCell<Page>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return page.tag(&tag, line),
            Token::CharacterTokens(text) if page.open.last().is_some_and(|name| name == "style") => {
                page.style.push_str(&text);
            }
            Token::CharacterTokens(text) => page.text.push_str(&text),
            Token::ParseError(what) => page.wrong.push(format!("line {line}: {what}")),
            Token::CommentToken(_) => page.wrong.push(format!("line {line}: a comment")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Page {
    fn of(html: &str) -> Self {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        let options = TokenizerOpts {
            exact_errors: true,
            ..TokenizerOpts::default()
        };
        let reader = Tokenizer::new(Reader::default(), options);
        let _ = reader.feed(&input);
        reader.end();
        reader.sink.0.into_inner()
    }

    fn tag(&mut self, tag: &Tag, line: u64) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        if tag.kind == TagKind::EndTag {
            let open = self.open.pop();
            if open.as_ref() != Some(&name) {
                self.wrong.push(format!("line {line}: </{name}> ends {open:?}"));
            }
            return TokenSinkResult::Continue;
        }
        let attributes = tag.attrs.iter();
        let attributes =
            attributes.map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()));
        self.tags.push((name.clone(), attributes.collect()));
        if VOID.contains(&name.as_str()) {
            return TokenSinkResult::Continue;
        }
        self.open.push(name.clone());
        match name.as_str() {
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn values<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.tags.iter().flat_map(|(_, attributes)| attributes);
        all.filter(move |(name, _)| name == attribute)
            .map(|(_, value)| value.as_str())
    }
}

fn written(services: &[Service], summary: Summary) -> String {
    let mut document = Format::Html.document(Look::default());
    let mut out = Vec::new();
    let mut preamble = Preamble::default();
    preamble.authorized_by = Some(hospital::full::HOSTILE.to_owned());
    document.begin(&preamble, &mut out).unwrap();
    for service in services {
        document.service(service, &mut out).unwrap();
    }
    document.left_alone(&LeftAlone {
        at: "2026-11-21T20:00:00Z".parse().unwrap(),
        endpoint: hospital::billing(9).endpoint.unwrap(),
        why: hospital::full::HOSTILE.to_owned(),
        not_asked: 41,
    });
    document.end(&summary, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn pages() -> Vec<String> {
    vec![
        written(&hospital::full::services(), hospital::full::summary()),
        written(&hospital::services(), hospital::summary()),
        written(&[], Summary::default()),
    ]
}

#[test]
fn a_page_is_well_formed() {
    for html in pages() {
        let page = Page::of(&html);
        assert!(
            page.wrong.is_empty() && page.open.is_empty(),
            "{:?} {:?}",
            page.wrong,
            page.open
        );
        let ids: Vec<&str> = page.values("id").collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        for target in page.values("href").filter_map(|href| href.strip_prefix('#')) {
            assert!(unique.contains(target), "#{target} leads nowhere");
        }
        for label in page.values("aria-labelledby") {
            assert!(unique.contains(label), "{label} names nothing");
        }
    }
}

#[test]
fn a_page_runs_nothing_and_loads_nothing() {
    for html in pages() {
        let page = Page::of(&html);
        for (name, attributes) in &page.tags {
            let harmless = ![
                "script", "img", "iframe", "object", "embed", "link", "form", "base", "svg",
            ]
            .contains(&name.as_str());
            assert!(harmless, "{name}");
            for (attribute, value) in attributes {
                assert!(
                    !attribute.starts_with("on")
                        && !["src", "style", "srcdoc", "action"].contains(&attribute.as_str())
                );
                assert!(
                    attribute != "href" || value.starts_with('#') || value.starts_with("https://"),
                    "{value}"
                );
            }
        }
        assert!(!page.style.contains("url(") && !page.style.contains("@import"));
        let hash =
            base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(page.style.as_bytes()));
        let policy = page.values("content").next().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains(&format!("'sha256-{hash}'")),
            "{policy}"
        );
    }
}

#[test]
fn what_a_hostile_peer_says_is_text() {
    let html = written(&hospital::full::services(), hospital::full::summary());
    let page = Page::of(&html);
    let shown = holter_report::terminal(hospital::full::HOSTILE);
    // A header, a policy's name (twice), an oddity, who allowed it, and why a host was left alone.
    assert_eq!(page.text.matches(shown.as_ref()).count(), 6);
    // The name of the certificate's issuer.
    assert!(page.text.contains("alert(1)"));
    assert!(!html.contains('\u{1b}') && !html.contains('\u{202e}'));
    assert!(!html.contains("<script"), "not even in an attribute");
}

#[test]
fn a_page_can_be_listened_to() {
    for html in pages() {
        let page = Page::of(&html);
        let level = |name: &str| name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok());
        let levels: Vec<u8> = page.tags.iter().filter_map(|(name, _)| level(name)).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
        let headers = page.tags.iter().filter(|(name, _)| name == "th");
        for (_, attributes) in headers {
            assert!(
                attributes.iter().any(|(name, _)| name == "scope"),
                "{attributes:?}"
            );
        }
        let named = |wanted: &str| page.tags.iter().any(|(name, _)| name == wanted);
        assert!(named("main") && named("title"));
        assert!(page.values("lang").eq(["en"]));
    }
}

#[test]
fn the_answer_and_what_to_do_come_before_any_detail() {
    let html = written(&hospital::full::services(), hospital::full::summary());
    let text = Page::of(&html).text;
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}"));
    let answer = place("1 of 4 services is affected");
    let todo = place("What to do first");
    let detail = place("Versions and cipher suites accepted");
    assert!(answer < todo && todo < detail);
}

#[test]
fn what_is_long_is_folded_and_what_is_grave_is_not() {
    let html = written(&hospital::full::services(), hospital::full::summary());
    let page = Page::of(&html);
    let has = |name: &str, attributes: &[(String, String)], value: &str| {
        attributes.iter().any(|(key, is)| key == name && is == value)
    };
    let details: Vec<_> = page.tags.iter().filter(|(name, _)| name == "details").collect();
    let cards: Vec<_> = details
        .iter()
        .filter(|(_, attributes)| has("class", attributes, "card"))
        .collect();
    assert!(cards.len() > 1);
    let open = |attributes: &[(String, String)]| attributes.iter().any(|(key, _)| key == "open");
    assert!(open(&cards[0].1), "Heartbleed's stands open");
    assert!(!open(&cards.last().unwrap().1));
    assert!(
        details
            .iter()
            .all(|(_, attributes)| !has("class", attributes, "fold") || !open(attributes))
    );
    let services = |page: &Page| -> Vec<bool> {
        let all = page
            .tags
            .iter()
            .filter(|(_, attributes)| has("class", attributes, "service"));
        all.map(|(_, attributes)| open(attributes)).collect()
    };
    assert_eq!(services(&page), [true; 4]);
    // Of many services each is folded, and of what they have in common the first dozen are named.
    let many: Vec<_> = (0..40).map(hospital::portal).collect();
    let crowd = Page::of(&written(&many, Summary::default()));
    assert_eq!(services(&crowd), [false; 40]);
    assert!(crowd.text.contains("and 28 services more"));
    assert!(
        page.text
            .contains("1 of 3 clients would connect, of 1 it is not known")
    );
    // Each finding is named in the contents, which lead to it.
    for (_, attributes) in &cards {
        let id = &attributes.iter().find(|(key, _)| key == "id").unwrap().1;
        assert!(page.values("href").any(|href| href == format!("#{id}")));
    }
}
