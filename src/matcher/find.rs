//! One item through the automaton.

use std::ops::Range;

use super::{
    Hit, ItemText, WatchMatch,
    compile::{CompiledWatch, Link, Matcher},
    fields::Fields,
    query::Node,
};
use crate::{
    model::Field,
    text::{self, Lines},
};

/// How many hits a watch shows of one item, and how many of each term in each field are kept.
pub const MAX_HITS: usize = 64;

/// A term and where it hit, in fields and positions that rise.
struct TermHits {
    term: u32,
    fields: Fields,
    places: Vec<(Field, Range<usize>)>,
}

/// A hit in canonical text, not yet checked against the source.
struct Candidate<'a> {
    link: &'a Link,
    start: usize,
    /// Of the last byte, so that an offset inside the last character stands for its end.
    last: usize,
}

/// Finds every watch that `item` satisfies, in config order.
pub(super) fn find(matcher: &Matcher, item: &ItemText<'_>) -> Vec<WatchMatch> {
    let hits = term_hits(matcher, item);
    let feed = matcher.feeds.get(item.feed);
    let mut candidates: Vec<u32> = hits
        .iter()
        .flat_map(|hits| &matcher.anchored[hits.term as usize])
        .copied()
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    candidates
        .into_iter()
        .map(|number| number as usize)
        .filter(|number| {
            let watch = &matcher.watches[*number];
            reads(watch, feed) && holds(watch, &watch.root, &hits)
        })
        .map(|number| WatchMatch {
            watch: number,
            hits: shown(&matcher.watches[number], &hits),
        })
        .collect()
}

/// The terms that hit, by number.
fn term_hits(matcher: &Matcher, item: &ItemText<'_>) -> Vec<TermHits> {
    let mut places = Vec::new();
    let mut canonical = String::new();
    for field in Field::ALL {
        let source = item.field(field);
        if !source.is_empty() && matcher.fields.contains(field) {
            let lines = lines(field);
            text::fold_into(source, lines, &mut canonical);
            let candidates = candidates(matcher, &canonical);
            places.extend(
                located(source, lines, &candidates).map(|(term, span)| (term, field, span)),
            );
        }
    }
    places.sort_by_key(|(term, field, span)| (*term, *field, span.start, span.end));
    places.dedup();
    grouped(places)
}

/// Authors and categories are lists: no phrase runs from one into the next.
const fn lines(field: Field) -> Lines {
    match field {
        Field::Author | Field::Category => Lines::Listed,
        Field::Title | Field::Summary | Field::Content | Field::Link => Lines::Wrapped,
    }
}

fn candidates<'a>(matcher: &'a Matcher, canonical: &str) -> Vec<Candidate<'a>> {
    let Some(automaton) = &matcher.automaton else {
        return Vec::new();
    };
    let mut candidates = Vec::new();
    for found in automaton.find_overlapping_iter(canonical) {
        for link in &matcher.links[found.value() as usize] {
            let hit = link.pattern.hit(canonical, found.start()..found.end());
            candidates.extend(hit.map(|hit| Candidate {
                link,
                start: hit.start,
                last: hit.end - 1,
            }));
        }
    }
    candidates
}

/// The candidates that hold in the source, with their places there.
fn located<'a>(
    source: &'a str,
    lines: Lines,
    candidates: &'a [Candidate<'_>],
) -> impl Iterator<Item = (u32, Range<usize>)> + 'a {
    let mut offsets: Vec<usize> = candidates
        .iter()
        .flat_map(|candidate| [candidate.start, candidate.last])
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    let ranges = if offsets.is_empty() {
        Vec::new()
    } else {
        text::locate(source, lines, &offsets)
    };
    candidates.iter().filter_map(move |candidate| {
        let range = |offset| {
            let at = offsets.binary_search(&offset);
            &ranges[at.expect("every offset of a candidate was asked for")]
        };
        let span = range(candidate.start).start..range(candidate.last).end;
        let holds = candidate.link.pattern.check.holds(&source[span.clone()]);
        holds.then_some((candidate.link.term, span))
    })
}

fn grouped(places: Vec<(u32, Field, Range<usize>)>) -> Vec<TermHits> {
    let mut groups: Vec<TermHits> = Vec::new();
    let mut in_field = 0;
    for (term, field, span) in places {
        if groups.last().is_none_or(|last| last.term != term) {
            groups.push(TermHits {
                term,
                fields: Fields::default(),
                places: Vec::new(),
            });
        }
        let group = groups.last_mut().expect("a group was just made");
        if !group.fields.contains(field) {
            group.fields = group.fields.union(Fields::of([field]));
            in_field = 0;
        }
        in_field += 1;
        if in_field <= MAX_HITS {
            group.places.push((field, span));
        }
    }
    groups
}

fn reads(watch: &CompiledWatch, feed: Option<&u32>) -> bool {
    watch
        .feeds
        .as_ref()
        .is_none_or(|feeds| feed.is_some_and(|feed| feeds.binary_search(feed).is_ok()))
}

fn hits_of(hits: &[TermHits], term: u32) -> Option<&TermHits> {
    let at = hits.binary_search_by_key(&term, |hits| hits.term).ok()?;
    Some(&hits[at])
}

fn holds(watch: &CompiledWatch, node: &Node, hits: &[TermHits]) -> bool {
    match node {
        Node::Term(leaf) => {
            let leaf = &watch.leaves[*leaf];
            hits_of(hits, leaf.term).is_some_and(|hits| hits.fields.meets(leaf.fields))
        }
        Node::All(parts) => parts.iter().all(|part| holds(watch, part, hits)),
        Node::Any(parts) => parts.iter().any(|part| holds(watch, part, hits)),
        Node::Not(inner, _) => !holds(watch, inner, hits),
    }
}

/// The hits of the positive terms, by field and position. Where two terms hit the same place the
/// one that the watch names first is shown.
fn shown(watch: &CompiledWatch, hits: &[TermHits]) -> Vec<Hit> {
    let mut shown: Vec<_> = watch
        .leaves
        .iter()
        .filter(|leaf| leaf.positive)
        .filter_map(|leaf| Some((leaf, hits_of(hits, leaf.term)?)))
        .flat_map(|(leaf, hits)| hits.places.iter().map(move |place| (leaf, place)))
        .filter(|(leaf, (field, _))| leaf.fields.contains(*field))
        .collect();
    shown.sort_by_key(|(_, (field, span))| (*field, span.start, span.end));
    shown.dedup_by_key(|(_, place)| *place);
    shown
        .into_iter()
        .take(MAX_HITS)
        .map(|(leaf, (field, span))| Hit {
            term: leaf.text.clone(),
            field: *field,
            span: span.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_capped_per_term_and_field() {
        let places = [Field::Title, Field::Content]
            .into_iter()
            .flat_map(|field| (0..=MAX_HITS).map(move |at| (7, field, at..at + 1)));
        let groups = grouped(places.collect());
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].places.len(), 2 * MAX_HITS);
        assert!(groups[0].fields.contains(Field::Content));
    }
}
