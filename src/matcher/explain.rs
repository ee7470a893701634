//! Why an expression matched an item or not, and what it was compiled to.

use std::{fmt, ops::Range};

use super::{
    Entity, Hit, ItemText, Query, QueryError,
    canonical::Canonical,
    compile::{self, anchors},
    compiled::CompiledWatch,
    display,
    evaluate::{holds, places},
    evidence::Evidence,
    find::{hits_of, ordered, reads, scan},
    locate::{located, verified},
    origin,
    pattern::patterns,
    query::{Kind, Node, Term},
};
use crate::model::{Field, OnUpdate, Priority, Watch};

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
    Origin,
    /// All parts must hold.
    All,
    /// One part must hold.
    Any,
    /// Its one part must not hold.
    Not,
    /// So many parts must hold.
    AtLeast(usize),
    /// All parts must stand near each other.
    Near,
}

/// Why something that nearly matched did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NearMiss {
    /// It stands in a field that is not read.
    OtherField(Field),
    /// It stands there with other capitals or accents.
    OtherCase(Field, String),
    /// It is only a part of this word.
    LongerWord(Field, String),
    /// Its words are there, but not next to each other in this order.
    WordsApart,
    /// All parts are there, but not within the distance.
    TooFar(u32),
    /// The item comes from this instead.
    OtherOrigin(String),
    /// The watch does not read this feed.
    OtherFeed,
}

impl fmt::Display for NearMiss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherField(field) => write!(formatter, "it is in the {field}, which is not read"),
            Self::OtherCase(field, text) => {
                write!(
                    formatter,
                    "the {field} has `{text}`, with other capitals or accents"
                )
            }
            Self::LongerWord(field, text) => {
                write!(formatter, "the {field} has `{text}`, a longer word")
            }
            Self::WordsApart => formatter.write_str("its words are there, but apart"),
            Self::TooFar(tokens) => write!(formatter, "not within {tokens} words of each other"),
            Self::OtherOrigin(value) if value.is_empty() => formatter.write_str("it is not known"),
            Self::OtherOrigin(value) => write!(formatter, "it is `{value}`"),
            Self::OtherFeed => formatter.write_str("the watch does not read this feed"),
        }
    }
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
    /// Walks the expression of a watch over an item, with the judgement of the live matcher.
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
        let matcher = compile::matcher(vec![(watch, query)]);
        let canonical = Canonical::new(item, matcher.fields);
        let found = verified(&matcher, item, &canonical, scan(&matcher, &canonical));
        let evidence = Evidence::new(&matcher, item, &canonical, found);
        let compiled = &matcher.watches[0];
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
            Node::Term(_) | Node::Origin(_) => &[],
        };
        Clause {
            text: display::text(node, self.terms),
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
        let spans = located(self.evidence, self.evidence.places(leaf).collect());
        ordered(hits_of(leaf, self.evidence, &spans).collect())
    }

    fn near_miss(&self, node: &Node) -> Option<NearMiss> {
        match node {
            Node::Term(index) => self.term_miss(&self.terms[*index], *index),
            Node::Near(parts, distances) => {
                let stands = |part| !places(part, self.compiled, self.evidence).is_empty();
                let widest = distances.iter().map(|distance| distance.tokens).max();
                widest
                    .filter(|_| parts.iter().all(stands))
                    .map(NearMiss::TooFar)
            }
            Node::Origin(origin) => Some(NearMiss::OtherOrigin(origin::of(
                origin.kind,
                self.evidence,
            ))),
            Node::All(_) | Node::Any(_) | Node::AtLeast(..) | Node::Not(_) => None,
        }
    }

    fn term_miss(&self, term: &Term, index: usize) -> Option<NearMiss> {
        let item = self.evidence.item;
        if let Some((field, _)) = probe(term.kind, &term.body, item, &Field::ALL) {
            return Some(NearMiss::OtherField(field));
        }
        if matches!(term.kind, Kind::Regex | Kind::Prefix | Kind::Suffix) {
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
        if let Some((field, span)) = hit(Kind::Whole) {
            return Some(NearMiss::OtherCase(field, text(field, span)));
        }
        if let Some((field, span)) = hit(Kind::Prefix).or_else(|| hit(Kind::Suffix)) {
            return Some(NearMiss::LongerWord(field, text(field, span)));
        }
        let there = |word: &&str| probe(Kind::Whole, word, item, &Field::ALL).is_some();
        let words = words_apart(&lower);
        let apart = words.len() > 1 && words.iter().all(there);
        apart.then_some(NearMiss::WordsApart)
    }
}

/// The words of a phrase that mean something when they stand apart: none where one is a single
/// letter, since the `s` of “Koizumi’s” makes no `S. Koizumi`.
pub(super) fn words_apart(phrase: &str) -> Vec<&str> {
    let letters = |word: &str| crate::text::fold(word).trim().chars().count();
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let is_apart = words.iter().all(|word| letters(word) > 1);
    words.into_iter().filter(|_| is_apart).collect()
}

fn operator(node: &Node) -> Operator {
    match node {
        Node::Term(_) => Operator::Term,
        Node::Origin(_) => Operator::Origin,
        Node::All(_) => Operator::All,
        Node::Any(_) => Operator::Any,
        Node::Not(_) => Operator::Not,
        Node::AtLeast(count, _) => Operator::AtLeast(*count),
        Node::Near(..) => Operator::Near,
    }
}

/// The first hit of a term in any of these fields.
fn probe(
    kind: Kind,
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
    let found = compile::matcher(vec![(&unnamed(fields), query)])
        .find(item)
        .pop()?;
    let hit = found.hits.into_iter().next()?;
    Some((hit.field, hit.span))
}

/// A watch of all feeds.
fn unnamed(fields: &[Field]) -> Watch {
    Watch {
        name: String::new(),
        expression: String::new(),
        fields: fields.to_vec(),
        feeds: None,
        priority: Priority::Routine,
        notify: Vec::new(),
        on_update: OnUpdate::Never,
    }
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
            Kind::Regex => vec![term.body.clone()],
            _ => patterns(term).iter().map(ToString::to_string).collect(),
        };
        let terms = query
            .terms
            .iter()
            .map(|term| (term.text.clone(), found_by(term)))
            .collect();
        let matcher = compile::matcher(vec![(&unnamed(&Field::ALL), query)]);
        let watch = &matcher.watches[0];
        let text = |leaf: usize| watch.leaves[leaf].text.to_string();
        let anchors = anchors(&watch.root, &watch.leaves);
        Ok(Self {
            expression,
            terms,
            anchors: anchors.into_iter().map(text).collect(),
        })
    }
}
