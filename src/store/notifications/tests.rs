//! Who is notified of what, and of its end.

use super::*;
use crate::{
    model::{MuteKind, SendReason},
    store::{
        DeliveryState, NewMute, PollClaim, PollCommit, PollCommitted, PollResult, Selection,
        SettleTo, Store, testing::*,
    },
};

#[test]
fn each_receiver_gets_a_beginning_once_and_the_end_of_what_it_got() {
    use Decision::{Forget, Keep, Notify, Resume};
    for (notification, so, over) in [
        (Notification::None, Notify, Keep),
        (Notification::Sent, Keep, Notify),
        (Notification::Suppressed, Keep, Notify),
        (Notification::Unsent, Notify, Forget),
        (Notification::GivenUp, Keep, Forget),
        (Notification::EndSuppressed, Resume, Keep),
        (Notification::EndWaiting, Notify, Keep),
    ] {
        assert_eq!(decide(false, notification), so, "{notification:?}");
        assert_eq!(decide(true, notification), over, "{notification:?}");
    }
}

#[test]
fn a_notice_names_of_the_others_those_that_are_meant_in_their_order() {
    let other = |id, receivers: &[&str]| Other {
        id: FeedId(id),
        log: IssueLog::sent_to(receivers),
    };
    let others = [other(1, &["desk"]), other(2, &[]), other(3, &["desk"])];
    let mut names = ["a", "b", "c"].map(str::to_owned).to_vec();
    keep(&mut names, &others, |it| it.log.of("desk").is_open());
    assert_eq!(names, ["a", "c"]);
}

/// A store with a feed `mofa` that is polled every hour, and what was sent of its failure.
struct Ward {
    temp: TempStore,
    store: Store,
    notify: Vec<String>,
}

impl Ward {
    async fn open(notify: &[&str]) -> Self {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let mut ward = Self {
            temp,
            store,
            notify: Vec::new(),
        };
        ward.notify(notify);
        ward
    }

    /// `[health] notify` from now on.
    fn notify(&mut self, receivers: &[&str]) {
        self.notify = receivers.iter().map(|&name| name.to_owned()).collect();
    }

    async fn claim(&self, second: i64) -> PollClaim {
        tamper(&self.store, "UPDATE feed SET due = 0").await;
        tamper(&self.store, "UPDATE origin SET due = 0, leased_until = 0").await;
        claim_one(&self.store, at(second)).await
    }

    async fn commit(&self, mut finding: Finding, poll: PollCommit) {
        finding.receivers.clone_from(&self.notify);
        let committed = self.store.commit_poll(with([finding], poll)).await;
        let committed = committed.expect("committed");
        assert!(matches!(committed, PollCommitted::Done { .. }));
    }

    async fn fails(&self, second: i64) {
        let poll = poll(&self.claim(second).await, at(second), failed());
        self.commit(finding(HealthIssue::Failing), poll).await;
    }

    async fn recovers(&self, second: i64) {
        let well = PollResult::Unchanged {
            status: 304,
            etag: None,
            last_modified: None,
            by_validators: true,
        };
        let poll = poll(&self.claim(second).await, at(second), well);
        self.commit(over(HealthIssue::Failing), poll).await;
    }

    async fn mute(&self, kind: MuteKind, name: &str, [from, until]: [i64; 2]) {
        let mute = NewMute {
            kind,
            name: name.into(),
            until: at(until),
            comment: None,
            by: None,
        };
        self.store.mute(mute, at(from)).await.expect("muted");
    }

    async fn end_mutes(&self, second: i64) {
        self.store.end_mutes(at(second)).await.expect("done");
    }

