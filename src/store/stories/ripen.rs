//! What becomes of alerts that have waited as long as they may.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Awaits, awaiting::release, fold, sources};
use crate::{
    model::{DeferReason, DeliveryId, Otherwise, StoryId},
    store::{
        Store, StoreError,
        engine::{Tx, values},
        outbox,
    },
};

/// What a receiver waits for no longer. Mostly nothing: the index has only what waits.
pub(in crate::store) const RIPE: &str = "
    SELECT id, story, awaits FROM delivery
     WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND awaits IS NOT NULL
       AND state = 'pending' AND due <= ?2 ORDER BY due, id";

impl Store {
    /// Ends the waiting of a receiver's alerts whose time is over: they are due now, folded into a summary
    /// or a digest, or dropped, as their watch says. Says whether there were any.
    pub async fn ripen(&self, receiver: &str, now: Timestamp) -> Result<bool, StoreError> {
        let name = receiver.to_owned();
        let any = self.read(move |tx| Ok(tx.row(RIPE, values![name, now])?.is_some()));
        if !any.await? {
            return Ok(false);
        }
        let name = receiver.to_owned();
        self.write(move |tx| ripen(tx, &name, now)).await?;
        Ok(true)
    }
}

fn ripen(tx: &mut dyn Tx, receiver: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut summaries: BTreeMap<StoryId, Vec<DeliveryId>> = BTreeMap::new();
    let mut digest = Vec::new();
    for mut row in tx.rows(RIPE, values![receiver, now])? {
        let (id, story): (DeliveryId, Option<StoryId>) = (row.take("id")?, row.take("story")?);
        let awaits = serde_json::from_str(&row.take::<String>("awaits")?);
        match (awaits, story) {
            (Ok(Awaits::Summary), Some(story)) => summaries.entry(story).or_default().push(id),
            (Ok(Awaits::Sources), Some(story)) => sources::write(tx, id, story, receiver, now)?,
            (Ok(Awaits::Publishers(publishers)), Some(story)) => {
                let found = publishers.at_the_last(tx, story, now)?;
                let words = found.in_words(publishers.wanted);
                fold::refresh(tx, id, Some(words.clone()))?;
                match publishers.otherwise() {
                    Otherwise::Send => {}
                    Otherwise::Digest => digest.push(id),
                    Otherwise::Drop => drop_one(tx, id, &words, now)?,
                }
            }
            // What cannot be read is sent.
            _ => {}
        }
        release(tx, id, now)?;
    }
    for ids in summaries.into_values().filter(|ids| ids.len() > 1) {
        outbox::fold(tx, receiver, ids, DeferReason::Story, now)?;
    }
    if !digest.is_empty() {
        outbox::fold(tx, receiver, digest, DeferReason::Uncorroborated, now)?;
    }
    Ok(())
}

fn drop_one(
    tx: &mut dyn Tx,
    id: DeliveryId,
    words: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE delivery SET state = 'dropped', fence = fence + 1, settled_at = ?2, detail = ?3,
                awaits = NULL
          WHERE id = ?1 AND state = 'pending'",
        values![id, now, words],
    )
    .map(drop)
}
