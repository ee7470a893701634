//! Fair queuing: feeds take turns, so that a flood of one delays no other.
//!
//! In: alerts in the order of a poll. Out: their places among all that waits for a receiver. The nth
//! alert of one poll gets the place of one made n minutes later, so whatever another feed brings
//! meanwhile goes out before it, and nothing needs to be looked up.
//!
//! What a poll brings beyond [`ONE_BY_ONE`] goes out in digests, by every receiver's lane: it shows
//! in the place.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    model::{DeliveryId, Priority},
    store::{
        Store, StoreError,
        engine::{Tx, millis, values},
    },
};

/// So many alerts of one poll go out one by one to a receiver.
pub const ONE_BY_ONE: u32 = 100;

/// How far apart the places of one poll's alerts are.
const SLICE: Duration = Duration::from_mins(1);

/// The kind of a delivery that is an alert.
pub(super) const ALERT: &str = "alert.matched";

/// The place of the nth alert of a poll, counted from zero; of what is no alert, that of the first.
pub(super) fn place(now: Timestamp, nth: u32) -> i64 {
    now.as_millisecond() + millis(SLICE) * i64::from(nth)
}

/// Whether an alert of this age and place is one of too many.
pub(super) fn is_excess(created_at: i64, place: i64) -> bool {
    place.saturating_sub(created_at) >= millis(SLICE) * i64::from(ONE_BY_ONE)
}

/// What goes out next.
pub(in crate::store) const FIRST: &str = "
    SELECT priority FROM delivery
     WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'
       AND +due <= ?2
     ORDER BY priority DESC, place, id LIMIT 1";

/// The first of one priority that are due.
pub(in crate::store) const DUE: &str = "
    SELECT id, attempts, kind, created_at, place FROM delivery
     WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'
       AND priority = ?2 AND +due <= ?3
     ORDER BY place, id LIMIT ?4";

impl Store {
    /// The alerts to [`fold`](Self::fold) into one digest where what goes out next to this receiver
    /// is one of too many of its poll; else none. With a `priority`, as if nothing else waited.
    pub async fn flood(
        &self,
        receiver: &str,
        priority: Option<Priority>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let receiver = receiver.to_owned();
        self.read(move |tx| {
            let rank = match priority {
                Some(priority) => priority.rank(),
                None => match tx.value(FIRST, values![receiver.as_str(), now])? {
                    Some(rank) => rank,
                    None => return Ok(Vec::new()),
                },
            };
            flood(tx, &receiver, rank, limit, now)
        })
        .await
    }
}

