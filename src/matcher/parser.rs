//! Tokens to a tree, by recursive descent with a bound.

use std::ops::Range;

use super::{
    lexer::{Token, TokenKind},
    query::{MAX_NESTING, Node, Query, QueryError, Term},
};
use crate::model::Field;

/// Builds the tree of an expression.
pub(super) fn parse(expression: &str, tokens: &[Token]) -> Result<Query, QueryError> {
    let mut parser = Parser {
        expression,
        tokens,
        at: 0,
        field: None,
        nesting: 0,
        terms: Vec::new(),
        warnings: Vec::new(),
    };
    if tokens.is_empty() {
        return Err(QueryError::new(
            "the expression is empty",
            0..expression.len(),
        ));
    }
    let root = parser.any()?;
    if let Some(token) = tokens.get(parser.at) {
        return Err(QueryError::new(
            "this parenthesis was never opened",
            token.span.clone(),
        ));
    }
    Ok(Query {
        root,
        terms: parser.terms,
        warnings: parser.warnings,
    })
}

struct Parser<'a> {
    expression: &'a str,
    tokens: &'a [Token],
    at: usize,
    /// The field that terms are narrowed to where the parser stands.
    field: Option<Field>,
    nesting: usize,
    terms: Vec<Term>,
    warnings: Vec<QueryError>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn takes(&mut self, kind: &TokenKind) -> bool {
        let taken = self.peek() == Some(kind);
        self.at += usize::from(taken);
        taken
    }

    /// The bytes from the token at `from` up to where the parser stands.
    fn span(&self, from: usize) -> Range<usize> {
        self.tokens[from].span.start..self.tokens[self.at - 1].span.end
    }

    fn any(&mut self) -> Result<Node, QueryError> {
        let (mut parts, mut joined) = (Vec::new(), None);
        loop {
            let from = self.at;
            let (part, is_bare) = self.all()?;
            parts.push(part);
            joined = joined.or(is_bare.then(|| self.span(from)));
            if !self.takes(&TokenKind::Or) {
                break;
            }
        }
        if let Some(span) = joined.filter(|_| parts.len() > 1) {
            let help = format!(
                "AND binds tighter; write ({})",
                &self.expression[span.clone()]
            );
            self.warnings.push(
                QueryError::new("AND and OR are mixed without parentheses", span).with_help(help),
            );
        }
        Ok(one_or(parts, Node::Any))
    }

    /// Also tells whether several operands stand next to each other without parentheses.
    fn all(&mut self) -> Result<(Node, bool), QueryError> {
        let mut parts = vec![self.unary()?];
        while self.takes(&TokenKind::And) || self.peek().is_some_and(TokenKind::begins_operand) {
            parts.push(self.unary()?);
        }
        let is_bare = parts.len() > 1;
        Ok((one_or(parts, Node::All), is_bare))
    }

    fn unary(&mut self) -> Result<Node, QueryError> {
        let from = self.at;
        while self.takes(&TokenKind::Not) {}
        let negated = (self.at - from) % 2 == 1;
        let node = self.primary()?;
        Ok(if negated {
            Node::Not(Box::new(node), self.span(from))
        } else {
            node
        })
    }

    fn primary(&mut self) -> Result<Node, QueryError> {
        match self.peek() {
            Some(TokenKind::Field(field)) => {
                self.at += 1;
                let outer = self.field.replace(*field);
                let node = match self.peek() {
                    Some(TokenKind::Open | TokenKind::Term { .. }) => self.primary(),
                    _ => Err(self.expected()),
                };
                self.field = outer;
                node
            }
            Some(TokenKind::Open) => self.group(),
            Some(TokenKind::Term {
                text, body, kind, ..
            }) => {
                self.at += 1;
                self.terms.push(Term {
                    text: text.clone(),
                    body: body.clone(),
                    kind: *kind,
                    field: self.field,
                    positive: true,
                });
                Ok(Node::Term(self.terms.len() - 1))
            }
            _ => Err(self.expected()),
        }
    }

    fn group(&mut self) -> Result<Node, QueryError> {
        let open = self.tokens[self.at].span.clone();
        if self.nesting == MAX_NESTING {
            let message = format!("parentheses nest more than {MAX_NESTING} deep");
            return Err(QueryError::new(message, open));
        }
        self.at += 1;
        self.nesting += 1;
        let node = self.any()?;
        self.nesting -= 1;
        if !self.takes(&TokenKind::Close) {
            return Err(QueryError::new("this parenthesis is never closed", open));
        }
        Ok(node)
    }

    /// There is no term where one must stand.
    fn expected(&self) -> QueryError {
        let written = |token: &Token| &self.expression[token.span.clone()];
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let here = self.tokens.get(self.at);
        let end = self.expression.len();
        match (before, here) {
            (Some(before), here) => QueryError::new(
                format!("expected a term after `{}`", written(before)),
                here.map_or(end..end, |here| here.span.clone()),
            ),
            (None, Some(here)) if here.kind == TokenKind::Close => {
                QueryError::new("this parenthesis was never opened", here.span.clone())
            }
            (None, Some(here)) => QueryError::new(
                format!("expected a term before `{}`", written(here)),
                here.span.clone(),
            ),
            (None, None) => QueryError::new("the expression is empty", 0..end),
        }
    }
}

fn one_or(mut parts: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        many(parts)
    }
}
