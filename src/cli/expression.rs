//! An expression as it is typed on the command line.

use clap::Args;

use super::{error::CliError, output::remark, terminal::width};
use crate::{
    matcher::{Entity, ItemLists, ItemText, Matcher, Query, QueryError, WatchMatch, matches},
    model::{Field, Match, OnUpdate, Priority, Watch},
    store::KeptItem,
};

/// An expression and the fields it reads.
#[derive(Debug, Args)]
pub(super) struct Expression {
    /// The expression, as in a watch.
    #[arg(value_name = "EXPR")]
    expression: String,

    /// The fields it reads, such as `title,summary`; by default those of a watch that names none.
    #[arg(long = "in", value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<Field>,
}

impl Expression {
    /// The watch that it would be; warns of what is probably not meant.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn watch(&self, entities: &[Entity]) -> Result<Watch, CliError> {
        let query = Query::parse(&self.expression, entities)
            .map_err(|error| CliError::Usage(self.point(&error)))?;
        for warning in query.warnings() {
            remark(&format!("warning: {}", self.point(&warning)));
        }
        let asked = |field: &Field| self.fields.is_empty() || self.fields.contains(field);
        let all = if self.fields.is_empty() {
            &Field::DEFAULT[..]
        } else {
            &Field::ALL[..]
        };
        Ok(Watch {
            name: "try".to_owned(),
            expression: self.expression.clone(),
            fields: all.iter().copied().filter(asked).collect(),
            feeds: None,
            priority: Priority::Routine,
            on_update: OnUpdate::default(),
            notify: Vec::new(),
        })
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

/// Where each of these watches hits a stored item: its number, and its hits.
pub(super) fn found(
    matcher: &Matcher,
    watches: &[Watch],
    kept: &KeptItem,
) -> Vec<(usize, Vec<Match>)> {
    let item = &kept.stored.item;
    let lists = ItemLists::of(item);
    found_in(matcher, watches, &lists.text(&kept.feed, item))
}

/// The same of a text.
pub(super) fn found_in(
    matcher: &Matcher,
    watches: &[Watch],
    text: &ItemText<'_>,
) -> Vec<(usize, Vec<Match>)> {
    let found = matcher.find(text).into_iter();
    let hits = |found: WatchMatch| {
        let name = &watches[found.watch].name;
        (found.watch, matches(text, name, &found))
    };
    found.map(hits).collect()
}
