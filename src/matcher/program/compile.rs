//! All watches to one program.
//!
//! Equal terms of different watches are compiled once. A [`Program`] never changes: any number of
//! threads may search with it at once.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    boundary::{LeftBoundary, RightBoundary},
    index::{self, Index, LookupKey, Target},
    pattern::{Check, Pattern, patterns},
    regexes::Regexes,
    watch::{CompiledWatch, Fields, Leaf, NeededTerms, Needle, WatchesByAnchor, id},
};
use crate::{
    matcher::syntax::{Query, Term, TermKind},
    model::Field,
};

/// All watches in one index. Immutable: any number of threads may search at once.
pub(in crate::matcher) struct Program {
    pub(in crate::matcher) index: Index,
    /// The texts of all patterns, one behind the other.
    pub(in crate::matcher) texts: String,
    pub(in crate::matcher) patterns: Vec<PackedPattern>,
    pub(in crate::matcher) regexes: Regexes,
    /// The watches to evaluate where a term or a regular expression hits.
    pub(in crate::matcher) by_anchor: WatchesByAnchor,
    pub(in crate::matcher) watches: Vec<CompiledWatch>,
    /// For each watch the terms of which one must be there, too.
    pub(in crate::matcher) needed: Vec<NeededTerms>,
    /// The fields that any term reads: regular expressions read the source.
    pub(in crate::matcher) fields: Fields,
    /// The fields that regular expressions are looked for in whatever else hits.
    pub(in crate::matcher) regex_fields: Fields,
    /// Numbers for the feeds that watches name.
    pub(in crate::matcher) feeds: HashMap<String, u32>,
}

/// A pattern without a string of its own.
#[derive(Debug)]
pub(in crate::matcher) struct PackedPattern {
    pub(in crate::matcher) from: u32,
    pub(in crate::matcher) length: u32,
    pub(in crate::matcher) term: u32,
    pub(in crate::matcher) left: LeftBoundary,
    pub(in crate::matcher) right: RightBoundary,
    pub(in crate::matcher) check: Check,
}

/// Terms and their patterns, each distinct one once.
#[derive(Default)]
struct TermTable {
    numbers: HashMap<(TermKind, Box<str>), u32, BuildHasherDefault<Hashed>>,
    texts: String,
    patterns: Vec<PackedPattern>,
    keys: Vec<(u32, LookupKey)>,
}

impl Program {
    /// The text of a pattern.
    pub(in crate::matcher) fn text(&self, pattern: u32) -> &str {
        let pattern = &self.patterns[pattern as usize];
        &self.texts[pattern.from as usize..][..pattern.length as usize]
    }
}

/// A watch whose expression has parsed.
pub(in crate::matcher) struct ParsedWatch<'a> {
    pub(in crate::matcher) query: Query,
    /// The fields that it reads.
    pub(in crate::matcher) fields: &'a [Field],
    /// The feeds that it reads; `None` is every feed.
    pub(in crate::matcher) feeds: Option<&'a [String]>,
}

