//! Notices about one thing keep their order: nobody hears that something is over before hearing that
//! it began.
//!
//! A delivery names the one that it follows. While that one is pending, this one is not due. When that
//! one is settled in whatever way, this one is due at once. Should a crash or an older version come
//! between, it is due by itself [a little later](FALLBACK), and a claim looks once more.

use std::time::Duration;

use jiff::Timestamp;

use super::payload::deserialize_event;
use crate::{
    model::{DeliveryId, Event},
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// So long after the due time of the one that it follows a delivery is due by itself.
pub(super) const FALLBACK: Duration = Duration::from_mins(10);

/// What follows a delivery and is not being sent.
pub(in crate::store) const FOLLOWERS: &str = "
    SELECT d.id FROM delivery d
     WHERE d.follows = ?1 AND d.state = 'pending' AND NOT EXISTS (
       SELECT 1 FROM attempt a WHERE a.delivery = d.id AND a.ended_at IS NULL)";

/// Lets a delivery follow the last of these that is pending.
pub(in crate::store) fn follow(
    tx: &mut dyn Tx,
    id: DeliveryId,
    before: &[DeliveryId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut last = None;
    for &before in before {
        if let Some(due) = pending_due(tx, before)? {
            last = last.max(Some((before, due)));
        }
    }
    let Some((before, due)) = last else {
        return Ok(());
    };
    tx.exec(
        "UPDATE delivery SET follows = ?2, due = ?3 WHERE id = ?1 AND state = 'pending'",
        values![id, before, after(due, now)],
    )
    .map(drop)
}

/// Lets an event follow the last one about the same thing that waits for the same receiver. Of the
/// health of feeds the [log](crate::store::notifications) knows which that is.
pub(super) fn follow_thing(
    tx: &mut dyn Tx,
    id: DeliveryId,
    (receiver, event): (&str, &Event),
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(thing) = thing(event) else {
        return Ok(());
    };
    let rows = tx.rows(
        "SELECT id, payload FROM delivery
          WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'
            AND kind IN (?2, ?3) AND id < ?4
          ORDER BY id DESC",
        values![receiver, thing.kinds[0], thing.kinds[1], id],
    )?;
    for mut row in rows {
        let payload: String = row.take("payload")?;
        let before = deserialize_event(tx, &payload);
        if before.is_ok_and(|before| self::thing(&before) == Some(thing)) {
            return follow(tx, id, &[row.take("id")?], now);
        }
    }
    Ok(())
}

/// What begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Thing<'a> {
    kinds: [&'static str; 2],
    name: &'a str,
}

fn thing(event: &Event) -> Option<Thing<'_>> {
    let (kinds, name) = match event {
        Event::ReceiverFailing(data) => {
            (["receiver.failing", "receiver.recovered"], &*data.receiver)
        }
        Event::ReceiverRecovered(data) => {
            (["receiver.failing", "receiver.recovered"], &*data.receiver)
        }
        Event::NetworkFailing(_) | Event::NetworkRecovered(_) => {
            (["network.failing", "network.recovered"], "")
        }
        Event::StoreFailing(_) | Event::StoreRecovered(_) => {
            (["store.failing", "store.recovered"], "")
        }
        Event::ConfigFailing(_) | Event::ConfigRecovered(_) => {
            (["config.failing", "config.recovered"], "")
        }
        _ => return None,
    };
    Some(Thing { kinds, name })
}

/// A delivery was settled, or has another due time: what follows it is due at once, or later too.
pub(in crate::store) fn moved(
    tx: &mut dyn Tx,
    id: DeliveryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut moved = vec![id];
    while let Some(id) = moved.pop() {
        let followers: Vec<DeliveryId> = tx.column(FOLLOWERS, values![id])?;
        if followers.is_empty() {
            continue;
        }
        let due = pending_due(tx, id)?.map_or(now, |due| after(due, now));
        for follower in followers {
            let sql = "UPDATE delivery SET due = ?2 WHERE id = ?1";
            tx.exec(sql, values![follower, due])?;
            moved.push(follower);
        }
    }
    Ok(())
}

/// Puts off a delivery that was just claimed while the one that it follows is pending; says whether it
/// did. It was not attempted.
pub(super) fn put_off(
    tx: &mut dyn Tx,
    id: DeliveryId,
    before: DeliveryId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(due) = pending_due(tx, before)? else {
        return Ok(false);
    };
    tx.exec(
        "UPDATE delivery SET due = ?2, attempts = attempts - 1 WHERE id = ?1",
        values![id, after(due, now)],
    )?;
    Ok(true)
}

fn after(due: Timestamp, now: Timestamp) -> Timestamp {
    due.max(now) + FALLBACK
}

/// When a delivery is due that is pending.
fn pending_due(tx: &mut dyn Tx, id: DeliveryId) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT due FROM delivery WHERE id = ?1 AND state = 'pending'";
    tx.value(sql, values![id])
}

#[cfg(test)]
mod tests;
