//! What a delivery carries, frozen when it is made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{NewDelivery, receiver_id};
use crate::{
    model::{AlertId, DeliveryId, DeliveryKey, Event, Notice, to_second},
    store::{
        Store, StoreError,
        engine::{Tx, values},
        mutes::Mutes,
    },
};

/// The stored form: `{"timestamp", "type", "data"}`.
#[derive(Serialize, Deserialize)]
struct Payload<E> {
    timestamp: Timestamp,
    #[serde(flatten)]
    event: E,
}

impl Store {
    /// Puts notices into the outbox, due now.
    pub async fn enqueue(
        &self,
        notices: Vec<NewDelivery>,
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        self.write(move |tx| enqueue(tx, &notices, now)).await
    }
}

/// Puts notices into the outbox, due now; a mute in force holds them there.
pub(in crate::store) fn enqueue(
    tx: &mut dyn Tx,
    notices: &[NewDelivery],
    now: Timestamp,
) -> Result<Vec<DeliveryId>, StoreError> {
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let mutes = Mutes::in_force(tx, now)?;
    let insert = |notice| insert(tx, notice, None, &mutes, now);
    notices.iter().map(insert).collect()
}

/// Puts one notice into the outbox, of this alert if it is one.
pub(in crate::store) fn insert(
    tx: &mut dyn Tx,
    new: &NewDelivery,
    alert: Option<AlertId>,
    mutes: &Mutes,
    now: Timestamp,
) -> Result<DeliveryId, StoreError> {
    let receiver = receiver_id(tx, &new.receiver, now)?;
    let id = tx.insert(
        "INSERT INTO delivery (receiver, alert, kind, priority, state, due, created_at,
                                   waiting_since, payload)
             VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?5, ?5, ?6)",
        values![
            receiver,
            alert,
            new.event.kind(),
            new.event.priority().rank(),
            now,
            freeze(&new.event, now),
        ],
    )?;
    let id = DeliveryId(id);
    mutes.hold(tx, id, new, now)?;
    Ok(id)
}

fn freeze(event: &Event, now: Timestamp) -> String {
    let timestamp = to_second(now);
    serde_json::to_string(&Payload { timestamp, event }).expect("an event has string keys only")
}

/// The notice of a stored delivery.
pub(super) fn thaw(
    store: &str,
    id: DeliveryId,
    payload: &str,
    accepted: &str,
) -> Result<Notice, StoreError> {
    let Payload { timestamp, event } = read(payload)?;
    Ok(Notice {
        key: key(store, id),
        timestamp,
        event,
        accepted: parse_list(accepted)?,
    })
}

/// What a stored delivery tells.
pub(in crate::store) fn event(payload: &str) -> Result<Event, StoreError> {
    read(payload).map(|payload| payload.event)
}

fn read(payload: &str) -> Result<Payload<Event>, StoreError> {
    serde_json::from_str(payload).map_err(|error| unreadable(&error))
}

/// The id receivers see.
pub(super) fn key(store: &str, id: DeliveryId) -> DeliveryKey {
    DeliveryKey(format!("{store}-{}", id.0))
}

/// A list as it is stored.
pub(in crate::store) fn list(names: &[String]) -> String {
    serde_json::to_string(names).expect("a list of strings")
}

/// A stored list.
pub(in crate::store) fn parse_list(json: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(json).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable {
        what: "a delivery",
        detail: error.to_string(),
    }
}
