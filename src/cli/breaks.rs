//! Where lines may be broken: at spaces, and between the characters of scripts that have none.

use unicode_segmentation::UnicodeSegmentation as _;

use super::output::width;

/// A longer word, such as a URL, may be broken itself: after a slash, or else anywhere.
const LONG: usize = 40;

/// Marks that begin no line, and those that end none (after JIS X 4051).
const NOT_FIRST: &str =
    "、。，．・：；？！」』）〕】》〉｝］ー々ゝヽぁぃぅぇぉっゃゅょァィゥェォッャュョ…‥％";
const NOT_LAST: &str = "「『（〔【《〈｛［";

/// What stays together, and whether a space stands before it.
struct Piece<'a> {
    text: &'a str,
    is_spaced: bool,
}

/// Text in lines of at most so many columns. A word that is wider stays whole; what is much longer
/// is broken.
pub(super) fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces(text) {
        let line = lines.last_mut().expect("it begins with one");
        let gap = usize::from(piece.is_spaced && !line.is_empty());
        if line.is_empty() || width(line) + gap + width(piece.text) <= columns {
            line.push_str(&" "[..gap]);
            line.push_str(piece.text);
        } else {
            lines.push(piece.text.to_owned());
        }
        let last = lines.last_mut().expect("it begins with one");
        if width(last) > columns.max(LONG) {
            let long = lines.pop().expect("it was just looked at");
            lines.extend(cut(&long, columns));
        }
    }
    lines
}

/// The columns of the widest piece that is not to be broken.
pub(super) fn widest(text: &str) -> usize {
    let widths = pieces(text).map(|piece| width(piece.text).min(LONG));
    widths.max().unwrap_or_default()
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let words = text.split(' ').filter(|word| !word.is_empty());
    words.flat_map(|word| {
        let mut starts = vec![0];
        let mut before = "";
        for (at, grapheme) in word.grapheme_indices(true) {
            if at > 0 && may_break(before, grapheme) {
                starts.push(at);
            }
            before = grapheme;
        }
        let ends = starts.clone().into_iter().skip(1).chain([word.len()]);
        let pieces = starts.into_iter().zip(ends);
        pieces.map(|(start, end)| Piece {
            text: &word[start..end],
            is_spaced: start == 0,
        })
    })
}

fn may_break(before: &str, after: &str) -> bool {
    let is_wide = |grapheme: &str| width(grapheme) > 1;
    (is_wide(before) || is_wide(after)) && !NOT_FIRST.contains(after) && !NOT_LAST.contains(before)
}

/// A long word in parts of at most so many columns, or of one character that is wider.
fn cut(word: &str, columns: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for grapheme in word.graphemes(true) {
        let part = parts.last_mut().expect("it begins with one");
        if part.is_empty() || width(part) + width(grapheme) <= columns {
            part.push_str(grapheme);
            continue;
        }
        let rest = match part.rfind('/') {
            Some(slash) if slash + 1 < part.len() && slash > part.len() / 2 => {
                part.split_off(slash + 1)
            }
            _ => String::new(),
        };
        parts.push(rest + grapheme);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_between_the_characters_of_japanese() {
        for (text, columns, wanted) in [
            ("", 5, &[""][..]),
            ("it waits for desk", 12, &["it waits for", "desk"]),
            ("nippon-hoso-kyokai", 10, &["nippon-hoso-kyokai"]),
            ("小泉進次郎", 5, &["小泉", "進次", "郎"]),
            ("小泉、進次郎", 4, &["小", "泉、", "進次", "郎"]),
            ("防衛相「会談」", 8, &["防衛相", "「会談」"]),
            ("防衛相 Koizumi氏", 9, &["防衛相", "Koizumi氏"]),
            ("a  b", 5, &["a b"]),
        ] {
            assert_eq!(lines(text, columns), wanted, "{text}");
        }
    }

    #[test]
    fn only_what_is_much_too_long_is_cut_and_a_url_after_a_slash() {
        let url = "https://hooks.example.org/a/rather/long/path/of/a/hook";
        assert_eq!(
            lines(url, 30),
            ["https://hooks.example.org/a/", "rather/long/path/of/a/hook"]
        );
        assert_eq!(lines(&"x".repeat(45), 20).len(), 3);
        assert_eq!(widest(url), LONG);
        assert_eq!(widest("at 小泉進次郎 it"), 2);
        assert_eq!(widest("back-off (asked)"), 8);
        assert_eq!(lines("小", 1), ["小"], "wider than the line");
    }
}
