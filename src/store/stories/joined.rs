//! The story that an item is in, for those who ask why.

use super::{
    describe::{in_words, publishers},
    origins::{Origins, Report},
    place, role,
};
use crate::{
    model::{ItemId, StoryId, StoryRole},
    store::{
        Store, StoreError,
        engine::{Tx, values},
    },
};

/// An item in its story, as both are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The story.
    pub story: StoryId,
    /// What the item is to it.
    pub role: StoryRole,
    /// The first item with the same text, itself where it is no copy.
    pub root: ItemId,
    /// The item that it was found by.
    pub near: Option<NearItem>,
    /// How it was found, in words: "37 of 40 phrases also in #812".
    pub evidence: Option<String>,
    /// How many items the story has.
    pub items: u32,
    /// How many of them are copies.
    pub copies: u32,
    /// Who published them, each once, in the order in which they came.
    pub publishers: Vec<String>,
    /// How many of these are independent of each other.
    pub independent: u32,
}

/// An item that another one was found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearItem {
    /// Which.
    pub id: ItemId,
    /// The feed it came in; `None` where it is no longer known.
    pub feed: Option<String>,
    /// Its title, as long as it is kept.
    pub title: Option<String>,
}

const FOUND_BY: &str = "SELECT near, evidence FROM story_item WHERE item = ?1";

const NEAR: &str = "
    SELECT f.name, i.title FROM story_item s LEFT JOIN feed f ON f.id = s.feed
      LEFT JOIN item i ON i.id = s.item WHERE s.item = ?1";

/// The items of a story, with those of the stories that were merged into it.
pub(in crate::store) const REPORTS: &str = "
    SELECT item, root, publisher, origin FROM story_item
     WHERE story IN (SELECT id FROM story WHERE id = ?1 OR merged = ?1) LIMIT ?2";

/// Items of a story that are counted.
const MOST: u32 = 10_000;

impl Store {
    /// The story that an item is in; `None` where it is in none.
    pub async fn joined(&self, item: ItemId) -> Result<Option<Joined>, StoreError> {
        self.read(move |tx| joined(tx, item)).await
    }
}

fn joined(tx: &mut dyn Tx, item: ItemId) -> Result<Option<Joined>, StoreError> {
    let (Some(placed), Some(mut row)) = (place::find(tx, item)?, tx.row(FOUND_BY, values![item])?)
    else {
        return Ok(None);
    };
    let (near, evidence): (Option<i64>, Option<String>) =
        (row.take("near")?, row.take("evidence")?);
    let rows = tx.rows(REPORTS, values![placed.story, MOST])?.into_iter();
    let mut reports: Vec<Report> = rows.map(Report::read).collect::<Result<_, _>>()?;
    reports.sort_by_key(|report| report.item);
    let copies = reports.iter().filter(|it| it.root != it.item).count();
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Some(Joined {
        story: placed.story,
        role: role(item, placed.story, placed.root),
        root: placed.root,
        evidence: in_words(near, evidence),
        near: near.map(|near| near_item(tx, ItemId(near))).transpose()?,
        items: count(reports.len()),
        copies: count(copies),
        publishers: publishers(&reports),
        independent: Origins::of(&reports).count(),
    }))
}

/// What is known of an item that another one was found by.
pub(super) fn near_item(tx: &mut dyn Tx, id: ItemId) -> Result<NearItem, StoreError> {
    let (mut feed, mut title) = (None, None);
    if let Some(mut row) = tx.row(NEAR, values![id])? {
        (feed, title) = (row.take("name")?, row.take("title")?);
    }
    Ok(NearItem { id, feed, title })
}
