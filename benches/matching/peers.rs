//! The same work by others.

use std::{cell::RefCell, hint::black_box};

use daachorse::DoubleArrayAhoCorasick;
use fivebells::text::{Lines, fold, fold_into, fold_onto};
use html5ever::tokenizer::{
    BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;

/// daachorse over our canonical form: what it finds are hits, too.
pub(crate) struct Automaton {
    automaton: DoubleArrayAhoCorasick<u32>,
    canonical: String,
}

impl Automaton {
    pub(crate) fn new<'a>(terms: impl Iterator<Item = &'a str>) -> Self {
        let mut patterns: Vec<String> = terms.map(fold).collect();
        patterns.sort_unstable();
        patterns.dedup();
        Self {
            automaton: DoubleArrayAhoCorasick::new(patterns).expect("different patterns"),
            canonical: String::new(),
        }
    }

    /// How many hits one item has.
    pub(crate) fn find(&mut self, title: &str, content: &str) -> usize {
        fold_into(title, Lines::Wrapped, &mut self.canonical);
        fold_onto(content, Lines::Wrapped, &mut self.canonical);
        self.automaton
            .find_overlapping_iter(black_box(&self.canonical))
            .count()
    }
}

/// Full case folding and NFKC by ICU4X: less than our canonical form.
pub(crate) fn icu_fold(text: &str) -> String {
    let folded = CaseMapper::new().fold_string(text);
    ComposingNormalizer::new_nfkc()
        .normalize(&folded)
        .into_owned()
}

/// The text between the tags as html5ever's tokenizer gives it, no white space changed.
#[derive(Default)]
struct Text(RefCell<String>);

impl TokenSink for Text {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::CharacterTokens(text) = token {
            self.0.borrow_mut().push_str(&text);
        }
        TokenSinkResult::Continue
    }
}

pub(crate) fn html5ever_text(page: &str) -> String {
    let input = BufferQueue::default();
    input.push_back(page.into());
    let tokenizer = Tokenizer::new(Text::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}
