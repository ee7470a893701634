//! Fair queuing: feeds take turns, so that a flood of one delays no other.
//!
//! In: alerts in the order of a poll. Out: their places among all that waits for a receiver. The nth
//! alert of one poll gets the place of one made n minutes later, so whatever another feed brings
//! meanwhile goes out before it, and nothing needs to be looked up.
//!
//! What a poll brings beyond [`ONE_BY_ONE`] goes out in digests, by every receiver's lane: it shows
//! in the place.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    model::{DeliveryId, Priority},
    store::{
        Store, StoreError,
        engine::{Tx, millis, values},
    },
};

/// So many alerts of one poll go out one by one to a receiver.
pub const ONE_BY_ONE: u32 = 100;

/// How far apart the places of one poll's alerts are.
const SLICE: Duration = Duration::from_mins(1);

/// The kind of a delivery that is an alert.
pub(super) const ALERT: &str = "alert.matched";

/// The place of the nth alert of a poll, counted from zero; of what is no alert, that of the first.
pub(super) fn place(now: Timestamp, nth: u32) -> i64 {
    now.as_millisecond() + millis(SLICE) * i64::from(nth)
}

/// Whether an alert of this age and place is one of too many.
pub(super) fn is_excess(created_at: i64, place: i64) -> bool {
    place.saturating_sub(created_at) >= millis(SLICE) * i64::from(ONE_BY_ONE)
}

/// What goes out next.
pub(in crate::store) const FIRST: &str = "
    SELECT priority FROM delivery
     WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'
       AND +due <= ?2
     ORDER BY priority DESC, place, id LIMIT 1";

/// The first of one priority that are due.
pub(in crate::store) const DUE: &str = "
    SELECT id, attempts, kind, created_at, place FROM delivery
     WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'
       AND priority = ?2 AND +due <= ?3
     ORDER BY place, id LIMIT ?4";

impl Store {
    /// The alerts to [`fold`](Self::fold) into one digest where what goes out next to this receiver
    /// is one of too many of its poll; else none. With a `priority`, as if nothing else waited.
    pub async fn flood(
        &self,
        receiver: &str,
        priority: Option<Priority>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let receiver = receiver.to_owned();
        self.read(move |tx| {
            let rank = match priority {
                Some(priority) => priority.rank(),
                None => match tx.value(FIRST, values![receiver.as_str(), now])? {
                    Some(rank) => rank,
                    None => return Ok(Vec::new()),
                },
            };
            flood(tx, &receiver, rank, limit, now)
        })
        .await
    }
}

fn flood(
    tx: &mut dyn Tx,
    receiver: &str,
    rank: i64,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<DeliveryId>, StoreError> {
    let mut ids = Vec::new();
    // Mostly the first is none, and the rest need not be read.
    for limit in [1, limit] {
        ids.clear();
        for mut row in tx.rows(DUE, values![receiver, rank, now, limit])? {
            let (attempts, kind): (u32, String) = (row.take("attempts")?, row.take("kind")?);
            let excess = is_excess(row.take("created_at")?, row.take("place")?);
            if excess && attempts == 0 && kind == ALERT {
                ids.push(row.take("id")?);
            }
        }
        if ids.is_empty() {
            break;
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests;
