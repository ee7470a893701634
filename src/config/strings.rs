//! TOML strings: how one is written, and from a place in its value back to the place in the TOML that
//! wrote it.

use std::ops::Range;

/// A TOML string token taken apart again.
#[derive(Debug)]
pub(super) struct Written {
    /// Its value.
    value: String,
    /// For every byte of the value, and its end: the offset in the token.
    offsets: Vec<usize>,
}

/// Where the bytes `within` of the string `value` are in `token`, the string as it is written,
/// quotes included. `None` where the token cannot be read this way: point at all of it then.
pub(super) fn written_span(
    token: &str,
    value: &str,
    within: &Range<usize>,
) -> Option<Range<usize>> {
    let written = Written::read(token)?;
    if written.value != value {
        return None;
    }
    let start = *written.offsets.get(within.start)?;
    let end = *written.offsets.get(within.end)?;
    Some(start..end.max(start))
}

impl Written {
    fn read(token: &str) -> Option<Self> {
        let quote = ["'''", "\"\"\"", "'", "\""]
            .into_iter()
            .find(|quote| token.starts_with(quote))?;
        if token.len() < 2 * quote.len() || !token.ends_with(quote) {
            return None;
        }
        let mut body = quote.len()..token.len() - quote.len();
        if quote.len() == 3 {
            // A newline right after the opening quotes is not part of the value.
            body.start += newline(&token[body.clone()]);
        }
        let mut written = Self {
            value: String::new(),
            offsets: Vec::new(),
        };
        let escapes = quote.starts_with('"');
        let mut at = body.start;
        while at < body.end {
            let rest = &token[at..body.end];
            at += match rest.strip_prefix('\\') {
                Some(escape) if escapes => 1 + written.escape(escape, at)?,
                _ => written.push(rest.chars().next()?, at),
            };
        }
        written.offsets.push(body.end);
        Some(written)
    }

    /// Appends a character that is written at `at`; the number of bytes it has.
    fn push(&mut self, character: char, at: usize) -> usize {
        self.value.push(character);
        self.offsets
            .extend(std::iter::repeat_n(at, character.len_utf8()));
        character.len_utf8()
    }

    /// Reads what follows a backslash at `at`; the number of bytes it has.
    fn escape(&mut self, escape: &str, at: usize) -> Option<usize> {
        let letter = escape.chars().next()?;
        let character = match letter {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            '"' | '\\' => letter,
            'x' => return self.code_point(escape, 2, at),
            'u' => return self.code_point(escape, 4, at),
            'U' => return self.code_point(escape, 8, at),
            // At the end of a line it swallows the line's end and all space that follows.
            _ => {
                return Some(
                    escape.len() - escape.trim_start_matches([' ', '\t', '\r', '\n']).len(),
                );
            }
        };
        self.push(character, at);
        Some(1)
    }

    fn code_point(&mut self, escape: &str, digits: usize, at: usize) -> Option<usize> {
        let number = u32::from_str_radix(escape.get(1..=digits)?, 16).ok()?;
        self.push(char::from_u32(number)?, at);
        Some(1 + digits)
    }
}

/// Bytes of the newline that `text` begins with.
fn newline(text: &str) -> usize {
    match text.as_bytes() {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => 0,
    }
}

/// A string as TOML writes it.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A key as TOML writes it.
pub fn key(name: &str) -> String {
    let bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.chars().all(bare) {
        return name.to_owned();
    }
    quoted(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;

    /// The value and the token of `v = …`, as the TOML library sees them.
    fn parse(document: &str) -> (String, &str) {
        let table = DeTable::parse(document).expect("valid TOML").into_inner();
        let value = &table["v"];
        let token = &document[value.span()];
        let value = value.get_ref().as_str().expect("a string").to_owned();
        (value, token)
    }

    #[test]
    fn every_way_to_write_a_string() {
        for (document, find, written) in [
            ("v = 'a OR b'", "OR", "OR"),
            ("v = \"小泉 OR b\"", "OR", "OR"),
            ("v = \"a\\tOR b\"", "\t", "\\t"),
            ("v = \"\\u5C0F\\u6CC9 OR\"", "泉", "\\u6CC9"),
            ("v = \"\\\"a b\\\" OR\"", "a b", "a b"),
            ("v = \"\\x41\\e OR\"", "\u{1b}", "\\e"),
            ("v = '''\na\nOR b'''", "OR", "OR"),
            ("v = '''\r\na\r\nOR b'''", "OR", "OR"),
            ("v = \"\"\"\na \\\n   OR b\"\"\"", "OR", "OR"),
            ("v = \"\"\"a \"quoted\" OR\"\"\"", "OR", "OR"),
        ] {
            let (value, token) = parse(document);
            let start = value.find(find).expect("in the value");
            let span = written_span(token, &value, &(start..start + find.len()));
            assert_eq!(span.map(|span| &token[span]), Some(written), "{document}");
        }
    }

    #[test]
    fn the_end_is_before_the_closing_quote() {
        assert_eq!(written_span("'ab'", "ab", &(2..2)), Some(3..3));
        assert_eq!(written_span("''", "", &(0..0)), Some(1..1));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(written_span("'ab'", "ac", &(0..1)), None);
        assert_eq!(written_span("'ab'", "ab", &(0..9)), None);
        assert_eq!(written_span("ab", "ab", &(0..1)), None);
        assert_eq!(written_span("'", "", &(0..0)), None);
        assert_eq!(written_span("\"\\uZZZZ\"", "", &(0..0)), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_library(text in "(\\PC|[\\\\\"'\n\tuU0-9a-f小é]){0,40}") {
            let quoted = toml::Value::String(text.clone()).to_string();
            let document = format!("v = {quoted}");
            let (value, token) = parse(&document);
            prop_assert_eq!(&value, &text);
            prop_assert_eq!(written_span(token, &value, &(0..value.len())).is_some(), true);
        }
    }
}
