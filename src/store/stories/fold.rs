//! What a receiver has of a story, and alerts that are folded into it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Placed, describe::describe, place};
use crate::{
    delivery_policy::SentAlert,
    model::{Alert, DeliveryId, ItemId, Priority, StoryId},
    store::{
        StoreError,
        engine::{Row, Tx, values},
        outbox::{self, Part},
    },
};

/// Deliveries that are looked at: of one text the first, of a story the last.
const MOST: u32 = 50;

macro_rules! sent {
    ($which:literal) => {
        concat!(
            "SELECT n.delivery, n.root, n.said, d.awaits
               FROM story_notice n LEFT JOIN delivery d ON d.id = n.delivery
               LEFT JOIN delivery g ON g.id = d.folded_into
              WHERE n.story = ?1 AND n.receiver = (SELECT id FROM receiver WHERE name = ?2)
                AND (d.id IS NULL OR d.state IN ('pending', 'delivered')
                     OR d.state = 'folded' AND g.state IN ('pending', 'delivered')) ",
            $which
        )
    };
}

/// What a receiver has, or will get, of one text.
pub(in crate::store) const OF_TEXT: &str = sent!("AND n.root = ?3 ORDER BY n.delivery LIMIT ?4");

/// The same of a story.
pub(in crate::store) const OF_STORY: &str = sent!("ORDER BY n.delivery DESC LIMIT ?3");

/// What a receiver has of an item's story.
#[derive(Debug, Default)]
pub(super) struct Had {
    /// The oldest first.
    pub(super) alerts: Vec<SentAlert>,
    /// Those of them that wait.
    pub(super) waiting: Vec<DeliveryId>,
}

impl Had {
    /// Whether something of the story was sent for this watch, or will be without waiting for others.
    pub(super) fn of_watch(&self, watch: &str) -> bool {
        let mut alerts = self.alerts.iter();
        alerts.any(|alert| {
            !self.waiting.contains(&alert.delivery) && alert.watches.iter().any(|it| it == watch)
        })
    }

    /// The first of all that is not waiting: what mail programs thread the rest under.
    pub(super) fn first(&self) -> Option<DeliveryId> {
        let mut alerts = self.alerts.iter().map(|alert| alert.delivery);
        alerts.find(|id| !self.waiting.contains(id))
    }
}

/// What a receiver has of an item's story.
pub(super) fn had(tx: &mut dyn Tx, placed: &Placed, receiver: &str) -> Result<Had, StoreError> {
    let mut rows = Vec::new();
    if !(placed.is_new && placed.item.0 == placed.story.0) {
        let story = placed.story;
        rows = tx.rows(OF_TEXT, values![story, receiver, placed.root, MOST])?;
        rows.extend(tx.rows(OF_STORY, values![story, receiver, MOST])?);
    }
    let mut had = Had::default();
    for row in rows {
        read(row, &mut had)?;
    }
    had.alerts.sort_by_key(|alert| alert.delivery);
    Ok(had)
}

fn read(mut row: Row, had: &mut Had) -> Result<(), StoreError> {
    let delivery: DeliveryId = row.take("delivery")?;
    let root: ItemId = row.take("root")?;
    let (said, awaits): (String, Option<String>) = (row.take("said")?, row.take("awaits")?);
    if had.alerts.iter().any(|alert| alert.delivery == delivery) {
        return Ok(());
    }
    // Of what cannot be read nobody knows what it said.
    let Ok(said) = serde_json::from_str::<Said>(&said) else {
        return Ok(());
    };
    if awaits.is_some() {
        had.waiting.push(delivery);
    }
    had.alerts.push(SentAlert {
        delivery,
        root,
        watches: said.watches,
        terms: said.terms,
        priority: said.priority,
    });
    Ok(())
}

/// What a notice said, as far as it decides about copies.
#[derive(Serialize, Deserialize)]
struct Said {
    watches: Vec<String>,
    terms: Vec<(String, String)>,
    priority: Priority,
}

impl Said {
    fn of(alert: &Alert, part: &Part) -> Self {
        let theirs = alert
            .matches
            .iter()
            .filter(|hit| part.watches.contains(&hit.watch));
        let mut terms: Vec<(String, String)> = Vec::new();
        for hit in theirs {
            let term = (hit.watch.clone(), hit.term.clone());
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        Self {
            watches: part.watches.clone(),
            terms,
            priority: part.priority,
        }
    }
}

/// Folds a delivery that waits into another.
pub(super) fn into(
    tx: &mut dyn Tx,
    id: DeliveryId,
    into: DeliveryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const FOLD: &str = "
        UPDATE delivery SET state = 'folded', awaits = NULL, folded_into = ?2, fence = fence + 1,
               settled_at = ?3
         WHERE id = ?1 AND state = 'pending'";
    tx.exec(FOLD, values![id, into, now]).map(drop)
}

/// A delivery that waits and was never attempted: what it says may still change.
const FRESH: &str = "
    SELECT payload FROM delivery WHERE id = ?1 AND state = 'pending' AND attempts = 0";

/// Tells a notice that is still to be sent of all that its story has by now. One that was attempted stays as
/// it is: each attempt says the same. Of an alert in a digest nothing changes: a digest gives numbers.
pub(super) fn refresh(
    tx: &mut dyn Tx,
    delivery: DeliveryId,
    corroborated: Option<String>,
) -> Result<(), StoreError> {
    let Some(payload) = tx.value::<String>(FRESH, values![delivery])? else {
        return Ok(());
    };
    let Ok(Some((mut part, alert))) = outbox::part(tx, &payload) else {
        return Ok(());
    };
    let Some(placed) = of_alert(tx, &alert)? else {
        return Ok(());
    };
    let mut story = describe(tx, &placed)?;
    let before = part.story.take().or(alert.story);
    let (because, before) = before.map(|it| (it.sent_because, it.corroborated)).unzip();
    story.sent_because = because.flatten();
    story.corroborated = corroborated.or_else(|| before.flatten());
    part.story = Some(story);
    write(tx, delivery, &payload, &part)
}

fn of_alert(tx: &mut dyn Tx, alert: &Alert) -> Result<Option<Placed>, StoreError> {
    match alert.item.id.parse() {
        Ok(item) => place::find(tx, ItemId(item)),
        Err(_) => Ok(None),
    }
}

/// Puts a part in the place of the one before.
fn write(
    tx: &mut dyn Tx,
    delivery: DeliveryId,
    before: &str,
    part: &Part,
) -> Result<(), StoreError> {
    let payload = outbox::with_part(before, part)?;
    let sql = "UPDATE delivery SET payload = ?2 WHERE id = ?1";
    tx.exec(sql, values![delivery, payload]).map(drop)
}

/// That a receiver was sent this, or will be.
pub(super) fn note(
    tx: &mut dyn Tx,
    (story, root): (StoryId, ItemId),
    receiver: &str,
    (delivery, alert, part): (DeliveryId, &Alert, &Part),
) -> Result<(), StoreError> {
    let said = serde_json::to_string(&Said::of(alert, part)).expect("it has string keys only");
    tx.exec(
        "INSERT INTO story_notice (story, receiver, delivery, root, said)
         SELECT CAST(?1 AS BIGINT), id, CAST(?3 AS BIGINT), CAST(?4 AS BIGINT), CAST(?5 AS TEXT)
           FROM receiver WHERE name = ?2",
        values![story, receiver, delivery, root, said],
    )
    .map(drop)
}
