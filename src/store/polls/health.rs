//! What a feed's health is, beside its failures, and that of the other feeds of its origin.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PollCommit, PollResult};
use crate::{
    model::{Event, FeedId, HealthIssue, OriginId},
    schedule::Learned,
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        mutes,
    },
};

/// What the polls of a feed say of its health; its failures stand in columns of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// A feed that was told failing reads again, and that is still to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// What its rhythm lets expect of the silence that goes on; `None` until that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Whether receivers were told that it is silent.
    #[serde(skip_serializing_if = "is_false")]
    pub told_silent: bool,
    /// It reads well, had items and has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
    /// When receivers were last told that it renamed its items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebased_at: Option<Timestamp>,
}

impl Health {
    /// What receivers were told of a feed that reads well, and since when it is so.
    pub fn told(&self, learned: &Learned) -> Option<(HealthIssue, Option<Timestamp>)> {
        match self.empty {
            Some(empty) if empty.told => Some((HealthIssue::Empty, Some(empty.since))),
            _ if self.told_silent => Some((HealthIssue::Silent, learned.pace.news_at())),
            _ => None,
        }
    }
}

/// What receivers know of a feed's trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedTold {
    /// That it fails.
    pub failing: bool,
    /// That it brings nothing new.
    pub silent: bool,
    /// That it has lost its items.
    pub empty: bool,
}

impl FeedTold {
    pub(super) fn of(failing: bool, health: &Health) -> Self {
        Self {
            failing,
            silent: health.told_silent,
            empty: health.empty.is_some_and(|empty| empty.told),
        }
    }

    const fn has(self, ailment: HealthIssue) -> bool {
        match ailment {
            HealthIssue::Failing => self.failing,
            HealthIssue::Silent => self.silent,
            HealthIssue::Empty => self.empty,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// A silence, judged by the feed's rhythm before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// The last poll that brought something new.
    pub news_at: Timestamp,
    /// When it becomes surprising; `None` where the rhythm is not known.
    pub surprising_at: Option<Timestamp>,
}

/// Polls in a row that found no items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {
    /// The first of them.
    pub since: Timestamp,
    /// How many.
    pub polls: u32,
    /// Whether receivers were told.
    pub told: bool,
}

/// The end of a row of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// The first good poll.
    pub at: Timestamp,
    /// The first failed poll.
    pub since: Option<Timestamp>,
    /// The last good poll before the failures.
    pub last_success: Option<Timestamp>,
    /// Failed polls in a row.
    pub failures: u32,
}

/// Another feed of the same origin, that fails or was told failing; one that is gone is asked no
/// more and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Row id.
    pub id: FeedId,
    /// The name in the config.
    pub name: String,
    /// Failed polls in a row.
    pub failures: u32,
    /// Whether receivers were told that it fails, and not yet that it reads again.
    pub told_failing: bool,
}

pub(in crate::store) const NEIGHBOURS: &str = "
    SELECT id, name, failures, told_failing FROM feed
     WHERE origin = ?1 AND id <> ?2 AND active = 1 AND gone = 0 AND (failures > 0 OR told_failing = 1)
     ORDER BY name";

/// The index on items answers it alone.
pub(in crate::store) const ARRIVALS: &str = "
    SELECT DISTINCT seen_at FROM item WHERE feed = ?1 AND seen_at >= ?2 ORDER BY seen_at";

impl Store {
    /// When polls of the feed brought something new, from `since` on, as far as items are kept.
    pub async fn arrivals(
        &self,
        feed: FeedId,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>, StoreError> {
        self.read(move |tx| {
            let rows = tx.rows(ARRIVALS, values![feed, since])?.into_iter();
            rows.map(|mut row| row.take(0)).collect()
        })
        .await
    }

    /// The other feeds of the origin that fail or were told failing, by name. While its claim is
    /// held, no poll changes them.
    pub async fn troubled_neighbours(
        &self,
        origin: OriginId,
        feed: FeedId,
    ) -> Result<Vec<Neighbour>, StoreError> {
        self.read(move |tx| {
            let rows = tx.rows(NEIGHBOURS, values![origin, feed])?.into_iter();
            rows.map(neighbour).collect()
        })
        .await
    }
}

fn neighbour(mut row: Row) -> Result<Neighbour, StoreError> {
    Ok(Neighbour {
        id: row.take(0)?,
        name: row.take(1)?,
        failures: row.take(2)?,
        told_failing: row.take(3)?,
    })
}

/// What is told of a feed is told of these with it.
pub(super) fn tell_with(
    tx: &mut dyn Tx,
    feeds: &[FeedId],
    told_failing: bool,
) -> Result<(), StoreError> {
    for &feed in feeds {
        tx.exec(
            "UPDATE feed SET told_failing = ?2 WHERE id = ?1",
            values![feed, told_failing],
        )?;
    }
    Ok(())
}

/// What the end of a mute took back while the poll ran, or would have if anyone had looked, nobody
/// has heard of. The poll, which began before, takes it for told, and must not write that; nor may
/// it tell that it is over.
pub(super) fn keep_untold(tx: &mut dyn Tx, poll: &mut PollCommit) -> Result<(), StoreError> {
    if poll.told == FeedTold::default() {
        return Ok(());
    }
    mutes::end_due(tx, poll.committed_at)?;
    let sql = "SELECT told_failing, health FROM feed WHERE id = ?1";
    let Some(mut row) = tx.row(sql, values![poll.feed])? else {
        return Ok(());
    };
    let told = FeedTold::of(row.take(0)?, &row.take(1)?);
    let unheard = FeedTold {
        failing: poll.told.failing && !told.failing,
        silent: poll.told.silent && !told.silent,
        empty: poll.told.empty && !told.empty,
    };
    if let PollResult::Failed { told_failing, .. } = &mut poll.result {
        *told_failing &= !unheard.failing;
    } else if unheard.failing {
        poll.health.recovery = None;
        // The others of the origin tell for themselves that they read again.
        poll.told_with.clear();
    }
    poll.health.told_silent &= !unheard.silent;
    if let Some(empty) = &mut poll.health.empty {
        empty.told &= !unheard.empty;
    }
    poll.notices.retain(|notice| match &notice.event {
        Event::FeedRecovered(recovered) => !unheard.has(recovered.was),
        _ => true,
    });
    Ok(())
}
