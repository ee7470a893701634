//! Spellings of a term that differ by more than folding.

use crate::text::{self, Script};

/// Canonical forms that mean the same as `body`, whose own canonical form is given: hyphens and
/// apostrophes left out (`F-35` is `F35`), letters and digits apart (`F35` is `F-35`), umlauts
/// spelled out (`Müller` is `Mueller`).
pub(super) fn variants(body: &str, canonical: &str) -> Vec<String> {
    let mut variants = Vec::new();
    if body.contains(is_joiner) {
        variants.push(text::fold(&joined(body)));
    }
    if !body.is_ascii() {
        variants.push(text::fold(&spell_out(body)));
    }
    variants.extend(digits_apart(canonical));
    variants.retain(|variant| variant != canonical);
    variants
}

/// Leaves out what joins two letters or digits.
fn joined(body: &str) -> String {
    let mut before = None;
    let mut chars = body.chars().peekable();
    let mut joined = String::with_capacity(body.len());
    while let Some(c) = chars.next() {
        let inside = before.is_some_and(char::is_alphanumeric)
            && chars.peek().is_some_and(|next| next.is_alphanumeric());
        if !(inside && is_joiner(c)) {
            joined.push(c);
        }
        before = Some(c);
    }
    joined
}

/// Hyphens, apostrophes and the dot between two katakana words.
const fn is_joiner(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}' | '\u{2011}' | '\'' | '’' | '‘' | '`' | 'ʼ' | 'ʻ' | '・' | '゠'
    )
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

/// Umlauts as those without the keys write them.
pub(super) fn spell_out(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let tail = match c {
            'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü' | 'ø' | 'Ø' => "e",
            'å' | 'Å' => "a",
            'a' | 'o' | 'u' | 'A' | 'O' | 'U' if chars.next_if_eq(&'\u{308}').is_some() => "e",
            'a' | 'A' if chars.next_if_eq(&'\u{30a}').is_some() => "a",
            _ => "",
        };
        spelled.push(c);
        spelled.push_str(tail);
    }
    spelled
}

/// What folding leaves of the umlauts that are spelled out in a canonical form; `None` where
/// there are none. `ue` behind a, e or q is never one.
pub(super) fn without_spelled_umlauts(canonical: &str) -> Option<String> {
    let spelled = [b"ae", b"oe", b"ue", b"aa"];
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
            _ => {}
        }
    }
    let is_latin = |c| text::script(c) == Script::Spaced;
    (short.len() < canonical.len() && short.contains(is_latin)).then_some(short)
}
