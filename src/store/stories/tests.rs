//! What becomes of the alerts of a story, from commit to commit.

mod one;
mod sources;
mod steer;
mod waiting;

use crate::{
    model::{
        AlertStory, Corroborate, CountFrom, DeferReason, DeliveryId, Escalate, Event, Item,
        MuteKind, Otherwise, Priority, SendReason, Stories, StoryRole,
    },
    store::{
        DeliveryState, DeliveryStatus, Folded, NewItem, NewMute, NewStory, OutboxFilter, SettleTo,
        Store, StoryRule, testing::*,
    },
};

/// A text of some forty words, as wires write them.
const WIRE: &str = "Defence minister Shinjiro Koizumi resigned on Monday after an inquiry into the sale \
    of patrol boats to Palau, his office said in Tokyo. The prime minister accepted the resignation and \
    named the former coast guard commander Haruka Oshima as his successor, two officials added.";

/// Another text about the same.
const OTHER: &str = "Koizumi is out. The prime minister in Tokyo took his resignation within an hour, \
    people close to the cabinet say, and Oshima, who led the coast guard until last spring, moves \
    into the ministry at Ichigaya tomorrow to face questions about boats for Palau.";

/// A third.
const THIRD: &str = "The Palau patrol boat affair has cost Japan's defence minister his post. Shinjiro \
    Koizumi stepped down, and opposition leaders ask what the cabinet knew. Haruka Oshima takes over, a \
    choice that surprised her own party.";

struct Wire {
    store: Store,
    n: u8,
}

impl Wire {
    /// A store with feeds `f1` to `f20`, each of an origin of its own.
    async fn new(temp: &TempStore) -> Self {
        let store = temp.open(at(0)).await;
        let feeds = (1..=20).map(|n| feed(&format!("f{n}"), &format!("https://f{n}.example/feed")));
        let feeds: Vec<_> = feeds.collect();
        let receivers = ["desk".to_owned(), "phone".to_owned()];
        store.sync(&feeds, &receivers, at(0)).await.expect("synced");
        Self { store, n: 0 }
    }

    /// An item of this title and text in a feed, with the publisher of the feed's name.
    fn item(&mut self, title: &str, text: &str, of: &str) -> NewItem {
        self.n += 1;
        let mut new = news(self.n, &["koizumi"], &["desk"]);
        new.item = Item {
            guid: Some(format!("guid-{}", self.n)),
            title: title.to_owned(),
            link: Some(format!("https://{of}.example/2026/story-{}", self.n)),
            summary: text.to_owned(),
            ..Item::default()
        };
        let alert = new.alert.as_mut().expect("an alert");
        title.clone_into(&mut alert.alert.item.title);
        alert.story = Some(NewStory {
            publisher: of.to_owned(),
            origin: of.to_owned(),
            rules: Vec::new(),
        });
        new
    }

    async fn show(&self, feed: &str, seconds: i64, news: Vec<NewItem>) {
        let now = at(seconds);
        self.store
            .ask(vec![feed.to_owned()], now)
            .await
            .expect("asked");
        tamper(&self.store, "UPDATE origin SET not_before = 0").await;
        let claims = self.store.claim_asked(now, LEASE, 1).await;
        let claim = claims.expect("claimed").remove(0);
        let commit = self.store.commit_poll(poll(&claim, now, read(news)));
        commit.await.expect("committed");
    }

    /// The deliveries to a receiver, the oldest first.
    async fn outbox(&self, receiver: &str) -> Vec<DeliveryStatus> {
        let filter = OutboxFilter {
            receiver: Some(receiver.to_owned()),
            state: None,
            limit: 100,
        };
        let mut all = self.store.outbox(filter).await.expect("read");
        all.reverse();
        all
    }

    async fn states(&self, receiver: &str) -> Vec<DeliveryState> {
        let all = self.outbox(receiver).await.into_iter();
        all.map(|delivery| delivery.state).collect()
    }

