//! Stories of which nothing can come any more.

use std::{ops::AddAssign, time::Duration};

use crate::{
    model::{ItemId, StoryId},
    store::{
        Store, StoreError,
        engine::{Tx, values},
    },
};

/// An item is compared with those that come for so long: a story lasts seven days at most, and its last
/// item may have come at the end.
pub(in crate::store) const COMPARED: Duration = Duration::from_hours(9 * 24);

/// Rows that are looked for at once.
const FOUND: u32 = if cfg!(test) { 100 } else { 10_000 };

/// Items that nothing is compared with any more.
pub(in crate::store) const RESTED: &str = "
    SELECT item FROM story_item WHERE seen_at < ?1 AND sketch <> x'' ORDER BY seen_at LIMIT ?2";

/// Their keys, and those of no item. There is no index by item, which would cost each key as much again:
/// keys are asked for by the second and forgotten by the week.
const KEYS: &str = "
    SELECT k.key, k.item FROM story_key k LEFT JOIN story_item s ON s.item = k.item
     WHERE k.item <= ?2 AND (s.item IS NULL OR s.seen_at < ?1) LIMIT ?3";

const HAS_ALERT: &str = "SELECT id FROM alert WHERE item = ?1 LIMIT 1";

impl Store {
    /// Forgets what items are compared by that were seen before this, in milliseconds; gives how many.
    pub(in crate::store) async fn forget_stories(&self, before: i64) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let rested = move |tx: &mut dyn Tx| tx.column(RESTED, values![before, FOUND]);
            let rested: Vec<ItemId> = self.read(rested).await?;
            let Some(last) = rested.iter().copied().max() else {
                return Ok(forgotten);
            };
            // First: an item whose keys were lost would keep them for ever.
            while self.forget_keys(before, last).await? > 0 {}
            let done: Sum = self.in_parts(rested, |tx, item| rest(tx, *item)).await?;
            forgotten += done.0;
        }
    }

    async fn forget_keys(&self, before: i64, last: ItemId) -> Result<u64, StoreError> {
        let keys = self.read(move |tx| {
            let rows = tx.rows(KEYS, values![before, last, FOUND])?.into_iter();
            let keys = rows.map(|mut row| Ok((row.take("key")?, row.take("item")?)));
            keys.collect::<Result<Vec<(i64, ItemId)>, StoreError>>()
        });
        let done: Sum = self.in_parts(keys.await?, forget_key).await?;
        Ok(done.0)
    }
}

/// How many rows went.
#[derive(Debug, Default)]
struct Sum(u64);

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

fn forget_key(tx: &mut dyn Tx, (key, item): &(i64, ItemId)) -> Result<Sum, StoreError> {
    let sql = "DELETE FROM story_key WHERE key = ?1 AND item = ?2";
    tx.exec(sql, values![*key, *item]).map(Sum)
}

/// Forgets what an item is compared by, and its place where its alerts are gone.
fn rest(tx: &mut dyn Tx, item: ItemId) -> Result<Sum, StoreError> {
    let sql = "UPDATE story_item SET sketch = x'' WHERE item = ?1";
    let rested = tx.exec(sql, values![item])?;
    leave(tx, item)?;
    Ok(Sum(rested))
}

/// Forgets the place of an item whose last alert is gone, where nothing is compared with it any more.
pub(in crate::store) fn leave(tx: &mut dyn Tx, item: ItemId) -> Result<(), StoreError> {
    if tx.row(HAS_ALERT, values![item])?.is_some() {
        return Ok(());
    }
    let story: Option<StoryId> = tx.value(
        "DELETE FROM story_item WHERE item = ?1 AND sketch = x'' RETURNING story",
        values![item],
    )?;
    let Some(story) = story else {
        return Ok(());
    };
    // With it go the numbers of those that were merged into it.
    let gone = tx.exec(
        "DELETE FROM story WHERE (id = ?1 OR merged = ?1)
            AND NOT EXISTS (SELECT 1 FROM story_item s WHERE s.story = ?1)",
        values![story],
    )?;
    if gone > 0 {
        tx.exec("DELETE FROM story_notice WHERE story = ?1", values![story])?;
    }
    Ok(())
}

/// Forgets that a delivery, which goes, was one of a story, where its receiver has not got it. That it got
/// others is known as long as copies may come.
pub(in crate::store) fn forget_notice(tx: &mut dyn Tx, delivery: i64) -> Result<(), StoreError> {
    tx.exec(
        "DELETE FROM story_notice
          WHERE delivery = ?1
            AND (story, receiver) IN (
              SELECT d.story, d.receiver FROM delivery d LEFT JOIN delivery g ON g.id = d.folded_into
               WHERE d.id = ?1 AND d.state <> 'delivered'
                 AND NOT (d.state = 'folded' AND coalesce(g.state, 'delivered') = 'delivered'))",
        values![delivery],
    )
    .map(drop)
}
