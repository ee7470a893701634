//! When an origin is due. An origin's `due` is derived from its feeds'; here is the derivation.

use jiff::Timestamp;

use super::{
    StoreError,
    engine::{Tx, values},
};
use crate::model::OriginId;

/// The due time of an origin without a feed to poll.
pub(super) const NEVER: i64 = i64::MAX;

/// The due time of the most overdue feed, but not before the origin's pause ends; frees it.
/// `max` over two columns is spelt `CASE`: SQLite and PostgreSQL name it differently.
macro_rules! reschedule {
    ($which:literal) => {
        concat!(
            "UPDATE origin SET leased_until = 0, due = (
               SELECT CASE WHEN min(f.due) IS NULL THEN ?1
                           WHEN min(f.due) > origin.not_before THEN min(f.due)
                           ELSE origin.not_before END
                 FROM feed f WHERE f.origin = origin.id AND f.active = 1 AND f.gone = 0)
             WHERE ",
            $which
        )
    };
}

/// Frees one origin and sets its due time.
pub(super) fn free(tx: &mut dyn Tx, origin: OriginId) -> Result<(), StoreError> {
    tx.exec(reschedule!("id = ?2"), values![NEVER, origin])
        .map(drop)
}

/// Sets the due time of one origin whose lease has ended by `now`; one that is being polled gets
/// its own with its commit.
pub(super) fn free_rested(
    tx: &mut dyn Tx,
    origin: OriginId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rested = reschedule!("id = ?2 AND leased_until <= ?3");
    tx.exec(rested, values![NEVER, origin, now]).map(drop)
}

/// Sets the due times of all origins whose lease has ended by `now`.
///
/// An origin that is being polled is left alone: to make it due would start a second poll beside
/// the first. Its commit takes the feeds as they are then.
pub(super) fn free_all(tx: &mut dyn Tx, now: i64) -> Result<(), StoreError> {
    tx.exec(reschedule!("leased_until <= ?2"), values![NEVER, now])
        .map(drop)
}
