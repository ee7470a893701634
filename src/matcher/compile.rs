//! All watches to one index.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    anchors::{Anchored, Needed},
    check::Check,
    compiled::{CompiledWatch, Leaf, What, index},
    fields::Fields,
    index::{self, Anchor, Index, Target},
    pattern::{Left, Pattern, Right, patterns},
    query::{Kind, Query, Term},
    regexes::Regexes,
};
use crate::model::Watch;

pub(super) use super::anchors::anchors;

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
    /// The fields that any term reads: regular expressions read the source.
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

/// Terms and their patterns, each distinct one once.
#[derive(Default)]
struct Terms {
    numbers: HashMap<(Kind, Box<str>), u32, BuildHasherDefault<Hashed>>,
    texts: String,
    patterns: Vec<Packed>,
    anchors: Vec<(u32, Anchor)>,
}

impl Matcher {
    /// The text of a pattern.
    pub(super) fn text(&self, pattern: u32) -> &str {
        let pattern = &self.patterns[pattern as usize];
        &self.texts[pattern.from as usize..][..pattern.length as usize]
    }
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
        let terms = leaves
            .iter()
            .filter(|leaf| matches!(leaf.what, What::Term(_)));
        let read = terms.map(|leaf| leaf.fields);
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
        needed: watches.iter().map(Needed::by).collect(),
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
        for (_, other) in group {
            if !std::ptr::eq(other, anchor) {
                builder.add_other(target, other);
            }
        }
    }
    drop(uses);
    builder.build()
}

/// For keys that are hashes or come from the operator: nobody makes them collide on purpose.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(size_of::<u64>()) {
            let mut eight = [0; size_of::<u64>()];
            eight[..chunk.len()].copy_from_slice(chunk);
            self.0 = index::end_hash(self.0 ^ u64::from_le_bytes(eight), chunk.len());
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 ^= hash;
    }
}
