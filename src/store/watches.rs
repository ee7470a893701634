//! The config's watches, brought into the store.

mod hits;

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Store, StoreError, WatchInForce,
    engine::{Tx, values},
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::at;

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
}
