//! What a feed's health is, beside its failures, and that of the other feeds of its origin.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    model::{FeedId, HealthIssue, OriginId},
    schedule::Learned,
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        notifications::{self, IssueLog},
    },
};

/// What the polls of a feed say of its health; its failures have columns of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// It has recovered from a failure that receivers were notified of, and not all of them have been
    /// notified of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// What its rhythm lets expect of the silence that goes on; `None` until that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// Whether it has been silent for too long.
    #[serde(alias = "told_silent", skip_serializing_if = "is_false")]
    pub is_silent: bool,
    /// It reads well, had items and has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
    /// When receivers were last notified that it renamed its items.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebased_at: Option<Timestamp>,
}

impl Health {
    /// What is wrong with a feed that reads well, and since when.
    pub fn issue(&self, learned: &Learned) -> Option<(HealthIssue, Option<Timestamp>)> {
        match self.empty {
            Some(empty) if empty.is_lasting => Some((HealthIssue::Empty, Some(empty.since))),
            _ if self.is_silent => Some((HealthIssue::Silent, learned.pace.news_at())),
            _ => None,
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
    /// Whether it has been so for too long.
    #[serde(alias = "told")]
    pub is_lasting: bool,
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

/// Another feed of the same origin that fails, or of whose failure receivers were notified; one that
/// is gone is polled no more and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Row id.
    pub id: FeedId,
    /// The name in the config.
    pub name: String,
    /// Failed polls in a row.
    pub failures: u32,
    /// Who was notified that it fails, and not yet that it has recovered.
    pub log: IssueLog,
}

pub(in crate::store) const NEIGHBOURS: &str = "
    SELECT id, name, failures FROM feed
     WHERE origin = ?1 AND id <> ?2 AND active = 1 AND gone = 0
       AND (failures > 0 OR EXISTS (
             SELECT 1 FROM notification n WHERE n.feed = feed.id AND n.issue = 'failing'))
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
        self.read(move |tx| tx.column(ARRIVALS, values![feed, since]))
            .await
    }

    /// The other feeds of the origin that fail, or of whose failure receivers were notified, by name.
    /// While its claim is held, no poll changes them.
    pub async fn neighbours(
        &self,
        origin: OriginId,
        feed: FeedId,
        now: Timestamp,
    ) -> Result<Vec<Neighbour>, StoreError> {
        self.read(move |tx| {
            let rows = tx.rows(NEIGHBOURS, values![origin, feed])?.into_iter();
            let neighbours: Result<Vec<_>, _> = rows.map(|row| neighbour(tx, row, now)).collect();
            let mut neighbours = neighbours?;
            // One that has recovered from what nobody was notified of has nothing to do with it.
            neighbours.retain(|it| it.failures > 0 || it.log.is_open());
            Ok(neighbours)
        })
        .await
    }
}

fn neighbour(tx: &mut dyn Tx, mut row: Row, now: Timestamp) -> Result<Neighbour, StoreError> {
    let id = row.take("id")?;
    Ok(Neighbour {
        id,
        name: row.take("name")?,
        failures: row.take("failures")?,
        log: notifications::read(tx, id, now)?.failing,
    })
}
