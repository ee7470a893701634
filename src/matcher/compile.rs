//! All watches to one index.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    fields::Fields,
    index::{self, Anchor, Index, Target},
    pattern::{Check, Left, Pattern, Right, patterns},
    query::{Kind, Node, Query, Term},
    regexes::Regexes,
};
use crate::model::Watch;

/// How many times rarer a capital makes a word, as a power of two.
const NAME_BITS: usize = 4;

/// All watches in one index. Immutable: any number of threads may search at once.
pub struct Matcher {
    pub(super) index: Index,
    /// The texts of all patterns, one behind the other.
    pub(super) texts: String,
    pub(super) patterns: Vec<Packed>,
    pub(super) regexes: Regexes,
    /// The watches to evaluate where a term or a regular expression hits.
    pub(super) anchored: Anchored,
    pub(super) watches: Vec<CompiledWatch>,
    /// For each watch the terms of which one must be there, too.
    pub(super) needed: Vec<Needed>,
    /// The fields that any term reads.
    pub(super) fields: Fields,
    /// The fields that regular expressions are looked for in whatever else hits.
    pub(super) regex_fields: Fields,
    /// Numbers for the feeds that watches name.
    pub(super) feeds: HashMap<String, u32>,
}

/// A pattern without a string of its own.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) from: u32,
    pub(super) length: u32,
    pub(super) term: u32,
    pub(super) left: Left,
    pub(super) right: Right,
    pub(super) check: Check,
}

/// One watch, ready to be evaluated.
#[derive(Debug)]
pub(super) struct CompiledWatch {
    /// The feeds it reads, sorted; `None` is every feed.
    pub(super) feeds: Option<Box<[u32]>>,
    pub(super) root: Node,
    /// By the number that `root` calls a term by.
    pub(super) leaves: Box<[Leaf]>,
}

/// One term of one watch.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) what: What,
    pub(super) text: Box<str>,
    pub(super) fields: Fields,
    pub(super) positive: bool,
}

/// Beside its anchors, terms of which one must hit where a watch holds. Close together, so that a
/// watch that cannot hold is seen to without reading it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needed([u32; Self::MOST]);

impl Needed {
    const MOST: usize = 3;
    const NO_TERM: u32 = u32::MAX;

    /// None where there are too many.
    fn new(terms: &[u32]) -> Self {
        let mut needed = [Self::NO_TERM; Self::MOST];
        if let Some(room) = needed.get_mut(..terms.len()) {
            room.copy_from_slice(terms);
        }
        Self(needed)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0[0] == Self::NO_TERM
    }

    pub(super) fn terms(&self) -> impl Iterator<Item = u32> {
        self.0.into_iter().filter(|term| *term != Self::NO_TERM)
    }
}

/// What a leaf looks for, by its number among all of all watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Term(u32),
    Regex(u32),
}

/// For each number, the watches to evaluate: one list behind the other.
#[derive(Debug, Default)]
pub(super) struct Anchored {
    terms: Lists,
    regexes: Lists,
}

#[derive(Debug, Default)]
struct Lists {
    starts: Vec<u32>,
    watches: Vec<u32>,
}

/// Terms and their patterns, each distinct one once.
#[derive(Default)]
struct Terms {
    numbers: HashMap<(Kind, Box<str>), u32>,
    texts: String,
    patterns: Vec<Packed>,
    anchors: Vec<(u32, Anchor)>,
}

