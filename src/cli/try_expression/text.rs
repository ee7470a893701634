//! An expression tried on a text.

use jiff::tz::TimeZone;

use super::super::{clause_tree::tree, error::Answer, item_view::ItemStyle, output::Output};
use crate::{matcher::Entity, model::Watch, view::trial::TriedText};

/// Matches the text, and says how that went.
pub(super) fn run(
    text: &str,
    watch: &Watch,
    entities: &[Entity],
    explain: bool,
    output: &Output,
) -> Answer {
    let tried = TriedText::of(text, watch, entities, explain)?;
    let style = ItemStyle::new(output, const { &TimeZone::UTC });
    output.print(&tried, |tried| in_words(tried, text, style))?;
    Ok(tried.matched)
}

fn in_words(tried: &TriedText, text: &str, style: ItemStyle<'_>) -> String {
    let mut lines = Vec::new();
    if tried.matched {
        let ranges: Vec<[usize; 2]> = tried.matches.iter().map(|hit| hit.range).collect();
        lines.push(format!("match: {}", tried.terms().join(", ")));
        lines.push(style.marked(text, &ranges));
    } else {
        let verdict = tried.verdict.iter().map(|verdict| format!(": {verdict}"));
        lines.push(format!("no match{}", verdict.collect::<String>()));
    }
    lines.extend(tried.clause.iter().map(|clause| tree(clause, style)));
    lines.join("\n")
}
