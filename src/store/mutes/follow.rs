//! Mutes of what has another name from now on.

use jiff::Timestamp;

use crate::{
    model::{MuteId, MuteKind},
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// Takes open mutes from one name to another, for several that may change places. Where the other
/// name is muted too, both are one mute, which ends with the later.
pub(in crate::store) fn follow(
    tx: &mut dyn Tx,
    kind: MuteKind,
    renamed: &[(&str, &str)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut moving = Vec::new();
    for (from, to) in renamed {
        if let Some(mute) = open(tx, kind, from)? {
            // Out of the way of the others: what begins with # no config names.
            set_name(tx, mute, &format!("#{}", mute.0))?;
            moving.push((mute, *to));
        }
    }
    for (mute, to) in moving {
        match open(tx, kind, to)? {
            Some(other) => join(tx, mute, other, now)?,
            None => set_name(tx, mute, to)?,
        }
    }
    Ok(())
}

fn open(tx: &mut dyn Tx, kind: MuteKind, name: &str) -> Result<Option<MuteId>, StoreError> {
    tx.value(
        "SELECT id FROM mute WHERE kind = ?1 AND name = ?2 AND ended_at IS NULL",
        values![kind.as_str(), name],
    )
}

fn set_name(tx: &mut dyn Tx, mute: MuteId, name: &str) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE mute SET name = ?2 WHERE id = ?1",
        values![mute, name],
    )
    .map(drop)
}

/// What the first suppresses the second suppresses from now on.
fn join(tx: &mut dyn Tx, mute: MuteId, other: MuteId, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE mute SET until = (SELECT max(m.until) FROM mute m WHERE m.id IN (?1, ?2)),
                         since = (SELECT min(m.since) FROM mute m WHERE m.id IN (?1, ?2))
          WHERE id = ?2",
        values![mute, other],
    )?;
    tx.exec(
        "UPDATE delivery SET mute = ?2 WHERE mute = ?1",
        values![mute, other],
    )?;
    tx.exec(
        "UPDATE notification SET suppressed_by = ?2 WHERE suppressed_by = ?1",
        values![mute, other],
    )?;
    tx.exec(
        "UPDATE mute SET ended_at = ?2 WHERE id = ?1",
        values![mute, now],
    )
    .map(drop)
}

#[cfg(test)]
mod tests;
