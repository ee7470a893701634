//! Searches one item for all watches.
//!
//! ```text
//!  canonical text ─► index ─► compare anchors ─► candidate watches ─► compare their other terms
//!                 ─► verify in the source ─► evaluate ─► locate the hits that are shown
//! ```
//!
//! Linear in the text. Only watches with a hit of an anchor are evaluated, and only their terms are
//! compared, so the cost is that of the text and its hits, not of the number of watches.

use super::{
    canonical::{Canonical, Occurrence, Spans, joined_end, joined_start, located, verified},
    evaluate::holds,
    evidence::Evidence,
    item::{Hit, ItemText, MAX_HITS, WatchMatch},
};
use crate::{
    matcher::program::{CompiledWatch, Entry, Leaf, Needle, Program, hit as hit_tokens},
    model::Field,
};

/// Finds every watch that `item` satisfies, in config order.
pub(in crate::matcher) fn find(program: &Program, item: &ItemText<'_>) -> Vec<WatchMatch> {
    let canonical = Canonical::new(item, program.fields);
    let spotted = spotted(program, &canonical);
    let anchors = spotted.iter().filter(|spot| spot.is_anchor);
    let mut found = compared(program, &canonical, anchors);
    let mut candidates = candidates(program, item, &found);
    let spotted_terms = TermSet::of(spotted.iter().map(|spot| spot.term));
    candidates.retain(|number| {
        let needed = &program.needed[*number as usize];
        needed.is_empty() || needed.terms().any(|term| spotted_terms.may_have(term))
    });
    if candidates.is_empty() {
        return Vec::new();
    }
    let asked = TermSet::of(asked(program, &candidates));
    let others = spotted
        .iter()
        .filter(|spot| !spot.is_anchor && asked.may_have(spot.term));
    found.extend(compared(program, &canonical, others));
    found.sort_unstable();
    let found = verified(program, item, &canonical, found);
    let evidence = Evidence::new(program, item, &canonical, found);
    let satisfied: Vec<usize> = candidates
        .into_iter()
        .map(|number| number as usize)
        .filter(|number| {
            let watch = &program.watches[*number];
            reads(watch, evidence.feed()) && holds(&watch.root, watch, &evidence)
        })
        .collect();
    shown(&satisfied, &evidence)
}

/// The terms of some watches: the hits of all others need no look.
fn asked<'a>(program: &'a Program, watches: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    let watches = watches
        .iter()
        .map(|number| &program.watches[*number as usize]);
    let leaves = watches.flat_map(|watch| &watch.leaves);
    leaves.filter_map(|leaf| match leaf.needle {
        Needle::Term(term) => Some(term),
        Needle::Regex(_) => None,
    })
}

/// A set of terms by some bits of their numbers; it may seem to have more than were put in.
struct TermSet([u64; 64]);

impl TermSet {
    fn of(terms: impl Iterator<Item = u32>) -> Self {
        let mut set = Self([0; 64]);
        for term in terms {
            set.0[term as usize / 64 % 64] |= 1 << (term % 64);
        }
        set
    }

    fn may_have(&self, term: u32) -> bool {
        self.0[term as usize / 64 % 64] >> (term % 64) & 1 == 1
    }
}

/// What the index reports: a place where a pattern may be.
struct IndexHit {
    pattern: u32,
    term: u32,
    start: u32,
    is_anchor: bool,
}

fn spotted(program: &Program, canonical: &Canonical) -> Vec<IndexHit> {
    let mut spotted = Vec::new();
    let spot = |entry: &Entry, start| IndexHit {
        pattern: entry.pattern,
        term: entry.term,
        start: short(start),
        is_anchor: entry.is_anchor,
    };
    let text = canonical.text.as_bytes();
    program
        .index
        .scan(text, |entry, start| spotted.push(spot(entry, start)));
    program
        .index
        .scan_joints(text, &canonical.joints, |entry, at| {
            let first_part = &program.text(entry.pattern)[..entry.offset as usize];
            let start = joined_start(canonical, at, first_part);
            spotted.extend(start.map(|start| spot(entry, start)));
        });
    spotted
}

