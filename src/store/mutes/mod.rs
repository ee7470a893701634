//! Mutes: for a while nobody is notified of a watch, a feed, a tag or a story, or a receiver of anything.
//!
//! The contract:
//! - A mute suppresses what is made while it is in force, in the transaction that makes it: nothing
//!   slips through.
//! - What is suppressed is kept, as a delivery in the state `muted` that names its mute. It is sent only
//!   if someone asks for it; at the end of a mute nothing goes out by itself but one notice to each
//!   receiver that something was kept from, and the ends of health issues of which it was notified
//!   before.
//! - Where several mutes suppress one, it counts for the one that ends last.
//! - A mute ends at its time, also while no daemon runs; [`Store::end_mutes`] only notifies of it.

mod end;
mod follow;
mod status;
mod suppress;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Tx, values},
    outbox::Selection,
};
use crate::model::{MuteId, MuteKind};
use status::{by_id, mutes, open, open_status, status, suppressed};

pub(super) use follow::follow;
#[cfg(test)]
pub(super) use status::IN_FORCE as STATUS_IN_FORCE;
pub(super) use status::report;
pub use status::{MuteStatus, Muted, NewMute, Unmuted};
#[cfg(test)]
pub(super) use suppress::IN_FORCE;
pub(super) use suppress::{Mutes, Subject, suppress_again};

impl Store {
    /// Mutes, from now on; one that is muted gets the new end, and the new comment if there is one.
    /// What waits for a receiver, or of a story, is suppressed too, except what is being sent at this
    /// moment.
    pub async fn mute(&self, new: NewMute, now: Timestamp) -> Result<Muted, StoreError> {
        let name = new.name.clone();
        let kind = new.kind;
        let (id, before) = self
            .write(move |tx| {
                end::end_due(tx, now)?;
                let before = open(tx, new.kind, &new.name)?;
                let id = match &before {
                    Some(mute) => change(tx, mute.id, &new)?,
                    None => insert(tx, &new, now)?,
                };
                Ok((id, before.map(|mute| mute.until)))
            })
            .await?;
        self.suppress_waiting(kind, name, now).await?;
        let mute = self.read(move |tx| by_id(tx, id)).await?;
        Ok(Muted { mute, before })
    }

    /// Lifts a mute; `is_sent` makes due what it suppressed. `None` if there is none in force.
    pub async fn unmute(
        &self,
        kind: MuteKind,
        name: &str,
        is_sent: bool,
        now: Timestamp,
    ) -> Result<Option<Unmuted>, StoreError> {
        self.end_mutes(now).await?;
        let of = name.to_owned();
        let Some(mut mute) = self.read(move |tx| open_status(tx, kind, &of)).await? else {
            return Ok(None);
        };
        let mut sent = 0;
        if is_sent {
            // Before its end: who is interrupted can say it once more.
            sent += self.retry(suppressed_by(mute.id), now).await?;
        }
        let ended = mute.clone();
        let released = self.write(move |tx| end::end(tx, &ended, [now; 2])).await?;
        mute.notices = mute.notices.saturating_sub(released);
        if is_sent {
            // What it suppressed meanwhile.
            sent += self.retry(suppressed_by(mute.id), now).await?;
        }
        Ok(Some(Unmuted { mute, sent }))
    }

    /// Every mute that is in force, and those that ended and are still on record, the newest last.
    pub async fn mutes(&self) -> Result<Vec<MuteStatus>, StoreError> {
        self.read(|tx| {
            let rows = tx.rows(mutes!("ORDER BY m.id"), &[])?;
            rows.into_iter().map(status).collect()
        })
        .await
    }

    /// Those that are in force.
    pub async fn mutes_in_force(&self, now: Timestamp) -> Result<Vec<MuteStatus>, StoreError> {
        self.read(move |tx| {
            let rows = tx.rows(status::IN_FORCE, values![now])?;
            rows.into_iter().map(status).collect()
        })
        .await
    }

    /// Ends the mutes whose time has come, and tells the receivers that something was kept from.
    pub async fn end_mutes(&self, now: Timestamp) -> Result<Vec<MuteStatus>, StoreError> {
        if !self.read(move |tx| end::is_due(tx, now)).await? {
            return Ok(Vec::new());
        }
        self.write(move |tx| end::end_due(tx, now)).await
    }
}

fn insert(tx: &mut dyn Tx, new: &NewMute, now: Timestamp) -> Result<MuteId, StoreError> {
    let (kind, name) = suppress::stored(new.kind, &new.name);
    let id = tx.value(
        "INSERT INTO mute (kind, name, since, until, comment, made_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         RETURNING id",
        values![
            kind,
            name,
            now,
            new.until,
            new.comment.as_deref(),
            new.by.as_deref()
        ],
    )?;
    Ok(id.expect("an insert returns its row"))
}

fn change(tx: &mut dyn Tx, id: MuteId, new: &NewMute) -> Result<MuteId, StoreError> {
    tx.exec(
        "UPDATE mute SET until = ?2, comment = coalesce(?3, comment), made_by = ?4 WHERE id = ?1",
        values![id, new.until, new.comment.as_deref(), new.by.as_deref()],
    )?;
    Ok(id)
}

/// What this mute suppresses.
fn suppressed_by(mute: MuteId) -> Selection {
    Selection {
        mute: Some(mute),
        ..Selection::default()
    }
}

#[cfg(test)]
mod tests;
