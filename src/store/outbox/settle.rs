//! How attempts ended.

use jiff::Timestamp;

use super::{
    NewDelivery, ReceiverUpdate, SettleTo, Settlement,
    digest::halve,
    follow::moved,
    insert::enqueue,
    insert::waiting,
    missed::note,
    payload::{list, parse_list},
    recovered::NotifiedFailure,
    unreached,
};
use crate::{
    model::{DeliveryId, Event, SendReason},
    store::{
        Store, StoreError,
        engine::{Tx, values},
    },
};

impl Store {
    /// Records how an attempt ended, with what becomes of its delivery and its receiver, and notifies
    /// others, in one transaction. False, and nothing written, if the delivery is no longer ours:
    /// its lease ran out and it was claimed again, or someone retried or dropped it. Waits for as
    /// long as another process writes: what was accepted and is not recorded is sent again.
    pub async fn settle(&self, settlement: Settlement) -> Result<bool, StoreError> {
        self.record(move |tx| settle(tx, &settlement)).await
    }
}

fn settle(tx: &mut dyn Tx, settlement: &Settlement) -> Result<bool, StoreError> {
    let Settlement {
        id,
        attempt,
        ended_at,
        ..
    } = *settlement;
    let notices = counted(tx, &settlement.notices)?;
    let Some(receiver) = settle_delivery(tx, settlement)? else {
        return Ok(false);
    };
    let (reason, detail) = match &settlement.to {
        SettleTo::Delivered { answer, .. } => (None, answer),
        SettleTo::Later { reason, detail, .. }
        | SettleTo::Halves { reason, detail }
        | SettleTo::Dead { reason, detail, .. } => (Some(reason.as_str()), detail),
    };
    tx.exec(
        "UPDATE attempt SET ended_at = ?3, reason = ?4, detail = ?5
          WHERE delivery = ?1 AND number = ?2",
        values![id, attempt, ended_at, reason, detail.as_str()],
    )?;
    let Settlement {
        receiver: update,
        escalation,
        ..
    } = settlement;
    let over = if update.notified_failing {
        None
    } else {
        NotifiedFailure::of(tx, receiver)?
    };
    update_receiver(tx, receiver, update, ended_at)?;
    unreached::note(tx, receiver, &update.reception, escalation, ended_at)?;
    if let Some(over) = over {
        over.end(tx, escalation, false, ended_at)?;
    }
    enqueue(tx, &notices, ended_at)?;
    Ok(true)
}

/// The notices, with what waits for a receiver that fails.
fn counted(tx: &mut dyn Tx, notices: &[NewDelivery]) -> Result<Vec<NewDelivery>, StoreError> {
    let mut notices = notices.to_vec();
    for notice in &mut notices {
        if let Event::ReceiverFailing(failing) = &mut notice.event {
            failing.waiting = waiting(tx, &failing.receiver)?;
        }
    }
    Ok(notices)
}

/// The delivery's receiver; `None`, and nothing written, if the delivery is no longer ours.
fn settle_delivery(tx: &mut dyn Tx, settlement: &Settlement) -> Result<Option<i64>, StoreError> {
    let Settlement {
        id,
        fence,
        ended_at,
        ..
    } = *settlement;
    let row = match &settlement.to {
        SettleTo::Delivered { answer, missing } => tx.row(
            "UPDATE delivery SET state = 'delivered', fence = fence + 1, settled_at = ?3,
                    reason = NULL, detail = ?4, missing = ?5
              WHERE id = ?1 AND fence = ?2 AND state = 'pending' RETURNING receiver",
            values![id, fence, ended_at, answer.as_str(), missing.as_deref()],
        )?,
        SettleTo::Halves { reason, detail } => tx.row(
            "UPDATE delivery SET state = 'folded', fence = fence + 1, settled_at = ?3,
                    reason = ?4, detail = ?5
              WHERE id = ?1 AND fence = ?2 AND state = 'pending' RETURNING receiver",
            values![id, fence, ended_at, reason.as_str(), detail.as_str()],
        )?,
        SettleTo::Dead { reason, detail, .. } => tx.row(
            "UPDATE delivery SET state = 'dead', fence = fence + 1, settled_at = ?3,
                    reason = ?4, detail = ?5
              WHERE id = ?1 AND fence = ?2 AND state = 'pending' RETURNING receiver, accepted",
            values![id, fence, ended_at, reason.as_str(), detail.as_str()],
        )?,
        SettleTo::Later {
            due,
            reason,
            detail,
            ..
        } => tx.row(
            "UPDATE delivery SET fence = fence + 1, due = ?3, reason = ?4, detail = ?5
              WHERE id = ?1 AND fence = ?2 AND state = 'pending' RETURNING receiver, accepted",
            values![id, fence, *due, reason.as_str(), detail.as_str()],
        )?,
    };
    let Some(mut row) = row else {
        return Ok(None);
    };
    match &settlement.to {
        SettleTo::Later { accepted, .. } | SettleTo::Dead { accepted, .. }
            if !accepted.is_empty() =>
        {
            add_accepted(tx, id, &row.take::<String>("accepted")?, accepted)?;
        }
        _ => {}
    }
    match &settlement.to {
        SettleTo::Dead { reason, detail, .. } => note(tx, &[id], *reason, detail, ended_at)?,
        SettleTo::Halves { .. } => halve(tx, id, ended_at)?,
        SettleTo::Delivered { .. } | SettleTo::Later { .. } => {}
    }
    moved(tx, id, ended_at)?;
    row.take("receiver").map(Some)
}

fn add_accepted(
    tx: &mut dyn Tx,
    id: DeliveryId,
    before: &str,
    accepted: &[String],
) -> Result<(), StoreError> {
    let mut all = parse_list(before)?;
    for recipient in accepted {
        if !all.contains(recipient) {
            all.push(recipient.clone());
        }
    }
    tx.exec(
        "UPDATE delivery SET accepted = ?2 WHERE id = ?1",
        values![id, list(&all)],
    )
    .map(drop)
}

fn update_receiver(
    tx: &mut dyn Tx,
    receiver: i64,
    update: &ReceiverUpdate,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE receiver SET due = ?2, failures = ?3, failing_since = ?4, notified_failing = ?5,
                off = ?6, reason = ?7, error = ?8, through = ?9, refusals = ?10
          WHERE id = ?1",
        values![
            receiver,
            update.due.unwrap_or(now),
            update.failures,
            update.failing_since,
            update.notified_failing,
            update.off,
            update.reason.map(SendReason::as_str),
            update.error.as_deref(),
            update.through.as_deref(),
            update.refusals,
        ],
    )
    .map(drop)
}
