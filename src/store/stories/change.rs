//! Stories that people split and merge.
//!
//! Who does it says where items stand; nothing decides that again. Later items are placed by the items
//! that they are nearest to, as always, and so follow. A story of many items is changed in one
//! transaction: its items and their deliveries must not be in two stories.

use jiff::Timestamp;

use super::{
    awaiting::corroborate,
    fold,
    origins::{self, Origins},
    place, read, sources,
};
use crate::{
    model::{DeliveryId, ItemId, StoryId},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// Notices that are still to be sent say where their items are now, for so many items: each costs a look
/// through its story.
const MAX_REFRESHED: usize = 100;

/// What splitting a story came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorySplit {
    /// The story that was split. It keeps its number and its first item.
    pub story: StoryId,
    /// How many items it has left.
    pub kept: u32,
    /// The story that was made of the rest, called by its first item.
    pub new: StoryId,
    /// How many items that has.
    pub moved: u32,
}

/// What merging a story came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryMerge {
    /// The story that is no more. Its number names the other one.
    pub merged: StoryId,
    /// The story that has the items of both.
    pub into: StoryId,
    /// How many came.
    pub moved: u32,
    /// How many it has.
    pub items: u32,
    /// How many independent publishers it has.
    pub independent: u32,
}

/// Why a story is not changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoryRefusal {
    /// There is no story of this number.
    #[error("there is no story {0}")]
    NoStory(StoryId),
    /// It is in no story.
    #[error("item #{} is in no story", .0.0)]
    NoItem(ItemId),
    /// There is nothing to split.
    #[error("story {0} is one text and its copies; there is nothing to split")]
    OneText(StoryId),
    /// A story is merged into itself.
    #[error("{0} and {1} are one story already")]
    SameStory(StoryId, StoryId),
    /// It has no items of its own any more.
    #[error("story {story} was merged into {into}; help: merge {into}")]
    Merged {
        /// Its number.
        story: StoryId,
        /// Where its items are.
        into: StoryId,
    },
}

/// What a change came to, or why there was none.
pub type StoryChange<T> = Result<T, StoryRefusal>;

impl Store {
    /// Takes an item with its copies out of its story: it becomes a story of its own. Where it is the one
    /// that the story is called by, it keeps the number, and the others become one.
    pub async fn split_story(
        &self,
        item: ItemId,
        now: Timestamp,
    ) -> Result<StoryChange<StorySplit>, StoreError> {
        self.write(move |tx| split(tx, item, now)).await
    }

    /// Puts the items of a story, and of those that were merged into it, into another one.
    pub async fn merge_story(
        &self,
        story: StoryId,
        into: StoryId,
        now: Timestamp,
    ) -> Result<StoryChange<StoryMerge>, StoreError> {
        self.write(move |tx| merge(tx, story, into, now)).await
    }
}

fn split(
    tx: &mut dyn Tx,
    item: ItemId,
    now: Timestamp,
) -> Result<StoryChange<StorySplit>, StoreError> {
    let Some(placed) = place::find(tx, item)? else {
        return Ok(Err(StoryRefusal::NoItem(item)));
    };
    let story = placed.story;
    let items = members(tx, story)?;
    let is_first =
        |(member, root): &(ItemId, ItemId)| *root == placed.root && ItemId::from(story) == *member;
    let keeps_number = items.iter().any(is_first);
    let goes = |(_, root): &(ItemId, ItemId)| (*root == placed.root) != keeps_number;
    let (moved, kept): (Vec<_>, Vec<_>) = items.into_iter().partition(goes);
    let (Some((first, _)), false) = (moved.first(), kept.is_empty()) else {
        return Ok(Err(StoryRefusal::OneText(story)));
    };
    let new = StoryId(first.0);
    begin(tx, new)?;
    for (item, root) in &moved {
        carry(tx, *item, (story, new))?;
        notices(tx, *root, (story, new))?;
        // What was merged in is found where its first item is.
        let sql = "UPDATE story SET merged = ?3 WHERE id = ?1 AND merged = ?2 AND id <> ?3";
        tx.exec(sql, values![StoryId(item.0), story, new])?;
    }
    for changed in [story, new] {
        let sql = "UPDATE story SET is_split = 1 WHERE id = ?1";
        tx.exec(sql, values![changed])?;
        settle(tx, changed)?;
        corroborate(tx, changed, now)?;
    }
    refresh(tx, &moved)?;
    Ok(Ok(StorySplit {
        story,
        kept: number(kept.len()),
        new,
        moved: number(moved.len()),
    }))
}

