//! Where an item belongs.

use jiff::Timestamp;

use super::{
    alike,
    candidates::{Candidate, candidates},
    copies,
    placement::{Arrival, Placed, Placement, Rules},
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
    let placement = copies::find(rules, arrival, &weighed.sketch, &candidates)
        .or_else(|| alike::find(rules, &weighed, &candidates))
        .unwrap_or(Placement::New);
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
    })
}

fn is_live(rules: &Rules, now: Timestamp, candidate: &Candidate) -> bool {
    elapsed(candidate.member.story_last_at, now) <= rules.quiet
        && elapsed(candidate.member.story_first_at, now) <= rules.longest
}
