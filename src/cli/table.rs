//! Rows in columns.
//!
//! `comfy-table` lays out the same columns, and where they are narrow it breaks words in two: what
//! keeps them whole, and the lines of their own that rows get instead, would still be ours. It costs
//! 90 KiB.

use super::terminal::{RED, YELLOW, lines, painted, widest, width};

/// Between two columns.
const GAP: &str = "  ";

/// Before what belongs to a row, where each row has lines of its own.
const INDENT: &str = "  ";

/// States that somebody must look at: red.
const ALARMING: [&str; 5] = ["failing", "dead", "gone", "stuck", "killed"];

/// States that explain themselves: yellow.
const DOUBTFUL: [&str; 4] = ["silent", "empty", "muted", "unconfigured"];

/// A table for a screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// How wide it is; a pipe gets lines whole.
    pub(super) columns: Option<usize>,
    /// Whether states have colours.
    pub(super) color: bool,
}

/// Rows in columns as wide as their widest cell, under a heading. Where the screen is narrower, the
/// widest columns give way and their cells take several lines; where words would have to be broken
/// for that, each row has lines of its own. Nothing is left out.
pub(super) fn laid_out(heading: &[&str], rows: &[Vec<String>], screen: Screen) -> Vec<String> {
    let titles: Vec<String> = heading.iter().map(|name| name.to_uppercase()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&titles).chain(rows).collect();
    let Some(widths) = widths(&all, screen.columns) else {
        return stacked(heading, rows, screen);
    };
    let state = heading.iter().position(|name| *name == "state");
    let mut out = Vec::new();
    for row in all {
        let cells = row.iter().zip(&widths);
        let cells: Vec<Vec<String>> = cells.map(|(cell, width)| lines(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let parts = cells.iter().zip(&widths).enumerate();
            let parts = parts.map(|(column, (cell, widest))| {
                let part = cell.get(number).map_or("", String::as_str);
                let space = " ".repeat(widest.saturating_sub(width(part)));
                let is_state = Some(column) == state;
                let part = if is_state {
                    in_color(part, screen)
                } else {
                    part.to_owned()
                };
                part + &space
            });
            let line = parts.collect::<Vec<String>>().join(GAP);
            out.push(line.trim_end().to_owned());
        }
    }
    out
}

/// How wide each column is; `None` where the screen has no room for their widest words.
fn widths(rows: &[&Vec<String>], columns: Option<usize>) -> Option<Vec<usize>> {
    let count = rows.first().map_or(0, |row| row.len());
    let of = |measure: fn(&str) -> usize| {
        let column = |column: usize| rows.iter().map(|row| measure(&row[column])).max();
        (0..count).filter_map(column).collect::<Vec<usize>>()
    };
    let (mut widths, least) = (of(width), of(widest));
    let gaps = GAP.len() * count.saturating_sub(1);
    let room = columns.map(|columns| columns.saturating_sub(gaps));
    while room.is_some_and(|room| widths.iter().sum::<usize>() > room) {
        let pairs = widths.iter_mut().zip(&least);
        let may_shrink = pairs.filter(|(width, least)| **width > **least);
        *may_shrink.max_by_key(|(width, _)| **width)?.0 -= 1;
    }
    Some(widths)
}

/// Each row in lines of its own: what it is called, and below that the rest with its names.
fn stacked(heading: &[&str], rows: &[Vec<String>], screen: Screen) -> Vec<String> {
    let columns = screen.columns.unwrap_or(usize::MAX);
    let mut out = Vec::new();
    for row in rows {
        if let Some(first) = row.first().filter(|cell| !cell.is_empty()) {
            out.push(first.clone());
        }
        let cells = heading.iter().zip(row).skip(1);
        let cells: Vec<_> = cells.filter(|(_, cell)| !cell.is_empty()).collect();
        let cells = cells.iter().map(|(name, cell)| format!("{name} {cell}"));
        let line = cells.collect::<Vec<_>>().join(", ");
        let rest = lines(&line, columns.saturating_sub(INDENT.len()));
        let mut rest: Vec<String> = rest.iter().map(|line| format!("{INDENT}{line}")).collect();
        let state = heading.iter().position(|name| *name == "state");
        let state = state.and_then(|place| row.get(place));
        let state = state.filter(|state| !state.is_empty());
        if let Some(state) = state
            && let Some(line) = rest.iter_mut().find(|line| line.contains(state.as_str()))
        {
            *line = line.replacen(state.as_str(), &in_color(state, screen), 1);
        }
        out.extend(rest);
    }
    out
}

/// A line with what somebody must look at in red: `2 failing`, but not `0 dead`; `not running`.
pub(super) fn alarming(line: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for word in line.split(' ') {
        let (plain, comma) = match word.strip_suffix([',', ';', ':']) {
            Some(plain) => (plain, &word[plain.len()..]),
            None => (word, ""),
        };
        let is_counted = out
            .last()
            .is_some_and(|it| it.parse().is_ok_and(|count: u64| count > 0));
        let is_denied = out.last().is_some_and(|it| it == "not") && plain == "running";
        let is_first = out.is_empty() && plain == "stuck";
        if is_counted && ALARMING.contains(&plain) || is_denied || is_first {
            let before = out.pop().map(|before| before + " ");
            let alarm = before.unwrap_or_default() + plain;
            out.push(painted(&alarm, RED) + comma);
        } else {
            out.push(word.to_owned());
        }
    }
    out.join(" ")
}

/// A state in its colour.
fn in_color(state: &str, screen: Screen) -> String {
    match state {
        _ if !screen.color => state.to_owned(),
        _ if ALARMING.contains(&state) => painted(state, RED),
        _ if DOUBTFUL.contains(&state) => painted(state, YELLOW),
        _ => state.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(columns: impl Into<Option<usize>>) -> Screen {
        Screen {
            columns: columns.into(),
            color: false,
        }
    }

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn a_table_that_is_too_wide_is_wrapped_within_its_columns() {
        let rows = [
            row(&["d1", "小泉進次郎、防衛相に就任", "503 Service Unavailable"]),
            row(&["d22", "short", "cannot connect to the host"]),
        ];
        let heading = ["id", "what", "last answer"];
        let table = |columns| laid_out(&heading, &rows, columns).join("\n");
        assert_eq!(
            table(screen(40)),
            "ID   WHAT               LAST ANSWER\n\
         d1   小泉進次郎、防衛   503 Service\n\
         \x20    相に就任           Unavailable\n\
         d22  short              cannot connect\n\
         \x20                       to the host"
        );
        assert_eq!(
            table(screen(None)),
            table(screen(200)),
            "a pipe gets lines whole"
        );
    }

    #[test]
    fn a_screen_too_narrow_for_the_words_has_a_row_in_lines_of_its_own() {
        let rows = [
            row(&["nippon-hoso-kyokai", "ok", "in 7s (back-off)", ""]),
            row(&["wire", "failing", "never", "status 503"]),
            row(&["", "later", "120 ms", "an attempt"]),
        ];
        let heading = ["feed", "state", "next", "remark"];
        let table = laid_out(&heading, &rows, screen(24)).join("\n");
        assert_eq!(
            table,
            "nippon-hoso-kyokai\n  state ok, next in 7s\n  (back-off)\n\
         wire\n  state failing, next\n  never, remark status\n  503\n\
         \x20 state later, next 120\n  ms, remark an attempt"
        );
    }

    #[test]
    fn only_what_must_be_looked_at_is_red() {
        for (line, wanted) in [
            ("38 ok, 1 failing, 1 silent", "38 ok, [1 failing], 1 silent"),
            ("none waiting, 0 dead", "none waiting, 0 dead"),
            (
                "3 waiting, since 2m ago, 12 dead",
                "3 waiting, since 2m ago, [12 dead]",
            ),
            (
                "not running; stopped 2h ago",
                "[not running]; stopped 2h ago",
            ),
            ("stuck: nothing written", "[stuck]: nothing written"),
            ("running since 3h ago", "running since 3h ago"),
        ] {
            let shown = alarming(line)
                .replace("\x1b[31m", "[")
                .replace("\x1b[0m", "]");
            assert_eq!(shown, wanted, "{line}");
        }
    }

    #[test]
    fn states_have_colours_that_take_no_room() {
        let rows = [
            row(&["a", "failing", "x"]),
            row(&["failing", "ok", "x"]),
            row(&["c", "silent", "x"]),
        ];
        let heading = ["feed", "state", "remark"];
        let color = Screen {
            columns: None,
            color: true,
        };
        let plain = laid_out(&heading, &rows, screen(None)).join("\n");
        let colored = laid_out(&heading, &rows, color).join("\n");
        assert!(
            colored.contains("a        \x1b[31mfailing\x1b[0m  x"),
            "{colored}"
        );
        assert!(colored.contains("\x1b[33msilent\x1b[0m   x"), "{colored}");
        assert_eq!(colored.matches('\x1b').count(), 4, "{colored}");
        let bare = ["\x1b[31m", "\x1b[33m", "\x1b[0m"];
        let bare = bare
            .iter()
            .fold(colored.clone(), |text, code| text.replace(code, ""));
        assert_eq!(bare, plain);
        let narrow = Screen {
            columns: Some(9),
            ..color
        };
        let stacked = laid_out(&heading, &rows, narrow).join("\n");
        assert!(stacked.contains("\x1b[31mfailing\x1b[0m"), "{stacked}");
    }
}
