//! What an expression is compiled to, for `try --explain`.

use serde::Serialize;

use super::{error::CliError, output::Output, terminal::width};
use crate::{
    matcher::{Entity, Outline, Query},
    model::Watch,
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

/// Prints the canonical expression, what its entities stand for, what each term is found by, and
/// the anchors.
pub(super) fn print(watch: &Watch, entities: &[Entity], output: &Output) -> Result<(), CliError> {
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
    output.print(&line, text)
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

fn text(outline: &OutlineLine<'_>) -> String {
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
