//! The line at the end of a story: how many more sources brought it to a receiver that asks for that.
//!
//! It is a row from the first copy on, so it survives whatever ends the service; what it says is written
//! when its time has come.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Awaits,
    describe::publishers,
    list::{headline, watches},
    origins::{self, Origins},
};
use crate::{
    model::{DeliveryId, Event, StoryId, StorySources},
    store::{
        StoreError,
        engine::{Tx, millis, values},
        outbox,
    },
};

/// It is sent when no copy has come for so long,
const QUIET: Duration = Duration::from_hours(48);
/// and so long after the first item of the story at most.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// The lines of a story that wait.
const WAITING: &str = "
    SELECT d.id, r.name FROM delivery d JOIN receiver r ON r.id = d.receiver
     WHERE d.story = ?1 AND d.awaits = ?2 AND d.state = 'pending'";

const STORY: &str = "SELECT first_at FROM story WHERE id = ?1";

/// Alerts of a story that were folded into another alert for a receiver, not into a digest.
pub(in crate::store) const FOLDED: &str = "
    SELECT count(*) FROM story_item s JOIN alert a ON a.item = s.item
      JOIN delivery d ON d.alert = a.id JOIN delivery g ON g.id = d.folded_into
     WHERE s.story = ?1 AND d.receiver = (SELECT id FROM receiver WHERE name = ?2)
       AND d.state = 'folded' AND g.alert IS NOT NULL";

/// A copy was folded for a receiver that asks for the line: it waits longer, or begins to wait.
pub(super) fn follow(
    tx: &mut dyn Tx,
    story: StoryId,
    receiver: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let first_at = tx.value(STORY, values![story])?.unwrap_or(now);
    let until = after(now, QUIET).min(after(first_at, LONGEST)).max(now);
    let mut waiting = false;
    for mut row in tx.rows(WAITING, values![story, Awaits::Sources.to_json()])? {
        let (id, name): (DeliveryId, String) = (row.take("id")?, row.take("name")?);
        if name == receiver {
            waiting = true;
            tx.exec(
                "UPDATE delivery SET due = ?2 WHERE id = ?1",
                values![id, until],
            )?;
        }
    }
    if waiting {
        return Ok(());
    }
    let event = Event::StorySources(Box::new(line(tx, story, receiver)?));
    let later = (Awaits::Sources, until, story);
    outbox::enqueue_later(tx, receiver, &event, later, now)
}

/// A story is another one from now on: its lines wait there, each receiver's once.
pub(super) fn moved(
    tx: &mut dyn Tx,
    from: StoryId,
    to: StoryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    for mut row in tx.rows(WAITING, values![from, Awaits::Sources.to_json()])? {
        let (id, receiver): (DeliveryId, String) = (row.take("id")?, row.take("name")?);
        tx.exec(
            "UPDATE delivery SET state = 'dropped', fence = fence + 1, settled_at = ?2, awaits = NULL,
                    detail = 'the line of the story that has its items takes its place'
              WHERE id = ?1 AND state = 'pending'",
            values![id, now],
        )?;
        follow(tx, to, &receiver, now)?;
    }
    Ok(())
}

/// Its time has come: what the line says.
pub(super) fn write(
    tx: &mut dyn Tx,
    id: DeliveryId,
    story: StoryId,
    receiver: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let event = Event::StorySources(Box::new(line(tx, story, receiver)?));
    outbox::rewrite(tx, id, &event, now)
}

fn line(tx: &mut dyn Tx, story: StoryId, receiver: &str) -> Result<StorySources, StoreError> {
    let (title, link) = headline(tx, story)?;
    let reports = origins::of_story(tx, story)?;
    let folded = tx.value(FOLDED, values![story, receiver])?;
    Ok(StorySources {
        story: story.0.to_string(),
        title: title.unwrap_or_default(),
        link,
        watches: watches(tx, story)?,
        sources: folded.expect("an aggregate has a row"),
        independent: Origins::of(&reports).count(),
        publishers: publishers(&reports),
    })
}

/// So long after a time.
pub(super) fn after(time: Timestamp, span: Duration) -> Timestamp {
    let after = time.as_millisecond().saturating_add(millis(span));
    Timestamp::from_millisecond(after).unwrap_or(Timestamp::MAX)
}
