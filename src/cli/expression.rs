//! An expression as it is typed on the command line.

use clap::Args;

use super::{error::CliError, output::remark, terminal::width};
use crate::{
    matcher::{Entity, QueryError},
    model::{Field, Watch},
    view::expressions::as_watch,
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
        let (watch, warnings) = as_watch(&self.expression, &self.fields, entities)
            .map_err(|error| CliError::Usage(self.point(&error)))?;
        for warning in warnings {
            remark(&format!("warning: {}", self.point(&warning)));
        }
        Ok(watch)
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
