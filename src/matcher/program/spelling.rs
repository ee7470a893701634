//! Spellings of a term that differ by more than folding.
//!
//! Each is a pattern of its own, in canonical form: more spellings cost memory, not time.

use super::spacing::{
    initials, joined, respaced, signs_apart, with_long_marks, with_plain_digits, written_as_one,
};
use crate::text::{self, Script};

/// Canonical forms that mean the same as `body`, whose own canonical form is given; they may
/// repeat each other.
///
/// * hyphens, apostrophes and dots between letters left out: `F-35` is `F35`, `Ph.D.` is `PhD`
/// * letters and digits apart: `F35` is `F-35`; raised digits as plain ones: `m²` is `m2`
/// * initials with and without a space: `J.K. Rowling` is `J. K. Rowling`
/// * a name of two words in Japanese or Chinese with a space, a dot or nothing between them
/// * Korean and Persian words written as one
/// * the long mark of katakana typed as a dash: `ミュラ―` is `ミュラー`
/// * umlauts spelled out: `Müller` is `Mueller`, `Đoković` is `Djokovic`
/// * the Arabic article behind "to": `السعودية` is in `للسعودية`
/// * Armenian և, in capitals of the new spelling: `Երևան` is `ԵՐԵՎԱՆ`
pub(super) fn variants(body: &str, canonical: &str) -> Vec<String> {
    let mut variants = Vec::new();
    let mut add = |written: Option<String>| {
        variants.extend(written.map(|written| text::fold(&written)));
    };
    add(joined(body));
    add(initials(body, ""));
    add(initials(body, " "));
    if !body.is_ascii() {
        add(with_plain_digits(body));
        add(with_long_marks(body));
        add(signs_apart(body));
        add(respaced(body, ""));
        add(respaced(body, "・"));
        add(Some(spell_out(body)));
        add(written_as_one(canonical));
        add(behind_to(canonical));
        add(armenian_yev(canonical));
    }
    variants.extend(digits_apart(canonical));
    variants.retain(|variant| variant != canonical);
    variants
}

/// An acronym without the dot between its parts: `BRK.B` is `BRKB`.
pub(in crate::matcher) fn acronym(body: &str, canonical: &str) -> Option<String> {
    let written = text::fold(&joined(body)?);
    (written != canonical).then_some(written)
}

/// One token of letters and digits, taken apart where they first meet.
fn digits_apart(canonical: &str) -> Option<String> {
    let token = canonical.trim_matches(' ');
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let is_digit: Vec<bool> = token.bytes().map(|byte| byte.is_ascii_digit()).collect();
    let meet = is_digit.windows(2).position(|two| two[0] != two[1])? + 1;
    Some(format!(" {} {} ", &token[..meet], &token[meet..]))
}

/// How few letters behind the article make a word: most shorter ones begin with `ال` by chance.
const MIN_LETTERS_BEHIND_ARTICLE: usize = 3;

/// Arabic writes `ل` and the article as `لل`, without the article's alef.
fn behind_to(canonical: &str) -> Option<String> {
    let rest = canonical.trim_matches(' ').strip_prefix("ال")?;
    let first = rest.split(' ').next().unwrap_or_default();
    (first.chars().count() >= MIN_LETTERS_BEHIND_ARTICLE).then(|| format!("لل{rest}"))
}

/// The ligature և is եւ to Unicode and in the old spelling; capitals of the new one are ԵՎ.
fn armenian_yev(canonical: &str) -> Option<String> {
    if canonical.contains("եւ") {
        Some(canonical.replace("եւ", "եվ"))
    } else {
        canonical
            .contains("եվ")
            .then(|| canonical.replace("եվ", "եւ"))
    }
}

/// Spells out letters as those without the keys do: Müller as Mueller, Đoković as Djokovic.
pub(super) fn spell_out(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let tail = match c {
            'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | 'ø' | 'Ø' => "e",
            'å' | 'Å' => "a",
            'đ' | 'Đ' => "j",
            'a' | 'o' | 'u' | 'A' | 'O' | 'U' if chars.next_if_eq(&'\u{308}').is_some() => "e",
            'a' | 'A' if chars.next_if_eq(&'\u{30a}').is_some() => "a",
            _ => "",
        };
        spelled.push(c);
        spelled.push_str(tail);
    }
    spelled
}

/// What folding leaves of the letters that are spelled out in a canonical form; `None` where
/// there are none. `ue` behind a, e or q is never one.
pub(super) fn without_spelled_umlauts(canonical: &str) -> Option<String> {
    let spelled = [b"ae", b"oe", b"ue", b"aa", b"dj"];
    if !canonical
        .as_bytes()
        .windows(2)
        .any(|two| spelled.iter().any(|pair| *pair == two))
    {
        return None;
    }
    let mut short = String::with_capacity(canonical.len());
    let mut chars = canonical.chars().peekable();
    while let Some(c) = chars.next() {
        let blocked = c == 'u' && short.ends_with(['a', 'e', 'q']);
        short.push(c);
        match c {
            'a' | 'o' | 'u' if !blocked => {
                chars.next_if(|next| *next == 'e' || (c == 'a' && *next == 'a'));
            }
            'd' => {
                chars.next_if_eq(&'j');
            }
            _ => {}
        }
    }
    let is_latin = |c| text::script(c) == Script::Spaced;
    (short.len() < canonical.len() && short.contains(is_latin)).then_some(short)
}