    async fn deliver(&self, receiver: &str, seconds: i64) -> Vec<Event> {
        let claims = claim_for(&self.store, receiver, at(seconds)).await;
        let mut events = Vec::new();
        for claim in claims {
            let settled = self
                .store
                .settle(settlement(&claim, at(seconds), delivered()));
            assert!(settled.await.expect("settled"));
            events.push(claim.notice.event);
        }
        events
    }
}

fn story(delivery: &DeliveryStatus) -> AlertStory {
    match &delivery.notice.as_ref().expect("readable").event {
        Event::Alert(alert) => alert.story.clone().expect("it has one"),
        event => panic!("{event:?}"),
    }
}

fn with_rule(mut item: NewItem, rule: StoryRule) -> NewItem {
    let alert = item.alert.as_mut().expect("an alert");
    alert.story.as_mut().expect("a story").rules = vec![rule];
    item
}

fn three(otherwise: Otherwise) -> StoryRule {
    StoryRule {
        watch: "koizumi".to_owned(),
        corroborate: Some(Corroborate {
            publishers: 3,
            within: std::time::Duration::from_hours(6),
            otherwise,
            from: Vec::new(),
            passes: Priority::Flash,
        }),
        escalate: None,
    }
}

fn hours(hours: i64) -> i64 {
    hours * 3600
}

#[tokio::test]
async fn twenty_copies_are_one_alert_with_twenty_sources_over_restarts() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for n in 1..=20_u8 {
        let item = wire.item(
            &format!("Koizumi resigns, says paper {}", char::from(b'A' + n)),
            WIRE,
            &format!("f{n}"),
        );
        wire.show(&format!("f{n}"), i64::from(n), vec![item]).await;
        if n % 7 == 0 {
            drop(wire.store);
            wire.store = temp.open(at(i64::from(n))).await;
        }
    }
    let all = wire.outbox("desk").await;
    let (first, copies) = all.split_first().expect("some");
    assert_eq!(first.state, DeliveryState::Pending);
    for copy in copies {
        assert_eq!(
            (copy.state, copy.folded_into),
            (DeliveryState::Folded, Some(first.id))
        );
    }
    let sent = story(first);
    assert_eq!(
        (sent.items, sent.publishers.len(), sent.independent),
        (20, 20, 1)
    );
    assert_eq!(
        (sent.role, sent.id.as_str(), sent.also.len()),
        (StoryRole::First, "1", 19)
    );
    let evidence = sent.also[0].evidence.as_deref().expect("evidence");
    assert!(evidence.ends_with("phrases also in #1"), "{evidence}");
    let alerts = count(&wire.store, "alert").await;
    assert_eq!(alerts, 20, "each is on record");
    assert_eq!(wire.deliver("desk", 100).await.len(), 1);
}

#[tokio::test]
async fn two_items_of_one_feed_are_both_sent() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let items = vec![
        wire.item("Koizumi resigns", WIRE, "a"),
        wire.item("Koizumi resigns", WIRE, "a"),
    ];
    wire.show("f1", 1, items).await;
    let all = wire.outbox("desk").await;
    assert!(all.iter().all(|it| it.state == DeliveryState::Pending));
    let roles = [story(&all[0]).role, story(&all[1]).role];
    assert_eq!(roles, [StoryRole::First, StoryRole::FollowUp]);
    assert_eq!(
        all[1].notice.as_ref().expect("readable").thread.as_ref(),
        Some(&all[0].key)
    );
}

#[tokio::test]
async fn a_copy_with_news_for_its_receiver_is_sent_and_says_why() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let first = wire.item("Koizumi resigns", WIRE, "a");
    wire.show("f1", 1, vec![first]).await;
    let mut flash = wire.item("Koizumi resigns", WIRE, "b");
    flash.alert.as_mut().expect("an alert").priorities = vec![Priority::Flash];
    wire.show("f2", 2, vec![flash]).await;
    let mut phone = wire.item("Koizumi resigns", WIRE, "c");
    phone.alert.as_mut().expect("an alert").receivers[0].receiver = "phone".to_owned();
    wire.show("f3", 3, vec![phone]).await;
    let mut off = wire.item("Koizumi resigns", WIRE, "d");
    off.alert.as_mut().expect("an alert").receivers[0].modes = vec![Stories::Off];
    wire.show("f4", 4, vec![off]).await;
    let desk = wire.outbox("desk").await;
    assert!(desk.iter().all(|it| it.state == DeliveryState::Pending));
    let because: Vec<_> = desk.iter().map(|it| story(it).sent_because).collect();
    let higher = Some("its priority is higher: flash".to_owned());
    assert_eq!(because, [None, higher, None]);
    assert_eq!(wire.states("phone").await, [DeliveryState::Pending]);
}

