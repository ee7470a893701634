//! The expression language.
//!
//! ```text
//! query := or
//! or    := and (("OR" | "|") and)*
//! and   := unary (("AND" | ε) unary)*
//! unary := ("NOT" | "-" | "!")* prim
//! prim  := "(" or ")" | field ":" prim | term
//! term  := word | "a phrase" | word* | =Exact | ="Exact phrase"
//! ```
//!
//! NOT binds tighter than AND, AND tighter than OR. What the language will have one day (NEAR,
//! `2 OF (…)`, `@entity`, `~inflected`, `/regex/`) is refused by name, never read as a word.

use std::ops::Range;

use super::{lexer, parser};
use crate::{model::Field, text};

/// How deep parentheses may nest.
pub const MAX_NESTING: usize = 64;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(super) root: Node,
    pub(super) terms: Vec<Term>,
    pub(super) warnings: Vec<QueryError>,
}

/// An expression as a tree, at most a few times [`MAX_NESTING`] deep.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Index into [`Query::terms`].
    Term(usize),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>, Range<usize>),
}

/// A leaf: what to search for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// As people see it: as written, without the quotes of a phrase.
    pub(super) text: String,
    /// The part that is searched for.
    pub(super) body: String,
    pub(super) kind: Kind,
    /// The field it was narrowed to.
    pub(super) field: Option<Field>,
    /// Whether it stands under no NOT, or under an even number of them.
    pub(super) positive: bool,
}

/// How a term compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whole words, folded; capitals compare case.
    Whole,
    /// The beginning of a word.
    Prefix,
    /// Case and accents count.
    Exact,
}

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

impl QueryError {
    pub(super) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: message.into(),
            span,
            help: None,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Query {
    /// Parses an expression.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(expression: &str) -> Result<Self, QueryError> {
        let tokens = lexer::lex(expression)?;
        let mut query = parser::parse(expression, &tokens)?;
        query.warnings.extend(lexer::warnings(&tokens));
        query.warnings.sort_by_key(|warning| warning.span.start);
        if let Some(span) = unanchored(&query.root) {
            return Err(
                QueryError::new("an exclusion alone would match every other item", span)
                    .with_help("name what must be there too, such as `Koizumi NOT Yakumo`"),
            );
        }
        mark_positive(&query.root, true, &mut query.terms);
        Ok(query)
    }

    /// Things that are allowed but probably not meant, such as AND and OR without parentheses.
    pub fn warnings(&self) -> Vec<QueryError> {
        self.warnings.clone()
    }
}

/// The place of an exclusion that makes the whole match where no term hits.
fn unanchored(node: &Node) -> Option<Range<usize>> {
    match node {
        Node::Term(_) => None,
        Node::Not(_, span) => Some(span.clone()),
        Node::Any(parts) => parts.iter().find_map(unanchored),
        Node::All(parts) => {
            let places: Option<Vec<_>> = parts.iter().map(unanchored).collect();
            places?.into_iter().next()
        }
    }
}

fn mark_positive(node: &Node, positive: bool, terms: &mut [Term]) {
    match node {
        Node::Term(index) => terms[*index].positive = positive,
        Node::Not(inner, _) => mark_positive(inner, !positive, terms),
        Node::All(parts) | Node::Any(parts) => {
            for part in parts {
                mark_positive(part, positive, terms);
            }
        }
    }
}

impl Term {
    /// Whether it is 2 to 5 capitals, dots aside: then `US` is not `us`. A headline all in
    /// capitals counts as capitals.
    pub(super) fn is_capitals(&self) -> bool {
        let letters = || self.body.chars().filter(|c| *c != '.');
        self.kind == Kind::Whole
            && (2..=5).contains(&letters().count())
            && letters().all(char::is_uppercase)
    }

    /// Its canonical form.
    pub(super) fn canonical(&self) -> String {
        text::fold(&self.body)
    }
}
