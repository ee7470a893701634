//! The end of a receiver's trouble: those who were notified of it are notified of its end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    insert::enqueue_event,
    insert::waiting,
    unreached::{self, Unreached, end_unreached},
};
use crate::{
    model::{Event, ReceiverRecovered, to_second},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// A receiver of which others were notified that it fails.
pub(super) struct NotifiedFailure {
    name: String,
    since: Timestamp,
    /// Its mail goes through another server, so it was notified itself.
    is_reached: bool,
}

impl NotifiedFailure {
    pub(super) fn of(tx: &mut dyn Tx, receiver: i64) -> Result<Option<Self>, StoreError> {
        let row = tx.row(
            "SELECT name, failing_since, through FROM receiver WHERE id = ?1 AND notified_failing = 1",
            values![receiver],
        )?;
        let Some(mut row) = row else {
            return Ok(None);
        };
        let (since, through): (Option<Timestamp>, Option<String>) =
            (row.take("failing_since")?, row.take("through")?);
        Ok(since.map(|since| Self {
            name: row.take("name").unwrap_or_default(),
            since,
            is_reached: through.is_some(),
        }))
    }

    /// Notifies these receivers that this is over.
    pub(super) fn end(
        self,
        tx: &mut dyn Tx,
        receivers: &[String],
        removed: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let event = ReceiverRecovered {
            since: to_second(self.since),
            waiting: waiting(tx, &self.name)?,
            partial: false,
            recipients: Vec::new(),
            still: Vec::new(),
            removed,
            receiver: self.name,
        };
        let is_notified = |it: &&String| self.is_reached || **it != event.receiver;
        let receivers: Vec<&String> = receivers.iter().filter(is_notified).collect();
        enqueue_event(tx, &Event::ReceiverRecovered(event), receivers, now)
    }
}

impl Store {
    /// Ends the troubles of receivers, and of mail addresses behind them, that the config has no more,
    /// and notifies these receivers of it; `recipients` has the addresses of those that have some.
    pub async fn follow_recipients(
        &self,
        recipients: BTreeMap<String, Vec<String>>,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.record(move |tx| {
            for (id, name, is_active, before) in troubled(tx)? {
                let addresses = recipients.get(&name);
                let is_behind = |it: &&Unreached| is_active && is_behind(addresses, it);
                let after: Vec<Unreached> = before.iter().filter(is_behind).cloned().collect();
                if after != before {
                    unreached::keep(tx, &name, &after)?;
                    let how = (&receivers[..], true, now);
                    end_unreached(tx, &name, [&before, &after], how)?;
                }
                if is_active {
                    continue;
                }
                if let Some(failing) = NotifiedFailure::of(tx, id)? {
                    tx.exec(
                        "UPDATE receiver SET notified_failing = 0 WHERE id = ?1",
                        values![id],
                    )?;
                    failing.end(tx, &receivers, true, now)?;
                }
            }
            Ok(())
        })
        .await
    }
}

type Troubled = (i64, String, bool, Vec<Unreached>);

fn troubled(tx: &mut dyn Tx) -> Result<Vec<Troubled>, StoreError> {
    let rows = tx.rows(
        "SELECT id, name, active, unreached FROM receiver
          WHERE unreached <> '[]' OR (active = 0 AND notified_failing = 1)",
        &[],
    )?;
    let one = |mut row: Row| {
        let unreached = unreached::parse(&row.take::<String>("unreached")?);
        Ok((
            row.take("id")?,
            row.take("name")?,
            row.take("active")?,
            unreached,
        ))
    };
    rows.into_iter().map(one).collect()
}

/// Those of mail have names, others have none.
fn is_behind(addresses: Option<&Vec<String>>, one: &Unreached) -> bool {
    match addresses {
        Some(addresses) => addresses.contains(&one.recipient),
        None => one.recipient.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Refusal,
        store::{ReceiverUpdate, Reception, testing::*},
    };

    /// Sends one notice to the desk, which leaves it as `receiver` says.
    async fn send(store: &Store, second: i64, receiver: ReceiverUpdate) {
        let waiting = store.enqueue(vec![ping("desk")], at(second)).await;
        waiting.expect("enqueued");
        let claim = claim_for(store, "desk", at(second)).await.remove(0);
        let mut settled = settlement(&claim, at(second), delivered());
        settled.receiver = receiver;
        settled.escalation = names(&["desk", "phone"]);
        assert!(store.settle(settled).await.expect("answered"));
    }

    fn failing(notified_failing: bool, through: Option<&str>) -> ReceiverUpdate {
        ReceiverUpdate {
            failures: 1,
            failing_since: Some(at(7)),
            notified_failing,
            through: through.map(str::to_owned),
            ..ReceiverUpdate::default()
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&it| it.to_owned()).collect()
    }

    /// What a receiver is notified of recovery, from all that waits for it.
    async fn heard(store: &Store, receiver: &str, second: i64) -> Vec<ReceiverRecovered> {
        let events = deliver_all(store, receiver, at(second)).await.into_iter();
        let recovered = |event| match event {
            Event::ReceiverRecovered(event) => Some(event),
            _ => None,
        };
        events.filter_map(recovered).collect()
    }

    #[tokio::test]
    async fn the_end_of_a_failure_is_reported_to_the_others_once_and_only_if_its_beginning_was() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        send(&store, 8, failing(false, None)).await;
        send(&store, 9, ReceiverUpdate::default()).await;
        assert_eq!(heard(&store, "phone", 10).await, [], "nobody heard of it");
        send(&store, 11, failing(true, None)).await;
        send(&store, 12, failing(true, None)).await;
        send(&store, 13, ReceiverUpdate::default()).await;
        send(&store, 14, ReceiverUpdate::default()).await;
        let expected = ReceiverRecovered {
            receiver: "desk".into(),
            since: at(7),
            waiting: 0,
            partial: false,
            recipients: Vec::new(),
            still: Vec::new(),
            removed: false,
        };
        assert_eq!(heard(&store, "phone", 15).await, [expected]);
        assert_eq!(heard(&store, "desk", 15).await, [], "it knows");
        // Through another server it was notified itself.
        send(&store, 16, failing(true, Some("backup"))).await;
        send(&store, 17, ReceiverUpdate::default()).await;
        assert_eq!(heard(&store, "desk", 18).await.len(), 1);
    }

    #[tokio::test]
    async fn the_end_is_reported_of_each_address_that_was_reported_and_says_who_is_left() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let shows = |refused: &[&str]| ReceiverUpdate {
            reception: Reception {
                is_whole: true,
                accepted: names(&["a", "b", "c"])
                    .into_iter()
                    .filter(|it| !refused.contains(&it.as_str()))
                    .collect(),
                refused: refused
                    .iter()
                    .map(|&it| Refusal {
                        recipient: it.to_owned(),
                        answer: "550".into(),
                    })
                    .collect(),
            },
            ..ReceiverUpdate::default()
        };
        send(&store, 1, shows(&["b", "c"])).await;
        send(&store, 2, shows(&["b"])).await;
        assert_eq!(heard(&store, "phone", 3).await, [], "nobody heard of it");
        send(&store, 4, shows(&["b", "c"])).await;
        let phone = || names(&["phone"]);
        let notified = store.notify_unreached(phone(), at(9999)).await;
        assert_eq!(notified.expect("written").len(), 1);
        send(&store, 10_000, shows(&["c"])).await;
        let [first] = &heard(&store, "phone", 10_001).await[..] else {
            panic!("one notice");
        };
        assert_eq!(
            (&first.recipients, &first.still),
            (&names(&["b"]), &names(&["c"]))
        );
        assert_eq!((first.since, first.partial), (at(1), true));
        // The other one is taken out of the config.
        let addresses = BTreeMap::from([("desk".to_owned(), names(&["a", "b"]))]);
        let followed = store.follow_recipients(addresses, phone(), at(10_002));
        followed.await.expect("written");
        let [last] = &heard(&store, "phone", 10_003).await[..] else {
            panic!("one notice");
        };
        assert_eq!(
            (&last.recipients, &last.still),
            (&names(&["c"]), &names(&[]))
        );
        assert!(last.removed);
    }

    #[tokio::test]
    async fn a_receiver_that_leaves_the_config_leaves_its_trouble() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        send(&store, 1, failing(true, None)).await;
        let follow = async || {
            let followed = store.follow_recipients(BTreeMap::new(), names(&["phone"]), at(3));
            followed.await.expect("written");
            heard(&store, "phone", 4).await
        };
        assert_eq!(follow().await, [], "it is there");
        let feeds = [feed("mofa", "https://mofa.example/feed")];
        let phone = names(&["phone"]);
        store.sync(&feeds, &phone, at(2)).await.expect("synced");
        let notified = follow().await;
        assert_eq!(notified.len(), 1);
        assert!(notified[0].removed && notified[0].receiver == "desk");
        assert_eq!(follow().await, [], "once");
    }
}
