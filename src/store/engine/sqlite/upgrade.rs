//! What a store of an earlier schema holds is there in the newest one.

use std::path::Path;

use super::{
    connection::{Access, Connection},
    migrate::{MIGRATIONS, migrate},
};
use crate::{
    model::HealthIssue,
    store::{Condition, Empty, Store, StoryFilter, notifications::Notification, testing::*},
};

/// A store of this schema, in which these statements were run.
fn older(path: &Path, schema: usize, sql: &str) {
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    let mut connection = Connection::open(path, Access::Create).expect("opened");
    migrate(&mut connection, path, &MIGRATIONS[..schema]).expect("made");
    connection.batch(sql).expect("it runs");
}

/// `told` was failing, silent and empty; `muted` too, but its mute, under a former name of the feed,
/// holds all but the silence; `well` is well.
const SCHEMA_4: &str = r#"
INSERT INTO origin (id, host, domain, due) VALUES (1, 'a.example', 'a.example', 0);
INSERT INTO feed (id, name, url, origin, due, due_reason, baseline_at, polled_at, failures,
                  failing_since, told_failing, health, told_missed, missed)
VALUES (1, 'told', 'https://a.example/1', 1, 1, 'interval', 0, 1795000000000, 9, 1794000000000, 1,
        '{"told_silent":true,"empty":{"since":"2026-11-18T11:06:40Z","polls":9,"told":true}}', 1, 1),
       (2, 'muted', 'https://a.example/2', 1, 2, 'interval', 0, 1795000000000, 9, 1794000000000, 1,
        '{"told_silent":true,"empty":{"since":"2026-11-18T11:06:40Z","polls":9,"told":true}}', 0, 0),
       (3, 'well', 'https://a.example/3', 1, 3, 'interval', 0, 1795000000000, 0, NULL, 0, '{}', 0, 0);
INSERT INTO receiver (id, name, due) VALUES (1, 'desk', 0);
INSERT INTO mute (id, kind, name, since, until) VALUES (7, 'feed', 'muted', 1793000000000, 1795000060000);
INSERT INTO meta (key, value) VALUES ('mute-7-names', '["former"]');
INSERT INTO delivery (id, receiver, kind, priority, state, due, created_at, waiting_since, mute, payload)
VALUES (1, 1, 'feed.failing', 1, 'muted', 0, 1794000000000, 0, 7,
        '{"timestamp":"2026-11-06T17:20:00Z","type":"feed.failing","data":{"feed":"other","url":"u","reason":"r","error":"e","failures":3,"also":["former"]}}'),
       (2, 1, 'feed.empty', 1, 'muted', 0, 1794000000000, 0, 7,
        '{"timestamp":"2026-11-06T17:20:00Z","type":"feed.empty","data":{"feed":"muted","url":"u","since":"2026-11-06T17:20:00Z","polls":3}}'),
       (3, 1, 'feed.silent', 1, 'muted', 0, 1792000000000, 0, 7,
        '{"timestamp":"2026-10-14T15:33:20Z","type":"feed.silent","data":{"feed":"muted"}}'),
       (4, 1, 'feed.silent', 1, 'muted', 0, 1794000000000, 0, 7, 'no JSON');
"#;

async fn upgraded(temp: &TempStore) -> Store {
    older(&temp.options.path, 4, SCHEMA_4);
    temp.open(at(0)).await
}

#[tokio::test]
async fn what_schema_4_told_is_known_and_its_end_is_sent_once() {
    let temp = TempStore::new();
    let store = upgraded(&temp).await;
    let claim = claim_one(&store, at(0)).await;
    assert_eq!(claim.feed.name, "told");
    let notified = claim.feed.notified.clone();
    for issue in HealthIssue::ALL {
        assert_eq!(
            notified.of(issue).of("desk"),
            Notification::Sent,
            "{issue:?}"
        );
    }
    let health = claim.feed.health;
    assert!(health.is_silent);
    let lasting = |empty: Empty| empty.is_lasting && empty.polls == 9;
    assert!(health.empty.is_some_and(lasting));
    assert!(claim.feed.continuity.in_gap);

    let mut again = with(HealthIssue::ALL.map(finding), poll(&claim, at(0), failed()));
    again.health.state = health;
    store.commit_poll(again).await.expect("committed");
    let of = |kind: &str| format!("SELECT count(*) FROM delivery WHERE kind = '{kind}' AND id > 4");
    assert_eq!(number(&store, &of("feed.failing")).await, 0, "it is known");
    tamper(&store, "UPDATE feed SET due = 0 WHERE name = 'told'").await;
    let claim = claim_one(&store, at(1000)).await;
    let well = poll(&claim, at(1000), read(vec![]));
    let well = with(HealthIssue::ALL.map(over), well);
    store.commit_poll(well).await.expect("committed");
    assert_eq!(number(&store, &of("feed.recovered")).await, 3);
}

