//! Mutes of what has another name from now on.

use jiff::Timestamp;

use crate::{
    model::{MuteId, MuteKind},
    store::{
        StoreError,
        engine::{Tx, values},
        meta, outbox,
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
            remember_name(tx, mute, from)?;
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
    for name in names(tx, mute, "")? {
        remember_name(tx, other, &name)?;
    }
    forget_names(tx, mute)?;
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
        "UPDATE mute SET ended_at = ?2 WHERE id = ?1",
        values![mute, now],
    )
    .map(drop)
}

/// Every name that what a mute is about has had since, this one too: what it suppressed was made under
/// them.
pub(super) fn names(
    tx: &mut dyn Tx,
    mute: MuteId,
    now_called: &str,
) -> Result<Vec<String>, StoreError> {
    let mut names = match meta::value(tx, &key(mute))? {
        Some(json) => outbox::parse_list(&json)?,
        None => Vec::new(),
    };
    names.push(now_called.to_owned());
    Ok(names)
}

/// When a mute has ended.
pub(super) fn forget_names(tx: &mut dyn Tx, mute: MuteId) -> Result<(), StoreError> {
    meta::forget(tx, &key(mute))
}

fn remember_name(tx: &mut dyn Tx, mute: MuteId, name: &str) -> Result<(), StoreError> {
    let mut all = names(tx, mute, name)?;
    all.retain(|name| !name.is_empty());
    meta::set(tx, &key(mute), &outbox::list(&all))
}

fn key(mute: MuteId) -> String {
    format!("mute-{}-names", mute.0)
}

#[cfg(test)]
mod tests;
