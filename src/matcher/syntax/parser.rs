//! Builds the syntax tree from tokens, by recursive descent.
//!
//! Parentheses nest [`MAX_NESTING`] deep at most, so the descent is bounded. Entities are expanded
//! here: each of their spellings becomes a term. Warns where AND and OR meet without parentheses.

use std::ops::Range;

use super::{
    entity::{self, Entity},
    metadata::{MetadataCondition, MetadataKind},
    token::{Scope, Token, TokenKind},
    tree::{Distance, MAX_NESTING, Node, Query, QueryError, Term, TermKind},
};

/// Builds the tree of an expression.
pub(in crate::matcher) fn parse(
    expression: &str,
    tokens: &[Token],
    entities: &[Entity],
) -> Result<Query, QueryError> {
    let mut parser = Parser {
        expression,
        tokens,
        entities,
        used: Vec::new(),
        at: 0,
        scope: None,
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
        return Err(parser.stray(token));
    }
    Ok(Query {
        root,
        terms: parser.terms,
        warnings: parser.warnings,
        entities: parser.used,
    })
}

struct Parser<'a> {
    expression: &'a str,
    tokens: &'a [Token],
    entities: &'a [Entity],
    /// The names of those that the expression uses.
    used: Vec<String>,
    at: usize,
    /// What terms are narrowed to where the parser is.
    scope: Option<Scope>,
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

    /// The bytes from the token at `from` up to where the parser is.
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
        Ok(one_or(parts, |parts| Node::Any(parts.into())))
    }

    /// The second value says whether several operands are next to each other without parentheses.
    fn all(&mut self) -> Result<(Node, bool), QueryError> {
        let mut parts = vec![self.unary()?];
        while self.takes(&TokenKind::And) || self.peek().is_some_and(TokenKind::begins_operand) {
            parts.push(self.unary()?);
        }
        let is_bare = parts.len() > 1;
        Ok((one_or(parts, |parts| Node::All(parts.into())), is_bare))
    }

    fn unary(&mut self) -> Result<Node, QueryError> {
        let from = self.at;
        while self.takes(&TokenKind::Not) {}
        let negated = (self.at - from) % 2 == 1;
        let node = self.near()?;
        Ok(if negated {
            Node::Not(Box::new((node, self.span(from))))
        } else {
            node
        })
    }

    fn near(&mut self) -> Result<Node, QueryError> {
        let from = self.at;
        let first = self.primary()?;
        let mut distances: Vec<Distance> = Vec::new();
        let mut parts = vec![(first, self.span(from))];
        while let Some(TokenKind::Near(distance)) = self.peek() {
            distances.push(*distance);
            self.at += 1;
            let from = self.at;
            let part = self.primary()?;
            parts.push((part, self.span(from)));
        }
        if distances.is_empty() {
            return Ok(parts.swap_remove(0).0);
        }
        if let Some((_, span)) = parts.iter().find(|(part, _)| !self.has_places(part)) {
            return Err(QueryError::new("NEAR cannot join this", span.clone())
                .with_help("it joins words, phrases, and groups of them with OR or NEAR between"));
        }
        let parts = parts.into_iter().map(|(part, _)| part).collect();
        Ok(Node::Near(parts, distances.into()))
    }

    /// Whether NEAR knows where the part is.
    fn has_places(&self, node: &Node) -> bool {
        match node {
            Node::Term(index) => self.terms[*index].kind != TermKind::Regex,
            Node::Any(parts) => parts.iter().all(|part| self.has_places(part)),
            Node::Near(..) => true,
            Node::All(_) | Node::Not(_) | Node::AtLeast(..) | Node::Metadata(_) => false,
        }
    }

    fn primary(&mut self) -> Result<Node, QueryError> {
        match self.peek() {
            Some(TokenKind::Field(scope)) => {
                self.at += 1;
                let outer = self.scope.replace(*scope);
                let node = match self.peek() {
                    Some(
                        TokenKind::Open
                        | TokenKind::Term { .. }
                        | TokenKind::Count(_)
                        | TokenKind::Entity(_),
                    ) => self.primary(),
                    _ => Err(self.expected()),
                };
                self.scope = outer;
                node
            }
            Some(TokenKind::Open) => self.group(),
            Some(TokenKind::Count(count)) => self.count(*count),
            Some(TokenKind::Entity(name)) => self.entity(name),
            Some(TokenKind::Term {
                text, body, kind, ..
            }) => {
                self.at += 1;
                match self.scope {
                    Some(Scope::Metadata(of)) => self.metadata(of, body, *kind),
                    _ => Ok(self.term(text.clone(), body.clone(), *kind)),
                }
            }
            _ => Err(self.expected()),
        }
    }

    /// A term written with the token before the parser.
    fn term(&mut self, text: String, body: String, kind: TermKind) -> Node {
        self.terms.push(Term {
            text,
            body,
            kind,
            field: match self.scope {
                Some(Scope::Field(field)) => Some(field),
                _ => None,
            },
            positive: true,
            span: self.tokens[self.at - 1].span.clone(),
        });
        Node::Term(self.terms.len() - 1)
    }

    fn metadata(&self, of: MetadataKind, body: &str, kind: TermKind) -> Result<Node, QueryError> {
        let span = self.tokens[self.at - 1].span.clone();
        let is_prefix = kind == TermKind::Prefix;
        if !is_prefix && kind != TermKind::Whole {
            let message = format!("`{}:` takes a name, or name*", of.as_str());
            return Err(QueryError::new(message, span));
        }
        if of == MetadataKind::Site
            && let Some(domain) = body.strip_prefix('.')
        {
            return Err(QueryError::new("no site begins with a dot", span)
                .with_help(format!("write site:{domain}, which is every host below it")));
        }
        Ok(Node::Metadata(Box::new(MetadataCondition {
            kind: of,
            value: of.normalized(body),
            is_prefix,
            span,
        })))
    }

    fn entity(&mut self, name: &str) -> Result<Node, QueryError> {
        self.at += 1;
        let span = self.tokens[self.at - 1].span.clone();
        if let Some(Scope::Metadata(of)) = self.scope {
            let message = format!("`{}:` takes no entity", of.as_str());
            return Err(QueryError::new(message, span));
        }
        let Some(entity) = self.entities.iter().find(|entity| entity.name == name) else {
            return Err(entity::unknown(name, self.entities, span));
        };
        self.used.push(entity.name.clone());
        let terms = entity.terms();
        let terms: Vec<Node> = terms
            .map(|(spelling, kind)| self.term(spelling.clone(), spelling, kind))
            .collect();
        if terms.is_empty() {
            let message = format!("the entity `{name}` has no names");
            return Err(QueryError::new(message, span));
        }
        Ok(one_or(terms, |parts| Node::Any(parts.into())))
    }

    fn count(&mut self, count: usize) -> Result<Node, QueryError> {
        let span = self.tokens[self.at].span.clone();
        self.at += 1;
        let parts = self.parenthesised(|parser| {
            let mut parts = vec![parser.any()?];
            while parser.takes(&TokenKind::Comma) {
                parts.push(parser.any()?);
            }
            Ok(parts)
        })?;
        if count > parts.len() {
            let message = format!("expected at least {count} parts, found {}", parts.len());
            return Err(QueryError::new(message, span).with_help("separate the parts with commas"));
        }
        Ok(Node::AtLeast(count, parts.into()))
    }

    fn group(&mut self) -> Result<Node, QueryError> {
        self.parenthesised(Self::any)
    }

    fn parenthesised<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let open = self.tokens[self.at].span.clone();
        if self.nesting == MAX_NESTING {
            let message = format!("parentheses nest more than {MAX_NESTING} deep");
            return Err(QueryError::new(message, open));
        }
        self.at += 1;
        self.nesting += 1;
        let inner = inner(self)?;
        self.nesting -= 1;
        if !self.takes(&TokenKind::Close) {
            return Err(match self.tokens.get(self.at) {
                Some(token) => self.stray(token),
                None => QueryError::new("this parenthesis is never closed", open),
            });
        }
        Ok(inner)
    }

    /// A token that nothing before it leads to.
    fn stray(&self, token: &Token) -> QueryError {
        let span = token.span.clone();
        match token.kind {
            TokenKind::Close => QueryError::new("this parenthesis was never opened", span),
            TokenKind::Comma => QueryError::new("a comma separates nothing here", span)
                .with_help("write 2 OF (a, b, c), or OR between the terms"),
            _ => {
                let written = &self.expression[span.clone()];
                QueryError::new(format!("`{written}` is not expected here"), span)
            }
        }
    }

    /// There is no term where one must be.
    fn expected(&self) -> QueryError {
        let written = |token: &Token| &self.expression[token.span.clone()];
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let here = self.tokens.get(self.at);
        let end = self.expression.len();
        match (before, here) {
            (Some(before), here) => {
                let error = QueryError::new(
                    format!("expected a term after `{}`", written(before)),
                    here.map_or(end..end, |here| here.span.clone()),
                );
                let excludes = here.is_some_and(|here| here.kind == TokenKind::Not);
                match before.kind {
                    TokenKind::Field(_) if excludes => {
                        error.with_help(format!("write -{}word", written(before)))
                    }
                    TokenKind::Near(_) if excludes => {
                        error.with_help("exclude behind it: (a NEAR/5 b) NOT c")
                    }
                    _ => error,
                }
            }
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
