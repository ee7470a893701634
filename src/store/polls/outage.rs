//! Our own network: which origins cannot be reached, and of what outage receivers were notified.
//!
//! An outage is in `meta` from the commit that finds it to the commit that finds its end, each of
//! which writes only if none came first. So each is sent once, however many polls find it at the
//! same time, and a restart remembers it.

use jiff::Timestamp;

use crate::{
    model::OriginId,
    store::{
        NewDelivery, Store, StoreError,
        engine::{Tx, values},
        meta,
    },
};

/// Since when an outage goes on of which receivers were notified.
const SINCE: &str = "outage_since";

/// When the last one ended.
const UNTIL: &str = "outage_until";

/// Feeds that an outage's notice names.
const MAX_NAMED_FEEDS: u32 = 20;

/// What the last visits say of the network, and the outage that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// Since when an outage goes on of which receivers were notified.
    pub outage_since: Option<Timestamp>,
    /// When the last one ended.
    pub outage_until: Option<Timestamp>,
    /// Every other origin that counts: since when it cannot be reached, `None` where its last visit
    /// got an answer.
    pub others: Vec<Option<Timestamp>>,
}

/// The feeds that cannot be read because their origin cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// How many.
    pub feeds: u32,
    /// The commonest reason of their failures.
    pub reason: Option<String>,
    /// The names of the first twenty.
    pub named: Vec<String>,
}

/// A change that a poll found, with its notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutageChange {
    /// It has begun, unless one goes on already.
    Begun {
        /// Since when.
        since: Timestamp,
        /// Who is notified.
        notices: Vec<NewDelivery>,
    },
    /// It is over, unless that was found already.
    Ended {
        /// Since when it went on.
        since: Timestamp,
        /// Until when.
        until: Timestamp,
        /// Who is notified.
        notices: Vec<NewDelivery>,
    },
}

/// Origins that cannot be reached, or were visited after a time. One all of whose feeds receivers know to be
/// failing is known to be dead: it says nothing of the network.
const VISITED: &str = "
    SELECT o.unreachable_since FROM origin o
     WHERE o.id <> ?1 AND EXISTS (
           SELECT 1 FROM feed f
            WHERE f.origin = o.id AND f.active = 1 AND f.gone = 0
              AND (f.failures = 0 OR NOT EXISTS (
                    SELECT 1 FROM notification n WHERE n.feed = f.id AND n.issue = 'failing'))
              AND (o.unreachable_since IS NOT NULL OR f.polled_at >= ?2))";

/// A query about the feeds of [`Unreachable`].
macro_rules! unreachable_feeds {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM feed f JOIN origin o ON o.id = f.origin
              WHERE o.unreachable_since IS NOT NULL AND f.failures > 0
                AND f.active = 1 AND f.gone = 0
                AND NOT EXISTS (
                      SELECT 1 FROM notification n WHERE n.feed = f.id AND n.issue = 'failing') ",
            $rest
        )
    };
}

impl Store {
    /// What the other origins' last visits say. An answer counts if it came after `since`, or after
    /// the beginning of the outage that goes on.
    pub async fn reach(&self, origin: OriginId, since: Timestamp) -> Result<Reach, StoreError> {
        self.read(move |tx| {
            let outage_since = meta::time(tx, SINCE)?;
            let others = tx.column(VISITED, values![origin, outage_since.unwrap_or(since)])?;
            Ok(Reach {
                outage_since,
                outage_until: meta::time(tx, UNTIL)?,
                others,
            })
        })
        .await
    }

    /// The feeds that an outage's notice names.
    pub async fn unreachable(&self) -> Result<Unreachable, StoreError> {
        self.read(|tx| {
            let reasons = unreachable_feeds!(
                "f.reason, count(*) AS feeds",
                "GROUP BY f.reason ORDER BY count(*) DESC, f.reason"
            );
            let (mut feeds, mut reason) = (0, None);
            for mut row in tx.rows(reasons, &[])? {
                feeds += row.take::<u32>("feeds")?;
                reason = reason.or(row.take::<Option<String>>("reason")?);
            }
            let first_names = unreachable_feeds!("f.name", "ORDER BY f.name LIMIT ?1");
            let named = tx.column(first_names, values![MAX_NAMED_FEEDS])?;
            Ok(Unreachable {
                feeds,
                reason,
                named,
            })
        })
        .await
    }
}

/// Since when an outage goes on of which receivers were notified.
pub(in crate::store) fn since(tx: &mut dyn Tx) -> Result<Option<Timestamp>, StoreError> {
    meta::time(tx, SINCE)
}

/// Writes a change; gives the notices to send, none where another poll was first.
pub(super) fn write(tx: &mut dyn Tx, change: OutageChange) -> Result<Vec<NewDelivery>, StoreError> {
    let (rows, notices) = match change {
        OutageChange::Begun { since, notices } => {
            let begin =
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING";
            (tx.exec(begin, values![SINCE, meta::text(since)])?, notices)
        }
        OutageChange::Ended {
            since,
            until,
            notices,
        } => {
            let end = "DELETE FROM meta WHERE key = ?1 AND value = ?2";
            let rows = tx.exec(end, values![SINCE, meta::text(since)])?;
            if rows == 1 {
                meta::set_time(tx, UNTIL, until)?;
            }
            (rows, notices)
        }
    };
    Ok(if rows == 1 { notices } else { Vec::new() })
}
