//! Whether words stay words: in markup, in a table, in JSON, on a terminal.

use std::cell::RefCell;
use std::collections::BTreeSet;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// Nothing in it acts on a terminal, or cannot be seen.
pub(crate) fn on_a_terminal(what: &str, text: &str) {
    let acts = |letter: &char| {
        (letter.is_control() && *letter != '\n')
            || matches!(*letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    if let Some((place, letter)) = text.char_indices().find(|(_, letter)| acts(letter)) {
        let near: String = text[..place]
            .chars()
            .rev()
            .take(80)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        panic!("{what}: {letter:?} behind {near:?}");
    }
}

/// JSON, with nothing in it that acts on a terminal, one document or one a line.
pub(crate) fn as_json(what: &str, text: &str) {
    on_a_terminal(what, text);
    for one in serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>() {
        one.unwrap_or_else(|error| panic!("{what}: {error}: {text:.200}"));
    }
}

/// A table in which no cell begins a formula.
pub(crate) fn as_a_table(what: &str, text: &str) {
    let plain = text.replace("\r\n", "\n");
    on_a_terminal(what, &plain);
    let mut table = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut rows = 0;
    for row in table.records() {
        rows += 1;
        for cell in &row.unwrap_or_else(|error| panic!("{what}: {error}")) {
            assert!(
                !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
                "{what}: {cell:?}"
            );
        }
    }
    assert!(rows > 1, "{what} has no rows");
}

/// What a browser makes of a page: every kind of element with its attributes, and where links lead.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Made(BTreeSet<String>);

impl Made {
    /// Of a page, in which nothing acts on a terminal either; a blank is a blank there, whichever it is.
    pub(crate) fn of(what: &str, html: &str) -> Self {
        on_a_terminal(what, &html.replace(['\t', '\r'], " "));
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        let reader = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let _ = reader.feed(&input);
        reader.end();
        Self(reader.sink.0.into_inner())
    }

    /// Nothing but what there is without the strange words.
    pub(crate) fn is_within(&self, other: &Self, what: &str) {
        let more: Vec<&String> = self.0.difference(&other.0).collect();
        assert!(
            more.is_empty(),
            "{what} has what it has not without them: {more:?}"
        );
    }
}

#[derive(Default)]
struct Reader(RefCell<BTreeSet<String>>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let tag = match token {
            Token::TagToken(tag) => tag,
            Token::CommentToken(_) => {
                self.0.borrow_mut().insert("a comment".to_owned());
                return TokenSinkResult::Continue;
            }
            _ => return TokenSinkResult::Continue,
        };
        self.0.borrow_mut().insert(shape(&tag));
        match (tag.kind, &*tag.name) {
            (TagKind::StartTag, "style") => TokenSinkResult::RawData(RawKind::Rawtext),
            (TagKind::StartTag, "title" | "textarea") => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

/// An element, the names of its attributes, and of those that lead somewhere the way.
fn shape(tag: &Tag) -> String {
    let mut attributes: Vec<String> = tag
        .attrs
        .iter()
        .map(|one| {
            let name = &*one.name.local;
            let leads = matches!(name, "href" | "src" | "action" | "formaction");
            let way = one.value.split_once(':').map_or("here", |(way, _)| way);
            if leads {
                format!("{name}={way}")
            } else {
                name.to_owned()
            }
        })
        .collect();
    // A choice that is made is none of what was added.
    attributes.retain(|name| name != "selected" && name != "checked");
    attributes.sort();
    format!("{:?} {} {}", tag.kind, tag.name, attributes.join(" "))
}
