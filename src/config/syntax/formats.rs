//! What to write in the place of words and lines that are plainly of another format.

use super::hints::{is_boolean, unquoted};
use crate::config::strings::{key, quoted};

/// What to write in the place of a bare word that is a truth value elsewhere.
pub(super) fn of_word(written: &str) -> Option<String> {
    let word = written.trim().to_lowercase();
    Some(match word.as_str() {
        "yes" | "on" => "write true".to_owned(),
        "no" | "off" => "write false".to_owned(),
        _ if is_boolean(&word) => format!("write {word}"),
        _ => return None,
    })
}

/// What to write in the place of the line that holds `at`, where its format is plain.
pub(super) fn of_line(text: &str, at: usize) -> Option<String> {
    let at = text.floor_char_boundary(at);
    let behind = &text[at..];
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line..].lines().next().unwrap_or_default().trim();
    if let Some(letter) = behind.chars().next().filter(|letter| is_unseen(*letter)) {
        let code = u32::from(letter);
        return Some(format!(
            "an invisible character is here (U+{code:04X}): delete it, or write a plain space"
        ));
    }
    if line.starts_with("http://") || line.starts_with("https://") {
        let url = line.split_whitespace().next().unwrap_or(line);
        return Some(format!("write [feed] and below it NAME = {}", quoted(url)));
    }
    if line.starts_with('<') {
        let help =
            "this looks like XML: `fivebells import FILE --write` takes the feeds of an OPML list";
        return Some(help.to_owned());
    }
    if let Some((name, value)) = line.split_once("=>").or_else(|| line.split_once(":=")) {
        let (name, value) = (key(unquoted(name)), value.trim());
        return Some(format!("write {name} = {value}"));
    }
    let is_value = text[..at].trim_end().ends_with(['=', ',', '[']);
    (is_value && behind.starts_with('(')).then(|| "write a list in [ and ]".to_owned())
}

/// Spaces that are none of TOML's, and letters without a width.
fn is_unseen(letter: char) -> bool {
    let is_space = letter.is_whitespace() && !letter.is_ascii();
    is_space
        || matches!(
            letter,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_another_format_is_known_by_what_it_holds() {
        for (text, at, expected) in [
            ("nhk\u{a0}= 'u'", 3, Some("(U+00A0)")),
            ("nhk = \u{200b}'u'", 6, Some("(U+200B)")),
            (
                "https://a.example/f \"news\"",
                5,
                Some("below it NAME = \"https://a.example/f\""),
            ),
            ("a = 1\n<?xml version='1.0'?>", 6, Some("import")),
            (
                "nhk => \"https://a.example/\"",
                5,
                Some("write nhk = \"https://a.example/\""),
            ),
            ("k = { any = (\"a\") }", 12, Some("write a list in [ and ]")),
            ("k = 'a'(", 7, None),
            ("k = 'a'", 0, None),
            ("", 0, None),
        ] {
            let help = of_line(text, at);
            let fits = match expected {
                Some(words) => help.as_ref().is_some_and(|help| help.contains(words)),
                None => help.is_none(),
            };
            assert!(fits, "{text}: {help:?}");
        }
        for (word, expected) in [
            ("True", "write true"),
            ("no", "write false"),
            ("ON", "write true"),
        ] {
            assert_eq!(of_word(word).as_deref(), Some(expected), "{word}");
        }
        assert_eq!(of_word("news"), None);
    }
}
