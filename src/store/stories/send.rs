//! An alert on its way to one receiver: sent, folded, or waiting.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Awaits, NewStory, Placed,
    awaiting::Publishers,
    fold::{self, Had},
    sources::{self, after},
};
use crate::{
    delivery_policy::{Because, Candidate, Folding},
    model::{Alert, Corroborate, DeliveryId, Priority, Stories, StoryId},
    store::{
        AlertReceiver, StoreError,
        engine::{Tx, values},
        mutes::Mutes,
        outbox::{self, Fate, Part},
    },
};

/// A summary of what followed a story waits until nothing has come for so long,
const SUMMARY_QUIET: Duration = Duration::from_hours(2);
/// and at most for so long.
const SUMMARY_LONGEST: Duration = Duration::from_hours(6);

/// An alert with what it takes to send it.
#[derive(Debug)]
pub(in crate::store) struct Sending<'a> {
    pub(in crate::store) alert: &'a Alert,
    pub(in crate::store) placed: Option<&'a Placed>,
    pub(in crate::store) story: Option<&'a NewStory>,
    /// Those of its watches that may alert an item again.
    pub(in crate::store) again: &'a [String],
    pub(in crate::store) mutes: &'a Mutes,
    pub(in crate::store) now: Timestamp,
}

/// Puts an alert into the outbox of one receiver, as the nth of its poll there. `watches` are those that
/// notify it, each with its priority and with what is folded of it. Says whether something is due now.
pub(in crate::store) fn send(
    tx: &mut dyn Tx,
    sending: &Sending<'_>,
    receiver: &AlertReceiver,
    watches: &[(String, Priority, Stories)],
    nth: u32,
) -> Result<bool, StoreError> {
    let (Some(placed), Some(story)) = (sending.placed, sending.story) else {
        let part = part(sending.alert, watches);
        let place = (nth, Fate::Send, None);
        outbox::insert_alert(
            tx,
            &receiver.receiver,
            sending.alert,
            &part,
            place,
            sending.mutes,
            sending.now,
        )?;
        return Ok(true);
    };
    let had = fold::had(tx, placed, &receiver.receiver)?;
    let (mut at_once, mut is_due) = (Vec::new(), false);
    for watch in watches {
        match waits(story, watch, &had) {
            Some(rule) => {
                let one = std::slice::from_ref(watch);
                let to = To {
                    receiver,
                    nth,
                    had: &had,
                    waits: Some((&watch.0, rule)),
                };
                is_due |= insert(tx, sending, placed, &to, one)?;
            }
            None => at_once.push(watch.clone()),
        }
    }
    if !at_once.is_empty() {
        let to = To {
            receiver,
            nth,
            had: &had,
            waits: None,
        };
        is_due |= insert(tx, sending, placed, &to, &at_once)?;
    }
    Ok(is_due)
}

/// What a watch waits for; not where its receiver has the story already.
fn waits<'a>(
    story: &'a NewStory,
    (watch, priority, _): &(String, Priority, Stories),
    had: &Had,
) -> Option<&'a Corroborate> {
    let mut rules = story.rules.iter();
    let rule = rules
        .find(|rule| rule.watch == *watch)?
        .corroborate
        .as_ref()?;
    (*priority < rule.passes && !had.of_watch(watch)).then_some(rule)
}

/// Where a part of an alert goes.
struct To<'a> {
    receiver: &'a AlertReceiver,
    nth: u32,
    had: &'a Had,
    waits: Option<(&'a str, &'a Corroborate)>,
}