    /// Sends what is due for a receiver; gives which notices of a feed's health it gets.
    async fn gets(&self, receiver: &str, second: i64) -> Vec<&'static str> {
        let sync = [feed("mofa", "https://mofa.example/feed")];
        let receivers = ["desk", "phone"].map(str::to_owned);
        let synced = self.store.sync(&sync, &receivers, at(second)).await;
        synced.expect("synced");
        let events = deliver_all(&self.store, receiver, at(second)).await;
        let mut kinds: Vec<_> = events.iter().map(Event::kind).collect();
        kinds.retain(|kind| kind.starts_with("feed."));
        kinds
    }

    /// The one delivery of this state.
    async fn only(&self, state: DeliveryState) -> DeliveryId {
        let sql = format!("SELECT id FROM delivery WHERE state = '{}'", state.as_str());
        DeliveryId(number(&self.store, &sql).await)
    }
}

const NOTHING: [&str; 0] = [];
const FAILING: [&str; 1] = ["feed.failing"];
const RECOVERED: [&str; 1] = ["feed.recovered"];

#[tokio::test]
async fn who_was_notified_gets_the_end_once() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    ward.fails(10).await;
    assert_eq!(ward.gets("desk", 10).await, FAILING);
    ward.recovers(20).await;
    assert_eq!(ward.gets("desk", 20).await, RECOVERED);
    ward.recovers(30).await;
    assert_eq!(ward.gets("desk", 30).await, NOTHING);
    assert_eq!(count(&ward.store, "notification").await, 0);
    ward.fails(40).await;
    assert_eq!(ward.gets("desk", 40).await, FAILING, "another failure");
}

#[tokio::test]
async fn who_comes_to_be_notified_gets_the_failure_that_goes_on_and_its_end() {
    let mut ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    ward.notify(&["phone"]);
    ward.fails(10).await;
    assert_eq!(ward.gets("desk", 10).await, FAILING);
    assert_eq!(ward.gets("phone", 10).await, FAILING);
    ward.fails(20).await;
    ward.recovers(30).await;
    assert_eq!(ward.gets("phone", 30).await, RECOVERED);
    assert_eq!(
        ward.gets("desk", 30).await,
        RECOVERED,
        "it has the beginning"
    );
}

