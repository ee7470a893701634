//! What is not told for a while: a watch, a feed, a tag or a receiver that someone muted.
//!
//! The contract:
//! - A mute holds what is made while it is in force, in the transaction that makes it: whoever
//!   mutes needs tell nobody, and nothing slips through.
//! - What is held is kept, as a delivery in the state `muted` that names its mute. It is sent only
//!   if someone asks for it; at the end of a mute nothing goes out by itself but one notice to each
//!   receiver that something was held from.
//! - Where several mutes hold one, it counts for the one that ends last.
//! - A mute ends at its time, also while no daemon runs; [`Store::end_mutes`] only tells it.

mod end;
mod follow;
mod hold;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Row, Tx, values},
    outbox::Selection,
};
use crate::model::{MuteId, MuteKind, ReportedMute};
use hold::Mute;

pub(super) use end::end_due;
pub(super) use follow::follow;
#[cfg(test)]
pub(super) use hold::IN_FORCE;
pub(super) use hold::{Mutes, Subject, hold_again};

/// Mutes that a report names.
const MAX_REPORTED: u32 = 20;

/// What someone wants muted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMute {
    /// What.
    pub kind: MuteKind,
    /// Its name in the config; who calls has looked whether there is one.
    pub name: String,
    /// Until when; later than now.
    pub until: Timestamp,
    /// Why.
    pub comment: Option<String>,
    /// Who wants it, as the system calls them.
    pub by: Option<String>,
}

/// A mute and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuteStatus {
    /// Row id.
    pub id: MuteId,
    /// What is muted.
    pub kind: MuteKind,
    /// Its name; the config may not have it any more.
    pub name: String,
    /// From when.
    pub since: Timestamp,
    /// Until when, unless it was lifted.
    pub until: Timestamp,
    /// Why.
    pub comment: Option<String>,
    /// Who muted it, or moved its end last; unknown of one that an older version made.
    pub by: Option<String>,
    /// When it was lifted, or ran out and that was told.
    pub ended_at: Option<Timestamp>,
    /// Alerts held, each counted once however many receivers it was held from.
    pub alerts: u32,
    /// Other notices held.
    pub notices: u32,
}

/// What muting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Muted {
    /// The mute, with what it holds already.
    pub mute: MuteStatus,
    /// Until when it was muted before, where it was.
    pub before: Option<Timestamp>,
}

/// What lifting a mute came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmuted {
    /// The mute, with what it held.
    pub mute: MuteStatus,
    /// Deliveries that are due now, because they were to be sent.
    pub sent: u64,
}

impl MuteStatus {
    /// Whether it holds what is made at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.until > now
    }

    /// Whether it was in force at that moment.
    pub fn was_in_force(&self, at: Timestamp) -> bool {
        let end = self.ended_at.unwrap_or(self.until).min(self.until);
        self.since <= at && at < end
    }

    /// Whether it holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.alerts == 0 && self.notices == 0
    }
}

/// Counts over what a mute holds. A digest stands for its alerts; they were folded at the moment
/// it was made, by which an index finds them.
macro_rules! held {
    ($counts:literal, $whose:literal) => {
        concat!(
            "SELECT ",
            $counts,
            " FROM delivery d
               LEFT JOIN delivery f ON f.state = 'folded' AND f.receiver = d.receiver
                AND f.settled_at = d.created_at AND f.folded_into = d.id
               JOIN receiver r ON r.id = d.receiver
              WHERE d.state = 'muted' AND d.mute = ",
            $whose
        )
    };
}
use held;

/// The columns of a mute, as [`status`] takes them.
macro_rules! mutes {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.kind, m.name, m.since, m.until, m.comment, m.ended_at, (",
            held!("count(DISTINCT coalesce(d.alert, f.alert))", "m.id"),
            "), (",
            held!("count(*) - count(coalesce(d.alert, f.alert))", "m.id"),
            "), m.made_by FROM mute m ",
            $rest
        )
    };
}
use mutes;

impl Store {
    /// Mutes, from now on; one that is muted gets the new end, and the new comment if there is one.
    /// What waits for a receiver is held too, except what is being sent at this moment.
    pub async fn mute(&self, new: NewMute, now: Timestamp) -> Result<Muted, StoreError> {
        let name = new.name.clone();
        let is_of_receiver = new.kind == MuteKind::Receiver;
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
        if is_of_receiver {
            self.hold_waiting(name, now).await?;
        }
        let mute = self.read(move |tx| by_id(tx, id)).await?;
        Ok(Muted { mute, before })
    }