/// Compiles parsed watches.
pub(super) fn matcher(queries: Vec<(&Watch, Query)>) -> Matcher {
    let mut terms = Terms::default();
    let mut regexes = Regexes::builder();
    let mut feeds = HashMap::new();
    let mut fields = Fields::default();
    let mut watches = Vec::with_capacity(queries.len());
    for (watch, query) in queries {
        let own_fields = Fields::of(watch.fields.iter().copied());
        let leaves: Box<[Leaf]> = query
            .terms
            .into_iter()
            .map(|term| {
                let fields = term.field.map_or(own_fields, |field| Fields::of([field]));
                let what = match term.kind {
                    Kind::Regex => What::Regex(regexes.number(&term.body)),
                    _ => What::Term(terms.number(&term)),
                };
                Leaf {
                    what,
                    fields,
                    positive: term.positive,
                    text: term.text.into_boxed_str(),
                }
            })
            .collect();
        let read = leaves.iter().map(|leaf| leaf.fields);
        fields = read.fold(fields, Fields::union);
        watches.push(CompiledWatch {
            feeds: numbers(watch, &mut feeds),
            root: query.root,
            leaves,
        });
    }
    let anchored = Anchored::new(&watches, terms.numbers.len(), regexes.len());
    let free = anchored.regexes();
    let is_free = |leaf: &&Leaf| matches!(leaf.what, What::Regex(regex) if free.contains(&regex));
    let leaves = watches.iter().flat_map(|watch| &watch.leaves);
    let regex_fields = leaves.filter(is_free).map(|leaf| leaf.fields);
    let regex_fields = regex_fields.fold(Fields::default(), Fields::union);
    terms.texts.shrink_to_fit();
    terms.patterns.shrink_to_fit();
    Matcher {
        index: chosen(&terms, &anchored),
        texts: terms.texts,
        patterns: terms.patterns,
        regexes: regexes.build(&free),
        anchored,
        needed: watches.iter().map(needed).collect(),
        watches,
        fields,
        regex_fields,
        feeds,
    }
}

/// The numbers of the feeds that a watch reads.
fn numbers(watch: &Watch, feeds: &mut HashMap<String, u32>) -> Option<Box<[u32]>> {
    let names = watch.feeds.as_ref()?;
    let mut numbers: Vec<u32> = names
        .iter()
        .map(|name| {
            let next = index(feeds.len());
            *feeds.entry(name.clone()).or_insert(next)
        })
        .collect();
    numbers.sort_unstable();
    Some(numbers.into_boxed_slice())
}

impl Terms {
    fn number(&mut self, term: &Term) -> u32 {
        let next = index(self.numbers.len());
        let key = (term.kind, term.body.as_str().into());
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            for pattern in patterns(term) {
                self.add(pattern, number);
            }
        }
        number
    }

    fn add(&mut self, pattern: Pattern, term: u32) {
        let number = index(self.patterns.len());
        let anchors = index::anchors(&pattern);
        self.anchors
            .extend(anchors.into_iter().map(|anchor| (number, anchor)));
        self.patterns.push(Packed {
            from: index(self.texts.len()),
            length: index(pattern.text.len()),
            term,
            left: pattern.left,
            right: pattern.right,
            check: pattern.check,
        });
        self.texts.push_str(&pattern.text);
    }
}

/// The index over one anchor of each pattern: of several tokens the one that the fewest patterns
/// hold, so that no common word is the anchor of many; of equally rare ones the longest.
fn chosen(terms: &Terms, anchored: &Anchored) -> Index {
    let anchors = &terms.anchors;
    let mut uses: HashMap<u64, u32, BuildHasherDefault<Hashed>> = HashMap::default();
    uses.reserve(anchors.len());
    for (_, anchor) in anchors {
        if let Anchor::Word { hash, .. } = anchor {
            *uses.entry(*hash).or_default() += 1;
        }
    }
    let rarity = |anchor: &Anchor| match anchor {
        Anchor::Word { hash, length, .. } => (uses[hash], usize::MAX - length),
        _ => (0, 0),
    };
    let mut builder = index::Builder::with_room(terms.patterns.len());
    for group in anchors.chunk_by(|a, b| a.0 == b.0) {
        let (number, anchor) = group
            .iter()
            .min_by_key(|(_, anchor)| rarity(anchor))
            .expect("a group is not empty");
        let term = terms.patterns[*number as usize].term;
        let target = Target {
            pattern: *number,
            term,
            is_anchor: !anchored.watches(What::Term(term)).is_empty(),
        };
        builder.add(target, anchor);
    }
    drop(uses);
    builder.build()
}

