//! Why an expression matched an item or not, and what it was compiled to.
//!
//! Explains with the code that finds alerts, so that both always agree. Slower than a search: near
//! misses are found by searching again, term by term.

use std::ops::Range;

use super::{
    canonical::{Canonical, located, verified},
    evaluate::{holds, metadata, places},
    evidence::Evidence,
    find::{find, hits_of, ordered, reads, scan},
    item::{Hit, ItemText},
    near_miss::{NearMiss, words_apart},
};
use crate::{
    matcher::{
        program::{CompiledWatch, ParsedWatch, Program, anchors, compile, patterns},
        syntax::{Entity, Node, Query, QueryError, Term, TermKind, written},
    },
    model::{Field, Watch},
};

/// A part of an expression and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The part, in canonical form.
    pub text: String,
    /// What it is, and how it joins its parts.
    pub operator: Operator,
    /// Whether it holds.
    pub matched: bool,
    /// Where it hit, if it is a term.
    pub hits: Vec<Hit>,
    /// What came close, if it is a term or NEAR that did not hold.
    pub near_miss: Option<NearMiss>,
    /// What it is made of.
    pub parts: Vec<Clause>,
}

/// What a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// A term.
    Term,
    /// A condition on the item's feed, language or site.
    Metadata,
    /// All parts must hold.
    All,
    /// One part must hold.
    Any,
    /// Its one part must not hold.
    Not,
    /// So many parts must hold.
    AtLeast(usize),
    /// All parts must be near each other.
    Near,
}

/// What an expression was compiled to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The expression in canonical form, its entities expanded.
    pub expression: String,
    /// Each term, and the canonical texts it is found by; a `…` is an open end.
    pub terms: Vec<(String, Vec<String>)>,
    /// The terms of which one must hit before the rest is looked at.
    pub anchors: Vec<String>,
}

impl Clause {
    /// Walks the expression of a watch over an item, with the code that searches for alerts.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn explain(
        watch: &Watch,
        entities: &[Entity],
        item: &ItemText<'_>,
    ) -> Result<Self, QueryError> {
        let query = Query::parse(&watch.expression, entities)?;
        let terms = query.terms.clone();
        let program = compile(vec![ParsedWatch {
            query,
            fields: &watch.fields,
            feeds: watch.feeds.as_deref(),
        }]);
        let canonical = Canonical::new(item, program.fields);
        let found = verified(&program, item, &canonical, scan(&program, &canonical));
        let evidence = Evidence::new(&program, item, &canonical, found);
        let compiled = &program.watches[0];
        let walk = Walk {
            compiled,
            terms: &terms,
            evidence: &evidence,
        };
        let mut clause = walk.clause(&compiled.root);
        if !reads(compiled, evidence.feed()) {
            clause.matched = false;
            clause.near_miss = Some(NearMiss::OtherFeed);
        }
        Ok(clause)
    }
}

struct Walk<'a> {
    compiled: &'a CompiledWatch,
    terms: &'a [Term],
    evidence: &'a Evidence<'a>,
}

