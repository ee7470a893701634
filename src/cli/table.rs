//! Rows in columns.

use super::{
    breaks::{lines, widest},
    output::width,
};

/// What stands between two columns.
const GAP: &str = "  ";

/// How far what belongs to a row stands in, where each has lines of its own.
const INDENT: &str = "  ";

/// States that somebody must look at, and those that explain themselves: red and yellow.
const RED: [&str; 5] = ["failing", "dead", "gone", "stuck", "killed"];
const YELLOW: [&str; 4] = ["silent", "empty", "muted", "unconfigured"];

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
                    painted(part, screen)
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
            *line = line.replacen(state.as_str(), &painted(state, screen), 1);
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
        if is_counted && RED.contains(&plain) || is_denied || is_first {
            let before = out.pop().map(|before| before + " ");
            out.push(format!(
                "\x1b[31m{}{plain}\x1b[0m{comma}",
                before.unwrap_or_default()
            ));
        } else {
            out.push(word.to_owned());
        }
    }
    out.join(" ")
}

/// A state in its colour.
fn painted(state: &str, screen: Screen) -> String {
    let code = match state {
        _ if !screen.color => None,
        state if RED.contains(&state) => Some("31"),
        state if YELLOW.contains(&state) => Some("33"),
        _ => None,
    };
    match code {
        Some(code) => format!("\x1b[{code}m{state}\x1b[0m"),
        None => state.to_owned(),
    }
}

#[cfg(test)]
mod tests;