fn flood(
    tx: &mut dyn Tx,
    receiver: &str,
    rank: i64,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<DeliveryId>, StoreError> {
    let mut ids = Vec::new();
    // Mostly the first is none, and the rest need not be read.
    for limit in [1, limit] {
        ids.clear();
        for mut row in tx.rows(DUE, values![receiver, rank, now, limit])? {
            let (attempts, kind): (u32, String) = (row.take("attempts")?, row.take("kind")?);
            let excess = is_excess(row.take("created_at")?, row.take("place")?);
            if excess && attempts == 0 && kind == ALERT {
                ids.push(row.take("id")?);
            }
        }
        if ids.is_empty() {
            break;
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{DeferReason, DeliveryId, Event},
        store::{DeliveryClaim, ONE_BY_ONE, SettleTo, Store, testing::*},
    };

    const FLOOD: u8 = 103;

    /// Polls `mofa` once, `seconds` after the beginning.
    async fn show(store: &Store, items: std::ops::Range<u8>, seconds: i64) {
        let news = items.map(|n| news(n, &["w"], &["desk", "phone"])).collect();
        poll_again(store, news, seconds).await;
    }

    async fn next(store: &Store, seconds: i64) -> DeliveryClaim {
        let claims = store.claim_deliveries("desk", at(seconds), LEASE, 1).await;
        claims.expect("claimed").remove(0)
    }

    fn title(claim: &DeliveryClaim) -> String {
        match &claim.notice.event {
            Event::Alert(alert) => alert.item.title.clone(),
            event => event.kind().to_owned(),
        }
    }

    async fn flood(store: &Store, seconds: i64) -> Vec<DeliveryId> {
        let flood = store.flood("desk", None, 500, at(seconds)).await;
        flood.expect("read")
    }

    async fn settle(store: &Store, claim: &DeliveryClaim, to: SettleTo, seconds: i64) {
        let settled = store.settle(settlement(claim, at(seconds), to));
        assert!(settled.await.expect("settled"));
    }

    #[tokio::test]
    async fn what_another_visit_brings_goes_before_the_rest_of_a_flood() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        show(&store, 1..4, 0).await;
        show(&store, 4..5, 10).await;
        let claims = claim_for(&store, "desk", at(10)).await;
        let order: Vec<_> = claims.iter().map(title).collect();
        assert_eq!(order, ["title 1", "title 4", "title 2", "title 3"]);
    }

    #[tokio::test]
    async fn what_is_too_much_of_one_poll_goes_out_in_one_digest() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        show(&store, 0..FLOOD, 0).await;
        for n in 0..ONE_BY_ONE {
            assert_eq!(flood(&store, 1).await, [], "{n} goes alone");
            let claim = next(&store, 1).await;
            assert_eq!(title(&claim), format!("title {n}"));
            settle(&store, &claim, delivered(), 1).await;
        }
        let excess = flood(&store, 2).await;
        assert_eq!(excess.len(), 3);
        let into = store.fold("desk", excess, DeferReason::Flood, at(2)).await;
        let claim = next(&store, 3).await;
        assert_eq!(Some(claim.id), into.expect("folded"));
        let Event::DigestReady(digest) = claim.notice.event else {
            panic!("a digest");
        };
        let titles = digest.alerts.iter().map(|alert| &alert.item.title[..]);
        let titles: Vec<_> = titles.collect();
        assert_eq!(titles, ["title 100", "title 101", "title 102"]);
        assert_eq!((digest.hold, digest.count), (DeferReason::Flood, 3));
        assert_eq!(flood(&store, 3).await, []);
    }

    #[tokio::test]
    async fn an_alert_that_was_tried_alone_is_tried_alone_again() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        show(&store, 0..FLOOD, 0).await;
        tamper(&store, "UPDATE delivery SET attempts = 1 WHERE id > 200").await;
        tamper(
            &store,
            "UPDATE delivery SET state = 'dropped' WHERE id <= 200",
        )
        .await;
        assert_eq!(flood(&store, 1).await, []);
        assert_eq!(title(&next(&store, 1).await), "title 100");
    }

    #[tokio::test]
    async fn a_digest_of_a_flood_holds_what_there_is_room_for() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        show(&store, 0..FLOOD, 0).await;
        tamper(
            &store,
            "UPDATE delivery SET state = 'dropped' WHERE id <= 200",
        )
        .await;
        let summary = "x".repeat(4 << 10);
        let link = "l".repeat(4 << 10);
        tamper(
            &store,
            &format!(
                "UPDATE alert SET data = json_set(data, '$.item.summary', '{summary}',
                                              '$.item.link', '{link}', '$.item.title', '{summary}',
                                              '$.item.guid', '{link}')"
            ),
        )
        .await;
        tamper(
        &store,
        "INSERT INTO delivery (receiver, alert, kind, priority, state, due, created_at,
                               waiting_since, payload, place)
         SELECT receiver, alert, kind, priority, state, due, created_at, waiting_since, payload, place
           FROM delivery, json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]')
          WHERE state = 'pending'",
    )
    .await;
        let excess = flood(&store, 1).await;
        assert_eq!(excess.len(), 63);
        let into = store.fold("desk", excess, DeferReason::Flood, at(1)).await;
        assert!(into.expect("folded").is_some());
        let rest = number(
            &store,
            "SELECT count(*) FROM delivery WHERE state = 'pending' AND kind = 'alert.matched'
            AND receiver = (SELECT id FROM receiver WHERE name = 'desk')",
        );
        assert_eq!(rest.await, 63 - 41, "of 12 KiB each");
    }

    #[tokio::test]
    async fn an_alert_is_stored_once_and_each_receiver_gets_its_own_watches() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let mut item = news(1, &["w", "v"], &["desk", "phone"]);
        let alert = item.alert.as_mut().expect("asked for");
        alert.alert.item.summary = "a story".repeat(100);
        alert.receivers[1].watches = vec!["v".into()];
        poll_news(&store, vec![item]).await;
        for (receiver, watches) in [("desk", &["w", "v"][..]), ("phone", &["v"])] {
            let claim = claim_for(&store, receiver, at(0)).await.remove(0);
            let Event::Alert(alert) = claim.notice.event else {
                panic!("an alert");
            };
            assert_eq!(alert.watches, watches);
            assert_eq!(alert.item.summary.len(), 700);
            assert_eq!((&alert.id[..], &alert.item.id[..]), ("1", "1"));
        }
        let longest = number(&store, "SELECT max(length(payload)) FROM delivery").await;
        assert!(longest < 200, "{longest}");
    }

    #[tokio::test]
    async fn what_older_versions_stored_whole_is_read_and_folded_too() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        poll_news(&store, vec![news(1, &["w"], &["desk"])]).await;
        tamper(
            &store,
            "UPDATE delivery SET place = 0, payload =
           (SELECT '{\"timestamp\":\"2026-11-22T00:00:00Z\",\"type\":\"alert.matched\",\"data\":'
                   || data || '}' FROM alert)",
        )
        .await;
        let shown = store.delivery(DeliveryId(1)).await.expect("read");
        let notice = shown.expect("there").notice.expect("readable");
        assert!(matches!(&notice.event, Event::Alert(it) if it.item.title == "title 1"));
        assert_eq!(flood(&store, 1).await, []);
        let into = store.fold("desk", vec![DeliveryId(1)], DeferReason::Digest, at(1));
        assert!(into.await.expect("folded").is_some());
        let Event::DigestReady(digest) = next(&store, 2).await.notice.event else {
            panic!("a digest");
        };
        assert_eq!(digest.alerts[0].item.title, "title 1");
    }
}
