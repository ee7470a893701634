//! Near misses: terms that would match if spelling, distance or case were a little different.
//!
//! A widened expression holds for every item that its own expression holds for, and for those that
//! came close. What came close, and how, the explanation of a [`Clause`](super::explain::Clause)
//! says.

use std::fmt;

use crate::{
    matcher::syntax::{Distance, Node, Query, Term, TermKind},
    model::Field,
    text,
};

/// Why something that nearly matched did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NearMiss {
    /// It is in a field that is not read.
    OtherField(Field),
    /// It is there with other capitals or accents.
    OtherCase(Field, String),
    /// It is only a part of this word.
    LongerWord(Field, String),
    /// Its words are there, but not next to each other in this order.
    WordsApart,
    /// All parts are there, but not within the distance.
    TooFar(u32),
    /// The item comes from this instead.
    OtherMetadata(String),
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
            Self::OtherMetadata(value) if value.is_empty() => {
                formatter.write_str("it is not known")
            }
            Self::OtherMetadata(value) => write!(formatter, "it is `{value}`"),
            Self::OtherFeed => formatter.write_str("the watch does not read this feed"),
        }
    }
}

/// The words of a phrase that mean something when they are apart: none where one is a single
/// letter, since the `s` of “Koizumi’s” makes no `S. Koizumi`.
pub(super) fn words_apart(phrase: &str) -> Vec<&str> {
    let letters = |word: &str| text::fold(word).trim().chars().count();
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let is_apart = words.iter().all(|word| letters(word) > 1);
    words.into_iter().filter(|_| is_apart).collect()
}

/// Terms shorter than this are not looked for in longer words: `Iran` in Iranian is worth a look,
/// `war` in warm is not.
const MIN_PART_CHARS: usize = 4;

/// How far apart the words of a phrase may be.
const WORDS_APART: u32 = 10;

/// An expression for a watch of all fields that holds wherever this one, of a watch that reads
/// `fields`, holds or came close.
///
/// Terms also hit in fields that are not read, with other capitals and accents, and as parts of
/// longer words; the words of a phrase may be apart; NEAR reaches any distance. Exclusions and
/// conditions on metadata are as strict as before.
pub(in crate::matcher) fn widened(query: &Query, fields: &[Field]) -> Query {
    let mut widening = Widening {
        from: &query.terms,
        fields,
        terms: Vec::new(),
    };
    let root = widening.widen(&query.root);
    Query {
        root,
        terms: widening.terms,
        entities: Vec::new(),
        warnings: Vec::new(),
    }
}

struct Widening<'a> {
    from: &'a [Term],
    /// The fields that the watch reads.
    fields: &'a [Field],
    terms: Vec<Term>,
}

impl Widening<'_> {
    fn widen(&mut self, node: &Node) -> Node {
        match node {
            Node::Term(index) => self.widen_term(&self.from[*index]),
            Node::All(parts) | Node::Near(parts, _) => Node::All(self.each(parts, Self::widen)),
            Node::Any(parts) => Node::Any(self.each(parts, Self::widen)),
            Node::AtLeast(count, parts) => Node::AtLeast(*count, self.each(parts, Self::widen)),
            Node::Not(_) | Node::Metadata(_) => self.strict(node),
        }
    }

    /// The same expression, though the watch now reads all fields.
    fn strict(&mut self, node: &Node) -> Node {
        match node {
            Node::Term(index) => self.scoped(&self.from[*index]),
            Node::All(parts) => Node::All(self.each(parts, Self::strict)),
            Node::Near(parts, distances) => {
                Node::Near(self.each(parts, Self::strict), distances.clone())
            }
            Node::Any(parts) => Node::Any(self.each(parts, Self::strict)),
            Node::AtLeast(count, parts) => Node::AtLeast(*count, self.each(parts, Self::strict)),
            Node::Not(inner) => Node::Not(Box::new((self.strict(&inner.0), inner.1.clone()))),
            Node::Metadata(condition) => Node::Metadata(condition.clone()),
        }
    }

    fn each(&mut self, parts: &[Node], make: fn(&mut Self, &Node) -> Node) -> Box<[Node]> {
        parts.iter().map(|part| make(self, part)).collect()
    }

    fn widen_term(&mut self, term: &Term) -> Node {
        let anywhere = Term {
            field: None,
            ..term.clone()
        };
        // Without a field nothing says where to look for a regular expression.
        if term.kind == TermKind::Regex {
            return self.scoped(term);
        }
        let mut ways = vec![self.leaf(anywhere)];
        let lower = term.body.to_lowercase();
        let mut like = |kind| {
            let body = lower.clone();
            self.scoped(&Term {
                body,
                kind,
                ..term.clone()
            })
        };
        ways.push(like(TermKind::Whole));
        let is_whole = matches!(
            term.kind,
            TermKind::Whole | TermKind::Exact | TermKind::Inflected
        );
        if is_whole && term.body.chars().count() >= MIN_PART_CHARS && !term.is_capitals() {
            ways.extend([like(TermKind::Prefix), like(TermKind::Suffix)]);
        }
        ways.extend(self.words_apart(term, &lower));
        Node::Any(ways.into())
    }

    /// The words of a phrase near each other, in any field.
    fn words_apart(&mut self, term: &Term, lower: &str) -> Option<Node> {
        let words = words_apart(lower);
        if words.len() < 2 {
            return None;
        }
        let between = Distance {
            tokens: WORDS_APART,
            ordered: false,
        };
        let distances = vec![between; words.len() - 1];
        let word = |word: &str| Term {
            body: word.to_owned(),
            kind: TermKind::Whole,
            field: None,
            ..term.clone()
        };
        let leaves = words.into_iter().map(word).map(|word| self.leaf(word));
        Some(Node::Near(leaves.collect(), distances.into()))
    }

    /// The term in the fields that the watch reads.
    fn scoped(&mut self, term: &Term) -> Node {
        let fields = term.field.map_or(self.fields.to_vec(), |field| vec![field]);
        let scoped = |field| Term {
            field: Some(field),
            ..term.clone()
        };
        let leaves: Vec<Node> = fields
            .into_iter()
            .map(scoped)
            .map(|term| self.leaf(term))
            .collect();
        Node::Any(leaves.into())
    }

    fn leaf(&mut self, term: Term) -> Node {
        self.terms.push(term);
        Node::Term(self.terms.len() - 1)
    }
}
