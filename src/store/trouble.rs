//! What is told of the store itself: once when trouble begins, once when it is over.

use jiff::Timestamp;

use super::{Store, StoreError, meta, origin, outbox};
use crate::model::{Event, StoreFailing, StoreRecovered};

/// The trouble that was told, in `meta`: the event's data as JSON.
const FAILING: &str = "store_failing";

impl Store {
    /// The trouble that others were told of, as it began; `None` where the store is well, or took
    /// no word of it.
    pub async fn told_failing(&self) -> Result<Option<StoreFailing>, StoreError> {
        let unreadable = |error: serde_json::Error| StoreError::Unreadable {
            what: "the store's trouble",
            detail: error.to_string(),
        };
        let told = self.read(|tx| meta::value(tx, FAILING)).await?;
        told.map(|told| serde_json::from_str(&told).map_err(unreadable))
            .transpose()
    }

    /// Tells these receivers that the store is in trouble; a restart remembers that they know.
    pub async fn tell_failing(
        &self,
        event: StoreFailing,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            let told = serde_json::to_string(&event).expect("plain data serializes");
            meta::set(tx, FAILING, &told)?;
            outbox::enqueue_event(tx, &Event::StoreFailing(event), &receivers, now)
        })
        .await
    }

    /// Tells these receivers that it is well again. Polls that were claimed meanwhile, but could not
    /// be committed, are due as if they had not been: nobody waits for the end of their leases.
    pub async fn tell_recovered(
        &self,
        event: StoreRecovered,
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            meta::forget(tx, FAILING)?;
            origin::free_all(tx, i64::MAX)?;
            outbox::enqueue_event(tx, &Event::StoreRecovered(event), &receivers, now)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::StoreReason,
        store::testing::{Place, at, claim, claim_for, claim_one, one_feed},
    };

    #[tokio::test]
    async fn a_restart_knows_what_was_told_until_it_is_over() {
        let place = Place::new();
        let store = one_feed(&place).await;
        assert_eq!(store.told_failing().await.expect("read"), None);
        let failing = StoreFailing {
            reason: StoreReason::Low,
            error: "63 MiB are free".into(),
            since: at(5),
            free_bytes: Some(63 << 20),
        };
        let told = store.tell_failing(failing.clone(), vec!["desk".into()], at(6));
        told.await.expect("written");
        store.close().await;
        let store = place.open(at(7)).await;
        assert_eq!(store.told_failing().await.expect("read"), Some(failing));
        claim_one(&store, at(7)).await;
        let recovered = StoreRecovered {
            since: at(5),
            free_bytes: None,
        };
        let told = store.tell_recovered(recovered, vec!["desk".into()], at(8));
        told.await.expect("written");
        assert_eq!(store.told_failing().await.expect("read"), None);
        assert_eq!(claim(&store, at(8)).await.len(), 1, "the poll is due again");
        let claims = claim_for(&store, "desk", at(8)).await;
        let kinds: Vec<_> = claims.iter().map(|it| it.notice.event.kind()).collect();
        assert_eq!(kinds, ["store.failing", "store.recovered"]);
    }
}
