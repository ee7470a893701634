//! Terms to the substrings of canonical text that they are found by.
//!
//! A pattern is found where its text is, where its [boundaries](super::boundary) allow it, and
//! where its [`Check`] holds in the source. Spellings that differ by more than folding are patterns
//! of their own: they cost nothing while searching.

use std::{fmt, ops::Range};

use super::{
    boundary::{LeftBoundary, RightBoundary, left, right, runs_on},
    spelling::{acronym, spell_out, variants, without_spelled_umlauts},
};
use crate::{
    matcher::syntax::{Term, TermKind, is_written_as_name},
    text,
};

/// One substring to search for, and what else must hold where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::matcher) struct Pattern {
    /// In canonical form, with the space of each closed end.
    pub(in crate::matcher) text: String,
    pub(in crate::matcher) left: LeftBoundary,
    pub(in crate::matcher) right: RightBoundary,
    pub(in crate::matcher) check: Check,
}

/// How many letters are left of the stem of a word without its ending.
const MIN_STEM_CHARS: usize = 3;

/// Every pattern of a term, each once; the plain one first.
pub(in crate::matcher) fn patterns(term: &Term) -> Vec<Pattern> {
    let canonical = term.canonical();
    let check = match term.kind {
        TermKind::Name => Check::Name,
        TermKind::Exact => Check::Exact(text::exact(&term.body).into()),
        _ if term.is_capitals() => Check::Capitals,
        _ => Check::Folded,
    };
    let mut patterns = Vec::new();
    if term.kind == TermKind::Inflected {
        let stems = stems(&canonical);
        patterns.extend(stems.map(|stem| Pattern::new(&stem, term.kind, Check::Folded)));
        return patterns;
    }
    patterns.push(Pattern::new(&canonical, term.kind, check.clone()));
    let variant_kind = match term.kind {
        TermKind::Whole | TermKind::Name => Some(TermKind::Whole),
        TermKind::Prefix => Some(TermKind::Prefix),
        _ => None,
    };
    if check == Check::Capitals {
        let variant = acronym(&term.body, &canonical);
        patterns.extend(variant.map(|variant| Pattern::new(&variant, term.kind, check.clone())));
    } else if let Some(kind) = variant_kind {
        for variant in variants(&term.body, &canonical) {
            patterns.push(Pattern::new(&variant, kind, check.clone()));
        }
    }
    if term.kind == TermKind::Whole
        && check == Check::Folded
        && let Some(variant) = without_spelled_umlauts(&canonical)
    {
        let check = Check::SpelledOut(canonical.into());
        patterns.push(Pattern::new(&variant, TermKind::Whole, check));
    }
    for at in (1..patterns.len()).rev() {
        if patterns[..at].contains(&patterns[at]) {
            patterns.remove(at);
        }
    }
    patterns
}

/// What of a word stays the same: the word, and the word without the ending that many cases
/// replace, a vowel (Москва, Москвы) or one with й (Зеленський, Зеленського) or, in Greek, with a
/// final sigma (Μητσοτάκης, Μητσοτάκη).
fn stems(canonical: &str) -> impl Iterator<Item = String> {
    let word = canonical.trim_matches(' ');
    let is_vowel = |c: char| "aeiouyаеиоуыэюяіїєѣαεηιουω".contains(c);
    let rest = word.strip_suffix(['й', 'σ']).unwrap_or(word);
    let stem = rest.strip_suffix(is_vowel).unwrap_or(rest);
    let last = stem.rsplit(' ').next().unwrap_or_default();
    let is_stem = stem != word && last.chars().count() >= MIN_STEM_CHARS;
    [Some(word.to_owned()), is_stem.then(|| stem.to_owned())]
        .into_iter()
        .flatten()
}

impl Pattern {
    fn new(canonical: &str, kind: TermKind, check: Check) -> Self {
        let tokens = canonical.trim_matches(' ');
        let left = if kind == TermKind::Suffix {
            LeftBoundary::Rest
        } else {
            left(tokens)
        };
        let right = match kind {
            TermKind::Prefix => RightBoundary::Rest,
            TermKind::Inflected if !runs_on(tokens) => RightBoundary::Ending,
            _ => right(tokens),
        };
        let open = if left == LeftBoundary::Closed {
            " "
        } else {
            ""
        };
        let close = if right == RightBoundary::Closed {
            " "
        } else {
            ""
        };
        let mut text = String::with_capacity(tokens.len() + 2);
        text.extend([open, tokens, close]);
        Self {
            text,
            left,
            right,
            check,
        }
    }
}

/// With `·` for the boundary of a word and `…` for an open end.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.left == LeftBoundary::Closed {
            ""
        } else {
            "…"
        };
        let close = if self.right == RightBoundary::Closed {
            ""
        } else {
            "…"
        };
        let check = match self.check {
            Check::Folded => "",
            Check::Capitals => " in capitals",
            Check::Name => " as a name",
            Check::Exact(_) => " as written",
            Check::SpelledOut(_) => " with an umlaut",
        };
        write!(
            formatter,
            "{open}{}{close}{check}",
            self.text.replace(' ', "·")
        )
    }
}

/// What must hold in the source, since folding has dropped it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::matcher) enum Check {
    /// Nothing.
    Folded,
    /// An acronym: capitals, or a capital and at least [`MIN_ACRONYM_TAIL`] small letters.
    Capitals,
    /// A person's name, as such names are written.
    Name,
    /// The same exact form.
    Exact(Box<str>),
    /// The same canonical form once umlauts are spelled out: `Müller` for `Mueller`.
    SpelledOut(Box<str>),
}

impl Check {
    /// Whether a hit at `span` of the source passes.
    pub(in crate::matcher) fn holds(&self, field: &str, span: Range<usize>) -> bool {
        let source = &field[span.clone()];
        match self {
            Self::Folded => true,
            Self::Name => is_written_as_name(field, span),
            Self::Capitals => is_acronym(source),
            Self::Exact(form) => text::exact(source) == **form,
            Self::SpelledOut(form) => text::fold(&spell_out(source)) == **form,
        }
    }
}

/// How many small letters make `Nato` the acronym that `NATO` is: British and most European
/// papers write one of four letters or more so, while `Us` and `Who` are words.
const MIN_ACRONYM_TAIL: usize = 3;

fn is_acronym(source: &str) -> bool {
    let mut letters = source.chars().filter(|c| c.is_alphabetic());
    let starts = letters.next().is_some_and(char::is_uppercase);
    let mut tail = || letters.try_fold(0, |count, c| c.is_lowercase().then_some(count + 1));
    !source.contains(char::is_lowercase)
        || (starts && tail().is_some_and(|count| count >= MIN_ACRONYM_TAIL))
}
