//! What waits for a receiver, as its policy wants to know it.

use jiff::Timestamp;

use super::{claim::lane, flood};
use crate::{
    model::{DeliveryId, Priority},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// The first of one priority that are due. By priority, so that no number of urgent ones hides
/// the routine one that has waited longest. `+` keeps the index that is in this order in use.
pub(in crate::store) const WAITING: &str = "
    SELECT id, waiting_since, kind, attempts, due, created_at, place FROM delivery
     WHERE receiver = ?1 AND state = 'pending' AND priority = ?2 AND +due <= ?3
     ORDER BY place, id LIMIT ?4";

/// When the last deliveries were taken, the latest first.
pub(in crate::store) const SENT: &str = "
    SELECT settled_at FROM delivery
     WHERE state = 'delivered' AND receiver = ?1 ORDER BY settled_at DESC LIMIT ?2";

/// Attempts under way count as sent: a reload may start a lane beside one that still sends.
const UNDER_WAY: &str = "
    SELECT a.started_at FROM attempt a JOIN delivery d ON d.id = a.delivery
     WHERE a.ended_at IS NULL AND d.receiver = ?1 ORDER BY a.started_at DESC LIMIT ?2";

/// When the first of those that are not due yet is: of a back-off, or of a lease.
pub(in crate::store) const NEXT_DUE_AFTER: &str = "
    SELECT min(due) FROM delivery WHERE receiver = ?1 AND state = 'pending' AND due > ?2";

/// What waits for a receiver.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lineup {
    /// Whether the receiver has failed so often in a row that one delivery at a time is tried.
    pub is_probed: bool,
    /// The first of each priority that are due, the most urgent first, then the oldest.
    pub waiting: Vec<LinedUp>,
    /// When something was sent to the receiver last, the oldest first.
    pub sent_at: Vec<Timestamp>,
    /// When the next of those that are not due yet will be.
    pub next_due: Option<Timestamp>,
}

/// A delivery that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinedUp {
    /// Row id.
    pub id: DeliveryId,
    /// Its priority.
    pub priority: Priority,
    /// Since when it waits.
    pub since: Timestamp,
    /// Since when it is due: after an attempt, the end of its back-off.
    pub due: Timestamp,
    /// Whether it is an alert that was never attempted.
    pub is_fresh_alert: bool,
    /// Whether it is one of too many of its poll, which go out [together](Store::flood).
    pub is_excess: bool,
}

impl Store {
    /// What waits for a receiver: up to `limit` due deliveries of each priority, and up to
    /// `memory` times at which something was sent to it. `None` while it backs off, is off or is not in the
    /// config.
    pub async fn lineup(
        &self,
        receiver: &str,
        limit: usize,
        memory: usize,
        now: Timestamp,
    ) -> Result<Option<Lineup>, StoreError> {
        let receiver = receiver.to_owned();
        self.read(move |tx| {
            let Some((id, state)) = lane(tx, receiver, now)? else {
                return Ok(None);
            };
            let (limit, memory) = (bound(limit), bound(memory));
            let mut waiting = Vec::new();
            for priority in Priority::ALL.into_iter().rev() {
                let rows = tx.rows(WAITING, values![id, priority.rank(), now, limit])?;
                for row in rows {
                    waiting.push(lined_up(row, priority)?);
                }
            }
            let next_due = tx.value(NEXT_DUE_AFTER, values![id, now])?;
            Ok(Some(Lineup {
                is_probed: state.is_probed(),
                waiting,
                sent_at: sent_at(tx, id, memory)?,
                next_due: next_due.expect("an aggregate has a row"),
            }))
        })
        .await
    }
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn lined_up(mut row: Row, priority: Priority) -> Result<LinedUp, StoreError> {
    let (kind, attempts): (String, u32) = (row.take("kind")?, row.take("attempts")?);
    Ok(LinedUp {
        id: row.take("id")?,
        priority,
        since: row.take("waiting_since")?,
        due: row.take("due")?,
        is_fresh_alert: attempts == 0 && kind == flood::ALERT,
        is_excess: flood::is_excess(row.take("created_at")?, row.take("place")?),
    })
}

fn sent_at(tx: &mut dyn Tx, receiver: i64, memory: i64) -> Result<Vec<Timestamp>, StoreError> {
    if memory == 0 {
        return Ok(Vec::new());
    }
    let mut times: Vec<Timestamp> = Vec::new();
    for sql in [SENT, UNDER_WAY] {
        times.append(&mut tx.column(sql, values![receiver, memory])?);
    }
    times.sort_unstable();
    let memory = usize::try_from(memory).unwrap_or(usize::MAX);
    Ok(times.split_off(times.len().saturating_sub(memory)))
}
