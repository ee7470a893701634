//! Mutes, with what each of them has suppressed.

use jiff::Timestamp;

use super::suppress::{Mute, stored};
use crate::{
    model::{MuteId, MuteKind, ReportedMute},
    store::{
        StoreError,
        engine::{Row, Tx, values},
    },
};

/// Mutes that a report names.
pub(super) const MAX_REPORTED: u32 = 20;

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

/// A mute and what it suppresses.
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
    /// When it was lifted, or ran out and the receivers were notified.
    pub ended_at: Option<Timestamp>,
    /// Alerts suppressed, each counted once however many receivers it was kept from.
    pub alerts: u32,
    /// Other notices suppressed.
    pub notices: u32,
}

/// What muting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Muted {
    /// The mute, with what it suppresses already.
    pub mute: MuteStatus,
    /// Until when it was muted before, where it was.
    pub before: Option<Timestamp>,
}

/// What lifting a mute came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmuted {
    /// The mute, with what it suppressed.
    pub mute: MuteStatus,
    /// Deliveries that are due now, because they were to be sent.
    pub sent: u64,
}

impl MuteStatus {
    /// Whether it suppresses what is made at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && self.until > now
    }

    /// Whether it was in force at that moment.
    pub fn was_in_force(&self, at: Timestamp) -> bool {
        let end = self.ended_at.unwrap_or(self.until).min(self.until);
        self.since <= at && at < end
    }

    /// Whether it suppresses nothing.
    pub const fn is_empty(&self) -> bool {
        self.alerts == 0 && self.notices == 0
    }
}

/// Counts over what a mute suppresses. A digest counts as its alerts; they were folded at the moment
/// it was made, by which an index finds them.
macro_rules! suppressed {
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
pub(super) use suppressed;

/// The columns of a mute, as [`status`] takes them.
macro_rules! mutes {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.kind, m.name, m.since, m.until, m.comment, m.ended_at, (",
            suppressed!("count(DISTINCT coalesce(d.alert, f.alert))", "m.id"),
            ") AS alerts, (",
            suppressed!("count(*) - count(coalesce(d.alert, f.alert))", "m.id"),
            ") AS notices, m.made_by FROM mute m ",
            $rest
        )
    };
}
pub(super) use mutes;

/// Mutes that ended are not read, nor what they suppressed.
pub(in crate::store) const IN_FORCE: &str =
    mutes!("WHERE m.ended_at IS NULL AND m.until > ?1 ORDER BY m.id");

/// The mutes in force that a report names, those that end first.
pub(in crate::store) fn report(
    tx: &mut dyn Tx,
    now: Timestamp,
) -> Result<Vec<ReportedMute>, StoreError> {
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

pub(super) fn open(
    tx: &mut dyn Tx,
    kind: MuteKind,
    name: &str,
) -> Result<Option<Mute>, StoreError> {
    let (kind, name) = stored(kind, name);
    let row = tx.row(
        "SELECT id, kind, name, since, until, comment FROM mute
          WHERE kind = ?1 AND name = ?2 AND ended_at IS NULL",
        values![kind, name],
    )?;
    row.map(|mut row| Mute::read(&mut row)).transpose()
}

/// The same with what it suppresses, which takes long where that is much.
pub(super) fn open_status(
    tx: &mut dyn Tx,
    kind: MuteKind,
    name: &str,
) -> Result<Option<MuteStatus>, StoreError> {
    let sql = mutes!("WHERE m.kind = ?1 AND m.name = ?2 AND m.ended_at IS NULL");
    let (kind, name) = stored(kind, name);
    let row = tx.row(sql, values![kind, name])?;
    row.map(status).transpose()
}

pub(super) fn by_id(tx: &mut dyn Tx, id: MuteId) -> Result<MuteStatus, StoreError> {
    let row = tx.row(mutes!("WHERE m.id = ?1"), values![id])?;
    status(row.expect("it was just written"))
}

pub(super) fn status(mut row: Row) -> Result<MuteStatus, StoreError> {
    let mute = Mute::read(&mut row)?;
    Ok(MuteStatus {
        id: mute.id,
        kind: mute.kind,
        name: mute.name,
        since: mute.since,
        until: mute.until,
        comment: mute.comment,
        ended_at: row.take("ended_at")?,
        alerts: row.take("alerts")?,
        notices: row.take("notices")?,
        by: row.take("made_by")?,
    })
}
