//! What several parts of the outbox ask of its tables.

use jiff::Timestamp;

use crate::{
    model::{DeliveryId, SendReason},
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// The row of a receiver. One the config never named gets a resting row: an obligation is kept
/// rather than lost.
pub(super) fn receiver_id(tx: &mut dyn Tx, name: &str, now: Timestamp) -> Result<i64, StoreError> {
    let sql = "SELECT id FROM receiver WHERE name = ?1";
    if let Some(id) = tx.value(sql, values![name])? {
        return Ok(id);
    }
    tx.insert(
        "INSERT INTO receiver (name, active, due) VALUES (?1, 0, ?2)",
        values![name, now],
    )
}

/// How many deliveries of a receiver are pending.
pub(super) fn waiting(tx: &mut dyn Tx, receiver: &str) -> Result<u32, StoreError> {
    let waiting = tx.value(
        "SELECT count(*) FROM delivery
          WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'",
        values![receiver],
    )?;
    Ok(waiting.expect("an aggregate has a row"))
}

/// Closes the attempts that are open, of one delivery or of all: nobody knows how they went.
pub(in crate::store) fn close_lost(
    tx: &mut dyn Tx,
    delivery: Option<DeliveryId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    const DETAIL: &str = "nobody recorded how the attempt ended";
    let reason = SendReason::Lost.as_str();
    match delivery {
        Some(id) => tx.exec(
            "UPDATE attempt SET ended_at = ?2, reason = ?3, detail = ?4
              WHERE delivery = ?1 AND ended_at IS NULL",
            values![id, now, reason, DETAIL],
        ),
        None => tx.exec(
            "UPDATE attempt SET ended_at = ?1, reason = ?2, detail = ?3 WHERE ended_at IS NULL",
            values![now, reason, DETAIL],
        ),
    }
    .map(drop)
}
