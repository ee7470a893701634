//! What templates mark in a text: the only markup that is made of texts, each part of it escaped.

use std::fmt::Write as _;

use minijinja::{HtmlEscape, State, Value};

/// A sentence of ours: what is to be typed stands between backquotes, and becomes `<code>`.
pub(super) fn coded(sentence: &str) -> Value {
    let parts: Vec<&str> = sentence.split('`').collect();
    let are_pairs = !parts.len().is_multiple_of(2);
    let mut markup = String::with_capacity(sentence.len());
    for (at, part) in parts.iter().enumerate() {
        let escaped = HtmlEscape(part);
        let written = match at.is_multiple_of(2) {
            _ if !are_pairs && at > 0 => write!(markup, "`{escaped}"),
            true => write!(markup, "{escaped}"),
            false => write!(markup, "<code>{escaped}</code>"),
        };
        written.expect("a String takes everything");
    }
    Value::from_safe_string(markup)
}

/// A text that leads there. On a wall nobody follows links: there it is the text alone.
pub(super) fn linked(state: &State<'_, '_>, text: &str, path: &str) -> Value {
    let frame = state.lookup("frame");
    let is_wall = frame.and_then(|frame| frame.get_attr("is_wall").ok());
    let text = HtmlEscape(text);
    Value::from_safe_string(if is_wall.is_some_and(|it| it.is_true()) {
        text.to_string()
    } else {
        format!("<a href=\"{}\">{text}</a>", HtmlEscape(path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_becomes_code_and_nothing_else_is_markup() {
        for (sentence, wanted) in [
            ("no `a1` here", "no <code>a1</code> here"),
            ("`a1`", "<code>a1</code>"),
            ("a ` alone", "a ` alone"),
            ("<b> `<i>` &", "&lt;b&gt; <code>&lt;i&gt;</code> &amp;"),
        ] {
            assert_eq!(coded(sentence).as_str(), Some(wanted), "{sentence}");
        }
    }
}
