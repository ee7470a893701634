//! Text on a terminal: how wide it is, where it is cut, where its lines break, and its colours.
//!
//! Lines break at spaces, and in scripts that have none where UAX #14 allows it. `textwrap` breaks
//! `and/or` and every URL at their slashes as well, which nobody can copy then, and costs 80 KiB;
//! the rules alone, from `unicode-linebreak`, cost 24.

use anstyle::{AnsiColor, Effects, Style};
use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation as _;

/// Bad, doubtful, good.
pub(super) const RED: Style = AnsiColor::Red.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();

/// What matters less.
pub(super) const DIM: Style = Style::new().effects(Effects::DIMMED);

/// A longer word, such as a URL, may be broken itself: after a slash, or else anywhere.
const LONG: usize = 40;

/// What stays together, and whether a space comes before it.
struct Piece<'a> {
    text: &'a str,
    is_spaced: bool,
}

/// The text in this style.
pub(super) fn painted(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

/// Columns on a terminal: East Asian wide characters take two, a colour takes none.
pub(super) fn width(text: &str) -> usize {
    let whole = unicode_width::UnicodeWidthStr::width(text);
    let colors = text.match_indices("\x1b[");
    let colors = colors.map(|(at, _)| text[at..].find('m').map_or(0, |end| end + 1));
    whole.saturating_sub(colors.sum())
}

/// What fits into so many columns of the terminal, an ellipsis at its end where it was cut.
pub(super) fn fit(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| width(text) > *columns) else {
        return text.to_owned();
    };
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if width(&kept) >= columns {
            kept.pop();
            break;
        }
    }
    kept + "…"
}

/// The text in lines of so many columns; as it is where it fits. Each line is indented like the first.
pub(super) fn wrap(text: &str, columns: Option<usize>) -> Vec<String> {
    let Some(columns) = columns.filter(|columns| width(text) > *columns) else {
        return vec![text.to_owned()];
    };
    let indent = &text[..text.len() - text.trim_start_matches(' ').len()];
    let lines = lines(text, columns.saturating_sub(indent.len())).into_iter();
    lines.map(|line| format!("{indent}{line}")).collect()
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
        let ends = linebreaks(word).map(|(end, _)| end);
        let mut start = 0;
        ends.filter(|end| may_break(word, *end)).map(move |end| {
            let piece = Piece {
                text: &word[start..end],
                is_spaced: start == 0,
            };
            start = end;
            piece
        })
    })
}

/// Whether a word may be broken there: at its end, and beside a wide character.
fn may_break(word: &str, at: usize) -> bool {
    let (before, after) = word.split_at(at);
    let is_wide = |grapheme: Option<&str>| grapheme.is_some_and(|it| width(it) > 1);
    after.is_empty()
        || is_wide(before.graphemes(true).next_back())
        || is_wide(after.graphemes(true).next())
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
            ("this and/or that", 8, &["this", "and/or", "that"]),
            ("小泉進次郎", 5, &["小泉", "進次", "郎"]),
            ("小泉、進次郎", 4, &["小", "泉、", "進次", "郎"]),
            ("防衛相「会談」", 8, &["防衛相", "「会談」"]),
            (
                "スーパーマーケット",
                4,
                &["スー", "パー", "マー", "ケッ", "ト"],
            ),
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

    #[test]
    fn text_is_cut_by_columns_not_by_characters() {
        assert_eq!(fit("Koizumi", None), "Koizumi");
        assert_eq!(fit("Koizumi", Some(7)), "Koizumi");
        assert_eq!(fit("Koizumi", Some(6)), "Koizu…");
        assert_eq!(fit("小泉進次郎", Some(10)), "小泉進次郎");
        assert_eq!(fit("小泉進次郎", Some(9)), "小泉進次…");
        assert_eq!(fit("小泉進次郎", Some(8)), "小泉進…");
        assert_eq!(width(&(painted("小泉", RED) + " a")), 6);
    }

    #[test]
    fn text_is_wrapped_and_keeps_its_indent() {
        let text = "it waits for desk";
        assert_eq!(wrap(text, None), [text]);
        assert_eq!(wrap(text, Some(17)), [text]);
        assert_eq!(wrap(text, Some(16)), ["it waits for", "desk"]);
        assert_eq!(wrap("  a bc", Some(4)), ["  a", "  bc"]);
        assert_eq!(wrap("whole", Some(2)), ["whole"]);
        assert_eq!(wrap("", Some(2)), [""]);
        assert_eq!(wrap("> a   b", Some(8)), ["> a   b"], "it fits");
    }
}
