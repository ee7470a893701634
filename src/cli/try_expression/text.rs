//! An expression tried on a text.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::super::{
    clause_tree::ClauseLine, error::Answer, expression::found_in, item_view::ItemStyle,
    output::Output,
};
use crate::{
    app,
    matcher::{Clause, Entity, ItemText},
    model::{Match, Watch},
    text::language,
};

/// What it came to.
#[derive(Serialize)]
struct TextResult {
    matched: bool,
    matches: Vec<Match>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<ClauseLine>,
}

/// Matches the text as a headline, in the language that the service would take it for, and says
/// how that went.
pub(super) fn run(
    text: &str,
    watch: Watch,
    entities: &[Entity],
    explain: bool,
    output: &Output,
) -> Answer {
    let lang = language(None, &[text, "", ""]).unwrap_or_default();
    let item = ItemText {
        title: text,
        lang: &lang,
        ..ItemText::default()
    };
    let watches = [watch];
    let matcher = app::matcher(&watches, entities)?;
    let found = found_in(&matcher, &watches, &item).pop();
    let clause = explain
        .then(|| Clause::explain(&watches[0], entities, &item).expect("it compiled a line above"));
    let result = TextResult {
        matched: found.is_some(),
        matches: found.map(|(_, matches)| matches).unwrap_or_default(),
        verdict: clause.as_ref().map(Clause::verdict),
        clause: clause.map(|clause| ClauseLine::of(&clause, &watches[0].name, &item)),
    };
    let style = ItemStyle::new(output, const { &TimeZone::UTC });
    output.print(&result, |result| result.describe(text, style))?;
    Ok(result.matched)
}

impl TextResult {
    fn describe(&self, text: &str, style: ItemStyle<'_>) -> String {
        let mut lines = Vec::new();
        if self.matched {
            let mut terms: Vec<&str> = self.matches.iter().map(|hit| hit.term.as_str()).collect();
            let mut seen = std::collections::HashSet::new();
            terms.retain(|term| seen.insert(*term));
            let ranges: Vec<[usize; 2]> = self.matches.iter().map(|hit| hit.range).collect();
            lines.push(format!("match: {}", terms.join(", ")));
            lines.push(style.marked(text, &ranges));
        } else {
            let verdict = self.verdict.iter().map(|verdict| format!(": {verdict}"));
            lines.push(format!("no match{}", verdict.collect::<String>()));
        }
        lines.extend(self.clause.iter().map(|clause| clause.tree(style)));
        lines.join("\n")
    }
}
