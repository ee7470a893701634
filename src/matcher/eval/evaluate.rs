//! Whether the expression of a watch holds for an item.
//!
//! Pure functions of the tree and the [`Evidence`]. NEAR is linear in the hits of its parts, but
//! for sorting them.

use super::{
    evidence::{Direction, Evidence, TokenRange, close},
    item::ItemText,
};
use crate::matcher::{
    program::CompiledWatch,
    syntax::{Distance, MetadataKind, Node},
};

/// Whether `node`, a part of the watch's expression, holds.
pub(in crate::matcher) fn holds(
    node: &Node,
    watch: &CompiledWatch,
    evidence: &Evidence<'_>,
) -> bool {
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
        Node::Metadata(condition) => condition.holds(&metadata(condition.kind, evidence.item)),
    }
}

/// Where a part that NEAR may join occurs, in order.
pub(in crate::matcher) fn places(
    node: &Node,
    watch: &CompiledWatch,
    evidence: &Evidence<'_>,
) -> Vec<TokenRange> {
    match node {
        Node::Term(leaf) => {
            let positions = evidence.positions();
            let found = evidence.every(&watch.leaves[*leaf]);
            sorted(found.map(|found| positions.range_of(&found)).collect())
        }
        Node::Any(parts) => {
            let each = parts.iter().flat_map(|part| places(part, watch, evidence));
            sorted(each.collect())
        }
        Node::Near(parts, distances) => near(parts, distances, watch, evidence),
        Node::All(_) | Node::Not(_) | Node::AtLeast(..) | Node::Metadata(_) => Vec::new(),
    }
}

fn sorted(mut places: Vec<TokenRange>) -> Vec<TokenRange> {
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
) -> Vec<TokenRange> {
    let mut chain: Vec<Vec<TokenRange>> = Vec::with_capacity(parts.len());
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

/// The item's feed, language or site, as conditions compare it.
pub(in crate::matcher) fn metadata(kind: MetadataKind, item: &ItemText<'_>) -> String {
    kind.normalized(match kind {
        MetadataKind::Feed => item.feed,
        MetadataKind::Lang => item.lang,
        MetadataKind::Site if item.site.is_empty() => item.link,
        MetadataKind::Site => item.site,
    })
}
