//! Which deliveries to attempt now.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    DeliveryClaim, ReceiverState,
    follow::{moved, put_off},
    insert::close_lost,
    missed::note,
    payload::deserialize,
};
use crate::{
    model::{DeliveryId, SendReason},
    schedule::BREAKER_OPENS_AFTER,
    store::{
        Store, StoreError,
        engine::{Row, Tx, millis, values},
        mutes,
    },
};

/// A receiver that may be sent to.
pub(in crate::store) const LANE: &str = "
    SELECT id, failures, failing_since, notified_failing, through, refusals FROM receiver
     WHERE name = ?1 AND active = 1 AND off = 0 AND due <= ?2";

/// Claims a receiver's due deliveries: their due time becomes the end of the lease.
pub(in crate::store) const CLAIM: &str = "
    UPDATE delivery SET due = ?2 + ?3, fence = fence + 1, attempts = attempts + 1
     WHERE id IN (SELECT id FROM delivery
                   WHERE receiver = ?1 AND state = 'pending' AND due <= ?2
                   ORDER BY priority DESC, place, id LIMIT ?4)
       AND due <= ?2
    RETURNING id, fence, attempts, waiting_since, accepted, payload, priority, place, follows";

/// The same for a receiver that is only probed: what has been due the longest. Each takes its turn, so
/// that one notice that is never taken keeps no other from showing that the receiver is well.
pub(in crate::store) const PROBE: &str = "
    UPDATE delivery SET due = ?2 + ?3, fence = fence + 1, attempts = attempts + 1
     WHERE id IN (SELECT id FROM delivery
                   WHERE receiver = ?1 AND state = 'pending' AND due <= ?2
                   ORDER BY due LIMIT ?4)
       AND due <= ?2
    RETURNING id, fence, attempts, waiting_since, accepted, payload, priority, place, follows";

/// Claims this one.
pub(in crate::store) const CLAIM_ONE: &str = "
    UPDATE delivery SET due = ?2 + ?3, fence = fence + 1, attempts = attempts + 1
     WHERE id = ?1 AND state = 'pending' AND due <= ?2 AND receiver = ?4
    RETURNING id, fence, attempts, waiting_since, accepted, payload, priority, follows";

/// When a receiver's lane has something to do.
pub(in crate::store) const NEXT_DUE: &str = "
    SELECT r.due, (SELECT min(d.due) FROM delivery d WHERE d.receiver = r.id AND d.state = 'pending')
             AS first_due
      FROM receiver r WHERE r.name = ?1 AND r.active = 1 AND r.off = 0";

impl Store {
    /// Claims up to `limit` deliveries of a receiver that are due, the most urgent first, then the
    /// oldest, while feeds take turns, or of one that is only probed what has been due the longest;
    /// none while the receiver backs off, is off or is not in the config, and of one that is
    /// muted only what someone asked for. Each one's
    /// attempt is on record when this answers, before any byte leaves.
    pub async fn claim_deliveries(
        &self,
        receiver: &str,
        now: Timestamp,
        lease: Duration,
        limit: u32,
    ) -> Result<Vec<DeliveryClaim>, StoreError> {
        let receiver = receiver.to_owned();
        let store = Arc::clone(&self.identity);
        self.write(move |tx| {
            let Some((id, state)) = lane(tx, receiver, now)? else {
                return Ok(Vec::new());
            };
            let claim = if state.is_probed() { PROBE } else { CLAIM };
            let mut rows = tx.rows(claim, values![id, now, millis(lease), limit])?;
            let mut claims = Vec::with_capacity(rows.len());
            for row in &mut rows {
                let order: (i64, i64) = (-row.take::<i64>("priority")?, row.take("place")?);
                if let Some(claim) = begin(tx, &store, &state, row, now)? {
                    claims.push((order, claim));
                }
            }
            claims.sort_by_key(|(order, claim)| (*order, claim.id));
            Ok(claims.into_iter().map(|(_, claim)| claim).collect())
        })
        .await
    }

