//! Rows in columns.

use unicode_segmentation::UnicodeSegmentation as _;

use super::output::width;

/// What stands between two columns.
const GAP: &str = "  ";

/// What a column keeps on a terminal that is too narrow.
const MIN_COLUMN: usize = 10;

/// Rows in columns as wide as their widest cell, under a heading. Where the terminal is narrower,
/// the widest columns give way and their cells take several lines: nothing is left out.
pub(super) fn laid_out(
    heading: &[&str],
    rows: &[Vec<String>],
    columns: Option<usize>,
) -> Vec<String> {
    let heading: Vec<String> = heading.iter().map(|name| name.to_uppercase()).collect();
    let rows: Vec<&Vec<String>> = std::iter::once(&heading).chain(rows).collect();
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max();
    let mut widths: Vec<usize> = (0..heading.len()).filter_map(widest).collect();
    let room = columns.map(|columns| columns.saturating_sub(GAP.len() * (widths.len() - 1)));
    while room.is_some_and(|room| widths.iter().sum::<usize>() > room) {
        let widest = widths.iter_mut().max().filter(|it| **it > MIN_COLUMN);
        let Some(widest) = widest else { break };
        *widest -= 1;
    }
    let mut lines = Vec::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<Vec<String>> = cells.map(|(cell, width)| wrapped(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let parts = cells.iter().zip(&widths).map(|(cell, widest)| {
                let part = cell.get(number).map_or("", String::as_str);
                part.to_owned() + &" ".repeat(widest.saturating_sub(width(part)))
            });
            let line = parts.collect::<Vec<String>>().join(GAP);
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// `text` in lines of so many columns, broken at spaces, and within a word that is longer.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("it begins with one");
        if line.is_empty() && width(word) <= columns {
            line.push_str(word);
        } else if width(line) + 1 + width(word) <= columns {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.extend(pieces(word, columns));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// A word in pieces of at most so many columns, or of one character that is wider.
fn pieces(word: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for grapheme in word.graphemes(true) {
        let piece = pieces.last_mut().expect("it begins with one");
        if piece.is_empty() || width(piece) + width(grapheme) <= columns {
            piece.push_str(grapheme);
        } else {
            pieces.push(grapheme.to_owned());
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_too_wide_is_wrapped_within_its_columns() {
        let row =
            |id: &str, title: &str, answer: &str| vec![id.into(), title.into(), answer.into()];
        let rows = [
            row("1", "小泉進次郎、防衛相に就任", "503 Service Unavailable"),
            row("22", "short", "https://hooks.example.org/a/very/long/path"),
        ];
        let table = |columns| laid_out(&["id", "what", "last answer"], &rows, columns).join("\n");
        assert_eq!(
            table(Some(40)),
            "ID  WHAT               LAST ANSWER\n\
             1   小泉進次郎、防衛   503 Service\n\
             \x20   相に就任           Unavailable\n\
             22  short              https://hooks.exa\n\
             \x20                      mple.org/a/very/l\n\
             \x20                      ong/path"
        );
        assert_eq!(table(None), table(Some(200)), "a pipe gets lines whole");
        assert!(
            table(Some(5)).lines().all(|line| width(line) <= 26),
            "10 a column at least"
        );
        assert_eq!(wrapped("小", 1), ["小"], "wider than the column");
    }
}
