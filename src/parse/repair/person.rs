//! Names of people.

/// The name in an author's field, which may hold an e-mail address before, behind or around it:
/// `editor@example.org (Jane Roe)`, `Jane Roe <jane@example.org>`. The address where there is no
/// name.
pub(super) fn name(text: &str) -> &str {
    let text = text.trim();
    let Some(at) = text.find('@') else {
        return text;
    };
    let is_address =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '@' | ':');
    let start = text[..at].trim_end_matches(is_address).len();
    let end = text.len() - text[at..].trim_start_matches(is_address).len();
    // `@` in a name: a Twitter handle, not an address.
    if start == at || end == at + 1 {
        return text;
    }
    let (before, behind) = (bare(&text[..start]), bare(&text[end..]));
    let longest = if before.len() >= behind.len() {
        before
    } else {
        behind
    };
    if longest.is_empty() {
        text[start..end].trim_start_matches("mailto:")
    } else {
        longest
    }
}

/// `text` without the brackets and separators that stood around the address.
fn bare(text: &str) -> &str {
    let is_bracket = |c: char| {
        c.is_whitespace()
            || matches!(c, '(' | ')' | '<' | '>' | '[' | ']' | ',' | ';' | '-' | '"')
            || matches!(c, '（' | '）' | '，' | '「' | '」')
    };
    text.trim_matches(is_bracket)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(name(text), expected, "{text}");
        }
    }
}
