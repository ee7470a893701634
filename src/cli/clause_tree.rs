//! The walk through an expression, clause by clause, as an indented tree.

use super::item_view::ItemStyle;
use crate::view::clauses::ClauseView;

/// Alternatives that are not there, shown one by one before the rest is counted: an entity has
/// dozens of spellings.
const MAX_ABSENT: usize = 8;

/// Sentences shown of one term.
const MAX_SENTENCES: usize = 2;

/// The clause and all its parts, a line each, with the sentences that terms hit.
pub(super) fn tree(clause: &ClauseView, style: ItemStyle<'_>) -> String {
    let mut lines = Vec::new();
    write(clause, 0, style, &mut lines);
    lines.join("\n")
}

fn write(clause: &ClauseView, depth: usize, style: ItemStyle<'_>, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    let mark = style.verdict(clause.matched, if clause.matched { "✓" } else { "✗" });
    let near = clause.near_miss.as_ref().map(|miss| format!(": {miss}"));
    let label = clause.label();
    lines.push(format!(
        "{indent}{mark} {label}{}",
        near.unwrap_or_default()
    ));
    let sentences = style.sentences(&clause.hits).into_iter();
    for (field, sentence) in sentences.take(MAX_SENTENCES) {
        lines.push(format!("{indent}    {field}: {sentence}"));
    }
    let mut absent = 0;
    for part in &clause.parts {
        absent += usize::from(part.is_absent());
        if absent <= MAX_ABSENT || !part.is_absent() {
            write(part, depth + 1, style, lines);
        }
    }
    if absent > MAX_ABSENT {
        let more = absent - MAX_ABSENT;
        let mark = style.verdict(false, "✗");
        lines.push(format!(
            "{indent}  {mark} and {more} more that are not there"
        ));
    }
}
