//! Mutes of what has another name from now on.

use jiff::Timestamp;

use crate::{
    model::{MuteId, MuteKind},
    store::{
        StoreError,
        engine::{Tx, values},
    },
};

/// Takes open mutes from one name to another, for several that may change places. Where the other
/// name is muted too, both are one mute, which ends with the later.
pub(in crate::store) fn follow(
    tx: &mut dyn Tx,
    kind: MuteKind,
    renamed: &[(&str, &str)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut moving = Vec::new();
    for (from, to) in renamed {
        if let Some(mute) = open(tx, kind, from)? {
            // Out of the way of the others: what begins with # no config names.
            set_name(tx, mute, &format!("#{}", mute.0))?;
            moving.push((mute, *to));
        }
    }
    for (mute, to) in moving {
        match open(tx, kind, to)? {
            Some(other) => join(tx, mute, other, now)?,
            None => set_name(tx, mute, to)?,
        }
    }
    Ok(())
}

fn open(tx: &mut dyn Tx, kind: MuteKind, name: &str) -> Result<Option<MuteId>, StoreError> {
    tx.value(
        "SELECT id FROM mute WHERE kind = ?1 AND name = ?2 AND ended_at IS NULL",
        values![kind.as_str(), name],
    )
}

fn set_name(tx: &mut dyn Tx, mute: MuteId, name: &str) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE mute SET name = ?2 WHERE id = ?1",
        values![mute, name],
    )
    .map(drop)
}

