//! The alerts of a poll, and their deliveries.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::{AlertReceiver, NewAlert};
use crate::{
    model::{Alert, AlertId, FeedId, Item, ItemId, Priority, Stories},
    store::{
        StoreError,
        engine::{Tx, values},
        items,
        mutes::Mutes,
        stories::{self, Sending},
    },
    story::Features,
};

/// What [`PollCommitted::Done`](super::PollCommitted::Done) will say.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub(super) alerts: Vec<AlertId>,
    /// Of those alerts.
    pub(super) watches: Vec<String>,
    /// With how many alerts.
    pub(super) receivers: BTreeMap<String, u32>,
    name: Option<String>,
}

impl Effects {
    /// What the feed is called now: a reload may have given it another name since the poll began, and
    /// that is the one under which it is muted.
    fn name_of(&mut self, tx: &mut dyn Tx, feed: FeedId) -> Result<String, StoreError> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let name = tx.value("SELECT name FROM feed WHERE id = ?1", values![feed])?;
        let name: String = name.expect("no feed is ever deleted");
        Ok(self.name.insert(name).clone())
    }
}

/// Writes an alert for those of its watches that have none for this item yet, or may alert it
/// again; for none of them, nothing.
pub(super) fn insert(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    (new, features): (NewAlert, Features),
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), StoreError> {
    let NewAlert {
        mut alert,
        priorities,
        again,
        receivers,
        story,
    } = new;
    let mut priorities: Priorities = alert.watches.iter().cloned().zip(priorities).collect();
    let mut done = items::alerted(tx, item)?;
    done.retain(|watch| !again.contains(watch));
    alert.keep_watches(|watch| !done.contains(watch));
    if alert.watches.is_empty() {
        return Ok(());
    }
    alert.feed.name = effects.name_of(tx, feed)?;
    let placed = match &story {
        Some(story) => {
            let placed = stories::arrive(tx, feed, item, &features, story, now)?;
            for rule in &story.rules {
                if let Some(priority) = stories::escalate(tx, &placed, rule, now)? {
                    priorities.insert(rule.watch.clone(), priority);
                }
            }
            alert.story = Some(stories::describe(tx, &placed)?);
            Some(placed)
        }
        None => None,
    };
    alert.priority = highest(&priorities, &alert.watches).unwrap_or(alert.priority);
    let id = insert_row(tx, feed, item, &mut alert, now)?;
    effects.alerts.push(id);
    effects.watches.extend(alert.watches.iter().cloned());
    let mutes = Mutes::in_force(tx, now)?;
    let sending = Sending {
        alert: &alert,
        placed: placed.as_ref(),
        story: story.as_ref(),
        again: &again,
        mutes: &mutes,
        now,
    };
    for receiver in receivers {
        let watches = watches_of(&receiver, &sending, &priorities);
        if watches.is_empty() {
            continue;
        }
        let nth = effects.receivers.get(&receiver.receiver).copied();
        let nth = nth.unwrap_or_default();
        if stories::send(tx, &sending, &receiver, &watches, nth)? {
            effects.receivers.insert(receiver.receiver, nth + 1);
        }
    }
    if let Some(placed) = &placed {
        for receiver in stories::corroborate(tx, placed.story, now)? {
            effects.receivers.entry(receiver).or_default();
        }
    }
    Ok(())
}

/// The alert's watches that notify a receiver, but for one that is muted beside another that is not.
fn watches_of(
    receiver: &AlertReceiver,
    sending: &Sending<'_>,
    priorities: &Priorities,
) -> Vec<(String, Priority, Stories)> {
    let alert = sending.alert;
    let all = alert
        .watches
        .iter()
        .filter(|it| receiver.watches.contains(it));
    let all: Vec<String> = all.cloned().collect();
    let watches = all
        .iter()
        .filter(|watch| !sending.mutes.leaves_out(&all, watch));
    let mode = |watch: &String| {
        let place = receiver.watches.iter().position(|it| it == watch);
        let mode = place.and_then(|place| receiver.modes.get(place).copied());
        mode.unwrap_or_default()
    };
    let priority = |watch: &String| priorities.get(watch).copied().unwrap_or(alert.priority);
    watches
        .map(|watch| (watch.clone(), priority(watch), mode(watch)))
        .collect()
}

/// What is seen in the text of an item, where its alert is placed in a story.
pub(super) fn features(item: &Item, alert: Option<&NewAlert>) -> Features {
    let Some(new) = alert.filter(|alert| alert.story.is_some()) else {
        return Features::default();
    };
    Features::of(&item.into()).without(new.alert.matches.iter().map(|hit| hit.text.as_str()))
}

/// Adds the alerts that were written to those that the feed keeps.
pub(super) fn count(tx: &mut dyn Tx, feed: FeedId, effects: &Effects) -> Result<(), StoreError> {
    if effects.alerts.is_empty() {
        return Ok(());
    }
    let made = i64::try_from(effects.alerts.len()).expect("no more than items of a document");
    let add = "UPDATE feed SET kept_alerts = kept_alerts + ?2 WHERE id = ?1";
    tx.exec(add, values![feed, made]).map(drop)
}

/// Of each watch of an alert.
type Priorities = HashMap<String, Priority>;

fn highest(priorities: &Priorities, watches: &[String]) -> Option<Priority> {
    watches
        .iter()
        .filter_map(|it| priorities.get(it))
        .max()
        .copied()
}

/// Inserts the alert, with its id and its item's in the data, and books its watches.
fn insert_row(
    tx: &mut dyn Tx,
    feed: FeedId,
    item: ItemId,
    alert: &mut Alert,
    now: Timestamp,
) -> Result<AlertId, StoreError> {
    let id = AlertId(tx.insert(
        "INSERT INTO alert (item, feed, priority, created_at, data)
         VALUES (?1, ?2, ?3, ?4, '')",
        values![item, feed, alert.priority.rank(), now],
    )?);
    alert.id = id.0.to_string();
    alert.item.id = item.0.to_string();
    let data = serde_json::to_string(alert).expect("an alert has string keys only");
    tx.exec(
        "UPDATE alert SET data = ?2 WHERE id = ?1",
        values![id, data],
    )?;
    for watch in &alert.watches {
        tx.exec(
            "INSERT INTO alert_watch (item, watch, alert, made_at) VALUES (?1, ?2, ?3, ?4)",
            values![item, watch.as_str(), id, now],
        )?;
    }
    Ok(id)
}
