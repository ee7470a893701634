//! What may be next to a hit, so that it is a whole word.
//!
//! A word boundary is a space, so it is part of the pattern. Where a script writes no spaces the
//! pattern ends without one, and the text beside the hit decides here. Looks only at the place that
//! was found and the word around it.

use std::ops::Range;

use crate::text::{self, Script};

/// What may be before a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::matcher) enum LeftBoundary {
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

/// What may be after a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::matcher) enum RightBoundary {
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

/// How many letters a case or number may add to a word.
const MAX_ENDING_CHARS: usize = 3;

/// The tokens of a place where the text of a pattern with these ends was found, if what is
/// around it lets it count. Looks at a bounded part of the text, the rest of a word aside, which
/// no later hit of the pattern looks at again.
pub(in crate::matcher) fn hit(
    (left, right): (LeftBoundary, RightBoundary),
    canonical: &str,
    found: Range<usize>,
) -> Option<Range<usize>> {
    let start = found.start + usize::from(left == LeftBoundary::Closed);
    let end = found.end - usize::from(right == RightBoundary::Closed);
    let holds_left = match left {
        LeftBoundary::Closed | LeftBoundary::Rest => true,
        LeftBoundary::Run => !cuts(canonical, start),
        LeftBoundary::Arabic => is_attached(&canonical[..start], &ARABIC),
        LeftBoundary::Hebrew => is_attached(&canonical[..start], &HEBREW),
    };
    let holds_right = match right {
        RightBoundary::Closed | RightBoundary::Open | RightBoundary::Rest => true,
        RightBoundary::Run => !cuts(canonical, end),
        RightBoundary::Ending => ending(&canonical[end..]).is_some(),
    };
    if !holds_left || !holds_right {
        return None;
    }
    let tokens = &canonical[start..end];
    let before = if left == LeftBoundary::Rest && !tokens.starts_with(|c| is_run(text::script(c))) {
        canonical[..start].len() - canonical[..start].rfind(' ').map_or(0, |space| space + 1)
    } else {
        0
    };
    let after = match right {
        RightBoundary::Rest if !runs_on(tokens) => canonical[end..].find(' ').unwrap_or(0),
        RightBoundary::Ending => ending(&canonical[end..]).unwrap_or(0),
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

/// What may be before the tokens of a term.
pub(in crate::matcher) fn left(tokens: &str) -> LeftBoundary {
    let is_long = || tokens.chars().filter(|c| *c != ' ').count() >= MIN_ATTACHED_CHARS;
    match tokens.chars().next() {
        Some('א'..='ת') if is_long() => LeftBoundary::Hebrew,
        Some('\u{621}'..='\u{64a}') if is_long() => LeftBoundary::Arabic,
        Some(c) if is_run(text::script(c)) => LeftBoundary::Run,
        _ => LeftBoundary::Closed,
    }
}

/// What may be after the tokens of a term.
pub(in crate::matcher) fn right(tokens: &str) -> RightBoundary {
    let last = tokens.rsplit(' ').next().unwrap_or_default();
    match last_script(last) {
        Script::Hangul if last.chars().count() >= MIN_OPEN_SYLLABLES => RightBoundary::Open,
        script if is_run(script) => RightBoundary::Run,
        _ => RightBoundary::Closed,
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
pub(super) fn runs_on(tokens: &str) -> bool {
    is_run(last_script(tokens))
}

/// Whether the text is cut at `at` in the middle of what its script writes as one: a word of
/// katakana, a letter with its marks, a syllable of Thai or Lao whose vowel is written before or
/// after its consonant, two stacked consonants.
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

/// Particles that Arabic writes as one with the next word: and, so, in, for, as, the.
const ARABIC: [&str; 23] = [
    "و", "ف", "ب", "ل", "ك", "ال", "لل", "وال", "فال", "بال", "كال", "ولل", "فلل", "وبال", "وكال",
    "فبال", "فكال", "وب", "ول", "وك", "فب", "فل", "فك",
];

/// The same in Hebrew: and, the, in, to, from, that, as.
const HEBREW: [&str; 33] = [
    "ו", "ה", "ב", "ל", "מ", "ש", "כ", "וה", "וב", "ול", "ומ", "וש", "וכ", "שה", "שב", "של", "שמ",
    "מה", "כש", "כשה", "לכש", "וכש", "ומה", "ושה", "ושב", "ושל", "ושמ", "וכשה", "כשב", "כשל",
    "כשמ", "מש", "שכ",
];

/// Whether the text ends where a word may begin: at a space, with or without a particle behind it.
fn is_attached(before: &str, particles: &[&str]) -> bool {
    before.ends_with(' ')
        || particles.iter().any(|particle| {
            before
                .strip_suffix(particle)
                .is_some_and(|rest| rest.ends_with(' '))
        })
}