#[tokio::test]
async fn a_copy_is_folded_only_into_what_its_receiver_gets() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let muted = NewMute {
        kind: MuteKind::Feed,
        name: "f1".to_owned(),
        until: at(hours(9)),
        comment: None,
        by: None,
    };
    wire.store.mute(muted, at(0)).await.expect("muted");
    let first = wire.item("Koizumi resigns", WIRE, "a");
    wire.show("f1", 1, vec![first]).await;
    let second = wire.item("Koizumi resigns", WIRE, "b");
    wire.show("f2", 2, vec![second]).await;
    let expected = [DeliveryState::Muted, DeliveryState::Pending];
    assert_eq!(
        wire.states("desk").await,
        expected,
        "the mute is of one feed"
    );
    let claim = claim_for(&wire.store, "desk", at(3)).await.remove(0);
    let dead = SettleTo::Dead {
        reason: SendReason::Refused,
        detail: "no".to_owned(),
        accepted: Vec::new(),
    };
    let settled = wire.store.settle(settlement(&claim, at(3), dead));
    assert!(settled.await.expect("settled"));
    let third = wire.item("Koizumi resigns", WIRE, "c");
    wire.show("f3", 4, vec![third]).await;
    assert_eq!(
        wire.states("desk").await[2],
        DeliveryState::Pending,
        "it has not got it"
    );
}

#[tokio::test]
async fn a_copy_of_what_a_digest_brings_is_folded() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let first = wire.item("Koizumi resigns", WIRE, "a");
    wire.show("f1", 1, vec![first]).await;
    let into = wire
        .store
        .fold("desk", vec![DeliveryId(1)], DeferReason::Digest, at(2))
        .await;
    assert!(into.expect("folded").is_some());
    let second = wire.item("Koizumi resigns", WIRE, "b");
    wire.show("f2", 3, vec![second]).await;
    let states = wire.states("desk").await;
    assert_eq!(
        states,
        [
            DeliveryState::Folded,
            DeliveryState::Pending,
            DeliveryState::Folded
        ]
    );
    let [Event::DigestReady(digest)] = &wire.deliver("desk", 4).await[..] else {
        panic!("one digest");
    };
    assert_eq!(digest.count, 1);
}

#[tokio::test]
async fn three_publishers_release_the_first_alert_and_copies_count_once() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let rule = || three(Otherwise::Digest);
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "bbc"),
        ("f2", "Defence minister Koizumi resigns", WIRE, "paper"),
        ("f3", "Koizumi is out, Oshima takes over", OTHER, "nhk"),
        ("f4", "Koizumi resigns over Palau boats", WIRE, "bbc"),
    ] {
        let item = with_rule(wire.item(title, text, of), rule());
        wire.show(feed, 1, vec![item]).await;
    }
    assert!(wire.deliver("desk", 2).await.is_empty(), "two of three");
    let asks =
        "publishers, as watch koizumi asks: 2 of 3: bbc, nhk; 2 copies are counted with them";
    assert_eq!(wire.outbox("desk").await[0].awaits.as_deref(), Some(asks));
    drop(wire.store);
    wire.store = temp.open(at(3)).await;
    let third = with_rule(
        wire.item(
            "Koizumi falls over Palau patrol boats, Oshima follows",
            THIRD,
            "kyodo",
        ),
        rule(),
    );
    wire.show("f5", 60, vec![third]).await;
    let events = wire.deliver("desk", 61).await;
    let [Event::Alert(alert)] = &events[..] else {
        panic!("one alert: {events:?}");
    };
    assert_eq!(alert.item.title, "Koizumi resigns");
    let story = alert.story.as_ref().expect("a story");
    let words = "3 of 3: bbc, nhk, kyodo; 2 copies are counted with them";
    assert_eq!(story.corroborated.as_deref(), Some(words));
    assert_eq!(story.independent, 3);
    let all = wire.outbox("desk").await.into_iter();
    let (copy, report) = (Some(Folded::Copy), Some(Folded::Report));
    assert_eq!(
        all.map(|it| it.folded_as).collect::<Vec<_>>(),
        [None, copy, report, copy, report]
    );
    assert!(
        wire.deliver("desk", hours(7)).await.is_empty(),
        "and no more"
    );
}

