//! An expression explained: what it is compiled to, and how an item went through it, clause by clause.

use serde::Serialize;

use super::{error::CliError, item_view::ItemStyle, output::Output, terminal::width};
use crate::{
    matcher::{Clause, Entity, ItemText, Operator, Outline, Query, WatchMatch, matches},
    model::{Match, Watch},
};

/// Anchors that are named before the rest is counted.
const MAX_ANCHORS: usize = 5;

/// An outline as JSON.
#[derive(Serialize)]
struct OutlineLine<'a> {
    r#type: &'static str,
    expression: &'a str,
    entities: Vec<EntityLine<'a>>,
    terms: Vec<TermLine<'a>>,
    anchors: &'a [String],
    fields: Vec<&'a str>,
}

#[derive(Serialize)]
struct EntityLine<'a> {
    name: &'a str,
    names: &'a [String],
    spellings: Vec<String>,
}

#[derive(Serialize)]
struct TermLine<'a> {
    term: &'a str,
    patterns: &'a [String],
}

/// Prints the canonical expression, the names of its entities, what each term is found by, and
/// the anchors.
pub(super) fn print_outline(
    watch: &Watch,
    entities: &[Entity],
    output: &Output,
) -> Result<(), CliError> {
    let parsed = "the expression was parsed before";
    let outline = Outline::of(&watch.expression, entities).expect(parsed);
    let query = Query::parse(&watch.expression, entities).expect(parsed);
    let named = |name| entities.iter().find(|entity| entity.name == name);
    let line = OutlineLine {
        r#type: "outline",
        expression: &outline.expression,
        entities: query
            .entities()
            .filter_map(named)
            .map(EntityLine::of)
            .collect(),
        terms: outline
            .terms
            .iter()
            .map(|(term, patterns)| TermLine { term, patterns })
            .collect(),
        anchors: &outline.anchors,
        fields: watch.fields.iter().map(|field| field.as_str()).collect(),
    };
    output.print(&line, outline_text)
}

impl<'a> EntityLine<'a> {
    fn of(entity: &'a Entity) -> Self {
        Self {
            name: &entity.name,
            names: &entity.names,
            spellings: entity.spellings(),
        }
    }
}

fn outline_text(outline: &OutlineLine<'_>) -> String {
    let mut lines = vec![row("expression", outline.expression)];
    for entity in &outline.entities {
        let (names, spellings) = (entity.names.join(", "), entity.spellings.len());
        let text = format!("@{} is {names}: {spellings} spellings", entity.name);
        lines.push(row("entity", &text));
    }
    lines.push(row("reads", &outline.fields.join(", ")));
    let widest = outline.terms.iter().map(|line| width(line.term)).max();
    for (at, line) in outline.terms.iter().enumerate() {
        let space = " ".repeat(widest.unwrap_or_default() - width(line.term));
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