#[tokio::test]
async fn who_comes_to_be_notified_after_the_last_failure_gets_no_end() {
    for before in [&["desk"][..], &[]] {
        let mut ward = Ward::open(before).await;
        ward.fails(0).await;
        ward.notify(&["phone"]);
        ward.recovers(10).await;
        assert_eq!(ward.gets("phone", 10).await, NOTHING, "{before:?}");
        ward.recovers(20).await;
        ward.gets("desk", 20).await;
        ward.recovers(30).await;
        assert_eq!(count(&ward.store, "notification").await, 0, "{before:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_was_muted_gets_the_failure_that_goes_on_after_its_mute_and_the_end() {
    let ward = Ward::open(&["desk", "phone"]).await;
    ward.mute(MuteKind::Receiver, "phone", [0, 50]).await;
    ward.fails(0).await;
    ward.fails(40).await;
    ward.end_mutes(50).await;
    assert_eq!(ward.gets("phone", 50).await, NOTHING);
    ward.fails(60).await;
    ward.fails(70).await;
    assert_eq!(ward.gets("phone", 70).await, FAILING);
    assert_eq!(ward.gets("desk", 70).await, FAILING, "once");
    ward.recovers(80).await;
    assert_eq!(ward.gets("phone", 80).await, RECOVERED);
}

#[tokio::test]
async fn a_receiver_that_was_muted_until_the_feed_recovered_gets_no_end_alone() {
    for recovered in [40, 60] {
        let ward = Ward::open(&["desk", "phone"]).await;
        ward.mute(MuteKind::Receiver, "phone", [0, 50]).await;
        ward.fails(0).await;
        if recovered < 50 {
            ward.recovers(recovered).await;
        }
        ward.end_mutes(50).await;
        ward.recovers(60).await;
        assert_eq!(ward.gets("phone", 60).await, NOTHING, "{recovered}");
        let both = ["feed.failing", "feed.recovered"];
        assert_eq!(ward.gets("desk", 60).await, both, "{recovered}");
    }
}

/// What is dropped, dead or deleted was not sent, so it has no end; and a poll every few minutes must
/// not send it again and again.
#[tokio::test]
async fn of_a_beginning_that_never_arrived_no_end_is_sent() {
    for is_dropped in [true, false] {
        let ward = Ward::open(&["desk"]).await;
        ward.gets("desk", 0).await;
        ward.fails(0).await;
        if is_dropped {
            let this = Selection {
                ids: vec![ward.only(DeliveryState::Pending).await],
                ..Selection::default()
            };
            let dropped = ward.store.drop_deliveries(this, at(1)).await;
            assert_eq!(dropped.expect("done"), 1);
        } else {
            let claim = claim_for(&ward.store, "desk", at(1)).await.remove(0);
            let dead = SettleTo::Dead {
                reason: SendReason::Refused,
                detail: "400".into(),
                accepted: vec![],
            };
            let settled = settlement(&claim, at(1), dead);
            assert!(ward.store.settle(settled).await.expect("settled"));
        }
        ward.fails(10).await;
        assert_eq!(ward.gets("desk", 10).await, NOTHING, "{is_dropped}");
        ward.recovers(20).await;
        assert_eq!(ward.gets("desk", 20).await, NOTHING, "{is_dropped}");
        assert_eq!(count(&ward.store, "notification").await, 0, "{is_dropped}");
    }
}

#[tokio::test]
async fn a_suppressed_beginning_that_was_dropped_or_deleted_is_sent_where_it_goes_on_and_never_ends_alone()
 {
    for (is_dropped, goes_on) in [(true, true), (true, false), (false, true), (false, false)] {
        let what = format!("{is_dropped} {goes_on}");
        let ward = Ward::open(&["desk"]).await;
        let until = 100 * DAY;
        ward.mute(MuteKind::Feed, "mofa", [0, until]).await;
        ward.fails(0).await;
        if is_dropped {
            let muted = Selection {
                muted_only: true,
                ..Selection::default()
            };
            let dropped = ward.store.drop_deliveries(muted, at(1)).await;
            assert_eq!(dropped.expect("done"), 1);
        } else {
            let pruned = ward.store.prune(at(95 * DAY)).await.expect("pruned");
            assert_eq!(pruned.deliveries, 1);
        }
        ward.end_mutes(until).await;
        if goes_on {
            ward.fails(until + 1).await;
            assert_eq!(ward.gets("desk", until + 1).await, FAILING, "{what}");
        }
        ward.recovers(until + 2).await;
        let end = if goes_on { &RECOVERED[..] } else { &[] };
        assert_eq!(ward.gets("desk", until + 2).await, end, "{what}");
    }
}

#[tokio::test]
async fn of_a_beginning_that_was_delivered_and_deleted_the_end_is_sent() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    let pruned = ward.store.prune(at(100 * DAY)).await.expect("pruned");
    assert_eq!(pruned.deliveries, 1);
    ward.fails(100 * DAY).await;
    ward.recovers(101 * DAY).await;
    assert_eq!(ward.gets("desk", 101 * DAY).await, RECOVERED);
}

#[tokio::test]
async fn a_feed_that_recovers_during_a_mute_is_reported_when_it_ends_to_who_knows_of_the_failure() {
    for kind in [MuteKind::Feed, MuteKind::Receiver] {
        let name = match kind {
            MuteKind::Feed => "mofa",
            _ => "desk",
        };
        let ward = Ward::open(&["desk"]).await;
        ward.fails(0).await;
        assert_eq!(ward.gets("desk", 0).await, FAILING);
        ward.mute(kind, name, [10, 50]).await;
        ward.recovers(20).await;
        ward.recovers(30).await;
        assert_eq!(ward.gets("desk", 40).await, NOTHING, "{kind:?}");
        ward.end_mutes(50).await;
        assert_eq!(ward.gets("desk", 50).await, RECOVERED, "{kind:?}");
        ward.recovers(60).await;
        assert_eq!(ward.gets("desk", 60).await, NOTHING, "{kind:?}");
    }
}

#[tokio::test]
async fn lifting_a_mute_sends_the_end_that_a_receiver_waits_for_and_does_not_count_it() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    ward.mute(MuteKind::Feed, "mofa", [10, 50]).await;
    ward.recovers(20).await;
    let lifted = ward.store.unmute(MuteKind::Feed, "mofa", false, at(30));
    let lifted = lifted.await.expect("done").expect("was muted");
    assert_eq!((lifted.mute.notices, lifted.sent), (0, 0));
    assert_eq!(ward.gets("desk", 30).await, RECOVERED);
}

