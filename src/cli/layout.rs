//! A part of a preview, laid out for people. `--format json` keeps what is sent to the byte.

use url::form_urlencoded;

use crate::notify::{PartKind, PreviewPart, marked};

/// JSON with indents and without the escapes that only machines need, its keys in alphabetical
/// order; a form as `name: value` lines. `None` where what is sent can be read as it is.
pub(super) fn laid_out(part: &PreviewPart) -> Option<String> {
    let text = match part.kind {
        PartKind::Json => {
            let value: serde_json::Value = serde_json::from_str(&part.content).ok()?;
            serde_json::to_string_pretty(&value).ok()?
        }
        PartKind::Form => fields(&part.content),
        PartKind::Text | PartKind::Html | PartKind::Headers => return None,
    };
    // What was escaped may act on a terminal.
    let lines = text.lines().map(|line| marked(line, &[], ["", ""]));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn fields(form: &str) -> String {
    let fields = form_urlencoded::parse(form.as_bytes());
    let lines = fields.map(|(name, value)| format!("{name}: {}", value.replace('\n', "\n  ")));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: PartKind, content: &str) -> Option<String> {
        let content = content.to_owned();
        laid_out(&PreviewPart {
            label: "body",
            content,
            kind,
        })
    }

    #[test]
    fn json_is_indented_and_without_needless_escapes() {
        let sent = r#"{"text": "\u003cb\u003e R\u0026D \"\u4e2d\"\n2", "n": [1]}"#;
        let wanted = "{\n  \"n\": [\n    1\n  ],\n  \"text\": \"<b> R&D \\\"中\\\"\\n2\"\n}";
        assert_eq!(shown(PartKind::Json, sent).as_deref(), Some(wanted));
    }

    #[test]
    fn a_form_is_a_field_a_line() {
        let sent = "token=%3Chidden%3E&message=R%26D+%E4%B8%AD%0Asecond&title=";
        let wanted = "token: <hidden>\nmessage: R&D 中\n  second\ntitle: ";
        assert_eq!(shown(PartKind::Form, sent).as_deref(), Some(wanted));
    }

    #[test]
    fn nothing_that_was_escaped_acts_on_a_terminal() {
        for (kind, sent) in [
            (PartKind::Form, "a=%1B%5B2J%C2%9B2J%E2%80%AEx"),
            (PartKind::Json, r#"{"a": "\u001b[2J\u009b2J\u202ex"}"#),
        ] {
            let shown = shown(kind, sent).expect("laid out");
            assert!(
                !shown.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
                "{shown:?}"
            );
            assert!(shown.contains("2Jx"), "{shown:?}");
        }
    }

    #[test]
    fn what_can_be_read_stays_as_it_is() {
        for kind in [PartKind::Text, PartKind::Html, PartKind::Headers] {
            assert_eq!(shown(kind, r#"{"a": 1}"#), None);
        }
    }
}
