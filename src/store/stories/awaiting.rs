//! Alerts that wait until several publishers have their story.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    fold,
    origins::{self, Origins},
    place,
};
use crate::{
    model::{Corroborate, CountFrom, DeliveryId, Otherwise, StoryId},
    store::{
        StoreError,
        engine::{Tx, millis, values},
    },
};

/// What a delivery waits for, in its column. Its due time is when it waits no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub(in crate::store) enum Awaits {
    /// For the summary of its story.
    Summary,
    /// For the end of its story.
    Sources,
    /// For more publishers.
    Publishers(Publishers),
}

impl Awaits {
    /// As its column has it.
    pub(in crate::store) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("it has string keys only")
    }
}

/// The publishers that a watch waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct Publishers {
    /// The watch.
    pub watch: String,
    /// How many it wants.
    pub wanted: u32,
    /// Within how many milliseconds.
    pub within: i64,
    /// What becomes of the alert where there are too few: `tell`, `digest` or `drop`.
    pub otherwise: String,
    /// Who counts: publishers by name, feeds by `#tag`; empty is all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
}

impl Publishers {
    pub(super) fn of(watch: &str, rule: &Corroborate) -> Self {
        let from = rule.from.iter().map(|from| match from {
            CountFrom::Tag(tag) => format!("#{tag}"),
            CountFrom::Publisher(name) => name.clone(),
        });
        Self {
            watch: watch.to_owned(),
            wanted: rule.publishers,
            within: millis(rule.within),
            otherwise: rule.otherwise.as_str().to_owned(),
            from: from.collect(),
        }
    }

    pub(super) fn otherwise(&self) -> Otherwise {
        let mut all = Otherwise::ALL.into_iter();
        let named = all.find(|it| it.as_str() == self.otherwise);
        named.unwrap_or_default()
    }

    fn from(&self) -> Vec<CountFrom> {
        let from = self.from.iter().map(|from| match from.strip_prefix('#') {
            Some(tag) => CountFrom::Tag(tag.to_owned()),
            None => CountFrom::Publisher(from.clone()),
        });
        from.collect()
    }

    /// Who has the story now.
    pub(super) fn found(
        &self,
        tx: &mut dyn Tx,
        story: StoryId,
        until: Timestamp,
    ) -> Result<Origins, StoreError> {
        let within = Duration::from_millis(u64::try_from(self.within).unwrap_or_default());
        let since = until.saturating_sub(within).unwrap_or(Timestamp::MIN);
        origins::of_watch(tx, story, &self.watch, since, &self.from())
    }

    /// The same as it was counted last, when an item came. At the end of the wait what opened it must not
    /// have fallen out of the time.
    pub(super) fn at_the_last(
        &self,
        tx: &mut dyn Tx,
        story: StoryId,
        or: Timestamp,
    ) -> Result<Origins, StoreError> {
        let last_at = tx.value("SELECT last_at FROM story WHERE id = ?1", values![story])?;
        self.found(tx, story, last_at.unwrap_or(or))
    }
}

/// What waits for a story's publishers, the oldest first.
const WAITING: &str = "
    SELECT d.id, r.name, d.awaits FROM delivery d JOIN receiver r ON r.id = d.receiver
     WHERE d.story = ?1 AND d.awaits IS NOT NULL AND d.state = 'pending' ORDER BY d.id";

/// Sends what has waited for the publishers that the story has now: of each receiver and watch the first
/// alert, into which the others are folded. Gives the receivers.
pub(in crate::store) fn corroborate(
    tx: &mut dyn Tx,
    story: StoryId,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let mut waiting: BTreeMap<(String, String), (Publishers, Vec<DeliveryId>)> = BTreeMap::new();
    for mut row in tx.rows(WAITING, values![story])? {
        let (id, receiver): (DeliveryId, String) = (row.take("id")?, row.take("name")?);
        let awaits = serde_json::from_str(&row.take::<String>("awaits")?);
        if let Ok(Awaits::Publishers(publishers)) = awaits {
            let of = (receiver, publishers.watch.clone());
            let (_, ids) = waiting.entry(of).or_insert((publishers, Vec::new()));
            ids.push(id);
        }
    }
    let mut receivers = Vec::new();
    for ((receiver, _), (publishers, ids)) in waiting {
        let found = publishers.found(tx, story, now)?;
        if found.count() < publishers.wanted {
            continue;
        }
        let words = found.in_words(publishers.wanted);
        let (first, others) = ids.split_first().expect("a receiver has at least one");
        release(tx, *first, now)?;
        for other in others {
            if turns(tx, *first, *other)? {
                release(tx, *other, now)?;
            } else {
                fold::into(tx, *other, *first, now)?;
            }
        }
        fold::refresh(tx, *first, Some(words))?;
        receivers.push(receiver);
    }
    Ok(receivers)
}

/// Whether an alert denies or corrects what another one says: who gets that one must get this one, too.
fn turns(tx: &mut dyn Tx, one: DeliveryId, other: DeliveryId) -> Result<bool, StoreError> {
    const ITEM: &str =
        "SELECT a.item FROM delivery d JOIN alert a ON a.id = d.alert WHERE d.id = ?1";
    let mut sketches = Vec::with_capacity(2);
    for id in [one, other] {
        if let Some(item) = tx.value(ITEM, values![id])? {
            sketches.extend(place::member(tx, item)?.map(|member| member.sketch));
        }
    }
    Ok(matches!(&sketches[..], [one, other] if other.turns_from(one)))
}

/// What a delivery waits for, in words; `None` where that cannot be read, for then it is sent when it is due.
pub(in crate::store) fn awaited(
    tx: &mut dyn Tx,
    story: Option<StoryId>,
    awaits: &str,
    due: Timestamp,
) -> Result<Option<String>, StoreError> {
    Ok(match (serde_json::from_str(awaits), story) {
        (Ok(Awaits::Summary), Some(story)) => Some(format!("the summary of story {story}")),
        (Ok(Awaits::Sources), Some(story)) => Some(format!("the end of story {story}")),
        (Ok(Awaits::Publishers(publishers)), Some(story)) => {
            let found = publishers.at_the_last(tx, story, due)?;
            let words = found.in_words(publishers.wanted);
            Some(format!(
                "publishers, as watch {} asks: {words}",
                publishers.watch
            ))
        }
        _ => None,
    })
}

/// It waits no longer.
pub(super) fn release(tx: &mut dyn Tx, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
    const RELEASE: &str = "
        UPDATE delivery SET awaits = NULL, due = ?2, fence = fence + 1
         WHERE id = ?1 AND state = 'pending'";
    tx.exec(RELEASE, values![id, now]).map(drop)
}