/// For keys that are hashes.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("only u64 keys are hashed");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Anchored {
    fn new(watches: &[CompiledWatch], terms: usize, regexes: usize) -> Self {
        let (mut by_term, mut by_regex) = (Vec::new(), Vec::new());
        for (number, watch) in watches.iter().enumerate() {
            for leaf in anchors(&watch.root, &watch.leaves) {
                match watch.leaves[leaf].what {
                    What::Term(term) => by_term.push((term, index(number))),
                    What::Regex(regex) => by_regex.push((regex, index(number))),
                }
            }
        }
        Self {
            terms: Lists::new(&by_term, terms),
            regexes: Lists::new(&by_regex, regexes),
        }
    }

    /// The watches that a hit of a term or regular expression makes worth evaluating.
    pub(super) fn watches(&self, what: What) -> &[u32] {
        match what {
            What::Term(term) => self.terms.get(term),
            What::Regex(regex) => self.regexes.get(regex),
        }
    }

    /// The regular expressions that no term stands for.
    fn regexes(&self) -> Vec<u32> {
        let all = 0..index(self.regexes.starts.len().saturating_sub(1));
        all.filter(|regex| !self.regexes.get(*regex).is_empty())
            .collect()
    }
}

impl Lists {
    fn new(pairs: &[(u32, u32)], count: usize) -> Self {
        let mut starts = vec![0; count + 1];
        for (key, _) in pairs {
            starts[*key as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut watches = vec![0; pairs.len()];
        for (key, watch) in pairs {
            let at = &mut next[*key as usize];
            watches[*at as usize] = *watch;
            *at += 1;
        }
        Self { starts, watches }
    }

    fn get(&self, key: u32) -> &[u32] {
        let key = key as usize;
        &self.watches[self.starts[key] as usize..self.starts[key + 1] as usize]
    }
}

/// The leaves of which one must hit wherever the node holds: of those that must all hit, the
/// ones that seem to hit least, terms before regular expressions. Never empty in a parsed query.
pub(super) fn anchors(node: &Node, leaves: &[Leaf]) -> Vec<usize> {
    match node {
        Node::Term(leaf) => vec![*leaf],
        Node::Not(_) | Node::Origin(_) => Vec::new(),
        Node::Any(parts) => {
            let each = parts.iter().map(|part| anchors(part, leaves));
            each.flatten().collect()
        }
        Node::All(parts) | Node::Near(parts, _) => {
            let rarest = rarest_first(parts, leaves).into_iter().next();
            rarest.unwrap_or_default()
        }
        // With so many left out there are too few of the others.
        Node::AtLeast(count, parts) => {
            let enough = parts.len() + 1 - count;
            let rarest = rarest_first(parts, leaves).into_iter().take(enough);
            rarest.flatten().collect()
        }
    }
}

/// The anchors of each part that has any.
fn rarest_first(parts: &[Node], leaves: &[Leaf]) -> Vec<Vec<usize>> {
    let cost = |anchors: &Vec<usize>| {
        let is_regex = |leaf: &usize| matches!(leaves[*leaf].what, What::Regex(_));
        let frequency = anchors.iter().map(|leaf| frequency(&leaves[*leaf].text));
        (anchors.iter().any(is_regex), frequency.sum::<f64>())
    };
    let mut each: Vec<_> = parts
        .iter()
        .map(|part| anchors(part, leaves))
        .filter(|anchors| !anchors.is_empty())
        .map(|anchors| (cost(&anchors), anchors))
        .collect();
    each.sort_by(|((a_regex, a), _), ((b_regex, b), _)| a_regex.cmp(b_regex).then(a.total_cmp(b)));
    each.into_iter().map(|(_, anchors)| anchors).collect()
}

fn needed(watch: &CompiledWatch) -> Needed {
    let Node::All(parts) = &watch.root else {
        return Needed::new(&[]);
    };
    let rarest = rarest_first(parts, &watch.leaves);
    let second = rarest.get(1).map_or(&[][..], Vec::as_slice);
    let term = |leaf: &usize| match watch.leaves[*leaf].what {
        What::Term(term) => Some(term),
        What::Regex(_) => None,
    };
    let terms: Option<Vec<u32>> = second.iter().map(term).collect();
    Needed::new(&terms.unwrap_or_default())
}

/// A guess at how often a term hits, for comparing two: each letter halves it, and a word with a
/// capital is a name. `summit` hits every tenth item, `Koizumi` hardly any, and anchoring on the
/// one instead of the other costs as much more.
fn frequency(term: &str) -> f64 {
    let word_bits = |word: &str| {
        let is_name = word.contains(char::is_uppercase);
        word.len() + if is_name { NAME_BITS } else { 0 }
    };
    let bits: usize = term.split_whitespace().map(word_bits).sum();
    i32::try_from(bits).map_or(0.0, |bits| 0.5_f64.powi(bits))
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("a config has fewer than 2^32 of anything")
}
