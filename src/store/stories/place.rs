//! Where an item stands: its story, and the text that it repeats.

use std::time::Duration;

use jiff::Timestamp;

use super::{NewStory, Placed, StoryRule, origins, role};
use crate::{
    model::{FeedId, ItemId, Priority, StoryId, StoryRole},
    store::{
        StoreError,
        engine::{Tx, values},
    },
    story::{self, Arrival, Features, Member, Merge, Placement, Shelf, Sketch},
};

const NEWEST: &str = "SELECT item FROM story_key WHERE key = ?1 ORDER BY item DESC LIMIT ?2";

const COUNT: &str =
    "SELECT count(*) FROM (SELECT 1 AS one FROM story_key WHERE key = ?1 LIMIT ?2) AS some";

/// An item with its story, or with the one into which that was merged.
const MEMBER: &str = "
    SELECT s.item, t.id AS story, s.root, s.feed, s.seen_at, s.sketch, t.first_at, t.last_at
      FROM story_item s JOIN story o ON o.id = s.story
      JOIN story t ON t.id = coalesce(o.merged, o.id)
     WHERE s.item = ?1";

const ORIGIN: &str = "SELECT origin FROM story_item WHERE item = ?1";

const RAISED: &str = "
    SELECT d.id FROM story_item s JOIN alert a ON a.item = s.item JOIN delivery d ON d.alert = a.id
     WHERE s.story = ?1 AND d.priority >= ?2 LIMIT 1";

pub(super) const TEXTS: &str = "
    SELECT count(*) FROM (
      SELECT 1 AS one FROM story_item WHERE story = ?1 AND root = item LIMIT ?2) AS some";

#[cfg(test)]
pub(in crate::store) const LOOKS: [&str; 5] = [NEWEST, COUNT, MEMBER, TEXTS, RAISED];

/// The rows of the store, as the rules look at them.
struct Rows<'a>(&'a mut dyn Tx);

impl Shelf for Rows<'_> {
    type Error = StoreError;

    fn newest(&mut self, key: i64, most: usize) -> Result<Vec<ItemId>, StoreError> {
        self.0.column(NEWEST, values![key, limit(most)])
    }

    fn count(&mut self, key: i64, most: usize) -> Result<usize, StoreError> {
        Ok(counted(self.0.value(COUNT, values![key, limit(most)])?))
    }

    fn texts(&mut self, story: StoryId, most: usize) -> Result<usize, StoreError> {
        Ok(counted(self.0.value(TEXTS, values![story, limit(most)])?))
    }

    fn member(&mut self, item: ItemId) -> Result<Option<Member>, StoreError> {
        member(self.0, item)
    }
}

/// An item, where it can be compared.
pub(super) fn member(tx: &mut dyn Tx, item: ItemId) -> Result<Option<Member>, StoreError> {
    let Some(mut row) = tx.row(MEMBER, values![item])? else {
        return Ok(None);
    };
    let Some(sketch) = Sketch::from_bytes(&row.take::<Vec<u8>>("sketch")?) else {
        return Ok(None);
    };
    Ok(Some(Member {
        item: row.take("item")?,
        story: row.take("story")?,
        root: row.take("root")?,
        feed: row.take("feed")?,
        seen_at: row.take("seen_at")?,
        sketch,
        story_first_at: row.take("first_at")?,
        story_last_at: row.take("last_at")?,
    }))
}

pub(super) fn counted(count: Option<u32>) -> usize {
    let count = count.expect("an aggregate has a row");
    usize::try_from(count).unwrap_or(usize::MAX)
}

pub(super) fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// Places an item, or finds where it was placed before. Also gives the stories that turn out to be one.
pub(super) fn place(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    features: &Features,
    new: &NewStory,
    now: Timestamp,
) -> Result<(Placed, Vec<Merge>), StoreError> {
    if let Some(placed) = find(tx, item)? {
        return Ok((placed, Vec::new()));
    }
    let arrival = Arrival {
        feed,
        seen_at: now,
        features,
    };
    let found = story::place(&arrival, &mut Rows(tx))?;
    let (near, evidence) = match &found.placement {
        Placement::New => (None, None),
        Placement::Copy { of, evidence, .. } => (Some(*of), Some(evidence.to_string())),
        Placement::FollowUp { near, evidence, .. } => (Some(*near), Some(evidence.to_string())),
    };
    let (story, root) = match found.placement {
        Placement::New => (StoryId(item.0), item),
        Placement::Copy { of, story, .. } => (story, root_of(tx, of)?),
        Placement::FollowUp { story, .. } => (story, item),
    };
    let revision = join(tx, story, now)?;
    let origin = match found.changes {
        Some(changed) => origin_of(tx, changed)?,
        None => None,
    };
    let origin = origin.unwrap_or_else(|| new.origin.clone());
    tx.exec(
        "INSERT INTO story_item (item, story, root, near, evidence, feed, publisher, origin, seen_at,
                                 sketch)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            item,
            story,
            root,
            near,
            evidence,
            feed,
            new.publisher.as_str(),
            origin,
            now,
            found.sketch.to_bytes(),
        ],
    )?;
    for key in found.keys {
        tx.exec(
            "INSERT INTO story_key (key, item) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            values![key, item],
        )?;
    }
    let placed = Placed {
        item,
        story,
        root,
        role: role(item, story, root),
        revision,
        is_new: true,
        joins: false,
    };
    Ok((placed, found.merges))
}

