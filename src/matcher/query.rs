//! The expression language.

use std::ops::Range;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// Lowercase, no full stop, such as `expected a term after OR`.
    pub message: String,
    /// Where, in bytes of the expression; may be empty at its end.
    pub span: Range<usize>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Query {
    /// Parses an expression.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(_expression: &str) -> Result<Self, QueryError> {
        Ok(Self {})
    }

    /// Things that are allowed but probably not meant, such as AND and OR without parentheses.
    pub fn warnings(&self) -> Vec<QueryError> {
        Vec::new()
    }
}