#[tokio::test]
async fn an_end_that_another_mute_suppresses_still_waits_for_that_one() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    ward.mute(MuteKind::Feed, "mofa", [10, 50]).await;
    ward.recovers(20).await;
    ward.mute(MuteKind::Receiver, "desk", [30, 90]).await;
    ward.end_mutes(50).await;
    assert_eq!(ward.gets("desk", 60).await, NOTHING);
    ward.end_mutes(90).await;
    assert_eq!(ward.gets("desk", 90).await, RECOVERED);
}

/// It was on its way when the receiver was muted.
#[tokio::test]
async fn an_end_that_waited_when_its_receiver_was_muted_is_sent_when_the_mute_ends() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    ward.recovers(10).await;
    ward.mute(MuteKind::Receiver, "desk", [20, 50]).await;
    ward.recovers(30).await;
    assert_eq!(ward.gets("desk", 40).await, NOTHING);
    ward.end_mutes(50).await;
    assert_eq!(ward.gets("desk", 50).await, RECOVERED);
}

#[tokio::test]
async fn a_feed_that_recovers_and_fails_again_during_a_mute_is_no_news_after_it() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    ward.mute(MuteKind::Feed, "mofa", [10, 50]).await;
    ward.recovers(20).await;
    ward.fails(30).await;
    ward.end_mutes(50).await;
    ward.fails(60).await;
    assert_eq!(ward.gets("desk", 60).await, NOTHING);
    ward.recovers(70).await;
    assert_eq!(ward.gets("desk", 70).await, RECOVERED);
}

