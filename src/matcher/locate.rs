//! From places in canonical text back to the source.

use std::ops::Range;

use super::{
    ItemText,
    canonical::{Canonical, Found, lines},
    check::Check,
    compile::Matcher,
    evidence::Evidence,
};
use crate::{model::Field, text};

/// The source of places: `(start, last)` in canonical text, the field and the bytes there.
pub(super) struct Spans(Vec<(u32, u32, Field, Range<usize>)>);

impl Spans {
    /// The source of a place that was asked for.
    pub(super) fn get(&self, found: Found) -> (Field, Range<usize>) {
        let key = (found.start, found.last);
        let at = self.0.binary_search_by_key(&key, |span| (span.0, span.1));
        let (_, _, field, span) = &self.0[at.expect("the place was asked for")];
        (*field, span.clone())
    }
}

/// The source of all these places.
pub(super) fn located(evidence: &Evidence<'_>, places: Vec<Found>) -> Spans {
    spans(evidence.item, evidence.canonical, places)
}

fn spans(item: &ItemText<'_>, canonical: &Canonical, mut places: Vec<Found>) -> Spans {
    places.sort_unstable_by_key(|found| (found.start, found.last));
    places.dedup_by_key(|found| (found.start, found.last));
    let mut spans = Vec::with_capacity(places.len());
    for same in places.chunk_by(|a, b| canonical.part(a.start) == canonical.part(b.start)) {
        let (field, base) = canonical.part(same[0].start);
        let mut offsets: Vec<usize> = same
            .iter()
            .flat_map(|found| [found.start as usize - base, found.last as usize - base])
            .collect();
        offsets.sort_unstable();
        offsets.dedup();
        let ranges = text::locate(item.field(field), lines(field), &offsets);
        let range = |offset: u32| {
            let at = offsets.binary_search(&(offset as usize - base));
            &ranges[at.expect("every offset of a place was asked for")]
        };
        spans.extend(same.iter().map(|found| {
            let span = range(found.start).start..range(found.last).end;
            (found.start, found.last, field, span)
        }));
    }
    Spans(spans)
}

/// The places that hold in the source too, each once for each term.
pub(super) fn verified(
    matcher: &Matcher,
    item: &ItemText<'_>,
    canonical: &Canonical,
    mut found: Vec<Found>,
) -> Vec<Found> {
    let check = |found: &Found| &matcher.patterns[found.pattern as usize].check;
    let unchecked: Vec<Found> = found
        .iter()
        .filter(|found| *check(found) != Check::Folded)
        .copied()
        .collect();
    if !unchecked.is_empty() {
        let spans = spans(item, canonical, unchecked);
        found.retain(|found| {
            let check = check(found);
            *check == Check::Folded || {
                let (field, span) = spans.get(*found);
                check.holds(item.field(field), span)
            }
        });
    }
    found.dedup_by_key(|found| (found.term, found.start, found.last));
    found
}
