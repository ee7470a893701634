//! The walk through an expression as nested lists: in the order they are written, each with how many
//! lists end behind it. Templates do not call themselves.

use serde::Serialize;

use super::super::shown::{Sentence, sentences};
use crate::view::clauses::ClauseView;

/// Alternatives that are not there, shown one by one before the rest is counted: an entity has
/// dozens of spellings.
const MAX_ABSENT: usize = 8;

/// Sentences shown of one term.
const MAX_SENTENCES: usize = 2;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    pub(super) matched: bool,
    pub(super) label: String,
    pub(super) near_miss: Option<String>,
    pub(super) sentences: Vec<Sentence>,
    /// Whether its parts follow.
    pub(super) opens: bool,
    /// One for each list that ends behind it.
    pub(super) closes: Vec<()>,
}

/// The clause and all its parts.
pub(super) fn lines(clause: &ClauseView) -> Vec<Line> {
    let mut lines = Vec::new();
    write(clause, &mut lines);
    lines
}

fn write(clause: &ClauseView, lines: &mut Vec<Line>) {
    let mut absent = 0;
    let mut shown = Vec::new();
    for part in &clause.parts {
        absent += usize::from(part.is_absent());
        if absent <= MAX_ABSENT || !part.is_absent() {
            shown.push(part);
        }
    }
    let left_out = absent.saturating_sub(MAX_ABSENT);
    lines.push(Line {
        matched: clause.matched,
        label: clause.label(),
        near_miss: clause.near_miss.clone(),
        sentences: sentences(&clause.hits, MAX_SENTENCES),
        opens: !shown.is_empty(),
        closes: Vec::new(),
    });
    if shown.is_empty() {
        return;
    }
    for part in shown {
        write(part, lines);
    }
    if left_out > 0 {
        lines.push(Line {
            matched: false,
            label: format!("and {left_out} more that are not there"),
            near_miss: None,
            sentences: Vec::new(),
            opens: false,
            closes: Vec::new(),
        });
    }
    if let Some(last) = lines.last_mut() {
        last.closes.push(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(operator: &'static str, parts: Vec<ClauseView>) -> ClauseView {
        ClauseView {
            text: "term".to_owned(),
            operator,
            matched: false,
            hits: Vec::new(),
            near_miss: None,
            parts,
        }
    }

    #[test]
    fn as_many_lists_end_as_begin() {
        let term = || clause("term", Vec::new());
        let many = (0..12).map(|_| term()).collect();
        let all = clause(
            "all",
            vec![clause("any", many), term(), clause("not", vec![term()])],
        );
        let lines = lines(&all);
        let opened = lines.iter().filter(|line| line.opens).count();
        let closed: usize = lines.iter().map(|line| line.closes.len()).sum();
        assert_eq!((opened, closed), (3, 3));
        assert_eq!(lines.last().map(|line| line.closes.len()), Some(2));
        let labels: Vec<&str> = lines.iter().map(|line| &*line.label).collect();
        assert!(
            labels.contains(&"and 4 more that are not there"),
            "{labels:?}"
        );
    }
}