/// What the first suppresses the second suppresses from now on.
fn join(tx: &mut dyn Tx, mute: MuteId, other: MuteId, now: Timestamp) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE mute SET until = (SELECT max(m.until) FROM mute m WHERE m.id IN (?1, ?2)),
                         since = (SELECT min(m.since) FROM mute m WHERE m.id IN (?1, ?2))
          WHERE id = ?2",
        values![mute, other],
    )?;
    tx.exec(
        "UPDATE delivery SET mute = ?2 WHERE mute = ?1",
        values![mute, other],
    )?;
    tx.exec(
        "UPDATE notification SET suppressed_by = ?2 WHERE suppressed_by = ?1",
        values![mute, other],
    )?;
    tx.exec(
        "UPDATE mute SET ended_at = ?2 WHERE id = ?1",
        values![mute, now],
    )
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            NewMute,
            tests::{ends, mute, outbox as deliveries},
        },
        *,
    };
    use crate::{
        model::{Feed, HealthIssue},
        store::{DeliveryState, Store, notifications::Notification, testing::*},
    };

    const URL: &str = "https://mofa.example/feed";

    async fn sync(store: &Store, feeds: &[Feed], seconds: i64) {
        let receivers = ["desk".to_owned(), "phone".to_owned()];
        let synced = store.sync(feeds, &receivers, at(seconds)).await;
        synced.expect("synced");
    }

    /// The open mutes.
    async fn muted(store: &Store) -> Vec<String> {
        let mutes = store.mutes().await.expect("read").into_iter();
        let open = mutes.filter(|mute| mute.ended_at.is_none());
        let mut names: Vec<String> = open
            .map(|mute| format!("{} {}", mute.kind, mute.name))
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_feed_takes_its_mute_along_and_another_one_under_its_name_has_none() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        mute(&store, MuteKind::Feed, "mofa", 10_000, 0).await;
        sync(
            &store,
            &[feed("mofa", "https://b.example/"), feed("new", URL)],
            1,
        )
        .await;
        assert_eq!(muted(&store).await, ["feed new"]);

        for claim in claim(&store, at(10)).await {
            let n = if claim.feed.name == "new" { 1 } else { 2 };
            let found = read(vec![news(n, &["w"], &["desk"])]);
            let committed = store.commit_poll(poll(&claim, at(10), found)).await;
            committed.expect("committed");
        }
        let rows = deliveries(&store).await;
        let states: Vec<DeliveryState> = rows.iter().map(|row| row.state).collect();
        let muted_and_pending = [DeliveryState::Muted, DeliveryState::Pending];
        assert!(
            muted_and_pending.iter().all(|state| states.contains(state)),
            "{states:?}"
        );
    }

    #[tokio::test]
    async fn mutes_change_places_with_their_feeds() {
        let temp = TempStore::new();
        let store = temp.open(at(0)).await;
        let (a, b) = ("https://a.example/", "https://b.example/");
        sync(&store, &[feed("a", a), feed("b", b), feed("c", URL)], 0).await;
        mute(&store, MuteKind::Feed, "a", 100, 0).await;
        mute(&store, MuteKind::Feed, "b", 200, 0).await;
        sync(&store, &[feed("b", a), feed("c", b), feed("a", URL)], 1).await;
        assert_eq!(muted(&store).await, ["feed b", "feed c"]);
        let mutes = store.mutes().await.expect("read");
        let until = |name: &str| {
            mutes
                .iter()
                .find(|mute| mute.name == name)
                .map(|mute| mute.until)
        };
        assert_eq!((until("b"), until("c")), (Some(at(100)), Some(at(200))));
    }

    /// The name goes on, only its URL is another one: who muted it sees it muted.
    #[tokio::test]
    async fn a_mute_stays_with_a_name_whose_feed_nobody_else_names() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        mute(&store, MuteKind::Feed, "mofa", 100, 0).await;
        sync(&store, &[feed("mofa", "https://b.example/")], 1).await;
        assert_eq!(muted(&store).await, ["feed mofa"]);
    }

    /// A poll that began before the reload tells of the feed by the name it had.
    #[tokio::test]
    async fn a_poll_under_way_at_the_rename_is_suppressed_too() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        mute(&store, MuteKind::Feed, "mofa", 10_000, 0).await;
        let claim = claim_one(&store, at(0)).await;
        sync(&store, &[feed("new", URL)], 1).await;
        let poll = poll(&claim, at(2), read(vec![news(1, &["w"], &["desk"])]));
        store.commit_poll(poll).await.expect("committed");
        assert_eq!(deliveries(&store).await[0].state, DeliveryState::Muted);
    }

    #[tokio::test]
    async fn what_a_mute_suppressed_under_the_old_name_is_sent_at_its_end() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        mute(&store, MuteKind::Feed, "mofa", 60, 0).await;
        let claim = claim_one(&store, at(0)).await;
        let failing = with(
            [finding(HealthIssue::Failing)],
            poll(&claim, at(0), failed()),
        );
        store.commit_poll(failing).await.expect("committed");
        sync(&store, &[feed("new", URL)], 10).await;
        store.end_mutes(at(60)).await.expect("done");
        let notified = claim_one(&store, at(900)).await.feed.notified;
        assert_eq!(notified.failing.of("desk"), Notification::Unsent);
        assert_eq!(ends(&deliveries(&store).await)["desk"].name, "new");
    }

    #[tokio::test]
    async fn where_both_names_are_muted_the_later_end_holds() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        mute(&store, MuteKind::Feed, "mofa", 500, 0).await;
        poll_news(&store, vec![news(1, &["w"], &["desk"])]).await;
        // By somebody who knows the config that is not yet in force.
        let early = NewMute {
            kind: MuteKind::Feed,
            name: "new".into(),
            until: at(300),
            comment: None,
            by: None,
        };
        store.mute(early, at(1)).await.expect("muted");
        sync(&store, &[feed("new", URL)], 2).await;
        assert_eq!(muted(&store).await, ["feed new"]);
        let mutes = store.mutes().await.expect("read");
        let open = mutes.iter().find(|mute| mute.ended_at.is_none());
        let open = open.map(|mute| (mute.until, mute.alerts));
        assert_eq!(open, Some((at(500), 1)), "with what both suppress");
    }

    #[tokio::test]
    async fn a_watch_takes_its_mute_along() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let asks = |watches: &[(&str, &str)]| -> Vec<(String, String)> {
            let owned = watches
                .iter()
                .map(|(name, asks)| ((*name).into(), (*asks).into()));
            owned.collect()
        };
        let synced = store
            .sync_watches(asks(&[("a", "1"), ("b", "2")]), at(0))
            .await;
        synced.expect("synced");
        mute(&store, MuteKind::Watch, "a", 500, 0).await;
        let edited = store
            .sync_watches(asks(&[("a", "3"), ("b", "2")]), at(1))
            .await;
        edited.expect("synced");
        assert_eq!(muted(&store).await, ["watch a"], "edited, not renamed");
        let renamed = store
            .sync_watches(asks(&[("c", "3"), ("b", "2")]), at(2))
            .await;
        renamed.expect("synced");
        assert_eq!(muted(&store).await, ["watch c"]);
    }
}
