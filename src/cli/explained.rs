//! An expression explained: what it is compiled to, and how each clause of it matched.

use super::{error::CliError, item_view::ItemStyle, output::Output, terminal::width};
use crate::{
    matcher::Entity,
    model::Watch,
    view::{clauses::ClauseView, outline::OutlineView},
};

/// Anchors that are named before the rest is counted.
const MAX_ANCHORS: usize = 5;

/// Alternatives that are not there, shown one by one before the rest is counted: an entity has
/// dozens of spellings.
const MAX_ABSENT: usize = 8;

/// Sentences shown of one term.
const MAX_SENTENCES: usize = 2;

/// Prints the canonical expression, what its entities stand for, what each term is found by, and
/// the anchors.
pub(super) fn print_outline(
    watch: &Watch,
    entities: &[Entity],
    output: &Output,
) -> Result<(), CliError> {
    output.print(&OutlineView::of(watch, entities), text)
}

fn text(outline: &OutlineView<'_>) -> String {
    let mut lines = vec![row("expression", &outline.expression)];
    for entity in &outline.entities {
        let (names, spellings) = (entity.names.join(", "), entity.spellings.len());
        let text = format!("@{} is {names}: {spellings} spellings", entity.name);
        lines.push(row("entity", &text));
    }
    lines.push(row("reads", &outline.fields.join(", ")));
    let widest = outline.terms.iter().map(|line| width(&line.term)).max();
    for (at, line) in outline.terms.iter().enumerate() {
        let space = " ".repeat(widest.unwrap_or_default() - width(&line.term));
        let patterns = line.patterns.join("  ");
        let label = if at == 0 { "looks for" } else { "" };
        lines.push(row(label, &format!("{}{space}  {patterns}", line.term)));
    }
    let named = outline.anchors.len().min(MAX_ANCHORS);
    let more = match outline.anchors.len() - named {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    lines.push(row(
        "anchors",
        &(outline.anchors[..named].join(", ") + &more),
    ));
    lines.push(row(
        "",
        "(one of them must hit before the rest is looked at; · is the end of a word)",
    ));
    lines.join("\n") + "\n"
}

fn row(label: &str, text: &str) -> String {
    format!("{label:<12}{text}").trim_end().to_owned()
}

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
