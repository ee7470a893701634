//! Watches that take more than they say. Where a loose watch matches an item and the watch itself
//! does not, something came close: [`Clause::explain`](super::Clause::explain) says what.

use super::{
    Entity, Matcher, Query, WatchError, compile,
    explain::words_apart,
    query::{Distance, Kind, Node, Term},
};
use crate::model::{Field, Watch};

/// Terms shorter than this are not looked for in longer words: `Iran` in Iranian is worth a look,
/// `war` in warm is not.
const MIN_PART_CHARS: usize = 4;

/// How far apart the words of a phrase may stand.
const WORDS_APART: u32 = 10;

impl Matcher {
    /// Compiles every watch loosely. Its terms also hit in fields it does not read, with other
    /// capitals and accents, as parts of longer words; the words of its phrases also stand apart;
    /// NEAR reaches any distance. Exclusions, feeds, languages and sites are as strict as ever.
    ///
    /// # Errors
    /// Every watch that is wrong.
    pub fn compile_loose(watches: &[Watch], entities: &[Entity]) -> Result<Self, Vec<WatchError>> {
        let everywhere = |watch: &Watch| Watch {
            fields: Field::ALL.to_vec(),
            ..watch.clone()
        };
        let wide: Vec<Watch> = watches.iter().map(everywhere).collect();
        let (mut queries, mut errors) = (Vec::with_capacity(watches.len()), Vec::new());
        for (watch, wide) in watches.iter().zip(&wide) {
            match Query::parse(&watch.expression, entities) {
                Ok(query) => queries.push((wide, loosened(&query, &watch.fields))),
                Err(error) => errors.push(WatchError {
                    watch: watch.name.clone(),
                    error,
                }),
            }
        }
        if errors.is_empty() {
            Ok(compile::matcher(queries))
        } else {
            Err(errors)
        }
    }
}

/// The expression of a watch that reads these fields, for one that reads all.
fn loosened(query: &Query, fields: &[Field]) -> Query {
    let mut looser = Looser {
        from: &query.terms,
        fields,
        terms: Vec::new(),
    };
    let root = looser.loose(&query.root);
    Query {
        root,
        terms: looser.terms,
        entities: Vec::new(),
        warnings: Vec::new(),
    }
}

struct Looser<'a> {
    from: &'a [Term],
    /// The fields that the watch reads.
    fields: &'a [Field],
    terms: Vec<Term>,
}

impl Looser<'_> {
    fn loose(&mut self, node: &Node) -> Node {
        match node {
            Node::Term(index) => self.loose_term(&self.from[*index]),
            Node::All(parts) | Node::Near(parts, _) => Node::All(self.each(parts, Self::loose)),
            Node::Any(parts) => Node::Any(self.each(parts, Self::loose)),
            Node::AtLeast(count, parts) => Node::AtLeast(*count, self.each(parts, Self::loose)),
            Node::Not(_) | Node::Origin(_) => self.strict(node),
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
            Node::Origin(origin) => Node::Origin(origin.clone()),
        }
    }

    fn each(&mut self, parts: &[Node], make: fn(&mut Self, &Node) -> Node) -> Box<[Node]> {
        parts.iter().map(|part| make(self, part)).collect()
    }

    fn loose_term(&mut self, term: &Term) -> Node {
        let anywhere = Term {
            field: None,
            ..term.clone()
        };
        // Without a field nothing says where to look for a regular expression.
        if term.kind == Kind::Regex {
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
        ways.push(like(Kind::Whole));
        let is_whole = matches!(term.kind, Kind::Whole | Kind::Exact | Kind::Inflected);
        if is_whole && term.body.chars().count() >= MIN_PART_CHARS && !term.is_capitals() {
            ways.extend([like(Kind::Prefix), like(Kind::Suffix)]);
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
            kind: Kind::Whole,
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
