//! What operators see of the outbox.

use std::{str::FromStr, sync::Arc};

use super::{
    AttemptStatus, DeliveryState, DeliveryStatus, OutboxFilter, ReceiverStatus,
    folded::folded,
    insert::waiting,
    payload::{deserialize, key},
    unreached::parse,
};
use crate::{
    model::{AlertId, DeliveryId, Priority},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        stories,
    },
};

macro_rules! deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, r.name, d.alert, d.priority, d.state, d.due, d.created_at, d.settled_at,
                    d.reason, d.detail, d.accepted, d.payload, d.kind, d.folded_into,
                    d.waiting_since, d.missing, d.story, d.awaits
               FROM delivery d JOIN receiver r ON r.id = d.receiver ",
            $rest
        )
    };
}

/// `CAST` tells PostgreSQL the type of a placeholder that may be NULL.
const OUTBOX: &str = deliveries!(
    "WHERE (CAST(?1 AS TEXT) IS NULL OR r.name = ?1)
       AND (CAST(?2 AS TEXT) IS NULL OR d.state = ?2)
       AND (CAST(?3 AS BIGINT) IS NULL OR d.id = ?3)
     ORDER BY d.id DESC LIMIT ?4"
);

impl Store {
    /// Deliveries with their attempts, the newest first.
    pub async fn outbox(&self, filter: OutboxFilter) -> Result<Vec<DeliveryStatus>, StoreError> {
        let store = Arc::clone(&self.identity);
        self.read(move |tx| {
            let state = filter.state.map(DeliveryState::as_str);
            let params = values![filter.receiver, state, None::<i64>, filter.limit];
            tx.rows(OUTBOX, params)?
                .into_iter()
                .map(|row| status(tx, &store, row))
                .collect()
        })
        .await
    }

    /// One delivery with its attempts.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryStatus>, StoreError> {
        let store = Arc::clone(&self.identity);
        self.read(move |tx| {
            let params = values![None::<&str>, None::<&str>, id, 1_i64];
            tx.row(OUTBOX, params)?
                .map(|row| status(tx, &store, row))
                .transpose()
        })
        .await
    }

    /// How many deliveries of a receiver are pending.
    pub async fn waiting(&self, receiver: &str) -> Result<u32, StoreError> {
        let receiver = receiver.to_owned();
        self.read(move |tx| waiting(tx, &receiver)).await
    }

    /// Every receiver the config ever named, by name.
    pub async fn receivers(&self) -> Result<Vec<ReceiverStatus>, StoreError> {
        self.read(|tx| {
            tx.rows(
                "SELECT r.name, r.active, r.off, r.due, r.failures, r.failing_since, r.reason,
                        r.error, r.through, r.unreached,
                        (SELECT count(*) FROM delivery d
                          WHERE d.receiver = r.id AND d.state = 'pending') AS waiting,
                        (SELECT count(*) FROM delivery d
                          WHERE d.receiver = r.id AND d.state = 'dead') AS dead
                   FROM receiver r ORDER BY r.name",
                &[],
            )?
            .into_iter()
            .map(receiver)
            .collect()
        })
        .await
    }
}

/// The deliveries of an alert with their attempts, the oldest first.
pub(in crate::store) fn of_alert(
    tx: &mut dyn Tx,
    store: &str,
    alert: AlertId,
) -> Result<Vec<DeliveryStatus>, StoreError> {
    let rows = tx.rows(
        deliveries!("WHERE d.alert = ?1 ORDER BY d.id"),
        values![alert],
    )?;
    rows.into_iter().map(|row| status(tx, store, row)).collect()
}

/// These deliveries with their attempts, in their order.
pub(super) fn by_ids(
    tx: &mut dyn Tx,
    store: &str,
    ids: &[i64],
) -> Result<Vec<DeliveryStatus>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let row = tx.row(deliveries!("WHERE d.id = ?1"), values![*id])?;
        found.extend(row.map(|row| status(tx, store, row)).transpose()?);
    }
    Ok(found)
}

fn status(tx: &mut dyn Tx, store: &str, mut row: Row) -> Result<DeliveryStatus, StoreError> {
    let id: DeliveryId = row.take("id")?;
    let state: String = row.take("state")?;
    let state = DeliveryState::from_str(&state).map_err(|error| StoreError::Unreadable {
        what: "a delivery",
        detail: error.to_string(),
    })?;
    let (accepted, payload): (String, String) = (row.take("accepted")?, row.take("payload")?);
    let (due, of_story) = (row.take("due")?, row.take("story")?);
    let awaits = match row.take::<Option<String>>("awaits")? {
        Some(awaits) if state == DeliveryState::Pending => {
            stories::awaited(tx, of_story, &awaits, due)?
        }
        _ => None,
    };
    let (alert, folded_into) = (row.take("alert")?, row.take("folded_into")?);
    Ok(DeliveryStatus {
        id,
        receiver: row.take("name")?,
        alert,
        key: key(store, id),
        kind: row.take("kind")?,
        notice: deserialize(tx, store, id, &payload, &accepted).ok(),
        priority: Priority::from_rank(row.take("priority")?),
        state,
        due: match state {
            DeliveryState::Pending => Some(due),
            _ => None,
        },
        folded_into,
        folded_as: folded(tx, state, alert, folded_into)?,
        awaits,
        created_at: row.take("created_at")?,
        waiting_since: row.take("waiting_since")?,
        settled_at: row.take("settled_at")?,
        reason: row.take("reason")?,
        detail: row.take("detail")?,
        missing: row.take("missing")?,
        attempts: attempts(tx, id)?,
    })
}

fn attempts(tx: &mut dyn Tx, id: DeliveryId) -> Result<Vec<AttemptStatus>, StoreError> {
    tx.rows(
        "SELECT number, started_at, ended_at, reason, detail FROM attempt
          WHERE delivery = ?1 ORDER BY number",
        values![id],
    )?
    .into_iter()
    .map(|mut row| {
        Ok(AttemptStatus {
            number: row.take("number")?,
            started_at: row.take("started_at")?,
            ended_at: row.take("ended_at")?,
            reason: row.take("reason")?,
            detail: row.take("detail")?,
        })
    })
    .collect()
}

fn receiver(mut row: Row) -> Result<ReceiverStatus, StoreError> {
    Ok(ReceiverStatus {
        name: row.take("name")?,
        active: row.take("active")?,
        off: row.take("off")?,
        due: row.take("due")?,
        failures: row.take("failures")?,
        failing_since: row.take("failing_since")?,
        reason: row.take("reason")?,
        error: row.take("error")?,
        through: row.take("through")?,
        unreached: parse(&row.take::<String>("unreached")?),
        waiting: row.take("waiting")?,
        dead: row.take("dead")?,
    })
}
