//! How everything is, in the numbers that a scrape shows.
//!
//! Asked often, and beside all other work: one pass over the feeds, and of the outbox only what an
//! index holds. What has been delivered, and the items and alerts, are not counted.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Condition, Health, Store, StoreError,
    engine::{Row, Tx},
    step_back,
};

/// The state of the store at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Every feed of the config.
    pub feeds: Vec<FeedGauge>,
    /// Every receiver of the config, by name.
    pub receivers: Vec<ReceiverGauge>,
    /// When the service last wrote the time down, which it does once a minute.
    pub last_written: Option<Timestamp>,
}

/// How a feed is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedGauge {
    /// Its name in the config.
    pub name: String,
    /// In a word.
    pub condition: Condition,
    /// Failed polls in a row.
    pub failures: u32,
    /// When it is due.
    pub due: Timestamp,
    /// The last poll.
    pub polled_at: Option<Timestamp>,
    /// The last good poll.
    pub succeeded_at: Option<Timestamp>,
    /// The last time its document was new.
    pub changed_at: Option<Timestamp>,
}

/// How a receiver is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverGauge {
    /// Its name in the config.
    pub name: String,
    /// Whether its last attempt failed, or it said that it is gone.
    pub is_failing: bool,
    /// Deliveries still to be made.
    pub pending: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// Deliveries that a mute suppresses.
    pub muted: u64,
    /// When the oldest one that is still to be made was made due first.
    pub oldest_pending: Option<Timestamp>,
}

impl Store {
    /// How everything is. By a reader: it waits for no writer.
    pub async fn gauges(&self) -> Result<Gauges, StoreError> {
        self.read(|tx| {
            Ok(Gauges {
                feeds: feeds(tx)?,
                receivers: receivers(tx)?,
                last_written: step_back::last_written(tx)?,
            })
        })
        .await
    }
}

fn feeds(tx: &mut dyn Tx) -> Result<Vec<FeedGauge>, StoreError> {
    let rows = tx.rows(
        "SELECT name, gone, due, polled_at, succeeded_at, changed_at, failures, health
           FROM feed WHERE active = 1",
        &[],
    )?;
    rows.into_iter().map(feed).collect()
}

fn feed(mut row: Row) -> Result<FeedGauge, StoreError> {
    let (gone, failures): (bool, u32) = (row.take("gone")?, row.take("failures")?);
    let polled_at: Option<Timestamp> = row.take("polled_at")?;
    let health: Health = row.take("health")?;
    Ok(FeedGauge {
        name: row.take("name")?,
        condition: Condition::of(gone, failures, polled_at, &health),
        failures,
        due: row.take("due")?,
        polled_at,
        succeeded_at: row.take("succeeded_at")?,
        changed_at: row.take("changed_at")?,
    })
}

fn receivers(tx: &mut dyn Tx) -> Result<Vec<ReceiverGauge>, StoreError> {
    let mut receivers = BTreeMap::new();
    let rows = tx.rows(
        "SELECT id, name, failing_since, off FROM receiver WHERE active = 1",
        &[],
    )?;
    for mut row in rows {
        let failing_since: Option<Timestamp> = row.take("failing_since")?;
        let gauge = ReceiverGauge {
            name: row.take("name")?,
            is_failing: failing_since.is_some() || row.take("off")?,
            pending: 0,
            dead: 0,
            muted: 0,
            oldest_pending: None,
        };
        receivers.insert(row.take::<i64>("id")?, gauge);
    }
    // Ids are given in the order of time, and the index holds them: no delivery is read but the
    // oldest.
    let rows = tx.rows(
        "SELECT g.receiver, g.state, g.number, d.created_at
           FROM (SELECT state, receiver, count(*) AS number, min(id) AS oldest
                   FROM delivery WHERE state IN ('pending', 'dead', 'muted')
                  GROUP BY state, receiver) g
           JOIN delivery d ON d.id = g.oldest",
        &[],
    )?;
    for mut row in rows {
        let Some(gauge) = receivers.get_mut(&row.take::<i64>("receiver")?) else {
            continue;
        };
        let number = row.take("number")?;
        match row.take::<String>("state")?.as_str() {
            "pending" => {
                gauge.pending = number;
                gauge.oldest_pending = row.take("created_at")?;
            }
            "dead" => gauge.dead = number,
            _ => gauge.muted = number,
        }
    }
    let mut receivers: Vec<_> = receivers.into_values().collect();
    receivers.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(receivers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    #[tokio::test]
    async fn a_feed_is_in_one_condition() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        for (set, condition) in [
            ("polled_at = NULL", Condition::New),
            ("polled_at = 1000", Condition::Ok),
            ("health = '{\"told_silent\":true}'", Condition::Silent),
            ("failures = 2", Condition::Failing),
            ("gone = 1", Condition::Gone),
        ] {
            tamper(&store, &format!("UPDATE feed SET {set}")).await;
            let gauges = store.gauges().await.expect("read");
            assert_eq!(gauges.feeds[0].condition, condition, "{set}");
            let feeds = store.feeds().await.expect("read");
            assert_eq!(feeds[0].condition(), condition, "{set}");
        }
        tamper(&store, "UPDATE feed SET active = 0").await;
        assert_eq!(store.gauges().await.expect("read").feeds, []);
    }

    #[tokio::test]
    async fn the_outbox_is_counted_by_receiver_and_state() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let receivers = ["desk".to_owned(), "phone".to_owned()];
        store.sync(&[], &receivers, at(0)).await.expect("synced");
        let pings = |name| vec![ping(name), ping(name), ping(name)];
        store.enqueue(pings("desk"), at(5)).await.expect("enqueued");
        store
            .enqueue(pings("phone"), at(7))
            .await
            .expect("enqueued");
        tamper(
            &store,
            "UPDATE delivery SET state = 'dead', settled_at = 9000 WHERE id = 1",
        )
        .await;
        tamper(&store, "UPDATE delivery SET state = 'muted' WHERE id = 2").await;
        tamper(
            &store,
            "UPDATE delivery SET state = 'delivered', settled_at = 9000 WHERE id >= 5",
        )
        .await;
        tamper(
            &store,
            "UPDATE receiver SET failing_since = 6000 WHERE name = 'desk'",
        )
        .await;
        let gauge = |name: &str, is_failing, [pending, dead, muted]: [u64; 3], oldest| {
            let name = name.to_owned();
            ReceiverGauge {
                name,
                is_failing,
                pending,
                dead,
                muted,
                oldest_pending: Some(oldest),
            }
        };
        let desk = gauge("desk", true, [1, 1, 1], at(5));
        let phone = gauge("phone", false, [1, 0, 0], at(7));
        let gauges = store.gauges().await.expect("read");
        assert_eq!(gauges.receivers, [desk, phone]);
    }
}
