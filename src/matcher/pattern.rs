//! Terms to the substrings of canonical text that they are found by.
//!
//! A word boundary is a space, so it is part of the pattern. Where a script has none the pattern
//! ends without a space, and what stands next to the hit decides ([`Pattern::hit`]). Spellings
//! that differ by more than folding are patterns of their own: they cost nothing while searching.

use std::ops::Range;

use super::{
    query::{Kind, Term},
    spelling,
};
use crate::text::{self, Script};

/// One substring to search for, and what else must hold where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    /// In canonical form, with the space of each closed end.
    pub(super) text: String,
    left: Left,
    right: Right,
    pub(super) check: Check,
}

/// What may stand before a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Left {
    /// A space, which is part of the pattern.
    Closed,
    /// Anything that does not cut a word of katakana or a syllable of Thai.
    Run,
    /// A space, or one of the particles that are written as one with the word.
    Attached(&'static [&'static str]),
}

/// What may stand behind a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Right {
    /// A space, which is part of the pattern.
    Closed,
    /// Anything that does not cut a word of katakana or a syllable of Thai.
    Run,
    /// Anything: Korean particles.
    Open,
    /// Anything, and it belongs to the hit up to the end of the word.
    Rest,
}

/// What must hold in the source, since folding has dropped it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Check {
    /// Nothing.
    Folded,
    /// No lower-case letter.
    Capitals,
    /// The same exact form.
    Exact(String),
    /// The same canonical form once umlauts are spelled out: `Müller` for `Mueller`.
    SpelledOut(String),
}

impl Check {
    /// Whether the source of a hit passes.
    pub(super) fn holds(&self, source: &str) -> bool {
        match self {
            Self::Folded => true,
            Self::Capitals => !source.contains(char::is_lowercase),
            Self::Exact(form) => text::exact(source) == *form,
            Self::SpelledOut(form) => text::fold(&spelling::spell_out(source)) == *form,
        }
    }
}

/// Particles that Arabic writes as one with the next word: and, so, in, for, as, the.
const ARABIC: [&str; 21] = [
    "و", "ف", "ب", "ل", "ك", "ال", "لل", "وال", "فال", "بال", "كال", "ولل", "فلل", "وبال", "وكال",
    "وب", "ول", "وك", "فب", "فل", "فك",
];

/// The same in Hebrew: and, the, in, to, from, that, as.
const HEBREW: [&str; 22] = [
    "ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "וכ", "שה", "שב", "של", "שמ",
    "מה", "כש", "כשה", "לכש", "וכש",
];

/// How many letters a word needs before it is looked for behind a particle: most shorter ones
/// are the rest of another word.
const MIN_ATTACHED_CHARS: usize = 3;

/// How many syllables a Korean name needs before it is looked for before a particle.
const MIN_OPEN_SYLLABLES: usize = 2;

/// Every pattern of a term, each once; the plain one first.
pub(super) fn patterns(term: &Term) -> Vec<Pattern> {
    let canonical = term.canonical();
    let check = match term.kind {
        Kind::Exact => Check::Exact(text::exact(&term.body)),
        _ if term.is_capitals() => Check::Capitals,
        _ => Check::Folded,
    };
    let has_variants = term.kind == Kind::Whole && check == Check::Folded;
    let mut patterns = vec![Pattern::new(&canonical, term.kind, check)];
    if has_variants {
        for variant in spelling::variants(&term.body, &canonical) {
            patterns.push(Pattern::new(&variant, Kind::Whole, Check::Folded));
        }
        if let Some(variant) = spelling::without_spelled_umlauts(&canonical) {
            let check = Check::SpelledOut(canonical);
            patterns.push(Pattern::new(&variant, Kind::Whole, check));
        }
    }
    let mut seen = Vec::new();
    patterns.retain(|pattern| {
        let new = !seen.contains(pattern);
        if new {
            seen.push(pattern.clone());
        }
        new
    });
    patterns
}

impl Pattern {
    fn new(canonical: &str, kind: Kind, check: Check) -> Self {
        let tokens = canonical.trim_matches(' ');
        let left = left(tokens);
        let right = if kind == Kind::Prefix {
            Right::Rest
        } else {
            right(tokens)
        };
        let open = if left == Left::Closed { " " } else { "" };
        let close = if right == Right::Closed { " " } else { "" };
        Self {
            text: format!("{open}{tokens}{close}"),
            left,
            right,
            check,
        }
    }

    /// The tokens of a place where the pattern's text was found, if what stands around it lets
    /// it count. Looks at a bounded part of the text, a [`Right::Rest`] aside, which no later
    /// hit of the pattern looks at again.
    pub(super) fn hit(&self, canonical: &str, found: Range<usize>) -> Option<Range<usize>> {
        let start = found.start + usize::from(self.left == Left::Closed);
        let end = found.end - usize::from(self.right == Right::Closed);
        let holds_left = match self.left {
            Left::Closed => true,
            Left::Run => !cuts(canonical, start),
            Left::Attached(particles) => is_attached(&canonical[..start], particles),
        };
        let holds_right = match self.right {
            Right::Closed | Right::Open | Right::Rest => true,
            Right::Run => !cuts(canonical, end),
        };
        if !holds_left || !holds_right {
            return None;
        }
        let is_word = self.right == Right::Rest && runs_of_words(&canonical[start..end]);
        let rest = if is_word {
            canonical[end..].find(' ').unwrap_or(0)
        } else {
            0
        };
        Some(start..end + rest)
    }
}

fn left(tokens: &str) -> Left {
    let first = tokens.split(' ').next().unwrap_or_default();
    let is_long = first.chars().count() >= MIN_ATTACHED_CHARS;
    match first.chars().next() {
        Some('א'..='ת') if is_long => Left::Attached(&HEBREW),
        Some('\u{621}'..='\u{64a}') if is_long => Left::Attached(&ARABIC),
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

fn runs_of_words(tokens: &str) -> bool {
    !is_run(last_script(tokens))
}

/// Whether the text is cut at `at` in the middle of what its script writes as one: a word of
/// katakana, a letter with its marks, a syllable of Thai or Lao whose vowel stands before or
/// behind its consonant.
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
    katakana || text::is_mark(after) || leading_vowel || trailing_vowel
}

fn is_attached(before: &str, particles: &[&str]) -> bool {
    before.ends_with(' ')
        || particles.iter().any(|particle| {
            before
                .strip_suffix(particle)
                .is_some_and(|rest| rest.ends_with(' '))
        })
}