/// Whose report an item is, where somebody knows.
fn origin_of(tx: &mut dyn Tx, item: ItemId) -> Result<Option<String>, StoreError> {
    let origin: Option<String> = tx.value(ORIGIN, values![item])?;
    Ok(origin.filter(|origin| !origin.is_empty()))
}

/// The first item with the text of this one.
fn root_of(tx: &mut dyn Tx, item: ItemId) -> Result<ItemId, StoreError> {
    let root = tx.value("SELECT root FROM story_item WHERE item = ?1", values![item])?;
    Ok(root.unwrap_or(item))
}

/// Counts an item that joins a story, or begins it; gives the story's revision.
fn join(tx: &mut dyn Tx, story: StoryId, now: Timestamp) -> Result<u32, StoreError> {
    let revision = tx.value(
        "INSERT INTO story (id, revision, first_at, last_at) VALUES (?1, 1, ?2, ?2)
         ON CONFLICT (id) DO UPDATE SET revision = story.revision + 1, last_at = ?2
         RETURNING revision",
        values![story, now],
    )?;
    Ok(revision.expect("it was just written"))
}

/// Where an item stands that was placed before.
pub(super) fn find(tx: &mut dyn Tx, item: ItemId) -> Result<Option<Placed>, StoreError> {
    let row = tx.row(
        "SELECT t.id AS story, s.root, t.revision FROM story_item s JOIN story o ON o.id = s.story
           JOIN story t ON t.id = coalesce(o.merged, o.id)
          WHERE s.item = ?1",
        values![item],
    )?;
    let Some(mut row) = row else {
        return Ok(None);
    };
    let (story, root): (StoryId, ItemId) = (row.take("story")?, row.take("root")?);
    Ok(Some(Placed {
        item,
        story,
        root,
        role: role(item, story, root),
        revision: row.take("revision")?,
        is_new: false,
        joins: false,
    }))
}

/// The priority that this item's report gives to a watch's alert: the one that `escalate` names where the
/// story has as many publishers as it wants with this item, and had fewer without it.
pub(in crate::store) fn escalate(
    tx: &mut dyn Tx,
    placed: &Placed,
    rule: &StoryRule,
    now: Timestamp,
) -> Result<Option<Priority>, StoreError> {
    let Some(escalate) = rule.escalate.filter(|_| placed.is_new) else {
        return Ok(None);
    };
    let Some(origin) = origin_of(tx, placed.item)?.filter(|_| placed.role != StoryRole::Copy)
    else {
        return Ok(None);
    };
    let since = now
        .saturating_sub(within(escalate.within))
        .unwrap_or(Timestamp::MIN);
    let before = origins::of_watch(tx, placed.story, &rule.watch, since, &[])?;
    let is_another = !before.names.contains(&origin);
    let count = before.count() + u32::from(is_another);
    let rises = if placed.joins {
        // Neither of the stories may have had enough, and together they may have more.
        count >= escalate.publishers && !was_raised(tx, placed.story, escalate.priority)?
    } else {
        count == escalate.publishers && is_another
    };
    Ok(rises.then_some(escalate.priority))
}

/// Whether something of a story was sent with this priority, or a higher one.
fn was_raised(tx: &mut dyn Tx, story: StoryId, priority: Priority) -> Result<bool, StoreError> {
    let row = tx.row(RAISED, values![story, priority.rank()])?;
    Ok(row.is_some())
}

fn within(span: Duration) -> jiff::SignedDuration {
    jiff::SignedDuration::try_from(span).unwrap_or(jiff::SignedDuration::MAX)
}
