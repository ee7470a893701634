//! Origins: who has one, its lease, its pause, and when it is due, which follows from its feeds.

use jiff::Timestamp;
use url::Url;

use super::{
    StoreError,
    engine::{Tx, values},
};
use crate::model::{self, FeedId, OriginId};

/// The due time of an origin without a feed to poll.
pub(super) const NEVER: i64 = i64::MAX;

/// The due time of the most overdue feed, but not before the origin's pause ends; frees it.
/// `max` over two columns is spelt `CASE`: SQLite and PostgreSQL name it differently.
macro_rules! reschedule {
    ($which:literal) => {
        concat!(
            "UPDATE origin SET leased_until = 0, due = (
               SELECT CASE WHEN min(f.due) IS NULL THEN ?1
                           WHEN min(f.due) > origin.not_before THEN min(f.due)
                           ELSE origin.not_before END
                 FROM feed f WHERE f.origin = origin.id AND f.active = 1 AND f.gone = 0)
             WHERE ",
            $which
        )
    };
}

/// The origin of a feed at this URL; a new one is due when its feeds are scheduled.
pub(super) fn at_url(tx: &mut dyn Tx, url: &Url) -> Result<OriginId, StoreError> {
    let model::Origin { host, domain } = model::Origin::of(url);
    tx.exec(
        "INSERT INTO origin (host, domain, due) VALUES (?1, ?2, ?3)
         ON CONFLICT (host) DO UPDATE SET domain = excluded.domain",
        values![host.as_str(), domain, NEVER],
    )?;
    let id = tx.value("SELECT id FROM origin WHERE host = ?1", values![host])?;
    Ok(id.expect("it was just inserted or there before"))
}

/// How the poll of an origin's feed ended.
#[derive(Debug)]
pub(super) struct PollEnd {
    /// From the claim.
    pub(super) fence: i64,
    /// No request to the origin before; a later time that is there already is kept, for
    /// another host of the domain may have paused this one meanwhile.
    pub(super) not_before: Timestamp,
    /// Refusals in a row.
    pub(super) refusals: u32,
    /// When the poll began, where nothing was heard of the origin.
    pub(super) unreachable_at: Option<Timestamp>,
    /// The feed that was polled.
    pub(super) feed: FeedId,
    /// When it is due again.
    pub(super) feed_due_at: Timestamp,
}

/// Frees a claimed origin and sets its due time, with that of the polled feed as it will be;
/// false, and nothing written, if the origin was claimed again since.
pub(super) fn end_poll(
    tx: &mut dyn Tx,
    origin: OriginId,
    end: &PollEnd,
) -> Result<bool, StoreError> {
    let ended = tx.exec(
        END_POLL,
        values![
            origin,
            end.fence,
            end.not_before,
            end.refusals,
            end.feed,
            end.feed_due_at,
            end.unreachable_at
        ],
    )?;
    Ok(ended == 1)
}

/// Sees the pause as it was before, so it is worked out twice.
pub(super) const END_POLL: &str = "
    UPDATE origin SET fence = fence + 1, refusals = ?4, leased_until = 0,
           unreachable_since = CASE WHEN CAST(?7 AS BIGINT) IS NULL THEN NULL
                                    WHEN unreachable_since IS NULL THEN ?7
                                    ELSE unreachable_since END,
           not_before = CASE WHEN not_before > ?3 THEN not_before ELSE ?3 END,
           due = (SELECT CASE WHEN next.due > origin.not_before AND next.due > ?3 THEN next.due
                              WHEN origin.not_before > ?3 THEN origin.not_before
                              ELSE ?3 END
                    FROM (SELECT CASE WHEN min(f.due) < ?6 THEN min(f.due) ELSE ?6 END AS due
                            FROM feed f
                           WHERE f.origin = ?1 AND f.id <> ?5 AND f.active = 1 AND f.gone = 0
                         ) AS next)
     WHERE id = ?1 AND fence = ?2";

/// Frees one origin and sets its due time.
pub(super) fn free(tx: &mut dyn Tx, origin: OriginId) -> Result<(), StoreError> {
    tx.exec(reschedule!("id = ?2"), values![NEVER, origin])
        .map(drop)
}

/// Sets the due time of one origin whose lease has ended by `now`; one that is being polled gets
/// its own with its commit.
pub(super) fn free_rested(
    tx: &mut dyn Tx,
    origin: OriginId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rested = reschedule!("id = ?2 AND leased_until <= ?3");
    tx.exec(rested, values![NEVER, origin, now]).map(drop)
}

/// Sets the due times of all origins whose lease has ended by `now`.
///
/// An origin that is being polled is left alone: to make it due would start a second poll beside
/// the first. Its commit takes the feeds as they are then.
pub(super) fn free_all(tx: &mut dyn Tx, now: i64) -> Result<(), StoreError> {
    tx.exec(reschedule!("leased_until <= ?2"), values![NEVER, now])
        .map(drop)
}
