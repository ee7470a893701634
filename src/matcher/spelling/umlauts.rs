//! Letters that those without the keys spell out: Müller as Mueller, Đoković as Djokovic.

use crate::text::{self, Script};

/// Spells them out.
pub(in crate::matcher) fn spell_out(text: &str) -> String {
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
pub(in crate::matcher) fn without_spelled_umlauts(canonical: &str) -> Option<String> {
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