    /// Lifts a mute; `is_sent` makes due what it held. `None` if there is none in force.
    pub async fn unmute(
        &self,
        kind: MuteKind,
        name: &str,
        is_sent: bool,
        now: Timestamp,
    ) -> Result<Option<Unmuted>, StoreError> {
        self.end_mutes(now).await?;
        let of = name.to_owned();
        let Some(mute) = self.read(move |tx| open_status(tx, kind, &of)).await? else {
            return Ok(None);
        };
        let mut sent = 0;
        if is_sent {
            // Before its end: who is interrupted can say it once more.
            sent += self.retry(held_by(mute.id), now).await?;
        }
        let ended = mute.clone();
        self.write(move |tx| end::end(tx, &ended, now)).await?;
        if is_sent {
            // What it held meanwhile.
            sent += self.retry(held_by(mute.id), now).await?;
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

    /// Ends the mutes whose time has come, and tells the receivers that something was held from.
    pub async fn end_mutes(&self, now: Timestamp) -> Result<Vec<MuteStatus>, StoreError> {
        if !self.read(move |tx| end::is_due(tx, now)).await? {
            return Ok(Vec::new());
        }
        self.write(move |tx| end::end_due(tx, now)).await
    }
}

/// The mutes in force that a report names, those that end first.
pub(super) fn report(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<ReportedMute>, StoreError> {
    let sql = mutes!("WHERE m.ended_at IS NULL AND m.until > ?1 ORDER BY m.until, m.id LIMIT ?2");
    let rows = tx.rows(sql, values![now, MAX_REPORTED])?;
    let reported = |row| {
        status(row).map(|mute| ReportedMute {
            kind: mute.kind,
            name: mute.name,
            until: mute.until,
            by: mute.by,
            alerts: mute.alerts,
        })
    };
    rows.into_iter().map(reported).collect()
}

fn insert(tx: &mut dyn Tx, new: &NewMute, now: Timestamp) -> Result<MuteId, StoreError> {
    let (kind, name) = hold::stored(new.kind, &new.name);
    tx.row(
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
    )?
    .expect("an insert returns its row")
    .take(0)
}

fn change(tx: &mut dyn Tx, id: MuteId, new: &NewMute) -> Result<MuteId, StoreError> {
    tx.exec(
        "UPDATE mute SET until = ?2, comment = coalesce(?3, comment), made_by = ?4 WHERE id = ?1",
        values![id, new.until, new.comment.as_deref(), new.by.as_deref()],
    )?;
    Ok(id)
}

/// What this mute holds.
fn held_by(mute: MuteId) -> Selection {
    Selection {
        mute: Some(mute),
        ..Selection::default()
    }
}

fn open(tx: &mut dyn Tx, kind: MuteKind, name: &str) -> Result<Option<Mute>, StoreError> {
    let (kind, name) = hold::stored(kind, name);
    let row = tx.row(
        "SELECT id, kind, name, since, until, comment FROM mute
          WHERE kind = ?1 AND name = ?2 AND ended_at IS NULL",
        values![kind, name],
    )?;
    row.map(|mut row| Mute::read(&mut row)).transpose()
}

/// The same with what it holds, which takes long where that is much.
fn open_status(
    tx: &mut dyn Tx,
    kind: MuteKind,
    name: &str,
) -> Result<Option<MuteStatus>, StoreError> {
    let sql = mutes!("WHERE m.kind = ?1 AND m.name = ?2 AND m.ended_at IS NULL");
    let (kind, name) = hold::stored(kind, name);
    let row = tx.row(sql, values![kind, name])?;
    row.map(status).transpose()
}

fn by_id(tx: &mut dyn Tx, id: MuteId) -> Result<MuteStatus, StoreError> {
    let row = tx.row(mutes!("WHERE m.id = ?1"), values![id])?;
    status(row.expect("it was just written"))
}

fn status(mut row: Row) -> Result<MuteStatus, StoreError> {
    let mute = Mute::read(&mut row)?;
    Ok(MuteStatus {
        id: mute.id,
        kind: mute.kind,
        name: mute.name,
        since: mute.since,
        until: mute.until,
        comment: mute.comment,
        ended_at: row.take(6)?,
        alerts: row.take(7)?,
        notices: row.take(8)?,
        by: row.take(9)?,
    })
}

#[cfg(test)]
mod tests;
