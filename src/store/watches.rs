//! The config's watches, brought into the store, and when each of them was off last.

mod hits;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{
    Store, StoreError, WatchInForce,
    engine::{Row, Tx, values},
    mutes, record,
};
use crate::model::MuteKind;

#[cfg(test)]
pub(super) use hits::{OF_ALL, OF_ONE, OF_SPAN};
pub use hits::{WatchHits, WatchRecord};

/// Watches written in one transaction.
const PART: usize = 500;

type Watches = HashMap<String, WatchInForce>;

impl Store {
    /// Notes what each watch of the config asks, each under its name. One that asks something else
    /// than before does so since `now`. The mute of one that has another name goes with it: a watch
    /// is known by what it asks where no other asks the same.
    pub async fn sync_watches(
        &self,
        definitions: Vec<(String, String)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = self.read(|tx| record::watches(tx)).await?;
        let renamed = renamed(&before, &definitions);
        if !renamed.is_empty() {
            self.record(move |tx| {
                let renamed: Vec<(&str, &str)> = { renamed.iter() }
                    .map(|(from, to)| (from.as_str(), to.as_str()))
                    .collect();
                mutes::follow(tx, MuteKind::Watch, &renamed, now)
            })
            .await?;
        }
        for part in changes(before, definitions).chunks(PART) {
            let part = part.to_vec();
            self.record(move |tx| write(tx, &part, now)).await?;
        }
        Ok(())
    }
}

/// What is to be written: a definition under its name, or that there is none.
type Change = (String, Option<String>);

fn changes(mut before: Watches, definitions: Vec<(String, String)>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, definition) in definitions {
        let known = before.remove(&name).map(|watch| watch.definition);
        if known.as_ref() != Some(&definition) {
            changes.push((name, Some(definition)));
        }
    }
    changes.extend(before.into_keys().map(|name| (name, None)));
    changes
}

fn write(tx: &mut dyn Tx, changes: &[Change], now: Timestamp) -> Result<(), StoreError> {
    for (name, definition) in changes {
        match definition {
            Some(definition) => tx.exec(
                "INSERT INTO watch (name, definition, since) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET definition = excluded.definition,
                   since = excluded.since",
                values![name.as_str(), definition.as_str(), now],
            )?,
            None => tx.exec("DELETE FROM watch WHERE name = ?1", values![name.as_str()])?,
        };
    }
    Ok(())
}

/// Watches that ask under another name what they asked before, old name and new; those only of
/// which there is no doubt.
fn renamed(before: &Watches, definitions: &[(String, String)]) -> Vec<(String, String)> {
    let was = |name: &String| before.get(name).map(|watch| watch.definition.as_str());
    let is: HashMap<&str, &str> = { definitions.iter() }
        .map(|(name, definition)| (name.as_str(), definition.as_str()))
        .collect();
    let mut left: HashMap<&str, Vec<&String>> = HashMap::new();
    for (name, watch) in before {
        if is.get(name.as_str()) != Some(&watch.definition.as_str()) {
            left.entry(&watch.definition).or_default().push(name);
        }
    }
    let mut taken: HashMap<&str, Vec<&String>> = HashMap::new();
    for (name, definition) in definitions {
        if was(name) != Some(definition) {
            taken.entry(definition).or_default().push(name);
        }
    }
    let pair = |(definition, from): (&&str, &Vec<&String>)| match (&from[..], taken.get(definition))
    {
        ([from], Some(to)) if to.len() == 1 => Some(((*from).clone(), to[0].clone())),
        _ => None,
    };
    left.iter().filter_map(pair).collect()
}

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
        let changes = off_changes(&before, &off, &on);
        if changes.is_empty() {
            return Ok(());
        }
        self.record(move |tx| {
            for change in &changes {
                write_off(tx, change, now)?;
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
                let (since, until) = (row.take("since")?, row.take("until")?);
                Ok((row.take("name")?, WatchOff { since, until }))
            };
            rows.into_iter().map(off).collect()
        })
        .await
    }
}

/// What is to be written of when a watch was off.
#[derive(Debug)]
enum OffChange {
    Off(String),
    On(String),
    Forget(String),
}

fn off_changes(
    before: &HashMap<String, WatchOff>,
    off: &HashSet<String>,
    on: &HashSet<String>,
) -> Vec<OffChange> {
    let is_off = |name: &String| before.get(name).is_some_and(|it| it.until.is_none());
    let new = off.iter().filter(|name| !is_off(name));
    let mut changes: Vec<OffChange> = new.map(|name| OffChange::Off(name.clone())).collect();
    for name in before.keys().filter(|name| !off.contains(*name)) {
        match (on.contains(name), is_off(name)) {
            (true, true) => changes.push(OffChange::On(name.clone())),
            (true, false) => {}
            (false, _) => changes.push(OffChange::Forget(name.clone())),
        }
    }
    changes
}

fn write_off(tx: &mut dyn Tx, change: &OffChange, now: Timestamp) -> Result<(), StoreError> {
    match change {
        OffChange::Off(name) => tx.exec(
            "INSERT INTO watch_off (name, since) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET since = excluded.since, until = NULL",
            values![name.as_str(), now],
        ),
        OffChange::On(name) => tx.exec(
            "UPDATE watch_off SET until = ?2 WHERE name = ?1",
            values![name.as_str(), now],
        ),
        OffChange::Forget(name) => tx.exec(
            "DELETE FROM watch_off WHERE name = ?1",
            values![name.as_str()],
        ),
    }
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{at, *};

    #[test]
    fn a_watch_is_renamed_where_nobody_else_asks_the_same() {
        for (before, after, expected) in [
            ("a:1 b:2", "c:1 b:2", "a>c"),
            ("a:1 b:2", "a:2 b:1", "a>b b>a"),
            ("a:1 b:2 c:3", "b:1 c:2 a:3", "a>b b>c c>a"),
            // The expression of a watch is changed every day: that is no rename.
            ("a:1 b:2", "a:3 b:2", ""),
            ("a:1 b:2", "b:2", ""),
            // Two that ask the same, before or after.
            ("a:1 b:1", "c:1", ""),
            ("a:1", "c:1 d:1", ""),
            ("a:1", "a:1 d:1", ""),
        ] {
            let pairs = |text: &str| -> Vec<(String, String)> {
                let pair = |pair: &str| {
                    let (name, asks) = pair.split_once(':').expect("a pair");
                    (name.to_owned(), asks.to_owned())
                };
                text.split_whitespace().map(pair).collect()
            };
            let known = pairs(before).into_iter().map(|(name, definition)| {
                let since = at(0);
                (name, WatchInForce { definition, since })
            });
            let mut found: Vec<String> = renamed(&known.collect(), &pairs(after))
                .into_iter()
                .map(|(from, to)| format!("{from}>{to}"))
                .collect();
            found.sort();
            assert_eq!(found.join(" "), expected, "{before} to {after}");
        }
    }

    #[tokio::test]
    async fn the_last_time_a_watch_was_off_is_known_until_the_config_has_it_no_more() {
        let place = TempStore::new();
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
