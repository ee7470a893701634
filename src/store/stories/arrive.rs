//! An item arrives: it is placed, and may show that stories are one.

use jiff::Timestamp;

use super::{NewStory, Placed, change, place};
use crate::{
    model::{FeedId, ItemId},
    store::{StoreError, engine::Tx},
    story::Features,
};

/// Places an item, or finds where it was placed before. Small stories that it shows to be parts of another
/// one are merged.
pub(in crate::store) fn arrive(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    features: &Features,
    new: &NewStory,
    now: Timestamp,
) -> Result<Placed, StoreError> {
    let (placed, merges) = place::place(tx, feed, item, features, new, now)?;
    if merges.is_empty() {
        return Ok(placed);
    }
    let mut joins = false;
    for merge in merges {
        if change::was_split(tx, merge.story)? || change::was_split(tx, merge.into)? {
            break; // those behind it were found alike to what it leaves apart
        }
        change::absorb(tx, merge.story, merge.into, now)?;
        joins = true;
    }
    let placed = place::find(tx, item)?.expect("it was just placed");
    Ok(Placed {
        is_new: true,
        joins,
        ..placed
    })
}
