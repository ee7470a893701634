//! Several alerts become one delivery, and one that is too large for its receiver becomes two.

use jiff::Timestamp;

use super::{
    claim::mark_dead,
    insert::insert_digest,
    payload::{self, Digest, StoredAlert},
};
use crate::{
    model::{DeferReason, DeliveryId, to_second},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// An alert that waits and was never attempted.
const FRESH: &str = "
    SELECT waiting_since, payload FROM delivery
     WHERE id = ?1 AND state = 'pending' AND attempts = 0 AND due <= ?2
       AND receiver = (SELECT id FROM receiver WHERE name = ?3)";

/// Bytes of text that the alerts of one [flood](DeferReason::Flood) hold; what is left goes into the next
/// digest.
const MAX_FLOOD_BYTES: usize = 512 << 10;

/// One alert for a summary.
struct Folded {
    id: DeliveryId,
    since: Timestamp,
    alert: StoredAlert,
    bytes: usize,
}

impl Store {
    /// Puts one new delivery, due now, in the place of these alerts of a receiver: they are
    /// `folded` into it, in one transaction. Those that were attempted, settled or dropped in
    /// between are left out, those that cannot be read are given up. `None` where none is left.
    pub async fn fold(
        &self,
        receiver: &str,
        ids: Vec<DeliveryId>,
        hold: DeferReason,
        now: Timestamp,
    ) -> Result<Option<DeliveryId>, StoreError> {
        let receiver = receiver.to_owned();
        self.write(move |tx| fold(tx, &receiver, ids, hold, now))
            .await
    }
}

/// [`Store::fold`], in a transaction that does more.
pub(in crate::store) fn fold(
    tx: &mut dyn Tx,
    receiver: &str,
    ids: Vec<DeliveryId>,
    hold: DeferReason,
    now: Timestamp,
) -> Result<Option<DeliveryId>, StoreError> {
    let (mut folded, mut bytes) = (Vec::with_capacity(ids.len()), 0);
    for id in ids {
        let Some(row) = tx.row(FRESH, values![id, now, receiver])? else {
            continue;
        };
        let Some(one) = read(tx, id, row, now)? else {
            continue;
        };
        bytes += one.bytes;
        if hold == DeferReason::Flood && bytes > MAX_FLOOD_BYTES && !folded.is_empty() {
            break;
        }
        folded.push(one);
    }
    let Some(since) = folded.iter().map(|one: &Folded| one.since).min() else {
        return Ok(None);
    };
    let (ids, alerts): (Vec<_>, _) = folded.into_iter().map(|one| (one.id, one.alert)).unzip();
    let digest = Digest {
        hold,
        since: to_second(since),
        until: to_second(now),
        alerts,
    };
    let into = insert_digest(tx, receiver, &digest, now)?;
    for id in ids {
        tx.exec(
            "UPDATE delivery SET state = 'folded', folded_into = ?2, fence = fence + 1,
                    settled_at = ?3
              WHERE id = ?1",
            values![id, into, now],
        )?;
    }
    Ok(Some(into))
}

/// One that cannot be read would never go out: it must not stop the others.
fn read(
    tx: &mut dyn Tx,
    id: DeliveryId,
    mut row: Row,
    now: Timestamp,
) -> Result<Option<Folded>, StoreError> {
    let payload: String = row.take("payload")?;
    let read = payload::alert(&payload).and_then(|stored| Ok((stored.read(tx)?, stored)));
    let (mut alert, mut stored) = match read {
        Ok(read) => read,
        Err(error) => {
            mark_dead(tx, id, &error, now)?;
            return Ok(None);
        }
    };
    match &mut stored {
        StoredAlert::Whole(alert) => alert.shorten(),
        StoredAlert::Part(part) => part.shorten(),
    }
    alert.brief(1);
    Ok(Some(Folded {
        id,
        since: row.take("waiting_since")?,
        bytes: alert.weight(),
        alert: stored,
    }))
}

/// Puts two digests, due now, in the place of this one, which is settled: nothing of it is lost
/// because it was more at once than the receiver takes.
pub(super) fn halve(tx: &mut dyn Tx, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
    let row = tx.row(
        "SELECT r.name, d.payload FROM delivery d JOIN receiver r ON r.id = d.receiver
          WHERE d.id = ?1",
        values![id],
    )?;
    let mut row = row.expect("it was just settled");
    let (receiver, payload): (String, String) = (row.take("name")?, row.take("payload")?);
    let mut first = payload::digest(&payload)?;
    let second = Digest {
        alerts: first.alerts.split_off(first.alerts.len().div_ceil(2)),
        ..first
    };
    for half in [first, second] {
        let into = insert_digest(tx, &receiver, &half, now)?;
        for alert in &half.alerts {
            // Whole alerts of older versions stay with the first digest, which has as long to live.
            let StoredAlert::Part(part) = alert else {
                continue;
            };
            tx.exec(
                "UPDATE delivery SET folded_into = ?1 WHERE alert = ?2 AND folded_into = ?3",
                values![into, part.alert, id],
            )?;
        }
        tx.exec(
            "UPDATE delivery SET folded_into = ?1 WHERE id = ?2",
            values![into, id],
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