impl Walk<'_> {
    fn clause(&self, node: &Node) -> Clause {
        let matched = holds(node, self.compiled, self.evidence);
        let parts: &[Node] = match node {
            Node::All(parts)
            | Node::Any(parts)
            | Node::AtLeast(_, parts)
            | Node::Near(parts, _) => parts,
            Node::Not(inner) => std::slice::from_ref(&inner.0),
            Node::Term(_) | Node::Metadata(_) => &[],
        };
        Clause {
            text: written(node, self.terms),
            operator: operator(node),
            matched,
            hits: self.hits(node),
            near_miss: if matched { None } else { self.near_miss(node) },
            parts: parts.iter().map(|part| self.clause(part)).collect(),
        }
    }

    fn hits(&self, node: &Node) -> Vec<Hit> {
        let Node::Term(leaf) = node else {
            return Vec::new();
        };
        let leaf = &self.compiled.leaves[*leaf];
        let spans = located(
            self.evidence.item,
            self.evidence.canonical,
            self.evidence.places(leaf).collect(),
        );
        ordered(hits_of(leaf, self.evidence, &spans).collect())
    }

    fn near_miss(&self, node: &Node) -> Option<NearMiss> {
        match node {
            Node::Term(index) => self.term_miss(&self.terms[*index], *index),
            Node::Near(parts, distances) => {
                let occurs = |part| !places(part, self.compiled, self.evidence).is_empty();
                let widest = distances.iter().map(|distance| distance.tokens).max();
                widest
                    .filter(|_| parts.iter().all(occurs))
                    .map(NearMiss::TooFar)
            }
            Node::Metadata(condition) => {
                let value = metadata(condition.kind, self.evidence.item);
                Some(NearMiss::OtherMetadata(value))
            }
            Node::All(_) | Node::Any(_) | Node::AtLeast(..) | Node::Not(_) => None,
        }
    }

    fn term_miss(&self, term: &Term, index: usize) -> Option<NearMiss> {
        let item = self.evidence.item;
        if let Some((field, _)) = probe(term.kind, &term.body, item, &Field::ALL) {
            return Some(NearMiss::OtherField(field));
        }
        if matches!(
            term.kind,
            TermKind::Regex | TermKind::Prefix | TermKind::Suffix
        ) {
            return None;
        }
        let read = self.compiled.leaves[index].fields;
        let read: Vec<Field> = Field::ALL
            .into_iter()
            .filter(|field| read.contains(*field))
            .collect();
        let lower = term.body.to_lowercase();
        let hit = |kind| probe(kind, &lower, item, &read);
        let text = |field, span: Range<usize>| item.field(field)[span].to_owned();
        if let Some((field, span)) = hit(TermKind::Whole) {
            return Some(NearMiss::OtherCase(field, text(field, span)));
        }
        if let Some((field, span)) = hit(TermKind::Prefix).or_else(|| hit(TermKind::Suffix)) {
            return Some(NearMiss::LongerWord(field, text(field, span)));
        }
        let there = |word: &&str| probe(TermKind::Whole, word, item, &Field::ALL).is_some();
        let words = words_apart(&lower);
        let apart = words.len() > 1 && words.iter().all(there);
        apart.then_some(NearMiss::WordsApart)
    }
}

fn operator(node: &Node) -> Operator {
    match node {
        Node::Term(_) => Operator::Term,
        Node::Metadata(_) => Operator::Metadata,
        Node::All(_) => Operator::All,
        Node::Any(_) => Operator::Any,
        Node::Not(_) => Operator::Not,
        Node::AtLeast(count, _) => Operator::AtLeast(*count),
        Node::Near(..) => Operator::Near,
    }
}

/// The first hit of a term in any of these fields.
fn probe(
    kind: TermKind,
    body: &str,
    item: &ItemText<'_>,
    fields: &[Field],
) -> Option<(Field, Range<usize>)> {
    let term = Term {
        text: body.to_owned(),
        body: body.to_owned(),
        kind,
        field: None,
        positive: true,
        span: 0..0,
    };
    let query = Query {
        root: Node::Term(0),
        terms: vec![term],
        warnings: Vec::new(),
        entities: Vec::new(),
    };
    let found = find(&alone(query, fields), item).pop()?;
    let hit = found.hits.into_iter().next()?;
    Some((hit.field, hit.span))
}

/// One expression, over these fields of all feeds.
fn alone(query: Query, fields: &[Field]) -> Program {
    compile(vec![ParsedWatch {
        query,
        fields,
        feeds: None,
    }])
}

impl Outline {
    /// Compiles an expression and shows what became of it.
    ///
    /// # Errors
    /// What is wrong with the expression.
    pub fn of(expression: &str, entities: &[Entity]) -> Result<Self, QueryError> {
        let query = Query::parse(expression, entities)?;
        let expression = query.to_string();
        let found_by = |term: &Term| match term.kind {
            TermKind::Regex => vec![term.body.clone()],
            _ => patterns(term).iter().map(ToString::to_string).collect(),
        };
        let terms = query
            .terms
            .iter()
            .map(|term| (term.text.clone(), found_by(term)))
            .collect();
        let program = alone(query, &Field::ALL);
        let watch = &program.watches[0];
        let text = |leaf: usize| watch.leaves[leaf].text.to_string();
        let anchors = anchors(&watch.root, &watch.leaves);
        Ok(Self {
            expression,
            terms,
            anchors: anchors.into_iter().map(text).collect(),
        })
    }
}