    /// Claims this delivery of a receiver; `None` where it is not due any more, or the receiver
    /// backs off, is off or is not in the config. Its attempt is on record when this answers.
    pub async fn claim_delivery(
        &self,
        receiver: &str,
        delivery: DeliveryId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<DeliveryClaim>, StoreError> {
        let receiver = receiver.to_owned();
        let store = Arc::clone(&self.identity);
        self.write(move |tx| {
            let Some((id, state)) = lane(tx, receiver, now)? else {
                return Ok(None);
            };
            match tx.row(CLAIM_ONE, values![delivery, now, millis(lease), id])? {
                Some(mut row) => begin(tx, &store, &state, &mut row, now),
                None => Ok(None),
            }
        })
        .await
    }

    /// When a receiver's next delivery may be attempted; `None` while nothing is pending, or it is
    /// off or not in the config.
    pub async fn next_delivery_due(&self, receiver: &str) -> Result<Option<Timestamp>, StoreError> {
        let receiver = receiver.to_owned();
        self.read(move |tx| {
            let Some(mut row) = tx.row(NEXT_DUE, values![receiver])? else {
                return Ok(None);
            };
            let (lane, first): (Timestamp, Option<Timestamp>) =
                (row.take("due")?, row.take("first_due")?);
            Ok(first.map(|due| due.max(lane)))
        })
        .await
    }
}

pub(super) fn lane(
    tx: &mut dyn Tx,
    name: String,
    now: Timestamp,
) -> Result<Option<(i64, ReceiverState)>, StoreError> {
    let Some(mut row) = tx.row(LANE, values![name.as_str(), now])? else {
        return Ok(None);
    };
    let state = ReceiverState {
        name,
        failures: row.take("failures")?,
        failing_since: row.take("failing_since")?,
        notified_failing: row.take("notified_failing")?,
        through: row.take("through")?,
        refusals: row.take("refusals")?,
    };
    Ok(Some((row.take("id")?, state)))
}

impl ReceiverState {
    /// Whether it has failed so often in a row that one delivery at a time is tried.
    pub(in crate::store) const fn is_probed(&self) -> bool {
        self.failures >= BREAKER_OPENS_AFTER
    }
}

/// Records the attempt. A delivery that cannot be read is given up instead, one that a mute asks
/// for is suppressed, one that follows another one waits for it: none must stop the lane.
fn begin(
    tx: &mut dyn Tx,
    store: &str,
    receiver: &ReceiverState,
    row: &mut Row,
    now: Timestamp,
) -> Result<Option<DeliveryClaim>, StoreError> {
    let id: DeliveryId = row.take("id")?;
    let attempt: u32 = row.take("attempts")?;
    // Of an attempt whose lease ran out nobody will hear again.
    close_lost(tx, Some(id), now)?;
    if let Some(before) = row.take::<Option<DeliveryId>>("follows")?
        && put_off(tx, id, before, now)?
    {
        return Ok(None);
    }
    let waiting_since = row.take("waiting_since")?;
    if mutes::suppress_again(tx, id, &receiver.name, waiting_since, now)? {
        return moved(tx, id, now).map(|()| None);
    }
    let (accepted, payload): (String, String) = (row.take("accepted")?, row.take("payload")?);
    let notice = match deserialize(tx, store, id, &payload, &accepted) {
        Ok(notice) => notice,
        Err(error) => {
            mark_dead(tx, id, &error, now)?;
            return Ok(None);
        }
    };
    let (failures, failing_since) = failures(tx, id, waiting_since)?;
    tx.exec(
        "INSERT INTO attempt (delivery, number, started_at) VALUES (?1, ?2, ?3)",
        values![id, attempt, now],
    )?;
    Ok(Some(DeliveryClaim {
        id,
        fence: row.take("fence")?,
        attempt,
        failures,
        failing_since,
        may_expire: true,
        waiting_since,
        receiver: receiver.clone(),
        notice,
    }))
}

/// How many attempts failed since the delivery waits, and when the first of them began. Those that a
/// crash cut off say nothing about the receiver.
fn failures(
    tx: &mut dyn Tx,
    id: DeliveryId,
    waiting_since: Timestamp,
) -> Result<(u32, Option<Timestamp>), StoreError> {
    let row = tx.row(
        "SELECT count(*) AS failures, min(started_at) AS failing_since FROM attempt
          WHERE delivery = ?1 AND reason <> ?2 AND started_at >= ?3",
        values![id, SendReason::Lost.as_str(), waiting_since],
    )?;
    let mut row = row.expect("an aggregate has a row");
    Ok((row.take("failures")?, row.take("failing_since")?))
}

pub(super) fn mark_dead(
    tx: &mut dyn Tx,
    id: DeliveryId,
    error: &StoreError,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (reason, detail) = (SendReason::Render, error.to_string());
    tx.exec(
        "UPDATE delivery SET state = 'dead', settled_at = ?2, reason = ?3, detail = ?4
          WHERE id = ?1",
        values![id, now, reason.as_str(), detail.as_str()],
    )?;
    note(tx, &[id], reason, &detail, now)?;
    moved(tx, id, now)
}

#[cfg(test)]
mod tests;
