use std::collections::HashMap;

use super::*;
use crate::{
    model::{DeferReason, Event, FeedFailing, MuteEnded, Priority, SendReason},
    store::{
        AlertFilter, NewDelivery, OutboxFilter, SettleTo,
        outbox::{DeliveryState, DeliveryStatus},
        testing::*,
    },
};

fn new(kind: MuteKind, name: &str, until: i64) -> NewMute {
    NewMute {
        kind,
        name: name.into(),
        until: at(until),
        comment: Some("exercise".into()),
        by: Some("mai".into()),
    }
}

pub(super) async fn mute(store: &Store, kind: MuteKind, name: &str, until: i64, now: i64) -> Muted {
    let muted = store.mute(new(kind, name, until), at(now)).await;
    muted.expect("muted")
}

/// Deliveries, the oldest first.
pub(super) async fn outbox(store: &Store) -> Vec<DeliveryStatus> {
    let filter = OutboxFilter {
        receiver: None,
        state: None,
        limit: 100,
    };
    let mut rows = store.outbox(filter).await.expect("read");
    rows.reverse();
    rows
}

/// Each delivery's receiver, state and, where it is suppressed, by what.
async fn states(store: &Store) -> Vec<(String, DeliveryState, Option<String>)> {
    let rows = outbox(store).await.into_iter();
    rows.map(|row| {
        let suppressed = row.reason.filter(|reason| reason == "muted");
        (row.receiver, row.state, suppressed.and(row.detail))
    })
    .collect()
}

/// The watches and the priority of what a receiver gets.
fn alerted(row: &DeliveryStatus) -> (Vec<String>, Priority) {
    match &row.notice.as_ref().expect("readable").event {
        Event::Alert(alert) => (alert.watches.clone(), alert.priority),
        _ => (Vec::new(), row.priority),
    }
}

pub(super) fn ends(rows: &[DeliveryStatus]) -> HashMap<String, MuteEnded> {
    let ended = |row: &DeliveryStatus| match &row.notice.as_ref()?.event {
        Event::MuteEnded(ended) => Some((row.receiver.clone(), ended.clone())),
        _ => None,
    };
    rows.iter().filter_map(ended).collect()
}

pub(super) fn failing(feed: &str, also: &[&str]) -> NewDelivery {
    NewDelivery {
        receiver: "desk".into(),
        event: Event::FeedFailing(FeedFailing {
            feed: feed.into(),
            url: "https://mofa.example/feed".into(),
            reason: "timeout".into(),
            error: "no answer".into(),
            last_success: None,
            failures: 3,
            next_try: None,
            also: also.iter().map(|&name| name.to_owned()).collect(),
        }),
    }
}

#[tokio::test]
async fn a_muted_watch_is_left_out_and_what_it_alone_would_send_is_suppressed() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Watch, "a", 60, 0).await;
    let mut both = news(1, &["a", "b"], &["desk"]);
    both.alert.as_mut().expect("an alert").priorities = vec![Priority::Flash, Priority::Routine];
    poll_news(&store, vec![both, news(2, &["a"], &["desk", "phone"])]).await;

    let rows = outbox(&store).await;
    assert_eq!(alerted(&rows[0]), (vec!["b".to_owned()], Priority::Routine));
    assert_eq!(rows[0].priority, Priority::Routine, "not as urgent as a");
    assert_eq!(rows[0].state, DeliveryState::Pending);
    for row in &rows[1..] {
        assert_eq!(row.state, DeliveryState::Muted);
        assert_eq!(row.settled_at, Some(at(0)));
        assert_eq!(row.detail.as_deref(), Some("watch a was muted: exercise"));
        assert_eq!(alerted(row).0, ["a"], "kept whole");
    }
    assert_eq!(count(&store, "alert_watch").await, 3, "all are on record");
    let suppressed = store.mutes().await.expect("read").remove(0);
    assert_eq!(
        (suppressed.alerts, suppressed.notices),
        (1, 0),
        "once, not per receiver"
    );
    assert_eq!(claim_for(&store, "desk", at(1)).await.len(), 1);
    assert!(claim_for(&store, "phone", at(1)).await.is_empty());
}

#[tokio::test]
async fn a_mute_suppresses_until_its_moment_and_not_at_it() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Receiver, "desk", 60, 0).await;
    let last = at(60) - std::time::Duration::from_millis(1);
    store.enqueue(vec![ping("desk")], last).await.expect("kept");
    store
        .enqueue(vec![ping("desk")], at(60))
        .await
        .expect("kept");
    let states = states(&store).await;
    assert_eq!(states[0].1, DeliveryState::Muted);
    assert_eq!(states[1].1, DeliveryState::Pending);
}

