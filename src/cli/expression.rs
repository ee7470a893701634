//! `try`: does an expression match a text.

use clap::Args;
use serde::Serialize;

use super::{
    Answer, CliError,
    output::{Output, remark, width},
};
use crate::{
    app,
    matcher::{self, ItemText, Query, QueryError},
    model::{Field, Match, OnUpdate, Priority, Watch},
};

/// Say whether an expression matches a text: exit 0 where it does, 1 where not.
#[derive(Debug, Args)]
pub(super) struct Try {
    /// The expression, as in a watch.
    #[arg(value_name = "EXPR")]
    expression: String,

    /// The text to match it against, read like a headline.
    #[arg(long, value_name = "TEXT")]
    text: String,
}

/// What `try` prints.
#[derive(Serialize)]
struct Trial {
    matched: bool,
    matches: Vec<Match>,
}

impl Try {
    pub(super) fn run(&self, output: &Output) -> Answer {
        let query = Query::parse(&self.expression, &[]).map_err(|error| self.refuse(&error))?;
        for warning in query.warnings() {
            remark(&format!("warning: {}", self.point(&warning)));
        }
        let watch = Watch {
            name: "try".to_owned(),
            expression: self.expression.clone(),
            fields: Field::DEFAULT.to_vec(),
            feeds: None,
            priority: Priority::Routine,
            on_update: OnUpdate::default(),
            notify: Vec::new(),
        };
        let matcher = app::matcher(std::slice::from_ref(&watch), &[])?;
        let text = ItemText {
            title: &self.text,
            ..ItemText::default()
        };
        let found = matcher.find(&text);
        let hits = found
            .iter()
            .flat_map(|found| matcher::matches(&text, &watch.name, found));
        let trial = Trial {
            matched: !found.is_empty(),
            matches: hits.collect(),
        };
        output.print(&trial, |trial| self.describe(trial, output.color))?;
        Ok(trial.matched)
    }

    fn describe(&self, trial: &Trial, color: bool) -> String {
        if !trial.matched {
            return "no match".to_owned();
        }
        let terms: Vec<&str> = trial.matches.iter().map(|hit| hit.term.as_str()).collect();
        let marked = mark(&self.text, &trial.matches, color);
        format!("match: {}\n{marked}", unique(terms).join(", "))
    }

    fn refuse(&self, error: &QueryError) -> CliError {
        CliError::Usage(self.point(error))
    }

    /// The message over the expression, with carets under its fault.
    fn point(&self, error: &QueryError) -> String {
        let before = width(&self.expression[..error.span.start]);
        let under = width(&self.expression[error.span.clone()]).max(1);
        let help = error
            .help
            .as_ref()
            .map(|help| format!("\n  help: {help}"))
            .unwrap_or_default();
        let (space, carets) = (" ".repeat(before), "^".repeat(under));
        format!("{error}\n  {}\n  {space}{carets}{help}", self.expression)
    }
}

fn unique(mut names: Vec<&str>) -> Vec<&str> {
    let mut seen = Vec::new();
    names.retain(|name| {
        let new = !seen.contains(name);
        seen.push(*name);
        new
    });
    names
}

/// The text with its hits marked: in bold on a terminal, in brackets elsewhere.
fn mark(text: &str, matches: &[Match], color: bool) -> String {
    let (open, close) = if color {
        ("\x1b[1;33m", "\x1b[0m")
    } else {
        ("[", "]")
    };
    let mut ranges: Vec<[usize; 2]> = matches.iter().map(|hit| hit.range).collect();
    ranges.sort_unstable();
    let mut marked = String::new();
    let mut end = 0;
    for (index, character) in text.chars().enumerate() {
        if index == end && end > 0 {
            marked.push_str(close);
            end = 0;
        }
        if let Some(range) = ranges.iter().find(|range| range[0] == index)
            && end == 0
        {
            marked.push_str(open);
            end = range[1];
        }
        marked.push(if character.is_control() {
            ' '
        } else {
            character
        });
    }
    if end > 0 {
        marked.push_str(close);
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Context;

    fn hit(start: usize, end: usize) -> Match {
        Match {
            watch: "try".into(),
            term: "t".into(),
            field: Field::Title,
            text: String::new(),
            range: [start, end],
            context: Context {
                text: String::new(),
                range: [0, 0],
            },
        }
    }

    #[test]
    fn hits_are_marked_by_character_and_overlaps_once() {
        assert_eq!(mark("小泉進次郎氏", &[hit(0, 5)], false), "[小泉進次郎]氏");
        assert_eq!(mark("abcd", &[hit(1, 4), hit(2, 3)], false), "a[bcd]");
        assert_eq!(mark("ab", &[hit(0, 1), hit(1, 2)], false), "[a][b]");
    }
}
