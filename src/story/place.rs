//! Where an item belongs.

use jiff::Timestamp;

use super::{
    alike::{self, Found},
    candidates::{Candidate, candidates},
    copies,
    placement::{Arrival, Merge, Placed, Placement, Rules},
    shelf::Shelf,
    weigh::{Weighed, weigh},
};
use crate::model::time::elapsed;

/// Finds where an item belongs.
///
/// # Errors
///
/// The shelf cannot be read.
pub fn place<S: Shelf>(arrival: &Arrival<'_>, shelf: &mut S) -> Result<Placed, S::Error> {
    place_by(&Rules::default(), arrival, shelf)
}

/// The same by other rules.
///
/// # Errors
///
/// The shelf cannot be read.
pub fn place_by<S: Shelf>(
    rules: &Rules,
    arrival: &Arrival<'_>,
    shelf: &mut S,
) -> Result<Placed, S::Error> {
    let weighed = weigh(arrival.features, shelf)?;
    let mut candidates = candidates(&weighed, arrival.features, shelf)?;
    candidates.retain(|candidate| is_live(rules, arrival.seen_at, candidate));
    let found = copies::find(rules, arrival, &weighed.sketch, &candidates);
    let changes = found.changes.filter(|_| found.copy.is_none());
    let (placement, merges) = match found.copy {
        Some(copy) => (copy, Vec::new()),
        None => match alike::find(rules, &weighed, &candidates) {
            Some(found) => (found.placement.clone(), merges(rules, &found, shelf)?),
            None => (Placement::New, Vec::new()),
        },
    };
    let Weighed {
        sketch,
        mut keys,
        counted,
        ..
    } = weighed;
    if !matches!(placement, Placement::Copy { .. }) {
        keys.extend(counted);
    }
    Ok(Placed {
        placement,
        sketch,
        keys,
        changes,
        merges,
    })
}

/// The smaller one goes into the larger one, of two of one size the younger into the older.
fn merges<S: Shelf>(rules: &Rules, found: &Found, shelf: &mut S) -> Result<Vec<Merge>, S::Error> {
    let mut merges = Vec::new();
    let most = rules.fragment + 1;
    let mut into = found.story;
    for &other in &found.like {
        let (ours, theirs) = (shelf.texts(into, most)?, shelf.texts(other, most)?);
        if ours.min(theirs) > rules.fragment {
            continue;
        }
        let is_larger = (ours, other) > (theirs, into);
        let (story, kept) = if is_larger {
            (other, into)
        } else {
            (into, other)
        };
        merges.push(Merge { story, into: kept });
        into = kept;
    }
    Ok(merges)
}

fn is_live(rules: &Rules, now: Timestamp, candidate: &Candidate) -> bool {
    elapsed(candidate.member.story_last_at, now) <= rules.quiet
        && elapsed(candidate.member.story_first_at, now) <= rules.longest
}
