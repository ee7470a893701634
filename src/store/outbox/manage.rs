//! What operators do to the outbox.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{DeliveryState, Selection, follow::moved, insert::close_lost, missed};
use crate::{
    model::{DeliveryId, MuteId, SendReason},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

impl Store {
    /// How many deliveries are selected: those that are reached if nothing happens to them first.
    pub async fn count_selected(&self, selection: Selection) -> Result<u64, StoreError> {
        let selected = self.read(move |tx| select(tx, &selection)).await?;
        Ok(selected.len().try_into().unwrap_or(u64::MAX))
    }

    /// Makes the selected deliveries due now, dead ones too, and ends their receivers' back-off.
    /// One that is being attempted is left to that. Returns how many.
    pub async fn retry(&self, selection: Selection, now: Timestamp) -> Result<u64, StoreError> {
        let selected = self.read(move |tx| select(tx, &selection)).await?;
        let receivers: BTreeSet<i64> = selected.iter().map(|row| row.receiver).collect();
        let retried = self.in_parts(selected, move |tx, row| retry(tx, row, now));
        let retried = retried.await?;
        if !receivers.is_empty() {
            self.write(move |tx| wake(tx, &receivers, now)).await?;
        }
        Ok(retried)
    }

    /// Takes the selected deliveries out: they are kept, and not sent. Of one that is being
    /// attempted nobody will know how that went. Returns how many.
    pub async fn drop_deliveries(
        &self,
        selection: Selection,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let selected = self.read(move |tx| select(tx, &selection)).await?;
        self.in_parts(selected, move |tx, row| drop_one(tx, row, now))
            .await
    }
}

/// A delivery that was selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selected {
    pub(super) id: DeliveryId,
    receiver: i64,
    /// As it was then: one that has another by now is left alone.
    state: String,
}

fn retry(tx: &mut dyn Tx, row: &Selected, now: Timestamp) -> Result<u64, StoreError> {
    // What was never attempted has waited since it came: a digest must not begin anew.
    const RETRY: &str = "
        UPDATE delivery SET state = 'pending', fence = fence + 1, due = ?2, settled_at = NULL,
               awaits = NULL, waiting_since = CASE WHEN state = 'pending' AND attempts = 0 THEN waiting_since
                               ELSE ?2 END
         WHERE id = ?1 AND state = ?3 AND NOT EXISTS (
           SELECT 1 FROM attempt WHERE delivery = ?1 AND ended_at IS NULL)";
    let retried = tx.exec(RETRY, values![row.id, now, row.state.as_str()])?;
    moved(tx, row.id, now)?;
    Ok(retried)
}

/// Makes due what a mute has suppressed; what waits for its story goes on waiting.
pub(in crate::store) fn release(
    tx: &mut dyn Tx,
    id: DeliveryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE delivery SET state = 'pending', fence = fence + 1, waiting_since = ?2,
                due = CASE WHEN awaits IS NOT NULL AND due > ?2 THEN due ELSE ?2 END,
                settled_at = NULL, reason = NULL, detail = NULL
          WHERE id = ?1 AND state = 'muted'",
        values![id, now],
    )
    .map(drop)
}

fn wake(tx: &mut dyn Tx, receivers: &BTreeSet<i64>, now: Timestamp) -> Result<(), StoreError> {
    for receiver in receivers {
        // What it refused and is sent again is no other one.
        tx.exec(
            "UPDATE receiver SET due = ?2, off = 0, refusals = 0 WHERE id = ?1",
            values![*receiver, now],
        )?;
        missed::forget(tx, *receiver)?;
    }
    Ok(())
}

fn drop_one(tx: &mut dyn Tx, row: &Selected, now: Timestamp) -> Result<u64, StoreError> {
    let dropped = tx.exec(
        "UPDATE delivery SET state = 'dropped', fence = fence + 1, settled_at = ?2
          WHERE id = ?1 AND state = ?3",
        values![row.id, now, row.state.as_str()],
    )?;
    // Only what is pending can be under way.
    if row.state == DeliveryState::Pending.as_str() {
        close_lost(tx, Some(row.id), now)?;
        moved(tx, row.id, now)?;
    }
    Ok(dropped)
}

/// The pending, dead and muted deliveries that meet all of the selection.
pub(super) fn select(tx: &mut dyn Tx, selection: &Selection) -> Result<Vec<Selected>, StoreError> {
    if *selection == Selection::default() {
        return Ok(Vec::new());
    }
    if selection.ids.is_empty() {
        let [first, second] = if selection.is_of_mutes() {
            ["muted", "muted"]
        } else {
            ["pending", "dead"]
        };
        let rows = tx.rows(
            "SELECT d.id, d.receiver, d.state, d.reason, r.name, d.mute
               FROM delivery d JOIN receiver r ON r.id = d.receiver
              WHERE d.state IN (?1, ?2) ORDER BY d.id",
            values![first, second],
        )?;
        return matching(rows, selection);
    }
    let mut rows = Vec::with_capacity(selection.ids.len());
    for id in selection.ids.iter().collect::<BTreeSet<_>>() {
        rows.extend(tx.row(
            "SELECT d.id, d.receiver, d.state, d.reason, r.name, d.mute
               FROM delivery d JOIN receiver r ON r.id = d.receiver
              WHERE d.id = ?1 AND d.state IN ('pending', 'dead', 'muted')",
            values![*id],
        )?);
    }
    matching(rows, selection)
}

impl Selection {
    /// Whether it is of muted deliveries only.
    const fn is_of_mutes(&self) -> bool {
        self.muted_only || self.mute.is_some()
    }
}

fn matching(rows: Vec<Row>, selection: &Selection) -> Result<Vec<Selected>, StoreError> {
    let mut matching = Vec::new();
    for mut row in rows {
        let state: String = row.take("state")?;
        let reason: Option<String> = row.take("reason")?;
        let name: String = row.take("name")?;
        let mute: Option<MuteId> = row.take("mute")?;
        let wanted = selection.reason.map(SendReason::as_str);
        if (!selection.dead_only || state == "dead")
            && (!selection.is_of_mutes() || state == "muted")
            && (selection.mute.is_none() || selection.mute == mute)
            && (wanted.is_none() || wanted == reason.as_deref())
            && selection.receiver.as_ref().is_none_or(|it| *it == name)
        {
            matching.push(Selected {
                id: row.take("id")?,
                receiver: row.take("receiver")?,
                state,
            });
        }
    }
    Ok(matching)
}
