//! All watches to one automaton.

use std::collections::HashMap;

use daachorse::DoubleArrayAhoCorasick;

use super::{
    fields::Fields,
    pattern::{Pattern, patterns},
    query::{Node, Query},
};
use crate::model::Watch;

/// All watches in one automaton. Immutable: any number of threads may search at once.
pub struct Matcher {
    /// `None` where there is no watch.
    pub(super) automaton: Option<DoubleArrayAhoCorasick<u32>>,
    /// By the automaton's value: what its text is a pattern of.
    pub(super) links: Vec<Vec<Link>>,
    /// By term: the watches to evaluate where it hits.
    pub(super) anchored: Vec<Vec<u32>>,
    pub(super) watches: Vec<CompiledWatch>,
    /// The fields that any watch reads.
    pub(super) fields: Fields,
    /// Numbers for the feeds that watches name.
    pub(super) feeds: HashMap<String, u32>,
}

/// A pattern and the term that it finds.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) term: u32,
    pub(super) pattern: Pattern,
}

/// One watch, ready to be evaluated.
#[derive(Debug)]
pub(super) struct CompiledWatch {
    /// The feeds it reads, sorted; `None` is every feed.
    pub(super) feeds: Option<Box<[u32]>>,
    pub(super) root: Node,
    /// By the number that `root` calls a term by.
    pub(super) leaves: Vec<Leaf>,
}

/// One term of one watch.
#[derive(Debug)]
pub(super) struct Leaf {
    /// The number of the term among all of all watches.
    pub(super) term: u32,
    pub(super) text: String,
    pub(super) fields: Fields,
    pub(super) positive: bool,
}

/// Terms and their patterns, each distinct one once.
#[derive(Default)]
struct Terms {
    numbers: HashMap<Vec<Pattern>, u32>,
    texts: HashMap<String, u32>,
    links: Vec<Vec<Link>>,
}

/// Compiles parsed watches.
pub(super) fn matcher(queries: Vec<(&Watch, Query)>) -> Matcher {
    let mut terms = Terms::default();
    let mut feeds = HashMap::new();
    let watches: Vec<_> = queries
        .into_iter()
        .map(|(watch, query)| compile(watch, query, &mut terms, &mut feeds))
        .collect();
    let mut anchored = vec![Vec::new(); terms.numbers.len()];
    let mut fields = Fields::default();
    for (number, watch) in watches.iter().enumerate() {
        for leaf in anchors(&watch.root) {
            let watches: &mut Vec<u32> = &mut anchored[watch.leaves[leaf].term as usize];
            watches.push(index(number));
        }
        for leaf in &watch.leaves {
            fields = fields.union(leaf.fields);
        }
    }
    Matcher {
        automaton: automaton(&terms.texts),
        links: terms.links,
        anchored,
        watches,
        fields,
        feeds,
    }
}

fn compile(
    watch: &Watch,
    query: Query,
    terms: &mut Terms,
    feeds: &mut HashMap<String, u32>,
) -> CompiledWatch {
    let own_fields = Fields::of(watch.fields.iter().copied());
    let leaves = query.terms.into_iter().map(|term| Leaf {
        term: terms.number(patterns(&term)),
        fields: term.field.map_or(own_fields, |field| Fields::of([field])),
        positive: term.positive,
        text: term.text,
    });
    let leaves = leaves.collect();
    let read = watch.feeds.as_ref().map(|names| {
        let mut numbers: Vec<u32> = names
            .iter()
            .map(|name| {
                let next = index(feeds.len());
                *feeds.entry(name.clone()).or_insert(next)
            })
            .collect();
        numbers.sort_unstable();
        numbers.into_boxed_slice()
    });
    CompiledWatch {
        feeds: read,
        root: query.root,
        leaves,
    }
}

impl Terms {
    fn number(&mut self, patterns: Vec<Pattern>) -> u32 {
        if let Some(&known) = self.numbers.get(&patterns) {
            return known;
        }
        let term = index(self.numbers.len());
        for pattern in &patterns {
            let next = index(self.texts.len());
            let text = *self.texts.entry(pattern.text.clone()).or_insert(next);
            if text == next {
                self.links.push(Vec::new());
            }
            self.links[text as usize].push(Link {
                term,
                pattern: pattern.clone(),
            });
        }
        self.numbers.insert(patterns, term);
        term
    }
}

fn automaton(texts: &HashMap<String, u32>) -> Option<DoubleArrayAhoCorasick<u32>> {
    if texts.is_empty() {
        return None;
    }
    let patterns = texts.iter().map(|(text, number)| (text, *number));
    let automaton = DoubleArrayAhoCorasick::with_values(patterns);
    Some(automaton.expect("patterns are distinct, not empty, and fewer than 2^31 bytes"))
}

/// The leaves of which one must hit wherever the node holds: of those that must all hit, the
/// ones with the fewest terms. Never empty in a parsed query.
fn anchors(node: &Node) -> Vec<usize> {
    match node {
        Node::Term(leaf) => vec![*leaf],
        Node::Not(..) => Vec::new(),
        Node::Any(parts) => parts.iter().flat_map(anchors).collect(),
        Node::All(parts) => parts
            .iter()
            .map(anchors)
            .filter(|leaves| !leaves.is_empty())
            .min_by_key(Vec::len)
            .unwrap_or_default(),
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("a config has fewer than 2^32 of anything")
}
