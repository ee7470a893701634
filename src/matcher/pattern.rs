//! Terms to the substrings of canonical text that they are found by.
//!
//! A word boundary is a space, so it is part of the pattern. Where a script has none the pattern
//! ends without a space, and what stands next to the hit decides ([`Pattern::hit`]). Spellings
//! that differ by more than folding are patterns of their own: they cost nothing while searching.

use std::{fmt, ops::Range};

use super::{
    check::Check,
    particles::{ARABIC, HEBREW, is_attached},
    query::{Kind, Term},
    spelling,
};
use crate::text::{self, Script};

/// One substring to search for, and what else must hold where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    /// In canonical form, with the space of each closed end.
    pub(super) text: String,
    pub(super) left: Left,
    pub(super) right: Right,
    pub(super) check: Check,
}

/// What may stand before a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Left {
    /// A space, which is part of the pattern.
    Closed,
    /// Anything that does not cut a word of katakana or a syllable of Thai.
    Run,
    /// A space, or one of the particles that Arabic writes as one with the word.
    Arabic,
    /// The same in Hebrew.
    Hebrew,
    /// Anything, and it belongs to the hit from the start of the word.
    Rest,
}

/// What may stand behind a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Right {
    /// A space, which is part of the pattern.
    Closed,
    /// Anything that does not cut a word of katakana or a syllable of Thai.
    Run,
    /// Anything: Korean particles.
    Open,
    /// Anything, and it belongs to the hit up to the end of the word.
    Rest,
    /// The end of a word, of [`MAX_ENDING_CHARS`] letters at most.
    Ending,
}

/// How many letters a term needs before it is looked for behind a particle: most shorter ones
/// are the rest of another word.
const MIN_ATTACHED_CHARS: usize = 3;

/// How many syllables a Korean name needs before it is looked for before a particle.
const MIN_OPEN_SYLLABLES: usize = 2;

/// How many letters a case or number may add to a word, and how many are left of its stem.
const MAX_ENDING_CHARS: usize = 3;
const MIN_STEM_CHARS: usize = 3;

