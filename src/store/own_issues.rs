//! What is wrong with the service itself, with its store or its config: receivers are notified once
//! when it begins, and once when it is over.
//!
//! Each issue is in `meta` from the notice of it to the notice of its end, as the event's data.

use jiff::Timestamp;

use super::{Store, StoreError, meta, origin, outbox};
use crate::model::{ConfigFailing, ConfigRecovered, Event, StoreFailing, StoreRecovered};

/// The store's.
const STORE: &str = "store_failing";
/// The config's.
const CONFIG: &str = "config_failing";

impl Store {
    /// What receivers were notified of in the store, as it began; `None` where it is well, or could not
    /// be written.
    pub async fn store_issue(&self) -> Result<Option<StoreFailing>, StoreError> {
        let unreadable = |error: serde_json::Error| StoreError::Unreadable {
            what: "the store's trouble",
            detail: error.to_string(),
        };
        let known = self.read(|tx| meta::value(tx, STORE)).await?;
        known
            .map(|known| serde_json::from_str(&known).map_err(unreadable))
            .transpose()
    }

    /// Notifies these receivers that the store is in trouble; a restart remembers that they know.
    pub async fn notify_store_failing(
        &self,
        event: StoreFailing,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            meta::set_record(tx, STORE, &event)?;
            outbox::enqueue_event(tx, &Event::StoreFailing(event), &receivers, now)
        })
        .await
    }

    /// Notifies these receivers that it has recovered. Polls that were claimed meanwhile, but could not
    /// be committed, are due as if they had not been: nobody waits for the end of their leases.
    pub async fn notify_store_recovered(
        &self,
        event: StoreRecovered,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            meta::forget(tx, STORE)?;
            origin::free_all(tx, i64::MAX)?;
            outbox::enqueue_event(tx, &Event::StoreRecovered(event), &receivers, now)
        })
        .await
    }

    /// What receivers were notified of in the config; `None` where it is well.
    pub async fn config_issue(&self) -> Result<Option<ConfigFailing>, StoreError> {
        self.read(|tx| meta::record(tx, CONFIG)).await
    }

    /// Notifies these receivers that the config is wrong, once for each fault; says whether it did.
    pub async fn notify_config_failing(
        &self,
        event: ConfigFailing,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let known: Option<ConfigFailing> = meta::record(tx, CONFIG)?;
            let is_known = known.is_some_and(|known| {
                (known.reason, known.error) == (event.reason, event.error.clone())
            });
            if is_known {
                return Ok(false);
            }
            meta::set_record(tx, CONFIG, &event)?;
            outbox::enqueue_event(tx, &Event::ConfigFailing(event), &receivers, now)?;
            Ok(true)
        })
        .await
    }

    /// Notifies these receivers that the config has recovered, if they know that it was wrong.
    pub async fn notify_config_recovered(
        &self,
        path: String,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let Some(known) = meta::record::<ConfigFailing>(tx, CONFIG)? else {
                return Ok(false);
            };
            meta::forget(tx, CONFIG)?;
            let since = known.since;
            let event = Event::ConfigRecovered(ConfigRecovered { path, since });
            outbox::enqueue_event(tx, &event, &receivers, now)?;
            Ok(true)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{ConfigReason, StoreReason},
        store::testing::{TempStore, at, claim, claim_one, deliver_all, one_feed},
    };

    #[tokio::test]
    async fn a_restart_knows_what_was_sent_until_it_is_over() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        assert_eq!(store.store_issue().await.expect("read"), None);
        let failing = StoreFailing {
            reason: StoreReason::Low,
            error: "63 MiB are free".into(),
            since: at(5),
            free_bytes: Some(63 << 20),
        };
        let done = store.notify_store_failing(failing.clone(), vec!["desk".into()], at(6));
        done.await.expect("written");
        store.close().await;
        let store = temp.open(at(7)).await;
        assert_eq!(store.store_issue().await.expect("read"), Some(failing));
        claim_one(&store, at(7)).await;
        let recovered = StoreRecovered {
            since: at(5),
            free_bytes: None,
        };
        let done = store.notify_store_recovered(recovered, vec!["desk".into()], at(8));
        done.await.expect("written");
        assert_eq!(store.store_issue().await.expect("read"), None);
        assert_eq!(claim(&store, at(8)).await.len(), 1, "the poll is due again");
        let events = deliver_all(&store, "desk", at(8)).await;
        let kinds: Vec<_> = events.iter().map(Event::kind).collect();
        assert_eq!(kinds, ["store.failing", "store.recovered"]);
    }

    fn failing(error: &str, second: i64) -> ConfigFailing {
        ConfigFailing {
            reason: ConfigReason::Refused,
            path: "fivebells.toml".into(),
            error: error.into(),
            since: at(second),
        }
    }

    #[tokio::test]
    async fn each_fault_of_the_config_is_sent_once_and_that_it_is_over_too() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let desk = || vec!["desk".to_owned()];
        let recovered = |second| store.notify_config_recovered("x".into(), desk(), at(second));
        assert!(!recovered(1).await.expect("written"), "nothing was sent");
        for (error, second, is_sent) in [("one", 2, true), ("one", 3, false), ("two", 4, true)] {
            let done = store.notify_config_failing(failing(error, second), desk(), at(second));
            assert_eq!(done.await.expect("written"), is_sent, "{error} {second}");
        }
        assert!(recovered(5).await.expect("written"));
        assert!(!recovered(6).await.expect("written"));
        let events = deliver_all(&store, "desk", at(7)).await;
        let kinds: Vec<_> = events.iter().map(Event::kind).collect();
        assert_eq!(
            kinds,
            ["config.failing", "config.failing", "config.recovered"]
        );
    }
}
