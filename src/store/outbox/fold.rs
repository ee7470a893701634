//! Several alerts become one delivery.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    NewDelivery,
    claim::bury,
    payload::{enqueue, thaw},
};
use crate::{
    model::{Alert, DeliveryId, DigestReady, Event, Hold, to_second},
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

/// One alert for a summary.
struct Folded {
    id: DeliveryId,
    since: Timestamp,
    alert: Alert,
}

impl Store {
    /// Puts one new delivery, due now, in the place of these alerts of a receiver: they are
    /// `folded` into it, in one transaction. Those that were attempted, settled or dropped in
    /// between are left out, those that cannot be read are given up. `None` where none is left.
    pub async fn fold(
        &self,
        receiver: &str,
        ids: Vec<DeliveryId>,
        hold: Hold,
        now: Timestamp,
    ) -> Result<Option<DeliveryId>, StoreError> {
        let receiver = receiver.to_owned();
        let store = Arc::clone(&self.identity);
        self.write(move |tx| {
            let mut folded = Vec::with_capacity(ids.len());
            for id in ids {
                let row = tx.row(FRESH, values![id, now, receiver.as_str()])?;
                if let Some(row) = row {
                    folded.extend(read(tx, &store, id, row, now)?);
                }
            }
            if folded.is_empty() {
                return Ok(None);
            }
            let sources: Vec<DeliveryId> = folded.iter().map(|one| one.id).collect();
            let event = digest(folded, hold, now);
            let into = enqueue(tx, &[NewDelivery { receiver, event }], now)?.pop();
            for id in sources {
                tx.exec(
                    "UPDATE delivery SET state = 'folded', folded_into = ?2, turn = turn + 1,
                            settled_at = ?3
                      WHERE id = ?1",
                    values![id, into, now],
                )?;
            }
            Ok(into)
        })
        .await
    }
}

/// One that cannot be read would never go out: it must not stop the others.
fn read(
    tx: &mut dyn Tx,
    store: &str,
    id: DeliveryId,
    mut row: Row,
    now: Timestamp,
) -> Result<Option<Folded>, StoreError> {
    let payload: String = row.take(1)?;
    let alert = thaw(store, id, &payload, "[]").and_then(|notice| match notice.event {
        Event::Alert(alert) => Ok(alert),
        event => Err(StoreError::Unreadable {
            what: "an alert",
            detail: format!("it is {}", event.kind()),
        }),
    });
    let mut alert = match alert {
        Ok(alert) => alert,
        Err(error) => {
            bury(tx, id, &error, now)?;
            return Ok(None);
        }
    };
    alert.shorten();
    Ok(Some(Folded {
        id,
        since: row.take(0)?,
        alert: *alert,
    }))
}

fn digest(folded: Vec<Folded>, hold: Hold, now: Timestamp) -> Event {
    let since = folded.iter().map(|one| one.since).min().unwrap_or(now);
    let alerts: Vec<Alert> = folded.into_iter().map(|one| one.alert).collect();
    let priority = alerts.iter().map(|alert| alert.priority).max();
    Event::DigestReady(Box::new(DigestReady {
        hold,
        since: to_second(since),
        until: to_second(now),
        priority: priority.unwrap_or_default(),
        count: u32::try_from(alerts.len()).unwrap_or(u32::MAX),
        alerts,
    }))
}

#[cfg(test)]
mod tests;