/// Every pattern of a term, each once; the plain one first.
pub(super) fn patterns(term: &Term) -> Vec<Pattern> {
    let canonical = term.canonical();
    let check = match term.kind {
        Kind::Name => Check::Name,
        Kind::Exact => Check::Exact(text::exact(&term.body).into()),
        _ if term.is_capitals() => Check::Capitals,
        _ => Check::Folded,
    };
    let mut patterns = Vec::new();
    if term.kind == Kind::Inflected {
        let stems = stems(&canonical);
        patterns.extend(stems.map(|stem| Pattern::new(&stem, term.kind, Check::Folded)));
        return patterns;
    }
    patterns.push(Pattern::new(&canonical, term.kind, check.clone()));
    let variant_kind = match term.kind {
        Kind::Whole | Kind::Name => Some(Kind::Whole),
        Kind::Prefix => Some(Kind::Prefix),
        _ => None,
    };
    if check == Check::Capitals {
        let variant = spelling::acronym(&term.body, &canonical);
        patterns.extend(variant.map(|variant| Pattern::new(&variant, term.kind, check.clone())));
    } else if let Some(kind) = variant_kind {
        for variant in spelling::variants(&term.body, &canonical) {
            patterns.push(Pattern::new(&variant, kind, check.clone()));
        }
    }
    if term.kind == Kind::Whole
        && check == Check::Folded
        && let Some(variant) = spelling::without_spelled_umlauts(&canonical)
    {
        let check = Check::SpelledOut(canonical.into());
        patterns.push(Pattern::new(&variant, Kind::Whole, check));
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
    fn new(canonical: &str, kind: Kind, check: Check) -> Self {
        let tokens = canonical.trim_matches(' ');
        let left = if kind == Kind::Suffix {
            Left::Rest
        } else {
            left(tokens)
        };
        let right = match kind {
            Kind::Prefix => Right::Rest,
            Kind::Inflected if !runs_on(tokens) => Right::Ending,
            _ => right(tokens),
        };
        let open = if left == Left::Closed { " " } else { "" };
        let close = if right == Right::Closed { " " } else { "" };
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
        let open = if self.left == Left::Closed { "" } else { "…" };
        let close = if self.right == Right::Closed {
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

/// The tokens of a place where the text of a pattern with these ends was found, if what stands
/// around it lets it count. Looks at a bounded part of the text, the rest of a word aside, which
/// no later hit of the pattern looks at again.
pub(super) fn hit(
    (left, right): (Left, Right),
    canonical: &str,
    found: Range<usize>,
) -> Option<Range<usize>> {
    let start = found.start + usize::from(left == Left::Closed);
    let end = found.end - usize::from(right == Right::Closed);
    let holds_left = match left {
        Left::Closed | Left::Rest => true,
        Left::Run => !cuts(canonical, start),
        Left::Arabic => is_attached(&canonical[..start], &ARABIC),
        Left::Hebrew => is_attached(&canonical[..start], &HEBREW),
    };
    let holds_right = match right {
        Right::Closed | Right::Open | Right::Rest => true,
        Right::Run => !cuts(canonical, end),
        Right::Ending => ending(&canonical[end..]).is_some(),
    };
    if !holds_left || !holds_right {
        return None;
    }
    let tokens = &canonical[start..end];
    let before = if left == Left::Rest && !tokens.starts_with(|c| is_run(text::script(c))) {
        canonical[..start].len() - canonical[..start].rfind(' ').map_or(0, |space| space + 1)
    } else {
        0
    };
    let after = match right {
        Right::Rest if !runs_on(tokens) => canonical[end..].find(' ').unwrap_or(0),
        Right::Ending => ending(&canonical[end..]).unwrap_or(0),
        _ => 0,
    };
    Some(start - before..end + after)
}

/// How long the rest of the word is, if that may be an ending.
fn ending(rest: &str) -> Option<usize> {
    let mut letters = rest.chars().take(MAX_ENDING_CHARS);
    let length = letters
        .by_ref()
        .take_while(|c| c.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    rest[length..].starts_with(' ').then_some(length)
}

fn left(tokens: &str) -> Left {
    let is_long = || tokens.chars().filter(|c| *c != ' ').count() >= MIN_ATTACHED_CHARS;
    match tokens.chars().next() {
        Some('א'..='ת') if is_long() => Left::Hebrew,
        Some('\u{621}'..='\u{64a}') if is_long() => Left::Arabic,
        Some(c) if is_run(text::script(c)) => Left::Run,
        _ => Left::Closed,
    }
}

fn right(tokens: &str) -> Right {
    let last = tokens.rsplit(' ').next().unwrap_or_default();
    match last_script(last) {
        Script::Hangul if last.chars().count() >= MIN_OPEN_SYLLABLES => Right::Open,
        script if is_run(script) => Right::Run,
        _ => Right::Closed,
    }
}

const fn is_run(script: Script) -> bool {
    matches!(script, Script::Ideograph | Script::Katakana | Script::Thai)
}

fn last_script(token: &str) -> Script {
    let base = token.chars().rev().find(|c| !text::is_mark(*c));
    base.map_or(Script::Other, text::script)
}

/// Whether the tokens end in a script that writes no spaces.
fn runs_on(tokens: &str) -> bool {
    is_run(last_script(tokens))
}

/// Whether the text is cut at `at` in the middle of what its script writes as one: a word of
/// katakana, a letter with its marks, a syllable of Thai or Lao whose vowel stands before or
/// behind its consonant, two stacked consonants.
fn cuts(canonical: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (
        canonical[..at].chars().next_back(),
        canonical[at..].chars().next(),
    ) else {
        return false;
    };
    let katakana =
        text::script(before) == Script::Katakana && text::script(after) == Script::Katakana;
    let leading_vowel = matches!(before, '\u{e40}'..='\u{e44}' | '\u{ec0}'..='\u{ec4}');
    let trailing_vowel = matches!(
        after,
        '\u{e30}' | '\u{e32}' | '\u{e45}' | '\u{eb0}' | '\u{eb2}'
    );
    // Khmer and Burmese stack the next consonant under this one.
    let stacks = matches!(before, '\u{17d2}' | '\u{1039}');
    katakana || text::is_mark(after) || leading_vowel || trailing_vowel || stacks
}
