//! Parses an expression, and checks the whole of it.
//!
//! An expression must need at least one term to be present: otherwise it would match nearly every
//! item. Reports the first fault, and where in the expression it is.

use std::ops::Range;

use super::{
    doubts,
    entity::Entity,
    lexer,
    metadata::MetadataKind,
    parser,
    tree::{Node, Query, QueryError, Term, TermKind},
};

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
    Metadata(MetadataKind, Range<usize>),
    Regex(Range<usize>),
}

impl Open {
    fn error(self) -> QueryError {
        match self {
            Self::Exclusion(span) => {
                QueryError::new("an exclusion alone would match every other item", span)
                    .with_help("name what must be there too, such as `Koizumi NOT Yakumo`")
            }
            Self::Metadata(kind, span) => {
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
            let is_open = term.kind == TermKind::Regex && term.field.is_none();
            is_open.then(|| Open::Regex(term.span.clone()))
        }
        Node::Not(inner) => Some(Open::Exclusion(inner.1.clone())),
        Node::Metadata(condition) => Some(Open::Metadata(condition.kind, condition.span.clone())),
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
        Node::Metadata(_) => {}
        Node::All(parts) | Node::Any(parts) | Node::AtLeast(_, parts) | Node::Near(parts, _) => {
            for part in parts {
                mark_positive(part, positive, terms);
            }
        }
    }
}