#[tokio::test]
async fn a_receivers_mute_suppresses_what_waits_and_what_was_being_sent_and_failed() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    store
        .enqueue(vec![ping("desk"), ping("desk"), ping("phone")], at(0))
        .await
        .expect("kept");
    let sending = store
        .claim_deliveries("desk", at(0), LEASE, 1)
        .await
        .expect("claimed");
    let muted = mute(&store, MuteKind::Receiver, "desk", 9_000, 1).await;
    assert_eq!(muted.mute.notices, 1, "not what is being sent");
    let states = states(&store).await;
    assert_eq!(states[0].1, DeliveryState::Pending);
    assert_eq!(states[1].1, DeliveryState::Muted);
    assert_eq!(states[2].1, DeliveryState::Pending, "another receiver's");

    let later = SettleTo::Later {
        due: at(30),
        reason: SendReason::Busy,
        detail: "503".into(),
        accepted: vec![],
    };
    assert!(
        store
            .settle(settlement(&sending[0], at(2), later))
            .await
            .expect("done")
    );
    assert!(
        claim_for(&store, "desk", at(30)).await.is_empty(),
        "suppressed now"
    );
    assert_eq!(store.mutes().await.expect("read")[0].notices, 2);
}

/// The daemon died while it sent to a receiver that was muted meanwhile.
#[tokio::test]
async fn a_crash_lets_nothing_through_to_a_muted_receiver() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    store
        .enqueue(vec![ping("desk")], at(0))
        .await
        .expect("kept");
    assert_eq!(claim_for(&store, "desk", at(0)).await.len(), 1);
    mute(&store, MuteKind::Receiver, "desk", 9_000, 1).await;
    let store = temp.crash().open(at(2)).await;
    assert!(claim_for(&store, "desk", at(2)).await.is_empty());
    let row = outbox(&store).await.remove(0);
    assert_eq!(row.state, DeliveryState::Muted);
    assert_eq!(row.attempts[0].reason.as_deref(), Some("lost"));
}

#[tokio::test]
async fn what_someone_asks_for_is_sent_also_to_a_muted_receiver() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Receiver, "desk", 9_000, 0).await;
    let ids = store
        .enqueue(vec![ping("desk"), ping("desk")], at(1))
        .await
        .expect("kept");
    let this = Selection {
        ids: vec![ids[0]],
        ..Selection::default()
    };
    assert_eq!(store.retry(this, at(2)).await.expect("done"), 1);
    let claims = claim_for(&store, "desk", at(2)).await;
    assert_eq!(claims.iter().map(|it| it.id).collect::<Vec<_>>(), [ids[0]]);
}

#[tokio::test]
async fn a_feeds_mute_suppresses_its_alerts_and_its_health_but_not_that_of_others() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Feed, "mofa", 60, 0).await;
    poll_news(&store, vec![news(1, &["a"], &["desk"])]).await;
    let notices = vec![
        failing("mofa", &[]),
        failing("mofa", &["nhk"]),
        failing("nhk", &["mofa"]),
    ];
    store.enqueue(notices, at(1)).await.expect("kept");
    let states: Vec<_> = states(&store).await.into_iter().map(|row| row.1).collect();
    let (muted, pending) = (DeliveryState::Muted, DeliveryState::Pending);
    assert_eq!(states, [muted, muted, pending, pending]);
    mute(&store, MuteKind::Feed, "nhk", 60, 2).await;
    store
        .enqueue(vec![failing("mofa", &["nhk"])], at(3))
        .await
        .expect("kept");
    assert_eq!(
        outbox(&store).await[4].state,
        muted,
        "all of them are muted"
    );
}

#[tokio::test]
async fn of_several_mutes_the_one_that_ends_last_counts() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Receiver, "desk", 60, 0).await;
    mute(&store, MuteKind::Watch, "a", 300, 0).await;
    mute(&store, MuteKind::Watch, "b", 200, 0).await;
    mute(&store, MuteKind::Feed, "mofa", 250, 0).await;
    poll_news(&store, vec![news(1, &["b", "a"], &["desk"])]).await;
    let suppressed = states(&store).await.remove(0).2;
    assert_eq!(suppressed.as_deref(), Some("watch a was muted: exercise"));
}

