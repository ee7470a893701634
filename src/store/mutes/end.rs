//! The end of a mute.

use jiff::Timestamp;

use super::{MuteStatus, mutes, status, suppressed};
use crate::{
    model::{Event, MuteEnded, to_second},
    store::{
        NewDelivery, StoreError,
        engine::{Tx, values},
        notifications, outbox,
    },
};

/// Ends what has run out, and notifies receivers.
pub(super) fn end_due(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<MuteStatus>, StoreError> {
    let sql = mutes!("WHERE m.ended_at IS NULL AND m.until <= ?1 ORDER BY m.until, m.id");
    let rows = tx.rows(sql, values![now])?.into_iter();
    let ended: Vec<MuteStatus> = rows.map(status).collect::<Result<_, _>>()?;
    for mute in &ended {
        end(tx, mute, [mute.until, now])?;
        notify(tx, mute, now)?;
    }
    Ok(ended)
}

/// Whether one has run out.
pub(super) fn is_due(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM mute WHERE ended_at IS NULL AND until <= ?1 LIMIT 1";
    Ok(tx.row(sql, values![now])?.is_some())
}

/// Ends one mute at a time that is not after `now`. What receivers wait for is sent: the ends of
/// health issues that they were notified of; gives how many.
pub(super) fn end(
    tx: &mut dyn Tx,
    mute: &MuteStatus,
    [at, now]: [Timestamp; 2],
) -> Result<u32, StoreError> {
    tx.exec(
        "UPDATE mute SET ended_at = ?2 WHERE id = ?1",
        values![mute.id, at],
    )?;
    notifications::release(tx, mute.id, now)
}

/// Notifies the receivers that the config has how much was kept from each.
fn notify(tx: &mut dyn Tx, mute: &MuteStatus, now: Timestamp) -> Result<(), StoreError> {
    let suppressed = tx.rows(
        suppressed!(
            "r.name, count(DISTINCT coalesce(d.alert, f.alert)) AS alerts,
             count(*) - count(coalesce(d.alert, f.alert)) AS notices",
            "?1 AND r.active = 1 GROUP BY r.name ORDER BY r.name"
        ),
        values![mute.id],
    )?;
    let mut notices = Vec::with_capacity(suppressed.len());
    for mut row in suppressed {
        let event = Event::MuteEnded(MuteEnded {
            id: mute.id.0.to_string(),
            kind: mute.kind,
            name: mute.name.clone(),
            since: to_second(mute.since),
            until: to_second(mute.until),
            comment: mute.comment.clone(),
            by: mute.by.clone(),
            alerts: row.take("alerts")?,
            notices: row.take("notices")?,
        });
        let receiver = row.take("name")?;
        notices.push(NewDelivery { receiver, event });
    }
    outbox::enqueue(tx, &notices, now).map(drop)
}

#[cfg(test)]
mod tests;