/// Where patterns are in canonical text, by term and place.
pub(in crate::matcher) fn scan(program: &Program, canonical: &Canonical) -> Vec<Occurrence> {
    compared(program, canonical, spotted(program, canonical).iter())
}

/// The places where patterns really are, by term and place.
fn compared<'a>(
    program: &Program,
    canonical: &Canonical,
    spotted: impl Iterator<Item = &'a IndexHit>,
) -> Vec<Occurrence> {
    let one = |spot: &IndexHit| {
        let pattern = &program.patterns[spot.pattern as usize];
        let (wanted, start) = (program.text(spot.pattern), spot.start as usize);
        let is_plain = canonical.text.as_bytes()[start..].starts_with(wanted.as_bytes());
        let found = if is_plain {
            start..start + wanted.len()
        } else {
            start..joined_end(canonical, start, wanted)?
        };
        let hit = hit_tokens((pattern.left, pattern.right), &canonical.text, found)?;
        Some(Occurrence {
            term: spot.term,
            pattern: spot.pattern,
            start: short(hit.start),
            last: short(hit.end - 1),
        })
    };
    let mut found: Vec<Occurrence> = spotted.filter_map(one).collect();
    found.sort_unstable();
    found
}

fn short(number: usize) -> u32 {
    u32::try_from(number).expect("an item is shorter than 4 GB")
}

/// The watches worth evaluating, in config order.
fn candidates(program: &Program, item: &ItemText<'_>, found: &[Occurrence]) -> Vec<u32> {
    let mut candidates = Vec::new();
    let mut last = None;
    for found in found {
        if last != Some(found.term) {
            last = Some(found.term);
            candidates.extend_from_slice(program.by_anchor.watches(Needle::Term(found.term)));
        }
    }
    if program.regexes.looks_everywhere() {
        let mut regexes = Vec::new();
        for field in Field::ALL {
            if program.regex_fields.contains(field) {
                program.regexes.find(item.field(field), &mut regexes);
            }
        }
        for regex in regexes {
            candidates.extend_from_slice(program.by_anchor.watches(Needle::Regex(regex)));
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    candidates
}

pub(in crate::matcher) fn reads(watch: &CompiledWatch, feed: Option<&u32>) -> bool {
    watch
        .feeds
        .as_ref()
        .is_none_or(|feeds| feed.is_some_and(|feed| feeds.binary_search(feed).is_ok()))
}

/// The hits of the positive terms, by field and position. Where two terms hit the same place the
/// one that the watch names first is shown.
fn shown(satisfied: &[usize], evidence: &Evidence<'_>) -> Vec<WatchMatch> {
    let mut places = Vec::new();
    for &watch in satisfied {
        for leaf in &evidence.program.watches[watch].leaves {
            if leaf.positive {
                places.extend(evidence.places(leaf));
            }
        }
    }
    let spans = located(evidence.item, evidence.canonical, places);
    let one = |&watch: &usize| {
        let leaves = &evidence.program.watches[watch].leaves;
        let hits = leaves.iter().filter(|leaf| leaf.positive);
        let hits = hits.flat_map(|leaf| hits_of(leaf, evidence, &spans));
        WatchMatch {
            watch,
            hits: ordered(hits.collect()),
        }
    };
    satisfied.iter().map(one).collect()
}

/// Where a leaf hits in the source.
pub(super) fn hits_of<'a>(
    leaf: &'a Leaf,
    evidence: &'a Evidence<'_>,
    spans: &'a Spans,
) -> impl Iterator<Item = Hit> + 'a {
    let terms = evidence.places(leaf).map(|place| spans.get(place));
    let regexes = evidence.regex_places(leaf);
    terms.chain(regexes).map(|(field, span)| Hit {
        term: leaf.text.to_string(),
        field,
        span,
    })
}

pub(in crate::matcher) fn ordered(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.field, hit.span.start, hit.span.end));
    hits.dedup_by(|later, first| later.field == first.field && later.span == first.span);
    hits.truncate(MAX_HITS);
    hits
}