#[tokio::test]
async fn a_mute_that_runs_out_is_reported_once_and_only_to_receivers_it_kept_something_from() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Watch, "a", 60, 0).await;
    mute(&store, MuteKind::Watch, "idle", 60, 0).await;
    poll_news(
        &store,
        vec![news(1, &["a"], &["desk"]), news(2, &["a"], &["desk"])],
    )
    .await;
    assert!(store.end_mutes(at(59)).await.expect("done").is_empty());
    // The daemon was down at that time, for a day.
    let store = temp.crash().open(at(DAY)).await;
    assert_eq!(store.end_mutes(at(DAY)).await.expect("done").len(), 2);
    assert!(store.end_mutes(at(DAY)).await.expect("done").is_empty());
    let rows = outbox(&store).await;
    let ends = ends(&rows);
    assert_eq!((rows.len(), ends.len()), (3, 1), "one notice, no flood");
    let ended = &ends["desk"];
    assert_eq!((ended.since, ended.until), (at(0), at(60)));
    assert_eq!(
        (ended.alerts, ended.notices, ended.id.as_str()),
        (2, 0, "1")
    );
    assert_eq!(ended.comment.as_deref(), Some("exercise"));
    assert_eq!(
        rows[0].state,
        DeliveryState::Muted,
        "and it is still suppressed"
    );
}

#[tokio::test]
async fn lifting_a_mute_says_what_it_suppressed_and_sends_only_that() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Watch, "a", 600, 0).await;
    mute(&store, MuteKind::Watch, "b", 600, 0).await;
    poll_news(
        &store,
        vec![news(1, &["a"], &["desk"]), news(2, &["b"], &["desk"])],
    )
    .await;
    let unmute = async |name: &'static str, send| {
        let lifted = store.unmute(MuteKind::Watch, name, send, at(1)).await;
        lifted.expect("done")
    };
    let lifted = unmute("a", true).await.expect("was muted");
    assert_eq!((lifted.mute.alerts, lifted.sent), (1, 1));
    assert_eq!(claim_for(&store, "desk", at(1)).await.len(), 1);
    let lifted = unmute("b", false).await.expect("was muted");
    assert_eq!((lifted.mute.alerts, lifted.sent), (1, 0));
    assert_eq!(unmute("b", true).await, None, "no longer");
    assert!(claim_for(&store, "desk", at(1)).await.is_empty());
    let suppressed = Selection {
        muted_only: true,
        ..Selection::default()
    };
    assert_eq!(
        store.retry(suppressed.clone(), at(2)).await.expect("done"),
        1
    );
    assert_eq!(store.retry(suppressed, at(2)).await.expect("done"), 0);
    assert!(ends(&outbox(&store).await).is_empty(), "who lifts it knows");
}

#[tokio::test]
async fn retry_leaves_the_muted_alone_unless_it_is_asked_for_them() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Receiver, "desk", 60, 0).await;
    store
        .enqueue(vec![ping("desk")], at(1))
        .await
        .expect("kept");
    let all_of_desk = Selection {
        receiver: Some("desk".into()),
        ..Selection::default()
    };
    assert_eq!(
        store.retry(all_of_desk.clone(), at(2)).await.expect("done"),
        0
    );
    let muted = Selection {
        muted_only: true,
        ..all_of_desk
    };
    assert_eq!(store.drop_deliveries(muted, at(2)).await.expect("done"), 1);
    assert_eq!(outbox(&store).await[0].state, DeliveryState::Dropped);
}

#[tokio::test]
async fn to_mute_again_moves_the_end() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let first = mute(&store, MuteKind::Feed, "mofa", 60, 0).await;
    assert_eq!(first.before, None);
    let again = NewMute {
        comment: None,
        by: Some("ken".into()),
        ..new(MuteKind::Feed, "mofa", 90)
    };
    let again = store.mute(again, at(10)).await.expect("muted");
    assert_eq!(again.before, Some(at(60)));
    let by = [&first, &again].map(|muted| muted.mute.by.as_deref());
    assert_eq!(by, [Some("mai"), Some("ken")], "who moves the end has it");
    assert_eq!((again.mute.id, again.mute.since), (first.mute.id, at(0)));
    assert_eq!(again.mute.comment.as_deref(), Some("exercise"), "stays");
    // One that ran out is another one, whether or not anybody was notified.
    let third = mute(&store, MuteKind::Feed, "mofa", 900, 100).await;
    assert_eq!((third.before, third.mute.since), (None, at(100)));
    assert_ne!(third.mute.id, first.mute.id);
}