#[tokio::test]
async fn what_a_mute_of_schema_4_suppresses_nobody_has_heard_of_at_its_end() {
    let temp = TempStore::new();
    let store = upgraded(&temp).await;
    tamper(&store, "UPDATE feed SET due = 0 WHERE name = 'muted'").await;
    let claim = claim_one(&store, at(0)).await;
    assert_eq!(claim.feed.name, "muted");
    assert_eq!(
        claim.feed.notified.failing.of("desk"),
        Notification::Suppressed,
        "while it lasts"
    );
    store.end_mutes(at(60)).await.expect("ended");
    tamper(&store, "UPDATE origin SET due = 0, leased_until = 0").await;
    let notified = claim_one(&store, at(60)).await.feed.notified;
    assert_eq!(notified.failing.of("desk"), Notification::Unsent);
    assert_eq!(notified.empty.of("desk"), Notification::Unsent);
    assert_eq!(
        notified.silent.of("desk"),
        Notification::Sent,
        "held before the mute"
    );
    let names = "SELECT count(*) FROM meta WHERE key LIKE 'mute-%'";
    assert_eq!(number(&store, names).await, 0);
}

/// `busy` has two items, one with an alert of two watches; `idle` has none.
const SCHEMA_5: &str = "
INSERT INTO origin (id, host, domain, due) VALUES (1, 'a.example', 'a.example', 0);
INSERT INTO feed (id, name, url, origin, due, due_reason, polled_at, failures)
VALUES (1, 'busy', 'https://a.example/1', 1, 1, 'interval', 1795000000000, 0),
       (2, 'idle', 'https://a.example/2', 1, 2, 'interval', 1795000000000, 3);
INSERT INTO item (id, feed, text_hash, title, authors, categories, summary, content, seen_at)
VALUES (1, 1, x'00', 'T', '[]', '[]', '', '', 0), (2, 1, x'00', 'U', '[]', '[]', '', '', 0);
INSERT INTO alert (id, item, feed, priority, created_at, data)
VALUES (3, 2, 1, 0, 1794000000000, '{}');
INSERT INTO alert_watch (item, watch, alert) VALUES (2, 'a', 3), (2, 'b', 3);
";

#[tokio::test]
async fn what_schema_5_kept_is_counted_and_its_watches_know_when_they_alerted() {
    let temp = TempStore::new();
    older(&temp.options.path, 5, SCHEMA_5);
    let store = temp.open(at(0)).await;
    let feeds = store.feeds().await.expect("read");
    let counts = |name: &str| {
        let feed = feeds.iter().find(|feed| feed.name == name);
        let feed = feed.expect("there");
        (feed.items, feed.alerts, feed.polls.newest_first().count())
    };
    assert_eq!((counts("busy"), counts("idle")), ((2, 1, 0), (0, 0, 0)));
    let conditions = store.feed_counts().await.expect("read");
    assert_eq!(conditions.of(Condition::Failing), 1);
    let made = "SELECT count(*) FROM alert_watch WHERE made_at = 1794000000000";
    assert_eq!(number(&store, made).await, 2);
}

/// Story 1 has reports of two publishers, a copy and an item of nobody; story 5 is merged into it.
const SCHEMA_7: &str = "
INSERT INTO story (id, merged, revision, first_at, last_at)
VALUES (1, NULL, 4, 0, 1795000000000), (5, 1, 1, 0, 0);
INSERT INTO story_item (item, story, root, feed, publisher, origin, seen_at, sketch)
VALUES (1, 1, 1, 1, 'bbc', 'bbc', 0, x''), (2, 1, 1, 2, 'paper', 'paper', 0, x''),
       (3, 1, 3, 3, 'nhk', 'nhk', 0, x''), (4, 1, 4, 4, '', '', 0, x'');
";

#[tokio::test]
async fn the_publishers_of_a_story_of_schema_7_are_counted() {
    let temp = TempStore::new();
    older(&temp.options.path, 7, SCHEMA_7);
    let store = temp.open(at(0)).await;
    let stories = store
        .stories(StoryFilter::default(), 9)
        .await
        .expect("read");
    let stories: Vec<_> = stories.iter().map(|it| (it.id.0, it.independent)).collect();
    assert_eq!(stories, [(1, 2)]);
}
