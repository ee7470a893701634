//! What is left of a character where a text was cut by bytes: excerpts, fields of fixed length.
//!
//! Such a rest is left out of the text; a letter of an old encoding, which begins with the same
//! byte, stays. The text around it decides.

use memchr::memchr;

/// Whether `bad`, bytes between two pieces of a text that are no UTF-8, is the beginning of a
/// character whose rest was cut off. Else it is an old encoding's: `caf\xE9`.
///
/// The first bytes of three for `é` in windows-1252 and for many ideographs are the same. So the
/// text around them decides: a text is cut off where nothing of it follows, and accented letters
/// follow Latin ones.
pub(super) fn is_rest(before: &str, bad: &[u8], behind: &str) -> bool {
    /// How far back the script is looked for.
    const LOOK_BACK: usize = 40;
    let (lead, more) = match bad {
        [lead @ 0xC2..=0xF4, more @ ..] => (*lead, more),
        _ => return false,
    };
    // `’`, `“`, `—`, `…`, `€`: in windows-1252 `â€`, which nobody writes.
    if lead == 0xE2 && matches!(more, [0x80..=0x84]) {
        return true;
    }
    let last = before
        .chars()
        .rev()
        .take(LOOK_BACK)
        .find(|c| c.is_alphabetic());
    if last.is_some_and(|c| !is_latin(c)) {
        return true;
    }
    let goes_on = behind.chars().find(|c| !c.is_whitespace());
    if goes_on.is_some_and(char::is_alphanumeric) {
        return false;
    }
    // `café` and `fiancé”` are words, `Shinjirâ` and `ShinjirÅ` are not.
    let is_lower = lead >= 0xE0 && lead != 0xE2;
    let is_quoted = more.is_empty() || matches!(more, [0x91..=0x94 | 0xBB]);
    !(is_lower && is_quoted && before.ends_with(char::is_alphabetic))
}

fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// `text` without U+FFFD where nothing of the text follows it: what a decoder made of a character
/// that was cut off.
pub(super) fn without_rests(text: String) -> String {
    const REST: char = char::REPLACEMENT_CHARACTER;
    if memchr(0xEF, text.as_bytes()).is_none() || !text.contains(REST) {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    let mut pieces = text.split(REST).peekable();
    while let Some(piece) = pieces.next() {
        kept.push_str(piece);
        // A run of them is one place; the next piece that is not empty is what follows.
        let Some(behind) = pieces.peek() else { break };
        let goes_on = behind.chars().find(|c| !c.is_whitespace());
        if goes_on.is_some_and(char::is_alphanumeric) {
            kept.push(REST);
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_character_is_distinguished_from_an_old_letter() {
        for (before, bad, behind) in [
            ("会談した小", &b"\xE6\xB3"[..], "..."),
            ("会談した小", b"\xE6", "</p>"),
            ("в Токи", b"\xD0", "…"),
            ("김정", b"\xEC\x9D", ""),
            ("Hegseth", b"\xE2\x80", "..."),
            ("Hegseth", b"\xE2", "..."),
            ("Hegseth said ", b"\xE2\x80", " […]"),
            ("Shinjir", b"\xC5", "…"),
            ("voil", b"\xC3", "..."),
            ("launch ", b"\xF0\x9F\x9A", "</a>"),
        ] {
            assert!(is_rest(before, bad, behind), "{before} {bad:x?} {behind}");
        }
        for (before, bad, behind) in [
            ("caf", &b"\xE9"[..], "</p>"),
            ("fianc", b"\xE9\x94", " said"),
            ("fianc", b"\xE9\x94", ""),
            ("il va ", b"\xE0", " Paris"),
            ("l", b"\xEA", "ve"),
            ("It", b"\x92", "s"),
            ("", b"\xC9", "douard"),
            ("\u{300}", b"\xA0", "..."),
        ] {
            assert!(!is_rest(before, bad, behind), "{before} {bad:x?} {behind}");
        }
    }

    #[test]
    fn replacement_characters_at_an_end_go() {
        for (text, kept) in [
            ("小泉\u{FFFD}", "小泉"),
            ("小泉\u{FFFD}\u{FFFD}...", "小泉..."),
            ("小泉\u{FFFD} […]", "小泉 […]"),
            ("小泉\u{FFFD}氏", "小泉\u{FFFD}氏"),
            ("It\u{FFFD}s cut \u{FFFD}", "It\u{FFFD}s cut"),
            ("plain", "plain"),
        ] {
            assert_eq!(without_rests(text.to_owned()), kept);
        }
    }
}