fn merge(
    tx: &mut dyn Tx,
    story: StoryId,
    into: StoryId,
    now: Timestamp,
) -> Result<StoryChange<StoryMerge>, StoreError> {
    let Some(from) = read::number(tx, story)? else {
        return Ok(Err(StoryRefusal::NoStory(story)));
    };
    let Some(to) = read::number(tx, into)? else {
        return Ok(Err(StoryRefusal::NoStory(into)));
    };
    if from == to {
        return Ok(Err(StoryRefusal::SameStory(story, into)));
    }
    if from != story {
        return Ok(Err(StoryRefusal::Merged { story, into: from }));
    }
    let moved = absorb(tx, from, to, now)?;
    corroborate(tx, to, now)?;
    // What was split off before keeps its own mark.
    let sql = "UPDATE story SET is_split = 0 WHERE id = ?1";
    tx.exec(sql, values![to])?;
    let row = tx.row(
        "SELECT independent, (SELECT count(*) FROM story_item s WHERE s.story = story.id) AS items
           FROM story WHERE id = ?1",
        values![to],
    )?;
    let mut row = row.expect("it was just found");
    Ok(Ok(StoryMerge {
        merged: from,
        into: to,
        moved,
        items: row.take("items")?,
        independent: row.take("independent")?,
    }))
}

/// Puts all items of a story into another one. Both have items of their own. Gives how many came. Whether
/// there are publishers enough now is asked by who does this.
pub(super) fn absorb(
    tx: &mut dyn Tx,
    from: StoryId,
    to: StoryId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let items = members(tx, from)?;
    for (item, root) in &items {
        carry(tx, *item, (from, to))?;
        notices(tx, *root, (from, to))?;
    }
    let sql = "UPDATE story SET merged = ?2 WHERE id = ?1 OR merged = ?1";
    tx.exec(sql, values![from, to])?;
    settle(tx, to)?;
    sources::moved(tx, from, to, now)?;
    refresh(tx, &items)?;
    Ok(number(items.len()))
}

/// Whether a person split the story.
pub(super) fn was_split(tx: &mut dyn Tx, story: StoryId) -> Result<bool, StoreError> {
    let is_split = tx.value("SELECT is_split FROM story WHERE id = ?1", values![story])?;
    Ok(is_split.unwrap_or(false))
}

/// All items of a story with their roots, the oldest first.
fn members(tx: &mut dyn Tx, story: StoryId) -> Result<Vec<(ItemId, ItemId)>, StoreError> {
    let sql = "SELECT item, root FROM story_item WHERE story = ?1 ORDER BY item";
    let rows = tx.rows(sql, values![story])?.into_iter();
    let member = |mut row: Row| Ok((row.take("item")?, row.take("root")?));
    rows.map(member).collect()
}

/// Makes a story, or makes one that was merged a story of its own again.
fn begin(tx: &mut dyn Tx, story: StoryId) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO story (id, revision, first_at, last_at) VALUES (?1, 0, 0, 0)
         ON CONFLICT (id) DO UPDATE SET merged = NULL",
        values![story],
    )
    .map(drop)
}

/// Takes an item and its deliveries from one story to another.
fn carry(tx: &mut dyn Tx, item: ItemId, (from, to): (StoryId, StoryId)) -> Result<(), StoreError> {
    let sql = "UPDATE story_item SET story = ?2 WHERE item = ?1";
    tx.exec(sql, values![item, to])?;
    tx.exec(
        "UPDATE delivery SET story = ?3
          WHERE alert IN (SELECT a.id FROM alert a WHERE a.item = ?1) AND story = ?2",
        values![item, from, to],
    )
    .map(drop)
}

/// What receivers were sent of a text is of the other story now.
fn notices(
    tx: &mut dyn Tx,
    root: ItemId,
    (from, to): (StoryId, StoryId),
) -> Result<(), StoreError> {
    let sql = "UPDATE story_notice SET story = ?3 WHERE story = ?1 AND root = ?2";
    tx.exec(sql, values![from, root, to]).map(drop)
}

/// Writes what follows from a story's items.
fn settle(tx: &mut dyn Tx, story: StoryId) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE story SET revision = revision + 1,
                first_at = (SELECT min(s.seen_at) FROM story_item s WHERE s.story = ?1),
                last_at = (SELECT max(s.seen_at) FROM story_item s WHERE s.story = ?1)
          WHERE id = ?1",
        values![story],
    )?;
    let reports = origins::of_story(tx, story)?;
    origins::keep_count(tx, story, Origins::of(&reports).count())
}

/// Notices of these items that are still to be sent say in which story they are now.
fn refresh(tx: &mut dyn Tx, items: &[(ItemId, ItemId)]) -> Result<(), StoreError> {
    const PENDING: &str = "
        SELECT d.id FROM alert a JOIN delivery d ON d.alert = a.id
         WHERE a.item = ?1 AND d.state = 'pending' ORDER BY d.id";
    for (item, _) in items.iter().take(MAX_REFRESHED) {
        for delivery in tx.column::<DeliveryId>(PENDING, values![*item])? {
            fold::refresh(tx, delivery, None)?;
        }
    }
    Ok(())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
