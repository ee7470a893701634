//! Pieces of text that stay borrowed for as long as they can: trimmed, cut, and without the
//! characters that XML forbids.

use std::borrow::Cow;

use memchr::memchr;

use crate::parse::guard;

/// `text` without white space around it.
pub(super) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// `text` cut to at most `limit` bytes at a character boundary.
pub(super) fn cut(text: Cow<'_, str>, limit: usize) -> Cow<'_, str> {
    match text {
        text if text.len() <= limit => text,
        Cow::Borrowed(text) => Cow::Borrowed(guard::cut(text, limit)),
        Cow::Owned(mut text) => {
            text.truncate(text.floor_char_boundary(limit));
            Cow::Owned(text)
        }
    }
}

/// `text` without the characters that XML forbids, and whether there were any. The end of a page is
/// a space, as it is in HTML, and so is the end of a line that word processors write (U+000B).
pub(super) fn allowed(text: Cow<'_, str>) -> (Cow<'_, str>, bool) {
    if !contains_forbidden(&text) {
        return (text, false);
    }
    let kept = text.chars().filter_map(|c| match c {
        '\u{B}' | '\u{C}' => Some(' '),
        _ => Some(c).filter(|c| !is_forbidden(*c)),
    });
    (Cow::Owned(kept.collect()), true)
}

fn contains_forbidden(text: &str) -> bool {
    // Without a branch in the loop, so that it is vectorised. U+FFFE and U+FFFF begin with EF.
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    text.bytes().fold(false, |any, byte| any | is_control(byte))
        || (memchr(0xEF, text.as_bytes()).is_some() && text.contains(is_forbidden))
}

/// Whether XML 1.0 §2.2 forbids a character.
const fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_go() {
        let text = "a\0b\u{1F}c\td\u{FFFE}e\u{FF01}\u{FFFF}";
        assert_eq!(allowed(text.into()), ("abc\tde\u{FF01}".into(), true));
        assert_eq!(allowed("one\u{C}two\u{B}three".into()).0, "one two three");
        assert_eq!(
            allowed("\u{FF01}\r\n".into()),
            ("\u{FF01}\r\n".into(), false)
        );
    }

    #[test]
    fn a_cut_never_splits_a_character() {
        for (limit, expected) in [(3, "小"), (5, "小"), (6, "小泉"), (99, "小泉")] {
            assert_eq!(cut("小泉".into(), limit), expected);
            assert_eq!(cut("小泉".to_owned().into(), limit), expected);
        }
    }

    #[test]
    fn trims_what_is_borrowed_and_what_is_not() {
        assert!(matches!(trimmed(" a\u{a0}".into()), Cow::Borrowed("a")));
        assert_eq!(trimmed(" a ".to_owned().into()), "a");
    }
}
