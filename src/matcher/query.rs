//! The expression language.
//!
//! ```text
//! query := or
//! or    := and (("OR" | "|") and)*
//! and   := unary (("AND" | ε) unary)*
//! unary := ("NOT" | "-" | "!")* near
//! near  := prim (("NEAR/"n | "ONEAR/"n) prim)*
//! prim  := "(" or ")" | field ":" prim | n "OF" "(" or ("," or)* ")" | "@" entity | term
//! term  := word | "a phrase" | word* | *word | =Exact | ="Exact phrase" | ~inflected | /regex/
//! ```
//!
//! NEAR binds tightest, then NOT, then AND, then OR.

use std::ops::Range;

use super::{Entity, doubts, lexer, parser};
use crate::{model::Field, text};

/// How deep parentheses may nest.
pub const MAX_NESTING: usize = 64;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(super) root: Node,
    pub(super) terms: Vec<Term>,
    pub(super) warnings: Vec<QueryError>,
    /// Names behind `@`, in the order they are written.
    pub(super) entities: Vec<String>,
}

/// An expression as a tree, at most a few times [`MAX_NESTING`] deep.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
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
    Origin(Box<Origin>),
}

/// How far apart two operands of NEAR may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Distance {
    /// From the last token of one to the first of the other: neighbours are 1 apart.
    pub(super) tokens: u32,
    pub(super) ordered: bool,
}

/// A condition on the item's feed, language or site.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Origin {
    pub(super) kind: OriginKind,
    /// In lower case.
    pub(super) value: String,
    /// Whether `value` is only how it begins.
    pub(super) is_prefix: bool,
    pub(super) span: Range<usize>,
}

/// What an [`Origin`] looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OriginKind {
    Feed,
    Lang,
    Site,
}

impl OriginKind {
    pub(super) const ALL: [Self; 3] = [Self::Feed, Self::Lang, Self::Site];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Lang => "lang",
            Self::Site => "site",
        }
    }
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
    pub(super) span: Range<usize>,
}

/// How a term compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Whole words, folded; capitals compare case.
    Whole,
    /// The same, written as the name of a person ([`super::entity::is_written_as_name`]).
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
    pub(super) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
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

impl Query {
    /// Parses an expression; `@name` stands for the names of that entity.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(expression: &str, entities: &[Entity]) -> Result<Self, QueryError> {
        let mut query = Self::parse_open(expression, entities)?;
        if let Some(open) = unanchored(&query.root, &query.terms) {
            return Err(open.error());
        }
        mark_positive(&query.root, true, &mut query.terms);
        Ok(query)
    }

    /// The same for a part of an expression: it need not need a term to be present, the other
    /// parts may.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse_open(expression: &str, entities: &[Entity]) -> Result<Self, QueryError> {
        let tokens = lexer::lex(expression)?;
        let mut query = parser::parse(expression, &tokens, entities)?;
        query.warnings.extend(doubts::warnings(&tokens));
        query.warnings.sort_by_key(|warning| warning.span.start);
        Ok(query)
    }

    /// The entities it names, in the order they are written.
    pub fn entities(&self) -> impl Iterator<Item = &str> {
        self.entities.iter().map(String::as_str)
    }

    /// Things that are allowed but probably not meant, such as AND and OR without parentheses.
    pub fn warnings(&self) -> Vec<QueryError> {
        self.warnings.clone()
    }
}

/// What makes a whole match where no term hits.
enum Open {
    Exclusion(Range<usize>),
    Origin(OriginKind, Range<usize>),
    Regex(Range<usize>),
}

impl Open {
    fn error(self) -> QueryError {
        match self {
            Self::Exclusion(span) => {
                QueryError::new("an exclusion alone would match every other item", span)
                    .with_help("name what must be there too, such as `Koizumi NOT Yakumo`")
            }
            Self::Origin(kind, span) => {
                let message = format!("`{}:` alone names no term", kind.as_str());
                QueryError::new(message, span)
                    .with_help("name what must be there too; `feeds = [...]` picks whole feeds")
            }
            Self::Regex(span) => QueryError::new(
                "a regular expression alone would be tried on every text",
                span,
            )
            .with_help("narrow it to a field (title:/…/) or add a term that must be there too"),
        }
    }
}

fn unanchored(node: &Node, terms: &[Term]) -> Option<Open> {
    let open = |part: &Node| unanchored(part, terms);
    match node {
        Node::Term(index) => {
            let term = &terms[*index];
            let is_open = term.kind == Kind::Regex && term.field.is_none();
            is_open.then(|| Open::Regex(term.span.clone()))
        }
        Node::Not(inner) => Some(Open::Exclusion(inner.1.clone())),
        Node::Origin(origin) => Some(Open::Origin(origin.kind, origin.span.clone())),
        Node::Any(parts) => parts.iter().find_map(open),
        Node::All(parts) | Node::Near(parts, _) => all_open(parts, parts.len(), terms),
        // So many may be missing that only open parts are left.
        Node::AtLeast(count, parts) => all_open(parts, *count, terms),
    }
}

/// The first open part, where as many as `enough` are open.
fn all_open(parts: &[Node], enough: usize, terms: &[Term]) -> Option<Open> {
    let mut open = parts.iter().filter_map(|part| unanchored(part, terms));
    let first = open.next()?;
    (open.count() + 1 >= enough).then_some(first)
}

fn mark_positive(node: &Node, positive: bool, terms: &mut [Term]) {
    match node {
        Node::Term(index) => terms[*index].positive = positive,
        Node::Not(inner) => mark_positive(&inner.0, !positive, terms),
        Node::Origin(_) => {}
        Node::All(parts) | Node::Any(parts) | Node::AtLeast(_, parts) | Node::Near(parts, _) => {
            for part in parts {
                mark_positive(part, positive, terms);
            }
        }
    }
}

impl Term {
    /// Whether it is 2 to 5 capitals, dots aside: then `US` is not `us`, though `NATO` is `Nato`. A
    /// headline all in capitals counts as capitals.
    pub(super) fn is_capitals(&self) -> bool {
        let letters = || self.body.chars().filter(|c| *c != '.');
        self.kind == Kind::Whole
            && letters().take(6).count() <= 5
            && letters().take(2).count() == 2
            && letters().all(char::is_uppercase)
    }

    /// Its canonical form.
    pub(super) fn canonical(&self) -> String {
        text::fold(&self.body)
    }
}
