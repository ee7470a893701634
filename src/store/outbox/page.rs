//! The outbox page by page, the newest first, and how much of it there is.

use std::{str::FromStr, sync::Arc};

use super::{DeliveryState, DeliveryStatus, show};
use crate::{
    model::DeliveryId,
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
    },
};

/// Which deliveries to show on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxSearch {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those of this receiver.
    pub receiver: Option<String>,
}

/// How many deliveries of a receiver are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxCount {
    /// The receiver's name.
    pub receiver: String,
    /// The state.
    pub state: DeliveryState,
    /// How many; never 0.
    pub deliveries: u64,
}

/// The ids before ?1, at most ?2.
pub(in crate::store) const NEWEST: &str =
    "SELECT id FROM delivery WHERE id < ?1 ORDER BY id DESC LIMIT ?2";

/// The same of the receiver ?4, in the state ?3.
pub(in crate::store) const NEWEST_IN_STATE: &str = "
    SELECT id FROM delivery WHERE state = ?3 AND receiver = ?4 AND id < ?1
     ORDER BY id DESC LIMIT ?2";

pub(in crate::store) const COUNTS: &str =
    "SELECT state, receiver, count(*) AS deliveries FROM delivery GROUP BY state, receiver";

impl Store {
    /// A page of deliveries with their attempts, the newest first: those before `before`, at most
    /// `limit`.
    pub async fn outbox_page(
        &self,
        search: OutboxSearch,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryStatus>, StoreError> {
        let store = Arc::clone(&self.identity);
        self.read(move |tx| {
            let before = before.map_or(i64::MAX, |before| before.0);
            let ids = ids(tx, &search, before, limit)?;
            show::by_ids(tx, &store, &ids)
        })
        .await
    }

    /// How many deliveries each receiver has in which state, by name of the receiver.
    pub async fn outbox_counts(&self) -> Result<Vec<OutboxCount>, StoreError> {
        self.read(|tx| {
            let names = receivers(tx, None)?;
            let mut counts = Vec::new();
            for row in tx.rows(COUNTS, &[])? {
                counts.extend(count(row, &names)?);
            }
            counts.sort_by(|one: &OutboxCount, other| one.receiver.cmp(&other.receiver));
            Ok(counts)
        })
        .await
    }
}

/// Each state of each receiver has its newest in an index; the newest of all are among these.
fn ids(
    tx: &mut dyn Tx,
    search: &OutboxSearch,
    before: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    if *search == OutboxSearch::default() {
        return tx.column(NEWEST, values![before, limit]);
    }
    let states = search
        .state
        .map_or_else(|| DeliveryState::ALL.to_vec(), |it| vec![it]);
    let mut ids: Vec<i64> = Vec::new();
    for (receiver, _) in receivers(tx, search.receiver.as_deref())? {
        for state in &states {
            let params = values![before, limit, state.as_str(), receiver];
            ids.append(&mut tx.column(NEWEST_IN_STATE, params)?);
        }
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.truncate(limit as usize);
    Ok(ids)
}

/// The rows and names of all receivers, or of one.
fn receivers(tx: &mut dyn Tx, name: Option<&str>) -> Result<Vec<(i64, String)>, StoreError> {
    let rows = match name {
        None => tx.rows("SELECT id, name FROM receiver ORDER BY id", &[])?,
        Some(name) => tx.rows(
            "SELECT id, name FROM receiver WHERE name = ?1",
            values![name],
        )?,
    };
    let pair = |mut row: Row| Ok((row.take("id")?, row.take("name")?));
    rows.into_iter().map(pair).collect()
}

fn count(mut row: Row, names: &[(i64, String)]) -> Result<Option<OutboxCount>, StoreError> {
    let (state, receiver): (String, i64) = (row.take("state")?, row.take("receiver")?);
    let state = DeliveryState::from_str(&state).map_err(|error| StoreError::Unreadable {
        what: "a delivery",
        detail: error.to_string(),
    })?;
    let deliveries = row.take("deliveries")?;
    let name = names.iter().find(|(id, _)| *id == receiver);
    Ok(name.map(|(_, name)| OutboxCount {
        receiver: name.clone(),
        state,
        deliveries,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    /// Twelve deliveries, for `desk` and `phone` in turns; of each the first two are dead.
    async fn twelve(temp: &TempStore) -> Store {
        let store = one_feed(temp).await;
        for n in 0..12 {
            let notice = ping(["desk", "phone"][n % 2]);
            store.enqueue(vec![notice], at(0)).await.expect("enqueued");
        }
        let dead = "UPDATE delivery SET state = 'dead', settled_at = 9000 WHERE id <= 4";
        tamper(&store, dead).await;
        store
    }

    async fn pages(store: &Store, search: &OutboxSearch, limit: u32) -> Vec<i64> {
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let page = store.outbox_page(search.clone(), before, limit).await;
            let page = page.expect("read");
            let Some(last) = page.last() else {
                return ids;
            };
            before = Some(last.id);
            ids.extend(page.iter().map(|delivery| delivery.id.0));
        }
    }

    #[tokio::test]
    async fn pages_of_any_size_show_every_delivery_once_the_newest_first() {
        let temp = TempStore::new();
        let store = twelve(&temp).await;
        let of = |state, receiver: Option<&str>| OutboxSearch {
            state,
            receiver: receiver.map(str::to_owned),
        };
        let (dead, pending) = (Some(DeliveryState::Dead), Some(DeliveryState::Pending));
        for (search, wanted) in [
            (of(None, None), &[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1][..]),
            (of(dead, None), &[4, 3, 2, 1]),
            (of(None, Some("desk")), &[11, 9, 7, 5, 3, 1]),
            (of(dead, Some("phone")), &[4, 2]),
            (of(pending, Some("phone")), &[12, 10, 8, 6]),
            (of(Some(DeliveryState::Muted), None), &[]),
            (of(None, Some("nobody")), &[]),
        ] {
            for limit in [1, 2, 5, 12, 13] {
                assert_eq!(pages(&store, &search, limit).await, wanted, "{search:?}");
            }
        }
    }

    #[tokio::test]
    async fn deliveries_are_counted_by_receiver_and_state() {
        let temp = TempStore::new();
        let store = twelve(&temp).await;
        let counts = store.outbox_counts().await.expect("read");
        let of = |receiver: &str, state, deliveries| OutboxCount {
            receiver: receiver.to_owned(),
            state,
            deliveries,
        };
        let (dead, pending) = (DeliveryState::Dead, DeliveryState::Pending);
        let wanted = [
            of("desk", dead, 2),
            of("desk", pending, 4),
            of("phone", dead, 2),
            of("phone", pending, 4),
        ];
        assert_eq!(counts, wanted);
    }
}
