//! Whether an expression holds for an item.

use super::{
    compiled::CompiledWatch,
    evidence::Evidence,
    origin::comes_from,
    positions::Place,
    query::{Distance, Node},
};

/// Whether `node`, a part of the watch's expression, holds.
pub(super) fn holds(node: &Node, watch: &CompiledWatch, evidence: &Evidence<'_>) -> bool {
    let part_holds = |part: &&Node| holds(part, watch, evidence);
    match node {
        Node::Term(leaf) => evidence.hits(&watch.leaves[*leaf]),
        Node::All(parts) => parts.iter().all(|part| part_holds(&part)),
        Node::Any(parts) => parts.iter().any(|part| part_holds(&part)),
        Node::Not(inner) => !part_holds(&&inner.0),
        Node::AtLeast(count, parts) => {
            let holding = parts.iter().filter(part_holds);
            holding.take(*count).count() == *count
        }
        Node::Near(parts, distances) => !near(parts, distances, watch, evidence).is_empty(),
        Node::Origin(origin) => comes_from(origin, evidence),
    }
}

/// Where a part that NEAR may join stands, in order.
pub(super) fn places(node: &Node, watch: &CompiledWatch, evidence: &Evidence<'_>) -> Vec<Place> {
    match node {
        Node::Term(leaf) => {
            let positions = evidence.positions();
            let found = evidence.every(&watch.leaves[*leaf]);
            sorted(found.map(|found| positions.place(&found)).collect())
        }
        Node::Any(parts) => {
            let each = parts.iter().flat_map(|part| places(part, watch, evidence));
            sorted(each.collect())
        }
        Node::Near(parts, distances) => near(parts, distances, watch, evidence),
        Node::All(_) | Node::Not(_) | Node::AtLeast(..) | Node::Origin(_) => Vec::new(),
    }
}

fn sorted(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_unstable();
    places.dedup();
    places
}

/// The places of all parts from which a chain leads to the first part and to the last, each link
/// no longer than its distance.
fn near(
    parts: &[Node],
    distances: &[Distance],
    watch: &CompiledWatch,
    evidence: &Evidence<'_>,
) -> Vec<Place> {
    let mut chain: Vec<Vec<Place>> = Vec::with_capacity(parts.len());
    for (at, part) in parts.iter().enumerate() {
        let mut here = places(part, watch, evidence);
        if let Some(before) = chain.last() {
            here = close(&here, before, distances[at - 1], Direction::Back);
        }
        if here.is_empty() {
            return here;
        }
        chain.push(here);
    }
    for at in (1..chain.len()).rev() {
        chain[at - 1] = close(
            &chain[at - 1],
            &chain[at],
            distances[at - 1],
            Direction::Ahead,
        );
    }
    sorted(chain.concat())
}

/// Which of two operands is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// The second: the first must come before it where order counts.
    Back,
    /// The first.
    Ahead,
}

/// Those of `here` with one of `others` near enough: the last that ends before it or the first
/// that begins behind it. Places that overlap are not near each other.
fn close(here: &[Place], others: &[Place], distance: Distance, direction: Direction) -> Vec<Place> {
    let looks_back = !distance.ordered || direction == Direction::Back;
    let looks_ahead = !distance.ordered || direction == Direction::Ahead;
    let by_end = {
        let mut by_end: Vec<u32> = others.iter().map(|place| place.last).collect();
        by_end.sort_unstable();
        by_end
    };
    let has_before = |place: &Place| {
        let behind = by_end.partition_point(|last| *last < place.first);
        let nearest = behind.checked_sub(1).map(|at| by_end[at]);
        nearest.is_some_and(|last| place.first - last <= distance.tokens)
    };
    let has_after = |place: &Place| {
        let at = others.partition_point(|other| other.first <= place.last);
        let nearest = others.get(at);
        nearest.is_some_and(|other| other.first - place.last <= distance.tokens)
    };
    here.iter()
        .filter(|place| (looks_back && has_before(place)) || (looks_ahead && has_after(place)))
        .copied()
        .collect()
}
