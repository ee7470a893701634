//! Pieces of text that stay borrowed for as long as they can: trimmed, cut, without the characters
//! that XML forbids, and names of people without the addresses and brackets around them.

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

/// The names in an author's field, without the e-mail addresses before, behind or
/// between them: `editor@example.org (Jane Roe)`, `Jane Roe <jane@example.org>`. The text as it is
/// where there is no address, the address where there is no name.
pub(super) fn person_name(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut names: Vec<&str> = Vec::new();
    let mut address = None;
    let mut rest = text.as_ref();
    while let Some((before, found, behind)) = split(rest) {
        names.push(bare(before));
        address = address.or(Some(found));
        rest = behind;
    }
    let Some(address) = address else {
        return match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
    };
    names.push(bare(rest));
    names.retain(|name| !name.is_empty());
    Cow::Owned(match names.as_slice() {
        [] => address.trim_start_matches("mailto:").to_owned(),
        names => names.join(", "),
    })
}

/// Whether this is no name but an address.
pub(super) fn is_address(text: &str) -> bool {
    split(text).is_some_and(|(before, _, behind)| before.is_empty() && behind.is_empty())
}

/// The text around its first address.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let is_part =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '@' | ':');
    for (at, _) in text.match_indices('@') {
        let start = text[..at].trim_end_matches(is_part).len();
        let end = text.len() - text[at..].trim_start_matches(is_part).len();
        // `@` in a name: a Twitter handle, not an address.
        if start < at && end > at + 1 {
            return Some((&text[..start], &text[start..end], &text[end..]));
        }
    }
    None
}

/// `text` without the brackets and separators that were around an address.
fn bare(text: &str) -> &str {
    /// Brackets in brackets, with something between them.
    const MAX_NESTED: usize = 4;
    let is_separator = |c: char| {
        c.is_whitespace()
            || matches!(c, '<' | '>' | '[' | ']' | ',' | ';' | '-' | '"')
            || matches!(c, '，' | '「' | '」')
    };
    let mut bare = text.trim_matches(is_separator);
    // A bracket that has no partner here was around the address.
    for _ in 0..MAX_NESTED {
        let opened = bare.matches(['(', '（']).count();
        let closed = bare.matches([')', '）']).count();
        let cut = if bare.ends_with(['(', '（'])
            || (opened > closed && bare.starts_with(['(', '（']))
        {
            bare.trim_matches(['(', '（'])
        } else if bare.starts_with([')', '）']) || (closed > opened && bare.ends_with([')', '）']))
        {
            bare.trim_matches([')', '）'])
        } else if is_enclosed(bare) {
            bare.trim_start_matches(['(', '（'])
                .trim_end_matches([')', '）'])
        } else {
            break;
        };
        bare = cut.trim_matches(is_separator);
    }
    bare
}

/// Whether one pair of brackets is around all of it.
fn is_enclosed(text: &str) -> bool {
    let inside = text
        .strip_prefix(['(', '（'])
        .and_then(|rest| rest.strip_suffix([')', '）']));
    inside.is_some_and(|inside| !inside.contains(['(', '（']))
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

    #[test]
    fn separates_the_name_from_the_address() {
        let cases = [
            ("Jane Roe", "Jane Roe"),
            (" editor@example.org (Jane Roe) ", "Jane Roe"),
            ("Jane Roe <jane@example.org>", "Jane Roe"),
            ("mailto:jane@example.org", "jane@example.org"),
            ("editor@example.jp （編集部）", "編集部"),
            ("Shinjirō (a@b.co)", "Shinjirō"),
            ("小泉進次郎 a@b.co", "小泉進次郎"),
            ("a@b.co ，王", "王"),
            ("（小泉） a@b.co", "小泉"),
            ("@handle", "@handle"),
            ("Jane @ Work", "Jane @ Work"),
            ("Jane Roe (AP) <jane@example.org>", "Jane Roe (AP)"),
            ("Jane Roe <jane@example.org> (Reuters)", "Jane Roe, Reuters"),
            (
                "jane@example.org (Jane Roe), john@example.org (John Doe)",
                "Jane Roe, John Doe",
            ),
            ("@handle, Jane Roe <jane@example.org>", "@handle, Jane Roe"),
            ("a@example.org, b@example.org", "a@example.org"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(person_name(text.into()), expected, "{text}");
        }
    }
}
