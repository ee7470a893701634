//! The syntax tree of an expression, and the error that says what is wrong with one.
//!
//! A [`Query`] owns its terms; the nodes of the tree name them by number. Spans are byte ranges of
//! the expression as it was written.

use std::ops::Range;

use super::metadata::MetadataCondition;
use crate::{model::Field, text};

/// How deep parentheses may nest.
pub const MAX_NESTING: usize = 64;

/// How far apart NEAR can reach.
pub const MAX_DISTANCE: u32 = 1000;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(in crate::matcher) root: Node,
    pub(in crate::matcher) terms: Vec<Term>,
    pub(in crate::matcher) warnings: Vec<QueryError>,
    /// Names behind `@`, in the order they are written.
    pub(in crate::matcher) entities: Vec<String>,
}

/// A part of an expression. The tree is at most a few times [`MAX_NESTING`] deep.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::matcher) enum Node {
    /// Index into [`Query::terms`].
    Term(usize),
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Not(Box<(Node, Range<usize>)>),
    /// So many of the parts.
    AtLeast(usize, Box<[Node]>),
    /// Each part but the first within so many tokens of the one before it.
    Near(Box<[Node]>, Box<[Distance]>),
    /// Where the item comes from, not what it says.
    Metadata(Box<MetadataCondition>),
}

/// How far apart two operands of NEAR may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) struct Distance {
    /// From the last token of one to the first of the other: neighbours are 1 apart.
    pub(in crate::matcher) tokens: u32,
    pub(in crate::matcher) ordered: bool,
}

/// A leaf: what to search for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::matcher) struct Term {
    /// As people see it: as written, without the quotes of a phrase.
    pub(in crate::matcher) text: String,
    /// The part that is searched for.
    pub(in crate::matcher) body: String,
    pub(in crate::matcher) kind: TermKind,
    /// The field it was narrowed to.
    pub(in crate::matcher) field: Option<Field>,
    /// Whether it is under no NOT, or under an even number of them.
    pub(in crate::matcher) positive: bool,
    pub(in crate::matcher) span: Range<usize>,
}

/// How a term compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::matcher) enum TermKind {
    /// Whole words, folded; capitals compare case.
    Whole,
    /// The same, written as the name of a person ([`super::names::is_written_as_name`]).
    Name,
    /// The beginning of a word.
    Prefix,
    /// The end of a word.
    Suffix,
    /// A word in any of its cases and numbers.
    Inflected,
    /// Case and accents count.
    Exact,
    /// A regular expression over the original text.
    Regex,
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
    /// Whether it is only that no entity has the name behind an `@`.
    pub unknown_entity: bool,
}

impl QueryError {
    pub(in crate::matcher) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: message.into(),
            span,
            help: None,
            unknown_entity: false,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Term {
    /// Whether it is 2 to 5 capitals, dots aside: then `US` is not `us`, though `NATO` is `Nato`. A
    /// headline all in capitals counts as capitals.
    pub(in crate::matcher) fn is_capitals(&self) -> bool {
        let letters = || self.body.chars().filter(|c| *c != '.');
        self.kind == TermKind::Whole
            && letters().take(6).count() <= 5
            && letters().take(2).count() == 2
            && letters().all(char::is_uppercase)
    }

    /// Its canonical form.
    pub(in crate::matcher) fn canonical(&self) -> String {
        text::fold(&self.body)
    }
}
