//! Ends that a mute suppresses.

use jiff::Timestamp;

use super::log::END;
use crate::{
    model::{DeliveryId, MuteId},
    store::{
        StoreError,
        engine::{Tx, values},
        mutes::{Mutes, Subject},
        outbox,
    },
};

/// Sends the ends that a mute has suppressed and that receivers wait for, unless another mute
/// suppresses them; gives how many. Nobody waits for the end of what a mute kept from them too. The
/// mute is over by now.
pub(in crate::store) fn release(
    tx: &mut dyn Tx,
    mute: MuteId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let awaited = tx.rows(
        "SELECT d.id, r.name, d.payload FROM delivery d JOIN receiver r ON r.id = d.receiver
          WHERE d.mute = ?1 AND d.state = 'muted' AND d.kind = ?2
            AND EXISTS (SELECT 1 FROM notification n WHERE n.delivery = d.id)
            AND NOT EXISTS (
              SELECT 1 FROM delivery b WHERE b.id = d.follows AND b.state = 'muted')
          ORDER BY d.id",
        values![mute, END],
    )?;
    if awaited.is_empty() {
        return Ok(0);
    }
    let mutes = Mutes::in_force(tx, now)?;
    let mut released = 0;
    for mut row in awaited {
        let (id, receiver): (DeliveryId, String) = (row.take("id")?, row.take("name")?);
        // One that cannot be read fails where it is sent, like any other.
        let payload: String = row.take("payload")?;
        if let Ok(event) = outbox::deserialize_event(tx, &payload)
            && mutes.suppress(tx, id, &Subject::of(&receiver, &event), now)?
        {
            continue;
        }
        outbox::release(tx, id, now)?;
        tx.exec("DELETE FROM notification WHERE delivery = ?1", values![id])?;
        released += 1;
    }
    Ok(released)
}

/// Whether this is the suppressed notice of an end that a receiver waits for: it is not deleted.
pub(in crate::store) fn is_awaited(
    tx: &mut dyn Tx,
    delivery: i64,
    kind: &str,
    state: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM notification WHERE delivery = ?1 LIMIT 1";
    Ok(kind == END && state == "muted" && tx.row(sql, values![delivery])?.is_some())
}

/// A notice of the health of a feed is deleted. Only of one that was delivered the log still says
/// that it was sent.
pub(in crate::store) fn pruned(
    tx: &mut dyn Tx,
    delivery: i64,
    kind: &str,
    state: &str,
) -> Result<(), StoreError> {
    let is_beginning = ["feed.failing", "feed.silent", "feed.empty"].contains(&kind);
    if !(is_beginning && state != "delivered" || kind == END) {
        return Ok(());
    }
    tx.exec(
        "DELETE FROM notification WHERE delivery = ?1",
        values![delivery],
    )
    .map(drop)
}