/// Compiles all watches; each keeps its number.
pub(in crate::matcher) fn compile(parsed: Vec<ParsedWatch<'_>>) -> Program {
    let mut terms = TermTable::default();
    let mut regexes = Regexes::builder();
    let mut feeds = HashMap::new();
    let mut fields = Fields::default();
    let mut watches = Vec::with_capacity(parsed.len());
    for watch in parsed {
        let own_fields = Fields::of(watch.fields.iter().copied());
        let leaves: Box<[Leaf]> = watch
            .query
            .terms
            .into_iter()
            .map(|term| {
                let fields = term.field.map_or(own_fields, |field| Fields::of([field]));
                let needle = match term.kind {
                    TermKind::Regex => Needle::Regex(regexes.number(&term.body)),
                    _ => Needle::Term(terms.number(&term)),
                };
                Leaf {
                    needle,
                    fields,
                    positive: term.positive,
                    text: term.text.into_boxed_str(),
                }
            })
            .collect();
        let terms = leaves
            .iter()
            .filter(|leaf| matches!(leaf.needle, Needle::Term(_)));
        let read = terms.map(|leaf| leaf.fields);
        fields = read.fold(fields, Fields::union);
        watches.push(CompiledWatch {
            feeds: numbers(watch.feeds, &mut feeds),
            root: watch.query.root,
            leaves,
        });
    }
    let by_anchor = WatchesByAnchor::new(&watches, terms.numbers.len(), regexes.len());
    let free = by_anchor.regexes();
    let is_free =
        |leaf: &&Leaf| matches!(leaf.needle, Needle::Regex(regex) if free.contains(&regex));
    let leaves = watches.iter().flat_map(|watch| &watch.leaves);
    let regex_fields = leaves.filter(is_free).map(|leaf| leaf.fields);
    let regex_fields = regex_fields.fold(Fields::default(), Fields::union);
    terms.texts.shrink_to_fit();
    terms.patterns.shrink_to_fit();
    Program {
        index: chosen(&terms, &by_anchor),
        texts: terms.texts,
        patterns: terms.patterns,
        regexes: regexes.build(&free),
        by_anchor,
        needed: watches.iter().map(NeededTerms::by).collect(),
        watches,
        fields,
        regex_fields,
        feeds,
    }
}

/// The numbers of the feeds that a watch reads.
fn numbers(names: Option<&[String]>, feeds: &mut HashMap<String, u32>) -> Option<Box<[u32]>> {
    let mut numbers: Vec<u32> = names?
        .iter()
        .map(|name| {
            let next = id(feeds.len());
            *feeds.entry(name.clone()).or_insert(next)
        })
        .collect();
    numbers.sort_unstable();
    Some(numbers.into_boxed_slice())
}

impl TermTable {
    fn number(&mut self, term: &Term) -> u32 {
        let next = id(self.numbers.len());
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
        let number = id(self.patterns.len());
        let keys = index::keys(&pattern);
        self.keys.extend(keys.into_iter().map(|key| (number, key)));
        self.patterns.push(PackedPattern {
            from: id(self.texts.len()),
            length: id(pattern.text.len()),
            term,
            left: pattern.left,
            right: pattern.right,
            check: pattern.check,
        });
        self.texts.push_str(&pattern.text);
    }
}

/// The index over one key of each pattern: of several tokens the one that the fewest patterns
/// hold, so that no common word is the key of many; of equally rare ones the longest.
fn chosen(terms: &TermTable, by_anchor: &WatchesByAnchor) -> Index {
    let keys = &terms.keys;
    let mut uses: HashMap<u64, u32, BuildHasherDefault<Hashed>> = HashMap::default();
    uses.reserve(keys.len());
    for (_, key) in keys {
        if let LookupKey::Word { hash, .. } = key {
            *uses.entry(*hash).or_default() += 1;
        }
    }
    let rarity = |key: &LookupKey| match key {
        LookupKey::Word { hash, length, .. } => (uses[hash], usize::MAX - length),
        _ => (0, 0),
    };
    let mut builder = index::Builder::with_room(terms.patterns.len());
    for group in keys.chunk_by(|a, b| a.0 == b.0) {
        let (number, key) = group
            .iter()
            .min_by_key(|(_, key)| rarity(key))
            .expect("a group is not empty");
        let term = terms.patterns[*number as usize].term;
        let target = Target {
            pattern: *number,
            term,
            is_anchor: !by_anchor.watches(Needle::Term(term)).is_empty(),
        };
        builder.add(target, key);
        for (_, other) in group {
            if !std::ptr::eq(other, key) {
                builder.add_other(target, other);
            }
        }
    }
    drop(uses);
    builder.build()
}

/// Hashes what is a hash already or comes from the config: nobody makes those collide on purpose.
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
