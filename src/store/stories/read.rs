//! A story with its items, for people.

use std::str::FromStr as _;

use jiff::Timestamp;

use super::{
    describe::in_words,
    list::{StoryStatus, columns, status},
    origins::{self, Origins},
    role,
};
use crate::{
    model::{DeliveryId, ItemId, StoryId, StoryRole},
    store::{
        DeliveryState, Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// Items of a story that are shown, the first ones.
pub(super) const MAX_ITEMS: u32 = 1_000;

/// A story and its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryRecord {
    /// As lists have it.
    pub status: StoryStatus,
    /// Stories that were merged into it.
    pub merged: Vec<StoryId>,
    /// Its first thousand items, the oldest first.
    pub timeline: Vec<StoryItem>,
}

/// An item in its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryItem {
    /// Its number.
    pub item: ItemId,
    /// When it was read.
    pub seen_at: Timestamp,
    /// Its feed's name.
    pub feed: String,
    /// Who published it, where that is known.
    pub publisher: Option<String>,
    /// The news agency whose report it is, where it names one.
    pub agency: Option<String>,
    /// What it is to the story.
    pub role: StoryRole,
    /// Whether it is the first report of an independent publisher.
    pub is_independent: bool,
    /// The first item with the same text, itself where it is no copy.
    pub root: ItemId,
    /// The item that it was found by.
    pub near: Option<ItemId>,
    /// How: "37 of 40 phrases also in #812".
    pub evidence: Option<String>,
    /// `None` where the item is not kept any more.
    pub title: Option<String>,
    /// Its link.
    pub link: Option<String>,
    /// The watches that it alerted.
    pub watches: Vec<String>,
    /// What became of its alerts.
    pub deliveries: Vec<StoryDelivery>,
}

/// An alert of a story on its way to one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryDelivery {
    /// Row id.
    pub id: DeliveryId,
    /// For whom.
    pub receiver: String,
    /// Its state.
    pub state: DeliveryState,
    /// The delivery by which the receiver has it.
    pub folded_into: Option<DeliveryId>,
    /// Whether it waits for other publishers, or for the summary.
    pub awaits: bool,
}

const STORY: &str = columns!("FROM story WHERE id = ?1");

pub(in crate::store) const TIMELINE: &str = "
    SELECT s.item, s.root, s.near, s.evidence, s.publisher, s.origin, s.seen_at, f.name, i.title, i.link
      FROM story_item s JOIN feed f ON f.id = s.feed LEFT JOIN item i ON i.id = s.item
     WHERE s.story = ?1 ORDER BY s.item LIMIT ?2";

const WATCHES: &str = "SELECT DISTINCT watch FROM alert_watch WHERE item = ?1 ORDER BY watch";

const DELIVERIES: &str = "
    SELECT d.id, r.name, d.state, d.folded_into, d.awaits
      FROM alert a JOIN delivery d ON d.alert = a.id JOIN receiver r ON r.id = d.receiver
     WHERE a.item = ?1 ORDER BY d.id";

const MERGED: &str = "SELECT id FROM story WHERE merged = ?1 ORDER BY id";

impl Store {
    /// The story of this number, or the one into which that was merged.
    pub async fn story(&self, id: StoryId) -> Result<Option<StoryRecord>, StoreError> {
        self.read(move |tx| story(tx, id)).await
    }

    /// The number of the story that has this item.
    pub async fn story_of(&self, item: ItemId) -> Result<Option<StoryId>, StoreError> {
        self.read(move |tx| Ok(super::place::find(tx, item)?.map(|placed| placed.story)))
            .await
    }

    /// The number of the story that this number names: its own, or that of the story into which it was
    /// merged.
    pub async fn story_number(&self, id: StoryId) -> Result<Option<StoryId>, StoreError> {
        self.read(move |tx| number(tx, id)).await
    }
}

/// The number under which a story is found now.
pub(super) fn number(tx: &mut dyn Tx, id: StoryId) -> Result<Option<StoryId>, StoreError> {
    let sql = "SELECT coalesce(merged, id) AS number FROM story WHERE id = ?1";
    tx.value(sql, values![id])
}

fn story(tx: &mut dyn Tx, id: StoryId) -> Result<Option<StoryRecord>, StoreError> {
    let Some(id) = number(tx, id)? else {
        return Ok(None);
    };
    let Some(row) = tx.row(STORY, values![id])? else {
        return Ok(None);
    };
    let origins = Origins::of(&origins::of_story(tx, id)?);
    let mut timeline = Vec::new();
    for row in tx.rows(TIMELINE, values![id, MAX_ITEMS])? {
        timeline.push(item(tx, id, &origins, row)?);
    }
    Ok(Some(StoryRecord {
        status: status(tx, row)?,
        merged: tx.column(MERGED, values![id])?,
        timeline,
    }))
}

fn item(
    tx: &mut dyn Tx,
    story: StoryId,
    origins: &Origins,
    mut row: Row,
) -> Result<StoryItem, StoreError> {
    let (item, root): (ItemId, ItemId) = (row.take("item")?, row.take("root")?);
    let (publisher, origin): (String, String) = (row.take("publisher")?, row.take("origin")?);
    let near: Option<i64> = row.take("near")?;
    let deliveries = tx.rows(DELIVERIES, values![item])?.into_iter();
    Ok(StoryItem {
        item,
        seen_at: row.take("seen_at")?,
        feed: row.take("name")?,
        agency: (origin != publisher && !origin.is_empty()).then_some(origin),
        publisher: (!publisher.is_empty()).then_some(publisher),
        role: role(item, story, root),
        is_independent: origins.firsts.binary_search(&item).is_ok(),
        root,
        near: near.map(ItemId),
        evidence: in_words(near, row.take("evidence")?),
        title: row.take("title")?,
        link: row.take("link")?,
        watches: tx.column(WATCHES, values![item])?,
        deliveries: deliveries.map(delivery).collect::<Result<_, _>>()?,
    })
}

fn delivery(mut row: Row) -> Result<StoryDelivery, StoreError> {
    let state: String = row.take("state")?;
    let state = DeliveryState::from_str(&state).map_err(|error| StoreError::Unreadable {
        what: "a delivery",
        detail: error.to_string(),
    })?;
    Ok(StoryDelivery {
        id: row.take("id")?,
        receiver: row.take("name")?,
        state,
        folded_into: row.take("folded_into")?,
        awaits: row.take::<Option<String>>("awaits")?.is_some() && state == DeliveryState::Pending,
    })
}
