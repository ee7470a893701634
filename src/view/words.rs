//! Text of strangers, and counts, in words.

/// Text from a stranger on one line: control characters become spaces, what turns the direction of
/// all that follows is dropped, and it is cut after `limit` characters.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let text = text.replace(
        |it| matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
        "",
    );
    let clean = text.split(|character: char| character.is_control() || character.is_whitespace());
    let words: Vec<&str> = clean.filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// `1 alert`, `12 alerts`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_cannot_turn_the_rest_of_its_line_around() {
        assert_eq!(
            one_line("a\u{202e}b\u{2066}c \u{200f}ד\n d", 10),
            "abc \u{200f}ד d"
        );
    }
}
