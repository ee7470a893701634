//! What the daemon does first: nothing is in flight but what a dead one left.

use jiff::Timestamp;

use super::{
    StoreError,
    engine::{Tx, values},
    outbox, schedule,
};

/// Ends every lease: origins are due when their feeds are, deliveries under way are due now and
/// their open attempts are closed as lost.
pub(super) fn recover(tx: &mut dyn Tx, now: Timestamp) -> Result<(), StoreError> {
    schedule::free_all(tx, i64::MAX)?;
    tx.exec(
        "UPDATE delivery SET due = ?1, turn = turn + 1
          WHERE state = 'pending'
            AND id IN (SELECT delivery FROM attempt WHERE ended_at IS NULL)",
        values![now],
    )?;
    outbox::close_lost(tx, None, now)
}