#[tokio::test]
async fn with_too_few_publishers_an_alert_is_sent_in_a_digest_or_alone_or_dropped() {
    for (otherwise, kind) in [
        (Otherwise::Digest, Some("digest.ready")),
        (Otherwise::Send, Some("alert.matched")),
        (Otherwise::Drop, None),
    ] {
        let temp = TempStore::new();
        let mut wire = Wire::new(&temp).await;
        let item = with_rule(wire.item("Koizumi resigns", WIRE, "bbc"), three(otherwise));
        wire.show("f1", 0, vec![item]).await;
        assert!(
            !wire
                .store
                .ripen("desk", at(hours(6) - 1))
                .await
                .expect("read")
        );
        assert!(wire.deliver("desk", hours(6) - 1).await.is_empty());
        assert!(
            wire.store
                .ripen("desk", at(hours(6)))
                .await
                .expect("written")
        );
        let events = wire.deliver("desk", hours(6)).await;
        let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
        assert_eq!(kinds, kind.into_iter().collect::<Vec<_>>(), "{otherwise}");
        let first = &wire.outbox("desk").await[0];
        if otherwise == Otherwise::Drop {
            assert_eq!(
                (first.state, first.detail.as_deref()),
                (DeliveryState::Dropped, Some("1 of 3: bbc"))
            );
        } else {
            assert_eq!(story(first).corroborated.as_deref(), Some("1 of 3: bbc"));
        }
    }
}

#[tokio::test]
async fn only_those_who_count_are_counted_and_an_urgent_alert_does_not_wait() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let mut rule = three(Otherwise::Digest);
    let corroborate = rule.corroborate.as_mut().expect("a rule");
    corroborate.publishers = 2;
    corroborate.from = vec![
        CountFrom::Tag("wires".into()),
        CountFrom::Publisher("nhk".into()),
    ];
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "blog"),
        ("f2", "Koizumi is out, Oshima takes over", OTHER, "nhk"),
    ] {
        let item = with_rule(wire.item(title, text, of), rule.clone());
        wire.show(feed, 1, vec![item]).await;
    }
    assert!(
        wire.deliver("desk", 2).await.is_empty(),
        "a blog does not count"
    );
    let mut tagged = with_rule(
        wire.item(
            "Koizumi falls over Palau patrol boats, Oshima follows",
            THIRD,
            "kyodo",
        ),
        rule.clone(),
    );
    tagged.alert.as_mut().expect("an alert").alert.feed.tags = vec!["wires".into()];
    wire.show("f3", 3, vec![tagged]).await;
    assert_eq!(
        wire.deliver("desk", 4).await.len(),
        1,
        "nhk, and a feed with the tag"
    );

    let mut flash = with_rule(
        wire.item(
            "Oshima fires two generals at Ichigaya",
            "A text of its own about generals \
        whom Oshima dismissed on her first day in office.",
            "blog",
        ),
        rule,
    );
    flash.alert.as_mut().expect("an alert").priorities = vec![Priority::Flash];
    wire.show("f4", 5, vec![flash]).await;
    assert_eq!(wire.deliver("desk", 6).await.len(), 1);
}

