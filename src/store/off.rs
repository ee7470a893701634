//! When watches were off last.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{
    Store, StoreError,
    engine::{Row, Tx, values},
};

/// The last time that a watch was off, as far as the service knows: one that was off when it started
/// for the first time, or when it learned to note this, is off since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchOff {
    /// When it was switched off.
    pub since: Timestamp,
    /// When it was switched on again; `None` while it is off.
    pub until: Option<Timestamp>,
}

impl WatchOff {
    /// Whether it was off at that moment.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

impl Store {
    /// Notes which watches of the config are off since `now`, and which are no longer. Of a watch that
    /// is in neither list nothing is kept.
    pub async fn sync_watches_off(
        &self,
        off: HashSet<String>,
        on: HashSet<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = self.watches_off().await?;
        let changes = changes(&before, &off, &on);
        if changes.is_empty() {
            return Ok(());
        }
        self.record(move |tx| {
            for change in &changes {
                write(tx, change, now)?;
            }
            Ok(())
        })
        .await
    }

    /// The last time that each watch was off, by name; those that never were are left out.
    pub async fn watches_off(&self) -> Result<HashMap<String, WatchOff>, StoreError> {
        self.read(|tx| {
            let rows = tx.rows("SELECT name, since, until FROM watch_off", &[])?;
            let off = |mut row: Row| {
                let (since, until) = (row.take(1)?, row.take(2)?);
                Ok((row.take(0)?, WatchOff { since, until }))
            };
            rows.into_iter().map(off).collect()
        })
        .await
    }
}

#[derive(Debug)]
enum Change {
    Off(String),
    On(String),
    Forget(String),
}

fn changes(
    before: &HashMap<String, WatchOff>,
    off: &HashSet<String>,
    on: &HashSet<String>,
) -> Vec<Change> {
    let is_off = |name: &String| before.get(name).is_some_and(|it| it.until.is_none());
    let new = off.iter().filter(|name| !is_off(name));
    let mut changes: Vec<Change> = new.map(|name| Change::Off(name.clone())).collect();
    for name in before.keys().filter(|name| !off.contains(*name)) {
        match (on.contains(name), is_off(name)) {
            (true, true) => changes.push(Change::On(name.clone())),
            (true, false) => {}
            (false, _) => changes.push(Change::Forget(name.clone())),
        }
    }
    changes
}

fn write(tx: &mut dyn Tx, change: &Change, now: Timestamp) -> Result<(), StoreError> {
    match change {
        Change::Off(name) => tx.exec(
            "INSERT INTO watch_off (name, since) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET since = excluded.since, until = NULL",
            values![name.as_str(), now],
        ),
        Change::On(name) => tx.exec(
            "UPDATE watch_off SET until = ?2 WHERE name = ?1",
            values![name.as_str(), now],
        ),
        Change::Forget(name) => tx.exec(
            "DELETE FROM watch_off WHERE name = ?1",
            values![name.as_str()],
        ),
    }
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    #[tokio::test]
    async fn the_last_time_a_watch_was_off_is_known_until_the_config_has_it_no_more() {
        let place = Place::new();
        let store = one_feed(&place).await;
        let set = |names: &str| names.split_whitespace().map(str::to_owned).collect();
        for (seconds, off, on, wanted) in [
            (0, "", "a b", None),
            (10, "a", "b", Some((10, None))),
            (20, "a b", "", Some((10, None))),
            (30, "b", "a", Some((10, Some(30)))),
            (40, "", "a b", Some((10, Some(30)))),
            (50, "a", "b", Some((50, None))),
            (60, "", "b", None),
        ] {
            let synced = store.sync_watches_off(set(off), set(on), at(seconds));
            synced.await.expect("synced");
            let known = store.watches_off().await.expect("read");
            let wanted = wanted.map(|(since, until): (i64, Option<i64>)| WatchOff {
                since: at(since),
                until: until.map(at),
            });
            assert_eq!(known.get("a"), wanted.as_ref(), "at {seconds}");
        }
        let known = store.watches_off().await.expect("read")["b"];
        let covered = [19, 20, 39, 40].map(|seconds| known.covers(at(seconds)));
        assert_eq!(covered, [false, true, true, false]);
    }
}
