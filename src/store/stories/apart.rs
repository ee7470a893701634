//! What an item was not joined to: it is compared once more, with what was there when it came.

use jiff::Timestamp;

use super::{
    joined::{NearItem, near_item},
    place::{TEXTS, counted, limit, member},
};
use crate::{
    model::{FeedId, ItemId, StoryId},
    store::{
        Store, StoreError,
        engine::{Tx, values},
    },
    story::{self, Arrival, Features, Lack, Member, Question, Shelf, Sketch},
};

/// What an item was not joined to.
#[derive(Debug, Clone, PartialEq)]
pub struct NotJoined {
    /// The text that it is no copy of.
    pub text: Option<Unjoined>,
    /// The story that it is not in.
    pub story: Option<Unjoined>,
}

/// The nearest item that one was not joined to.
#[derive(Debug, Clone, PartialEq)]
pub struct Unjoined {
    /// The item.
    pub near: NearItem,
    /// Its story.
    pub story: StoryId,
    /// What lacked.
    pub lacks: Vec<Lack>,
}

const PLACED: &str = "
    SELECT s.feed, s.seen_at, s.sketch, coalesce(o.merged, o.id) AS story
      FROM story_item s JOIN story o ON o.id = s.story WHERE s.item = ?1";

/// The last items before one that a watch of its own matched: a person thinks of these.
const BESIDE: &str = "
    SELECT some.item FROM (
        SELECT item, seen_at FROM story_item
         WHERE sketch <> x'' AND seen_at <= ?1 AND item <> ?2 ORDER BY seen_at DESC LIMIT 200
    ) AS some
     WHERE (some.seen_at < ?1 OR some.item < ?2)
       AND EXISTS (SELECT 1 FROM alert_watch mine JOIN alert_watch its ON its.watch = mine.watch
                    WHERE mine.item = ?2 AND its.item = some.item)
     ORDER BY some.seen_at DESC LIMIT ?3";

const MOST_BESIDE: u32 = 26;

const NEWEST: &str = "
    SELECT item FROM story_key WHERE key = ?1 AND item <= ?3 AND item <> ?4
     ORDER BY item DESC LIMIT ?2";

const COUNT: &str = "
    SELECT count(*) FROM (SELECT 1 AS one FROM story_key
                           WHERE key = ?1 AND item <= ?3 AND item <> ?4 LIMIT ?2) AS some";

/// When the last item of a story came before one.
const LAST: &str = "
    SELECT max(seen_at) FROM (SELECT seen_at FROM story_item
                               WHERE story = ?1 AND item <= ?3 AND item <> ?4 AND seen_at <= ?2
                               ORDER BY item DESC LIMIT 50) AS some";

#[cfg(test)]
pub(in crate::store) const THEN: [&str; 5] = [NEWEST, COUNT, LAST, PLACED, BESIDE];

/// The shelf as it was when an item came. What was forgotten since is not there.
struct Then<'a> {
    tx: &'a mut dyn Tx,
    item: ItemId,
    at: Timestamp,
    /// No item after this was there.
    last: ItemId,
}

impl Shelf for Then<'_> {
    type Error = StoreError;

    fn newest(&mut self, key: i64, most: usize) -> Result<Vec<ItemId>, StoreError> {
        let params = values![key, limit(most), self.last, self.item];
        self.tx.column(NEWEST, params)
    }

    fn count(&mut self, key: i64, most: usize) -> Result<usize, StoreError> {
        let params = values![key, limit(most), self.last, self.item];
        Ok(counted(self.tx.value(COUNT, params)?))
    }

    /// As many as today: who asks why two are apart merges nothing.
    fn texts(&mut self, story: StoryId, most: usize) -> Result<usize, StoreError> {
        Ok(counted(self.tx.value(TEXTS, values![story, limit(most)])?))
    }

    fn member(&mut self, item: ItemId) -> Result<Option<Member>, StoreError> {
        let Some(member) = member(self.tx, item)? else {
            return Ok(None);
        };
        let seen_at = member.seen_at;
        let is_later = seen_at > self.at || seen_at == self.at && item > self.item;
        if is_later || item == self.item {
            return Ok(None);
        }
        let params = values![member.story, self.at, self.last, self.item];
        let last: Option<Option<Timestamp>> = self.tx.value(LAST, params)?;
        Ok(Some(Member {
            story_last_at: last.flatten().unwrap_or(seen_at).max(seen_at),
            ..member
        }))
    }
}

impl Store {
    /// What an item of a story was not joined to, of which `features` are seen in its text; `None` where it
    /// is in none, or no longer compared.
    pub async fn not_joined(
        &self,
        item: ItemId,
        features: Features,
    ) -> Result<Option<NotJoined>, StoreError> {
        self.read(move |tx| not_joined(tx, item, &features)).await
    }
}

fn not_joined(
    tx: &mut dyn Tx,
    item: ItemId,
    features: &Features,
) -> Result<Option<NotJoined>, StoreError> {
    let Some(mut row) = tx.row(PLACED, values![item])? else {
        return Ok(None);
    };
    let Some(sketch) = Sketch::from_bytes(&row.take::<Vec<u8>>("sketch")?) else {
        return Ok(None);
    };
    let (feed, at): (FeedId, Timestamp) = (row.take("feed")?, row.take("seen_at")?);
    let beside: Vec<ItemId> = tx.column(BESIDE, values![at, item, MOST_BESIDE])?;
    let question = Question {
        item,
        arrival: Arrival {
            feed,
            seen_at: at,
            features,
        },
        sketch: &sketch,
        story: row.take("story")?,
        beside: &beside,
    };
    let last = beside.iter().copied().max().unwrap_or(item).max(item);
    let mut then = Then { tx, item, at, last };
    let nearest = story::apart(&question, &mut then)?;
    let mut named = |apart: Option<story::Apart>| {
        let named = apart.map(|apart| -> Result<Unjoined, StoreError> {
            Ok(Unjoined {
                near: near_item(tx, apart.item)?,
                story: apart.story,
                lacks: apart.lacks,
            })
        });
        named.transpose()
    };
    Ok(Some(NotJoined {
        text: named(nearest.text)?,
        story: named(nearest.story)?,
    }))
}
