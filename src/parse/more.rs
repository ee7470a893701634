//! The texts of an item beside its title, summary and content: each is kept once.
//!
//! Podcasts, video services and weather offices write a story in several elements, often the same
//! words in two of them. What adds nothing is left out, so that no hit counts twice and no mail
//! says things twice; the rest goes behind the content.

use std::collections::HashSet;

use super::guard::MAX_LABELS;

/// Appends to `content` what `more` adds to the texts that an item has already.
pub(super) fn append(content: &mut String, texts: [&str; 2], more: impl Iterator<Item = String>) {
    // Made of all texts once there is a first one to compare.
    let mut known: Option<String> = None;
    let mut seen: HashSet<String> = HashSet::new();
    for text in more {
        let words = words(&text);
        if words.len() <= 2 || !seen.insert(words.clone()) {
            continue;
        }
        let known = known.get_or_insert_with(|| {
            let all = [texts[0], texts[1], content.as_str()];
            all.map(self::words).concat()
        });
        // The captions of a film are many and not compared one by one.
        if seen.len() <= MAX_LABELS && known.contains(uncut(&words)) {
            continue;
        }
        if !content.is_empty() {
            content.push_str("\n\n");
        }
        content.push_str(&text);
        known.push_str(&words);
    }
}

/// The words with a space around each, so that no word is found in a part of another.
fn words(text: &str) -> String {
    let mut words = String::from(" ");
    for word in text.split_whitespace() {
        words.push_str(word);
        words.push(' ');
    }
    words
}

/// The words of a text that goes on elsewhere without the sign that says so: what is left of the
/// last one may be a part of a word.
fn uncut(words: &str) -> &str {
    let is_sign = |c: char| matches!(c, '.' | '…' | '[' | ']' | ' ');
    let cut = words.trim_end_matches(is_sign);
    let sign = &words[cut.len()..];
    if (sign.contains("..") || sign.contains('…')) && !cut.is_empty() {
        cut
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adds_nothing_is_left_out() {
        for (more, expected) in [
            (&["A talk on Iranian ships"][..], "C."),
            (&["talk  on\nIranian"], "C."),
            (&["A talk on Ira..."], "C."),
            (&["A talk on […]"], "C."),
            (&["C."], "C."),
            (&["Title"], "C."),
            (&["Iran"], "C.\n\nIran"),
            (&["ranian"], "C.\n\nranian"),
            (&["New words", "New words", " "], "C.\n\nNew words"),
            (&["New words", "words"], "C.\n\nNew words"),
            (&["..."], "C.\n\n..."),
        ] {
            let mut content = "C.".to_owned();
            let texts = ["The Title", "A talk on Iranian ships"];
            append(
                &mut content,
                texts,
                more.iter().map(|text| (*text).to_owned()),
            );
            assert_eq!(content, expected, "{more:?}");
        }
    }

    #[test]
    fn the_first_text_needs_no_line_above_it() {
        let mut content = String::new();
        append(&mut content, ["", ""], ["a".to_owned()].into_iter());
        assert_eq!(content, "a");
    }
}