#[tokio::test]
async fn the_third_publisher_raises_the_priority_once() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let rule = StoryRule {
        watch: "koizumi".to_owned(),
        corroborate: None,
        escalate: Some(Escalate {
            publishers: 3,
            within: std::time::Duration::from_hours(6),
            priority: Priority::Bulletin,
        }),
    };
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "bbc"),
        ("f2", "Koizumi resigns today", WIRE, "paper"),
        ("f3", "Koizumi is out, Oshima takes over", OTHER, "nhk"),
        (
            "f4",
            "Koizumi falls over Palau patrol boats, Oshima follows",
            THIRD,
            "kyodo",
        ),
        (
            "f5",
            "Koizumi falls over Palau patrol boats",
            THIRD,
            "mainichi",
        ),
    ] {
        let item = with_rule(wire.item(title, text, of), rule.clone());
        wire.show(feed, 1, vec![item]).await;
    }
    let all = wire.outbox("desk").await;
    let sent = all.iter().filter(|it| it.state == DeliveryState::Pending);
    let priorities: Vec<Priority> = sent.map(|it| it.priority).collect();
    assert_eq!(
        priorities,
        [Priority::Urgent, Priority::Urgent, Priority::Bulletin]
    );
}

#[tokio::test]
async fn what_follows_a_story_that_is_sent_once_comes_as_one_summary() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for (feed, title, text, of, seconds) in [
        ("f1", "Koizumi resigns", WIRE, "bbc", 0),
        ("f2", "Koizumi is out, Oshima takes over", OTHER, "nhk", 60),
        (
            "f3",
            "Koizumi falls over Palau patrol boats, Oshima follows",
            THIRD,
            "kyodo",
            3600,
        ),
    ] {
        let mut item = wire.item(title, text, of);
        item.alert.as_mut().expect("an alert").receivers[0].modes = vec![Stories::All];
        wire.show(feed, seconds, vec![item]).await;
    }
    assert_eq!(wire.deliver("desk", 3601).await.len(), 1, "the first");
    assert!(
        !wire
            .store
            .ripen("desk", at(hours(3) - 1))
            .await
            .expect("read")
    );
    assert!(
        wire.store
            .ripen("desk", at(hours(3)))
            .await
            .expect("written")
    );
    let events = wire.deliver("desk", hours(3)).await;
    let [Event::DigestReady(digest)] = &events[..] else {
        panic!("one digest: {events:?}");
    };
    assert_eq!((digest.hold, digest.count), (DeferReason::Story, 2));
}

#[tokio::test]
async fn what_nothing_is_compared_with_any_more_is_forgotten() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let first = wire.item("Koizumi resigns", WIRE, "a");
    wire.show("f1", 0, vec![first]).await;
    wire.deliver("desk", 1).await;
    assert_eq!(
        wire.store.prune(at(9 * DAY)).await.expect("pruned").stories,
        0
    );
    assert_eq!(
        wire.store
            .prune(at(9 * DAY + 1))
            .await
            .expect("pruned")
            .stories,
        1
    );
    assert_eq!(count(&wire.store, "story_key").await, 0);
    assert_eq!(
        count(&wire.store, "story_item").await,
        1,
        "its alert is kept"
    );
    let again = wire.item("Koizumi resigns", WIRE, "b");
    wire.show("f2", 9 * DAY + 2, vec![again]).await;
    let last = wire.outbox("desk").await.pop().expect("some");
    assert_eq!(
        (last.state, story(&last).role),
        (DeliveryState::Pending, StoryRole::First)
    );
    wire.deliver("desk", 9 * DAY + 3).await;
    wire.store.prune(at(200 * DAY)).await.expect("pruned");
    for table in ["story", "story_item", "story_key", "story_notice"] {
        assert_eq!(count(&wire.store, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_copy_that_comes_after_a_day_is_folded_and_one_after_two_quiet_days_is_not() {
    for (gap, state) in [
        (hours(47), DeliveryState::Folded),
        (hours(49), DeliveryState::Pending),
    ] {
        let temp = TempStore::new();
        let mut wire = Wire::new(&temp).await;
        let first = wire.item("Koizumi resigns", WIRE, "a");
        wire.show("f1", 0, vec![first]).await;
        let second = wire.item("Koizumi resigns", WIRE, "b");
        wire.show("f2", gap, vec![second]).await;
        assert_eq!(wire.states("desk").await[1], state, "{gap}");
    }
}
