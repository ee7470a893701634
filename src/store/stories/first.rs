//! Who was first with stories that several publishers have, and by how much.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::origins::{self, Origins};
use crate::{
    model::{ReportedFirst, StoryId},
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// So many stories are counted, the newest: each costs a look at its items.
const MAX_STORIES: u32 = 500;
/// So many publishers are named.
const MAX_NAMED: usize = 10;

/// Stories that began and that several have, the newest first.
pub(in crate::store) const OF_SEVERAL: &str = "
    SELECT id FROM story
     WHERE last_at > ?1 AND first_at > ?1 AND merged IS NULL AND independent > 1
     ORDER BY last_at DESC LIMIT ?2";

const SEEN: &str = "SELECT seen_at FROM story_item WHERE item = ?1";

/// The publishers that were first with a story since then, those most often first.
pub(in crate::store) fn firsts(
    tx: &mut dyn Tx,
    since: Timestamp,
) -> Result<Vec<ReportedFirst>, StoreError> {
    let mut leads: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for story in tx.column::<StoryId>(OF_SEVERAL, values![since, MAX_STORIES])? {
        let mut origins = Origins::of(&origins::of_story(tx, story)?);
        // The count may have become smaller: two turned out to be one.
        let [first, second, ..] = *origins.firsts else {
            continue;
        };
        let seen = |tx: &mut dyn Tx, item| tx.value::<Timestamp>(SEEN, values![item]);
        if let (Some(first), Some(second)) = (seen(tx, first)?, seen(tx, second)?) {
            let lead = second.as_second() - first.as_second();
            let name = origins.names.swap_remove(0);
            leads.entry(name).or_default().push(lead);
        }
    }
    let mut firsts: Vec<ReportedFirst> = leads.into_iter().map(first).collect();
    firsts.sort_by_key(|first| std::cmp::Reverse(first.stories));
    firsts.truncate(MAX_NAMED);
    Ok(firsts)
}

fn first((publisher, mut leads): (String, Vec<i64>)) -> ReportedFirst {
    leads.sort_unstable();
    ReportedFirst {
        publisher,
        stories: u32::try_from(leads.len()).unwrap_or(u32::MAX),
        lead_seconds: u64::try_from(leads[leads.len() / 2]).unwrap_or(0),
    }
}
