//! What an expression is compiled to, for `try --explain`.

use super::{error::CliError, output::Output, terminal::width};
use crate::{matcher::Entity, model::Watch, view::outline::OutlineView};

/// Anchors that are named before the rest is counted.
const MAX_ANCHORS: usize = 5;

/// Prints the canonical expression, what its entities stand for, what each term is found by, and
/// the anchors.
pub(super) fn print(watch: &Watch, entities: &[Entity], output: &Output) -> Result<(), CliError> {
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