/// Its beginning and its end waited when the receiver was muted.
#[tokio::test]
async fn of_a_beginning_that_a_mute_keeps_too_no_end_is_sent_when_the_mute_ends() {
    for goes_on in [false, true] {
        let ward = Ward::open(&["desk"]).await;
        ward.fails(0).await;
        ward.recovers(10).await;
        ward.mute(MuteKind::Receiver, "desk", [20, 50]).await;
        ward.recovers(30).await;
        if goes_on {
            ward.fails(40).await;
        }
        ward.end_mutes(50).await;
        assert_eq!(ward.gets("desk", 50).await, NOTHING, "{goes_on}");
        if goes_on {
            ward.fails(60).await;
            assert_eq!(ward.gets("desk", 60).await, FAILING);
        }
        ward.recovers(70).await;
        let end = if goes_on { &RECOVERED[..] } else { &[] };
        assert_eq!(ward.gets("desk", 70).await, end, "{goes_on}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_no_longer_named_gets_no_end_of_a_failure_that_began_again_in_a_mute() {
    let mut ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    ward.notify(&["phone"]);
    ward.mute(MuteKind::Receiver, "desk", [10, 50]).await;
    ward.recovers(20).await;
    ward.fails(30).await;
    ward.end_mutes(50).await;
    assert_eq!(ward.gets("desk", 50).await, NOTHING);
    ward.recovers(60).await;
    assert_eq!(ward.gets("desk", 60).await, RECOVERED);
}

#[tokio::test]
async fn an_end_that_a_receiver_waits_for_outlives_the_feed_and_what_is_deleted() {
    let ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    let until = 100 * DAY;
    ward.mute(MuteKind::Receiver, "desk", [10, until]).await;
    let closed = ward.store.close_issues(&[], vec!["desk".into()], at(20));
    closed.await.expect("written");
    ward.store.prune(at(95 * DAY)).await.expect("pruned");
    ward.end_mutes(until).await;
    assert_eq!(ward.gets("desk", until).await, RECOVERED);
}

#[tokio::test]
async fn a_suppressed_beginning_is_not_sent_beside_the_one_that_took_its_place_or_after_its_end() {
    for goes_on in [true, false] {
        let ward = Ward::open(&["desk"]).await;
        ward.mute(MuteKind::Feed, "mofa", [0, 50]).await;
        ward.fails(0).await;
        ward.end_mutes(50).await;
        if goes_on {
            ward.fails(60).await;
        } else {
            ward.recovers(60).await;
        }
        let muted = Selection {
            muted_only: true,
            ..Selection::default()
        };
        let sent = ward.store.retry(muted, at(70)).await;
        assert_eq!(sent.expect("done"), 0, "{goes_on}");
        let expected = if goes_on { &FAILING[..] } else { &[] };
        assert_eq!(ward.gets("desk", 70).await, expected);
    }
}

/// The log survives a restart, as the outbox does.
#[tokio::test]
async fn a_crash_forgets_no_end_that_a_receiver_waits_for() {
    let mut ward = Ward::open(&["desk"]).await;
    ward.fails(0).await;
    assert_eq!(ward.gets("desk", 0).await, FAILING);
    ward.mute(MuteKind::Feed, "mofa", [10, 50]).await;
    ward.recovers(20).await;
    ward.temp = ward.temp.crash();
    ward.store = ward.temp.open(at(60)).await;
    ward.end_mutes(60).await;
    assert_eq!(ward.gets("desk", 60).await, RECOVERED);
}

/// What a finding of one feed says to each receiver of two others.
async fn said(
    store: &Store,
    feed: FeedId,
    finding: Finding,
    second: i64,
) -> Vec<(String, Vec<String>, Vec<String>)> {
    let notify = move |tx: &mut dyn Tx| notify(tx, feed, vec![finding], at(second));
    let said = store.write(notify).await.expect("written").into_iter();
    let said = said.map(|notice| match notice.event {
        Event::FeedFailing(data) => (notice.receiver, data.also, Vec::new()),
        Event::FeedRecovered(data) => (notice.receiver, data.also, data.still),
        other => panic!("{other:?}"),
    });
    said.collect()
}

#[tokio::test]
async fn of_other_feeds_a_notice_names_to_each_receiver_those_of_which_that_is_news() {
    let temp = TempStore::new();
    let store = one_feed(&temp).await;
    let names = ["mofa", "nhk", "wire"];
    let feeds = names.map(|name| feed(name, &format!("https://mofa.example/{name}")));
    let receivers = ["desk", "phone"].map(str::to_owned);
    store.sync(&feeds, &receivers, at(0)).await.expect("synced");
    let mut ids = Vec::new();
    for name in names {
        let sql = format!("SELECT id FROM feed WHERE name = '{name}'");
        ids.push(FeedId(number(&store, &sql).await));
    }
    for name in ["nhk", "wire"] {
        let log = format!(
            "INSERT INTO notification (feed, issue, receiver, sent_at)
             SELECT id, 'failing', 'desk', 0 FROM feed WHERE name = '{name}'"
        );
        tamper(&store, &log).await;
    }
    let list = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    let mut begun = finding(HealthIssue::Failing);
    begun.receivers = receivers.to_vec();
    begun.also = vec![ids[1]];
    if let Event::FeedFailing(data) = &mut begun.event {
        data.also = list(&["nhk"]);
    }
    let expected = [
        ("desk".to_owned(), list(&[]), list(&[])),
        ("phone".to_owned(), list(&["nhk"]), list(&[])),
    ];
    assert_eq!(said(&store, ids[0], begun, 1).await, expected);

    let mut ended = over(HealthIssue::Failing);
    (ended.also, ended.still) = (vec![ids[1]], vec![ids[2]]);
    if let Event::FeedRecovered(data) = &mut ended.event {
        (data.also, data.still) = (list(&["nhk"]), list(&["wire"]));
    }
    let expected = [
        ("desk".to_owned(), list(&["nhk"]), list(&["wire"])),
        ("phone".to_owned(), list(&["nhk"]), list(&[])),
    ];
    assert_eq!(said(&store, ids[0], ended, 2).await, expected);
}