#[tokio::test]
async fn what_is_suppressed_goes_with_what_was_delivered_and_its_mute_after_it() {
    const ALERTS: i64 = 90 * DAY;
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Watch, "a", 60, 0).await;
    poll_news(&store, vec![news(1, &["a"], &["desk"])]).await;
    store.end_mutes(at(60)).await.expect("done");
    let sent = claim_for(&store, "desk", at(60)).await.remove(0);
    assert!(
        store
            .settle(settlement(&sent, at(60), delivered()))
            .await
            .expect("done")
    );
    let pruned = store.prune(at(ALERTS)).await.expect("pruned");
    assert_eq!((pruned.deliveries, pruned.mutes), (0, 0));
    let pruned = store.prune(at(ALERTS + 1)).await.expect("pruned");
    assert_eq!((pruned.deliveries, pruned.alerts, pruned.mutes), (1, 1, 0));
    let pruned = store.prune(at(ALERTS + 61)).await.expect("pruned");
    assert_eq!((pruned.deliveries, pruned.mutes), (1, 1));
    assert!(store.mutes().await.expect("read").is_empty());
}

#[tokio::test]
async fn a_report_names_the_twenty_mutes_that_end_first() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    mute(&store, MuteKind::Watch, "over", 5, 0).await;
    for number in 0..=i64::from(status::MAX_REPORTED) {
        mute(
            &store,
            MuteKind::Watch,
            &format!("w{number:02}"),
            600 - number,
            0,
        )
        .await;
    }
    let named = store.read(|tx| report(tx, at(5))).await.expect("read");
    assert_eq!(named.len(), 20);
    assert_eq!((named[0].name.as_str(), named[0].until), ("w20", at(580)));
    assert_eq!(named[19].name, "w01", "w00 ends last");
}

/// A digest that waits for a receiver that is down counts as all its alerts.
#[tokio::test]
async fn what_a_suppressed_digest_counts_as_alerts() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let (first, second) = (news(1, &["a"], &["desk"]), news(2, &["a"], &["desk"]));
    poll_news(&store, vec![first, second]).await;
    let ids = outbox(&store).await.iter().map(|row| row.id).collect();
    let digest = store.fold("desk", ids, DeferReason::Quiet, at(1)).await;
    assert!(digest.expect("folded").is_some());
    store
        .enqueue(vec![ping("desk")], at(2))
        .await
        .expect("kept");

    let muted = mute(&store, MuteKind::Receiver, "desk", 60, 3).await;
    assert_eq!((muted.mute.alerts, muted.mute.notices), (2, 1));
    let muted_only = AlertFilter {
        muted: true,
        ..AlertFilter::default()
    };
    let shown = store.alerts(muted_only, 10).await.expect("read");
    assert_eq!(shown.len(), 2, "with the digest");
    store.end_mutes(at(60)).await.expect("done");
    let ended = &ends(&outbox(&store).await)["desk"];
    assert_eq!((ended.alerts, ended.notices), (2, 1));
}

/// A notice of a feed's health says nothing of tags.
#[tokio::test]
async fn a_muted_tag_suppresses_the_alerts_of_its_feeds_and_not_notices_of_their_health() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let mut tagged = news(1, &["a"], &["desk"]);
    let alert = &mut tagged.alert.as_mut().expect("an alert").alert;
    alert.feed.tags = vec!["asia".to_owned(), "japan".to_owned()];
    mute(&store, MuteKind::Feed, "japan", 60, 0).await;
    mute(&store, MuteKind::Tag, "japan", 50, 0).await;
    poll_news(&store, vec![tagged, news(2, &["a"], &["desk"])]).await;
    let enqueued = store.enqueue(vec![failing("mofa", &[])], at(0)).await;
    enqueued.expect("kept");
    let suppressed: Vec<_> = states(&store).await.into_iter().map(|row| row.2).collect();
    let by_tag = "tag japan was muted: exercise".to_owned();
    assert_eq!(suppressed, [Some(by_tag), None, None]);

    let mutes = store.mutes().await.expect("read");
    let kinds: Vec<_> = mutes
        .iter()
        .map(|mute| (mute.kind, mute.name.as_str()))
        .collect();
    assert_eq!(kinds, [(MuteKind::Feed, "japan"), (MuteKind::Tag, "japan")]);
    store.end_mutes(at(55)).await.expect("done");
    let ended = &ends(&outbox(&store).await)["desk"];
    assert_eq!((ended.kind, ended.alerts), (MuteKind::Tag, 1));
    let lifted = store.unmute(MuteKind::Tag, "japan", false, at(56)).await;
    assert_eq!(lifted.expect("done"), None, "it has run out");
}
