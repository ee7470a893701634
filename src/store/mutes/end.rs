//! The end of a mute.

use jiff::Timestamp;

use super::{MuteStatus, follow, held, hold::feeds, mutes, status};
use crate::{
    model::{Event, MuteEnded, MuteKind, to_second},
    store::{
        Health, NewDelivery, StoreError,
        engine::{Tx, values},
        outbox,
    },
};

/// Ends what has run out, and tells it.
pub(in crate::store) fn end_due(
    tx: &mut dyn Tx,
    now: Timestamp,
) -> Result<Vec<MuteStatus>, StoreError> {
    let sql = mutes!("WHERE m.ended_at IS NULL AND m.until <= ?1 ORDER BY m.until, m.id");
    let rows = tx.rows(sql, values![now])?.into_iter();
    let ended: Vec<MuteStatus> = rows.map(status).collect::<Result<_, _>>()?;
    for mute in &ended {
        end(tx, mute, mute.until)?;
        tell(tx, mute, now)?;
    }
    Ok(ended)
}

/// Whether one has run out.
pub(super) fn is_due(tx: &mut dyn Tx, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "SELECT id FROM mute WHERE ended_at IS NULL AND until <= ?1 LIMIT 1";
    Ok(tx.row(sql, values![now])?.is_some())
}

/// Ends one mute.
pub(super) fn end(tx: &mut dyn Tx, mute: &MuteStatus, at: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE mute SET ended_at = ?2 WHERE id = ?1",
        values![mute.id, at],
    )?;
    match mute.kind {
        MuteKind::Feed => forget_told(tx, mute)?,
        MuteKind::Watch | MuteKind::Tag | MuteKind::Receiver => {}
    }
    follow::forget_names(tx, mute.id)
}

/// Tells the receivers that the config has how much was held from each.
fn tell(tx: &mut dyn Tx, mute: &MuteStatus, now: Timestamp) -> Result<(), StoreError> {
    let held = tx.rows(
        held!(
            "r.name, count(DISTINCT coalesce(d.alert, f.alert)),
             count(*) - count(coalesce(d.alert, f.alert))",
            "?1 AND r.active = 1 GROUP BY r.name ORDER BY r.name"
        ),
        values![mute.id],
    )?;
    let mut notices = Vec::with_capacity(held.len());
    for mut row in held {
        let event = Event::MuteEnded(MuteEnded {
            id: mute.id.0.to_string(),
            kind: mute.kind,
            name: mute.name.clone(),
            since: to_second(mute.since),
            until: to_second(mute.until),
            comment: mute.comment.clone(),
            by: mute.by.clone(),
            alerts: row.take(1)?,
            notices: row.take(2)?,
        });
        let receiver = row.take(0)?;
        notices.push(NewDelivery { receiver, event });
    }
    outbox::enqueue(tx, &notices, now).map(drop)
}

/// What was told of a feed since it was muted, and held.
const HELD_SINCE: &str = "
    SELECT payload FROM delivery
     WHERE state = 'muted' AND kind IN ('feed.failing', 'feed.silent', 'feed.empty')
       AND created_at >= ?1";

/// Of a trouble of the feed that was told into the mute nobody has heard: one that still lasts is to
/// be told again, and of one that is over there is nothing to tell. A notice may stand for several
/// feeds, and another mute may have held it.
fn forget_told(tx: &mut dyn Tx, mute: &MuteStatus) -> Result<(), StoreError> {
    let names = follow::names(tx, mute.id, &mute.name)?;
    for mut row in tx.rows(HELD_SINCE, values![mute.since])? {
        // One that cannot be read must not keep the mute from its end.
        let Ok(event) = outbox::event(&row.take::<String>(0)?) else {
            continue;
        };
        let is_of_it = |feed: &&str| names.iter().any(|name| name == feed);
        if !feeds(&event).iter().any(is_of_it) {
            continue;
        }
        match event {
            Event::FeedFailing(_) => tx
                .exec(
                    "UPDATE feed SET told_failing = 0 WHERE name = ?1",
                    values![mute.name.as_str()],
                )
                .map(drop)?,
            Event::FeedSilent(_) => change_health(tx, mute, |health| health.told_silent = false)?,
            Event::FeedEmpty(_) => change_health(tx, mute, |health| {
                if let Some(empty) = &mut health.empty {
                    empty.told = false;
                }
            })?,
            _ => {}
        }
    }
    Ok(())
}

fn change_health(
    tx: &mut dyn Tx,
    mute: &MuteStatus,
    change: impl FnOnce(&mut Health),
) -> Result<(), StoreError> {
    let name = mute.name.as_str();
    let row = tx.row("SELECT health FROM feed WHERE name = ?1", values![name])?;
    let Some(mut row) = row else {
        return Ok(());
    };
    let mut health: Health = row.take(0)?;
    change(&mut health);
    tx.exec(
        "UPDATE feed SET health = ?2 WHERE name = ?1",
        values![name, health],
    )
    .map(drop)
}

#[cfg(test)]
mod tests;
