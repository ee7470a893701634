//! Text that was decoded as windows-1252 although it was UTF-8.

use std::{borrow::Cow, str::from_utf8};

use encoding_rs::WINDOWS_1252;
use memchr::memchr;

/// Repairs text whose UTF-8 bytes were read as windows-1252 or ISO 8859-1: `ShinjirÅ\u{8d}` is
/// `Shinjirō`.
///
/// Judges each run of non-ASCII characters as a whole: all of them must stand for one byte, the
/// bytes must be UTF-8, and there must be evidence, since some honest text would pass that test
/// too: `« café »` with no-break spaces would become `« caf頻`, `„Spaß“` `„Spaߓ`. Evidence is a C1
/// control, which nobody writes; two characters or more outside Latin; one beyond U+FFFF; or a
/// result that is all accented Latin and typographic punctuation and so what such accidents make
/// of Western text. Call it before white space is touched: `à` becomes `Ã` and a no-break space.
pub fn undo_double_encoding(text: &str) -> Cow<'_, str> {
    if memchr(LEAD, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut repaired = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find(is_lead).map(|offset| at + offset) {
        let (end, bytes) = run(text, start);
        at = end;
        let honest_start = text[..start]
            .chars()
            .next_back()
            .is_none_or(|c| byte(c).is_none());
        if let Some(original) = decode(&bytes).filter(|_| honest_start)
            && is_evident(original, &text[..start], &text[start..end], &text[end..])
        {
            repaired.push_str(&text[done..start]);
            repaired.push_str(original);
            done = end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(&text[done..]);
    Cow::Owned(repaired)
}

/// The first byte of every [`is_lead`].
const LEAD: u8 = 0xc3;

/// Whether the character stands for a byte that begins a character in UTF-8.
const fn is_lead(c: char) -> bool {
    matches!(c, '\u{c2}'..='\u{f4}') // two bytes, of which the first is LEAD
}

/// The non-ASCII characters from `start` on that stand for bytes: where they end, and the bytes.
fn run(text: &str, start: usize) -> (usize, Vec<u8>) {
    let mut end = start;
    let mut bytes = Vec::new();
    for c in text[start..].chars() {
        let Some(byte) = byte(c) else { break };
        bytes.push(byte);
        end += c.len_utf8();
    }
    (end, bytes)
}

fn byte(c: char) -> Option<u8> {
    match c {
        '\u{80}'..='\u{ff}' => u8::try_from(c).ok(),
        '\u{152}'..='\u{2122}' => {
            let mut buffer = [0; 4];
            let (bytes, _, unmappable) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
            bytes.first().copied().filter(|_| !unmappable)
        }
        _ => None,
    }
}

fn decode(bytes: &[u8]) -> Option<&str> {
    from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(|c| matches!(c, '\u{80}'..='\u{9f}')))
}

fn is_evident(original: &str, before: &str, written: &str, after: &str) -> bool {
    let has_control = written.contains(|c| matches!(c, '\u{80}'..='\u{9f}'));
    let western = |c| matches!(c, '\u{a0}'..='\u{17f}' | '\u{2010}'..='\u{2044}' | '€' | '™');
    if has_control || original.contains(|c| c > '\u{ffff}') {
        return true;
    }
    if original.chars().all(western) {
        return !is_quoted_capital(before, written, after);
    }
    original.chars().filter(|c| !western(*c)).count() >= 2
}

/// `PÄIVÄ”`: a capital and the quotation mark that ends its word, not two bytes of one letter.
fn is_quoted_capital(before: &str, written: &str, after: &str) -> bool {
    let mut chars = written.chars().skip(1);
    before.ends_with(char::is_uppercase)
        && chars
            .next()
            .is_some_and(|c| matches!(c, '\u{2013}'..='\u{203a}' | '«' | '»'))
        && chars.next().is_none()
        && !after.starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each byte of the text as windows-1252 shows it.
    fn doubled(text: &str) -> String {
        WINDOWS_1252
            .decode_without_bom_handling(text.as_bytes())
            .0
            .into_owned()
    }

    #[test]
    fn repairs() {
        for text in [
            "Shinjirō Koizumi",
            "the minister’s — “visit”",
            "François, São Paulo, voilà encore",
            "小泉進次郎氏",
            "Владимир Путин",
            "안녕하세요",
            "Łódź",
            "launch 🚀!",
            "CÔTE",
        ] {
            let broken = doubled(text);
            assert_eq!(undo_double_encoding(&broken), text);
        }
        assert_eq!(undo_double_encoding("Shinjir\u{c5}\u{8d}"), "Shinjirō");
        assert_eq!(undo_double_encoding("\u{e2}\u{80}\u{99}"), "’");
    }

    #[test]
    fn honest_text_stays() {
        for text in [
            "",
            "plain",
            "Shinjirō",
            "« café\u{a0}» fermé",
            "„Spaß“",
            "„MENÜ“ und ”PÄIVÄ”",
            "ÀÉÎ ÄÖÜ",
            "5 °C, 20 £, ½",
            "É”",
            "小泉進次郎’s",
            "Ã",
        ] {
            assert!(
                matches!(undo_double_encoding(text), Cow::Borrowed(same) if same == text),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_run_that_is_only_partly_double_stays_whole() {
        assert_eq!(undo_double_encoding("Ã©é"), "Ã©é");
        assert_eq!(undo_double_encoding("éÃ©"), "éÃ©");
        assert_eq!(undo_double_encoding("Ã©e é Ã©"), "ée é é");
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), latin in "[\u{80}-\u{ff}’“”€a-b]{0,40}") {
            undo_double_encoding(&text);
            undo_double_encoding(&latin);
        }

        #[test]
        fn cyrillic_comes_back(text in "[а-яА-Я]{2,12}( [а-я]{2,12}){0,3}") {
            let broken = doubled(&text);
            prop_assert_eq!(undo_double_encoding(&broken), text);
        }
    }

    #[test]
    fn linear_in_long_runs() {
        for run in ["Ã", "Ã©", "é", "â€"] {
            let text = run.repeat(500_000);
            undo_double_encoding(&text);
        }
    }
}
