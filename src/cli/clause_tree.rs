//! The walk through an expression, clause by clause, as an indented tree.

use serde::Serialize;

use super::item_view::ItemStyle;
use crate::{
    matcher::{Clause, ItemText, Operator, WatchMatch, matches},
    model::Match,
};

/// Alternatives that are not there, shown one by one before the rest is counted: an entity has
/// dozens of spellings.
const MAX_ABSENT: usize = 8;

/// Sentences shown of one term.
const MAX_SENTENCES: usize = 2;

/// A clause as JSON.
#[derive(Debug, Serialize)]
pub(super) struct ClauseLine {
    text: String,
    operator: &'static str,
    matched: bool,
    hits: Vec<Match>,
    near_miss: Option<String>,
    parts: Vec<ClauseLine>,
}

impl ClauseLine {
    pub(super) fn of(clause: &Clause, watch: &str, item: &ItemText<'_>) -> Self {
        let found = WatchMatch {
            watch: 0,
            hits: clause.hits.clone(),
        };
        let parts = clause.parts.iter();
        Self {
            text: clause.text.clone(),
            operator: name(clause.operator),
            matched: clause.matched,
            hits: matches(item, watch, &found),
            near_miss: clause.near_miss.as_ref().map(ToString::to_string),
            parts: parts.map(|part| Self::of(part, watch, item)).collect(),
        }
    }

    /// The clause and all its parts, a line each, with the sentences that terms hit.
    pub(super) fn tree(&self, style: ItemStyle<'_>) -> String {
        let mut lines = Vec::new();
        self.write(0, style, &mut lines);
        lines.join("\n")
    }

    fn write(&self, depth: usize, style: ItemStyle<'_>, lines: &mut Vec<String>) {
        let indent = "  ".repeat(depth);
        let mark = style.verdict(self.matched, if self.matched { "✓" } else { "✗" });
        let near = self.near_miss.as_ref().map(|miss| format!(": {miss}"));
        let label = self.label();
        lines.push(format!(
            "{indent}{mark} {label}{}",
            near.unwrap_or_default()
        ));
        let sentences = style.sentences(&self.hits).into_iter();
        for (field, sentence) in sentences.take(MAX_SENTENCES) {
            lines.push(format!("{indent}    {field}: {sentence}"));
        }
        let mut absent = 0;
        for part in &self.parts {
            absent += usize::from(part.is_absent());
            if absent <= MAX_ABSENT || !part.is_absent() {
                part.write(depth + 1, style, lines);
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

    /// What it asks; its parts are below.
    fn label(&self) -> String {
        match self.operator {
            "all" => "all of".to_owned(),
            "any" => "any of".to_owned(),
            "not" => "without".to_owned(),
            "at_least" => self
                .text
                .split(" (")
                .next()
                .unwrap_or_default()
                .to_lowercase(),
            _ => self.text.clone(),
        }
    }

    fn is_absent(&self) -> bool {
        self.parts.is_empty() && !self.matched && self.near_miss.is_none()
    }
}

const fn name(operator: Operator) -> &'static str {
    match operator {
        Operator::Term => "term",
        Operator::Metadata => "origin",
        Operator::All => "all",
        Operator::Any => "any",
        Operator::Not => "not",
        Operator::AtLeast(_) => "at_least",
        Operator::Near => "near",
    }
}
