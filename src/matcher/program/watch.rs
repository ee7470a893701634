//! One watch as it is evaluated, and its anchors: which terms must hit before it is worth
//! evaluating.
//!
//! The anchors of a watch are leaves of which at least one hits wherever the watch holds: a watch
//! without a hit of an anchor is not looked at. Of several possible sets the rarest is taken, by a
//! guess from the letters alone. That guess decides about speed, never about what is found.

use crate::{matcher::syntax::Node, model::Field};

/// One watch, ready to be evaluated.
#[derive(Debug)]
pub(in crate::matcher) struct CompiledWatch {
    /// The feeds it reads, sorted; `None` is every feed.
    pub(in crate::matcher) feeds: Option<Box<[u32]>>,
    /// Its terms are numbers into `leaves`.
    pub(in crate::matcher) root: Node,
    pub(in crate::matcher) leaves: Box<[Leaf]>,
}

/// One term of one watch.
#[derive(Debug)]
pub(in crate::matcher) struct Leaf {
    pub(in crate::matcher) needle: Needle,
    pub(in crate::matcher) text: Box<str>,
    pub(in crate::matcher) fields: Fields,
    pub(in crate::matcher) positive: bool,
}

/// What a leaf searches for, by its number among those of all watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) enum Needle {
    Term(u32),
    Regex(u32),
}

/// The number of something among all of its kind.
pub(super) fn id(number: usize) -> u32 {
    u32::try_from(number).expect("a config has fewer than 2^32 of anything")
}

/// Fields as bits, in the order of [`Field::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::matcher) struct Fields(u8);

impl Fields {
    pub(in crate::matcher) fn of(fields: impl IntoIterator<Item = Field>) -> Self {
        Self(fields.into_iter().fold(0, |bits, field| bits | bit(field)))
    }

    pub(in crate::matcher) const fn contains(self, field: Field) -> bool {
        self.0 & bit(field) != 0
    }

    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(in crate::matcher) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

const fn bit(field: Field) -> u8 {
    1 << field as u8
}

/// For each number, the watches to evaluate: one list behind the other.
#[derive(Debug, Default)]
pub(in crate::matcher) struct WatchesByAnchor {
    terms: Lists,
    regexes: Lists,
}

#[derive(Debug, Default)]
struct Lists {
    starts: Vec<u32>,
    watches: Vec<u32>,
}

/// Beside its anchors, terms of which one must hit where a watch holds. Close together, so that a
/// watch that cannot hold is seen to without reading it.
#[derive(Debug, Clone, Copy)]
pub(in crate::matcher) struct NeededTerms([u32; Self::MOST]);

impl NeededTerms {
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

    /// The second rarest of the parts that must all hold.
    pub(in crate::matcher) fn by(watch: &CompiledWatch) -> Self {
        let Node::All(parts) = &watch.root else {
            return Self::new(&[]);
        };
        let rarest = rarest_first(parts, &watch.leaves);
        let second = rarest.get(1).map_or(&[][..], Vec::as_slice);
        let term = |leaf: &usize| match watch.leaves[*leaf].needle {
            Needle::Term(term) => Some(term),
            Needle::Regex(_) => None,
        };
        let terms: Option<Vec<u32>> = second.iter().map(term).collect();
        Self::new(&terms.unwrap_or_default())
    }

    pub(in crate::matcher) fn is_empty(&self) -> bool {
        self.0[0] == Self::NO_TERM
    }

    pub(in crate::matcher) fn terms(&self) -> impl Iterator<Item = u32> {
        self.0.into_iter().filter(|term| *term != Self::NO_TERM)
    }
}

impl WatchesByAnchor {
    pub(in crate::matcher) fn new(watches: &[CompiledWatch], terms: usize, regexes: usize) -> Self {
        let (mut by_term, mut by_regex) = (Vec::new(), Vec::new());
        for (number, watch) in watches.iter().enumerate() {
            for leaf in anchors(&watch.root, &watch.leaves) {
                match watch.leaves[leaf].needle {
                    Needle::Term(term) => by_term.push((term, id(number))),
                    Needle::Regex(regex) => by_regex.push((regex, id(number))),
                }
            }
        }
        Self {
            terms: Lists::new(&by_term, terms),
            regexes: Lists::new(&by_regex, regexes),
        }
    }

    /// The watches that a hit of a term or regular expression makes worth evaluating.
    pub(in crate::matcher) fn watches(&self, needle: Needle) -> &[u32] {
        match needle {
            Needle::Term(term) => self.terms.get(term),
            Needle::Regex(regex) => self.regexes.get(regex),
        }
    }

    /// The regular expressions that anchor a watch themselves, without a term beside them.
    pub(in crate::matcher) fn regexes(&self) -> Vec<u32> {
        let all = 0..id(self.regexes.starts.len().saturating_sub(1));
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
pub(in crate::matcher) fn anchors(node: &Node, leaves: &[Leaf]) -> Vec<usize> {
    match node {
        Node::Term(leaf) => vec![*leaf],
        Node::Not(_) | Node::Metadata(_) => Vec::new(),
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
        let is_regex = |leaf: &usize| matches!(leaves[*leaf].needle, Needle::Regex(_));
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

/// How many times rarer a capital makes a word, as a power of two.
const NAME_BITS: usize = 4;

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