fn insert(
    tx: &mut dyn Tx,
    sending: &Sending<'_>,
    placed: &Placed,
    to: &To<'_>,
    watches: &[(String, Priority, Stories)],
) -> Result<bool, StoreError> {
    let (alert, now) = (sending.alert, sending.now);
    let mut part = part(alert, watches);
    let (fate, because) = fate(tx, sending, placed, to, (&part, mode(watches)))?;
    part.thread = to.had.first().map(|first| first.0);
    if let Some(because) = because
        && let Some(mut story) = alert.story.clone()
    {
        story.sent_because = Some(because.to_string());
        part.story = Some(story);
    }
    let (is_due, into) = match fate {
        Fate::Fold { into } => (false, Some(into)),
        Fate::Await { .. } => (false, None),
        Fate::Send => (true, None),
    };
    let place = (to.nth, fate, Some(placed.story));
    let id = outbox::insert_alert(
        tx,
        &to.receiver.receiver,
        alert,
        &part,
        place,
        sending.mutes,
        now,
    )?;
    if let Some(into) = into {
        fold::refresh(tx, into, None)?;
        if to.receiver.sources {
            sources::follow(tx, placed.story, &to.receiver.receiver, now)?;
        }
    } else {
        let of = (placed.story, placed.root);
        fold::note(tx, of, &to.receiver.receiver, (id, alert, &part))?;
    }
    Ok(is_due)
}

/// What becomes of a part of an alert, and of a copy that is sent why.
fn fate(
    tx: &mut dyn Tx,
    sending: &Sending<'_>,
    placed: &Placed,
    to: &To<'_>,
    (part, mode): (&Part, Stories),
) -> Result<(Fate, Option<Because>), StoreError> {
    let candidate = Candidate {
        alert: sending.alert,
        root: placed.root,
        watches: &part.watches,
        priority: part.priority,
        mode,
        is_again: part.watches.iter().any(|it| sending.again.contains(it)),
    };
    let folding = candidate.folding(&to.had.alerts);
    Ok(match (folding, to.waits) {
        (Folding::Fold { into }, _) => (Fate::Fold { into }, None),
        (_, Some((watch, rule))) => {
            let awaits = Awaits::Publishers(Publishers::of(watch, rule));
            (
                Fate::Await {
                    awaits,
                    until: after(sending.now, rule.within),
                },
                None,
            )
        }
        (Folding::Summarize, None) => {
            let until = summary(tx, placed.story, &to.receiver.receiver, sending.now)?;
            (
                Fate::Await {
                    awaits: Awaits::Summary,
                    until,
                },
                None,
            )
        }
        (Folding::Send(because), None) => (Fate::Send, because),
    })
}

/// Of the watches the one that folds least decides.
fn mode(watches: &[(String, Priority, Stories)]) -> Stories {
    let folds = |mode: &Stories| match mode {
        Stories::Off => 0,
        Stories::Copies => 1,
        Stories::All => 2,
    };
    let modes = watches.iter().map(|(_, _, mode)| *mode);
    modes.min_by_key(folds).unwrap_or_default()
}

fn part(alert: &Alert, watches: &[(String, Priority, Stories)]) -> Part {
    let priorities = watches.iter().map(|(_, priority, _)| *priority);
    Part {
        alert: alert.id.parse().expect("it has its row"),
        watches: watches.iter().map(|(watch, _, _)| watch.clone()).collect(),
        priority: priorities.max().unwrap_or(alert.priority),
        story: None,
        thread: None,
    }
}

/// What waits for a summary of the story.
const OF_SUMMARY: &str = "
    SELECT d.id, d.created_at FROM delivery d
     WHERE d.story = ?1 AND d.awaits = ?3 AND d.state = 'pending'
       AND d.receiver = (SELECT id FROM receiver WHERE name = ?2) ORDER BY d.id";

/// When the summary that the next item joins is sent; what waits for it already is sent then too.
fn summary(
    tx: &mut dyn Tx,
    story: StoryId,
    receiver: &str,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let awaits = Awaits::Summary.to_json();
    let mut ids: Vec<DeliveryId> = Vec::new();
    let mut since = now;
    for mut row in tx.rows(OF_SUMMARY, values![story, receiver, awaits])? {
        ids.push(row.take("id")?);
        since = since.min(row.take("created_at")?);
    }
    let until = after(now, SUMMARY_QUIET).min(after(since, SUMMARY_LONGEST));
    for id in ids {
        tx.exec(
            "UPDATE delivery SET due = ?2 WHERE id = ?1",
            values![id, until],
        )?;
    }
    Ok(until)
}
