//! One item through the index.

use super::{
    Hit, ItemText, WatchMatch,
    canonical::{Canonical, Found},
    compile::Matcher,
    compiled::{CompiledWatch, Leaf, What},
    evaluate::holds,
    evidence::Evidence,
    index, joined,
    locate::{located, verified},
    pattern,
};
use crate::model::Field;

/// How many hits a watch shows of one item, and how many of each term in each field are kept.
pub const MAX_HITS: usize = 64;

/// Finds every watch that `item` satisfies, in config order.
pub(super) fn find(matcher: &Matcher, item: &ItemText<'_>) -> Vec<WatchMatch> {
    let canonical = Canonical::new(item, matcher.fields);
    let spotted = spotted(matcher, &canonical);
    let anchors = spotted.iter().filter(|spot| spot.is_anchor);
    let mut found = compared(matcher, &canonical, anchors);
    let mut candidates = candidates(matcher, item, &found);
    let spotted_terms = Terms::of(spotted.iter().map(|spot| spot.term));
    candidates.retain(|number| {
        let needed = &matcher.needed[*number as usize];
        needed.is_empty() || needed.terms().any(|term| spotted_terms.may_have(term))
    });
    if candidates.is_empty() {
        return Vec::new();
    }
    let asked = Terms::of(asked(matcher, &candidates));
    let others = spotted
        .iter()
        .filter(|spot| !spot.is_anchor && asked.may_have(spot.term));
    found.extend(compared(matcher, &canonical, others));
    found.sort_unstable();
    let found = verified(matcher, item, &canonical, found);
    let evidence = Evidence::new(matcher, item, &canonical, found);
    let satisfied: Vec<usize> = candidates
        .into_iter()
        .map(|number| number as usize)
        .filter(|number| {
            let watch = &matcher.watches[*number];
            reads(watch, evidence.feed()) && holds(&watch.root, watch, &evidence)
        })
        .collect();
    shown(&satisfied, &evidence)
}

/// The terms of some watches: the hits of all others need no look.
fn asked<'a>(matcher: &'a Matcher, watches: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    let watches = watches
        .iter()
        .map(|number| &matcher.watches[*number as usize]);
    let leaves = watches.flat_map(|watch| &watch.leaves);
    leaves.filter_map(|leaf| match leaf.what {
        What::Term(term) => Some(term),
        What::Regex(_) => None,
    })
}

/// A set of terms by some bits of their numbers; it may seem to have more than were put in.
struct Terms([u64; 64]);

impl Terms {
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

/// A place where a pattern may stand.
struct Spot {
    pattern: u32,
    term: u32,
    start: u32,
    is_anchor: bool,
}

fn spotted(matcher: &Matcher, canonical: &Canonical) -> Vec<Spot> {
    let mut spotted = Vec::new();
    let spot = |entry: &index::Entry, start| Spot {
        pattern: entry.pattern,
        term: entry.term,
        start: short(start),
        is_anchor: entry.is_anchor,
    };
    let text = canonical.text.as_bytes();
    matcher
        .index
        .scan(text, |entry, start| spotted.push(spot(entry, start)));
    matcher.index.joined(text, &canonical.joints, |entry, at| {
        let first_part = &matcher.text(entry.pattern)[..entry.offset as usize];
        let start = joined::start(canonical, at, first_part);
        spotted.extend(start.map(|start| spot(entry, start)));
    });
    spotted
}

/// Where patterns stand in canonical text, by term and place.
pub(super) fn scan(matcher: &Matcher, canonical: &Canonical) -> Vec<Found> {
    compared(matcher, canonical, spotted(matcher, canonical).iter())
}

/// The places where patterns do stand, by term and place.
fn compared<'a>(
    matcher: &Matcher,
    canonical: &Canonical,
    spotted: impl Iterator<Item = &'a Spot>,
) -> Vec<Found> {
    let one = |spot: &Spot| {
        let pattern = &matcher.patterns[spot.pattern as usize];
        let (wanted, start) = (matcher.text(spot.pattern), spot.start as usize);
        let is_plain = canonical.text.as_bytes()[start..].starts_with(wanted.as_bytes());
        let found = if is_plain {
            start..start + wanted.len()
        } else {
            start..joined::end(canonical, start, wanted)?
        };
        let hit = pattern::hit((pattern.left, pattern.right), &canonical.text, found)?;
        Some(Found {
            term: spot.term,
            pattern: spot.pattern,
            start: short(hit.start),
            last: short(hit.end - 1),
        })
    };
    let mut found: Vec<Found> = spotted.filter_map(one).collect();
    found.sort_unstable();
    found
}

fn short(number: usize) -> u32 {
    u32::try_from(number).expect("an item is shorter than 4 GB")
}

/// The watches worth evaluating, in config order.
fn candidates(matcher: &Matcher, item: &ItemText<'_>, found: &[Found]) -> Vec<u32> {
    let mut candidates = Vec::new();
    let mut last = None;
    for found in found {
        if last != Some(found.term) {
            last = Some(found.term);
            candidates.extend_from_slice(matcher.anchored.watches(What::Term(found.term)));
        }
    }
    if matcher.regexes.looks_everywhere() {
        let mut regexes = Vec::new();
        for field in Field::ALL {
            if matcher.regex_fields.contains(field) {
                matcher.regexes.find(item.field(field), &mut regexes);
            }
        }
        for regex in regexes {
            candidates.extend_from_slice(matcher.anchored.watches(What::Regex(regex)));
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    candidates
}

pub(super) fn reads(watch: &CompiledWatch, feed: Option<&u32>) -> bool {
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
        for leaf in &evidence.matcher.watches[watch].leaves {
            if leaf.positive {
                places.extend(evidence.places(leaf));
            }
        }
    }
    let spans = located(evidence, places);
    let one = |&watch: &usize| {
        let leaves = &evidence.matcher.watches[watch].leaves;
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
    spans: &'a super::locate::Spans,
) -> impl Iterator<Item = Hit> + 'a {
    let terms = evidence.places(leaf).map(|place| spans.get(place));
    let regexes = evidence.regex_places(leaf);
    terms.chain(regexes).map(|(field, span)| Hit {
        term: leaf.text.to_string(),
        field,
        span,
    })
}

pub(super) fn ordered(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (hit.field, hit.span.start, hit.span.end));
    hits.dedup_by(|later, first| later.field == first.field && later.span == first.span);
    hits.truncate(MAX_HITS);
    hits
}
