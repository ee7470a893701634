//! What strangers write, made safe to stand on one line of a mail, a terminal or a log.

use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;

/// The longest label.
pub(in crate::notify) const MAX_LABEL_CHARS: usize = 63;

/// `text` without anything that acts instead of being read.
///
/// Control characters (C0, DEL, C1: escape sequences start with ESC or U+009B) and line separators
/// become a space each. Bidirectional embeddings, overrides and isolates are dropped: they make
/// text, and above all links, read as something else (Trojan Source, CVE-2021-42574). The plain
/// marks U+200E, U+200F and U+061C stay: Hebrew and Arabic need them.
pub(in crate::notify) fn line(text: &str) -> String {
    text.chars().filter_map(character).collect()
}

fn character(character: char) -> Option<char> {
    match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        other if other.is_control() => Some(' '),
        other => Some(other),
    }
}

/// [`line`] with every run of white space as one space: for headers.
pub(in crate::notify) fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for word in line(text).split_whitespace() {
        if !squeezed.is_empty() {
            squeezed.push(' ');
        }
        squeezed.push_str(word);
    }
    squeezed
}

/// At most `max` characters of `text`, the last one an ellipsis where it was cut; never within what
/// people see as one character (a grapheme cluster, UAX #29).
pub(in crate::notify) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut room = max.saturating_sub(1);
    let kept: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            let left = room.checked_sub(grapheme.chars().count());
            room = left.unwrap_or(0);
            left.is_some()
        })
        .collect();
    format!("{}…", kept.trim_end())
}

/// `text` in lower-case ASCII that may stand in a domain label: letters, digits and hyphens as
/// they are, any other byte in hexadecimal, cut at the 63 characters of RFC 1035 §2.3.4.
pub(in crate::notify) fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => label.push(char::from(byte)),
            b'A'..=b'Z' => label.push(char::from(byte.to_ascii_lowercase())),
            b'_' | b' ' | b'.' => label.push('-'),
            _ => write!(label, "{byte:02x}").expect("a String takes every write"),
        }
    }
    label.truncate(MAX_LABEL_CHARS);
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_is_left() {
        let hostile = "a\u{1b}[31mred\u{9b}0m\r\nBcc: x\u{7f}\0\u{2028}b\u{202e}gpj\u{2066}";
        assert_eq!(line(hostile), "a [31mred 0m  Bcc: x   bgpj");
        assert!(
            line(&(0u8..=255).map(char::from).collect::<String>())
                .chars()
                .all(|character| !character.is_control())
        );
    }

    #[test]
    fn marks_that_scripts_need_stay() {
        for text in [
            "小泉　進次郎",
            "Shinjiro\u{304}",
            "שלום\u{200f}!",
            "👩\u{200d}🚀",
        ] {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn white_space_is_squeezed() {
        assert_eq!(squeezed(" a\t\tb\r\n\u{3000}c "), "a b c");
    }

    #[test]
    fn cuts_by_character_at_the_bound() {
        assert_eq!(cut("小泉進次郎", 5), "小泉進次郎");
        assert_eq!(cut("小泉進次郎", 4), "小泉進…");
        assert_eq!(cut("ab cd", 4), "ab…");
        assert_eq!(cut("ab", 0), "…");
        // A family is one character to people and seven to Unicode.
        let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
        let two = family.repeat(2);
        assert_eq!(cut(&two, 14), two);
        assert_eq!(cut(&two, 13), format!("{family}…"));
        assert_eq!(cut(&two, 8), format!("{family}…"));
        assert_eq!(cut(&two, 7), "…");
    }

    #[test]
    fn labels_are_ascii_and_differ() {
        assert_eq!(label("US_Navy 7"), "us-navy-7");
        assert_eq!(label("自衛"), "e887aae8a19b");
        assert_eq!(label(&"a".repeat(63)).len(), 63);
        assert_eq!(label(&"衛".repeat(64)).len(), 63);
    }
}
