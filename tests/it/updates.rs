//! Items that were edited after they were first read, and what an item is identified by.

use fivebells::{model::Item, parse};
use serde_json::{Value, json};

use crate::{
    servers::{feed::FeedServer, http::Request, webhook::WebhookServer},
    world::World,
};

/// A feed and a hook with a program between them.
struct Newsroom {
    feed: FeedServer,
    hook: WebhookServer,
    world: World,
}

impl Newsroom {
    /// With these lines at the top of the config, these keys of the feed and these watches; the
    /// first poll has been.
    async fn open(top: &str, feed_keys: &str, watches: &str, stories: &[&str]) -> Self {
        let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
        for story in stories {
            feed.publish(story);
        }
        let world = World::open(&format!(
            "{top}\n[feed]\nwire = {{ url = \"{}\"{feed_keys} }}\n[watch]\n{watches}\n\
             [receiver.hook]\nwebhook = \"{}\"\n",
            feed.url(),
            hook.url()
        ))
        .await;
        world.round().await;
        Self { feed, hook, world }
    }

    /// One more round, and what has been sent in all.
    async fn round(&self) -> Vec<Value> {
        self.world.advance(20);
        self.world.round().await;
        self.hook.requests().iter().map(Request::json).collect()
    }

    fn rows(&self, sql: &str) -> i64 {
        let path = self.world.path().with_file_name("fivebells.db");
        let database = rusqlite::Connection::open(path).expect("the store");
        database
            .query_row(sql, [], |row| row.get(0))
            .expect("a row")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_makes_a_watch_match_alerts_once_as_an_update() {
    let room = Newsroom::open("", "", "k = \"Koizumi\"", &["Minister's agenda", "Weather"]).await;
    room.feed.edit(1, 1, "Koizumi’s agenda", "Story 1.");
    let sent = room.round().await;
    assert_eq!(sent.len(), 1, "the baseline's item is news now");
    let data = &sent[0]["data"];
    assert_eq!(
        data["update"],
        json!({ "changed": ["title"], "title_before": "Minister's agenda" })
    );
    assert_eq!(data["item"]["title"], "Koizumi’s agenda");
    assert_eq!(
        data["item"]["seen"], "2026-11-22T07:00:00Z",
        "when it was first read"
    );
    assert_eq!(room.rows("SELECT count(*) FROM revision"), 1);

    room.feed
        .edit(1, 1, "Koizumi’s full agenda", "Koizumi again.");
    assert_eq!(room.round().await.len(), 1, "it matched before");
    room.feed.edit(1, 1, "Corrected: the agenda", "No name.");
    assert_eq!(room.round().await.len(), 1, "it matches no more");
    room.feed.edit(1, 1, "Koizumi’s agenda", "Story 1.");
    assert_eq!(
        room.round().await.len(),
        1,
        "never a second alert for an item and a watch"
    );
    assert_eq!(room.rows("SELECT count(*) FROM revision"), 4);
    assert_eq!(
        room.rows("SELECT count(*) FROM item"),
        2,
        "no edit made an item"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_watches_that_did_not_match_before_alert() {
    let watches =
        "k = \"Koizumi\"\nh = \"Hegseth\"\nquiet = { match = \"Hegseth\", on_update = \"never\" }";
    let room = Newsroom::open("", ", initial = \"all\"", watches, &["Koizumi travels"]).await;
    room.feed.edit(0, 1, "Koizumi travels", "He meets Hegseth.");
    let sent = room.round().await;
    assert_eq!(sent.len(), 2);
    assert!(
        sent[0]["data"].get("update").is_none(),
        "a new item is no update"
    );
    assert_eq!(sent[1]["data"]["watches"], json!(["h"]));
    assert_eq!(
        sent[1]["data"]["update"],
        json!({ "changed": ["summary"], "title_before": null })
    );
}

/// An alert that was sent before does not make the next alert more urgent.
#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_has_alerted_the_item_has_no_part_in_its_update() {
    let watches = "k = { match = \"Koizumi\", priority = \"flash\" }\nh = \"Hegseth\"";
    let room = Newsroom::open("", ", initial = \"all\"", watches, &["Koizumi travels"]).await;
    room.feed.edit(0, 1, "The minister travels", "Story 1.");
    assert_eq!(room.round().await.len(), 1);
    room.feed.edit(0, 1, "Koizumi meets Hegseth", "Story 1.");
    let sent = room.round().await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[1]["data"]["watches"], json!(["h"]));
    assert_eq!(sent[1]["data"]["priority"], "routine");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_update_has_a_default_for_all_watches() {
    let watches = "k = \"Koizumi\"\nloud = { match = \"Koizumi\", on_update = \"match\" }";
    let room = Newsroom::open("on_update = \"never\"", "", watches, &["Agenda"]).await;
    room.feed.edit(0, 1, "Koizumi’s agenda", "Story 1.");
    let sent = room.round().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["data"]["watches"], json!(["loud"]));
}

/// Live entries and status pages: each edit with a hit in a new sentence is alerted, no other.
#[tokio::test(flavor = "multi_thread")]
async fn every_edit_with_a_hit_in_a_new_sentence_alerts_again() {
    let watches = "k = { match = \"Koizumi\", on_update = \"every\" }\nonce = \"Koizumi\"";
    let room = Newsroom::open("", "", watches, &["Live"]).await;
    let edits = [
        ("Koizumi speaks.", 1, "the first hit"),
        ("Koizumi speaks. Rain.", 1, "an edit elsewhere"),
        ("Koizumi speaks. Rain. Koizumi leaves.", 2, "one more hit"),
        ("Koizumi speaks. Rain.", 2, "an edit taken back"),
        ("Koizumi speaks. Rain. Koizumi leaves.", 2, "and made again"),
        ("Koizumi returns.", 3, "another text"),
        ("Koizumi speaks.", 3, "the first text of all"),
    ];
    for (text, alerts, what) in edits {
        room.feed.edit(0, 1, "Live", text);
        let sent = room.round().await;
        assert_eq!(sent.len(), alerts, "{what}");
    }
    let sent = room.round().await;
    assert_eq!(sent[0]["data"]["watches"], json!(["k", "once"]));
    for again in &sent[1..] {
        assert_eq!(again["data"]["watches"], json!(["k"]));
        assert_eq!(again["data"]["update"]["changed"], json!(["summary"]));
    }
}

/// A watch that is new looks at what is new: what the feed has shown all along is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_elsewhere_in_the_text_alerts_nothing_that_stood_there() {
    let room = Newsroom::open("", "", "k = \"Koizumi\"", &["Koizumi speaks"]).await;
    room.feed
        .edit(0, 1, "Koizumi speaks (updated)", "More of it.");
    assert!(room.round().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_change_is_neither_read_nor_written() {
    let room = Newsroom::open("", "", "k = \"Koizumi\"", &["One", "Two"]).await;
    let image = "SELECT sum(length(title) + seen_at) + count(*) FROM item";
    let before = room.rows(image);
    room.feed.publish("Three");
    room.round().await;
    assert_eq!(room.rows("SELECT count(*) FROM revision"), 0);
    let after = room
        .rows("SELECT sum(length(title) + seen_at) + count(*) FROM item WHERE title <> 'Three'");
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_blog_keeps_its_latest_texts_only() {
    let room = Newsroom::open("", "", "k = \"Koizumi\"", &["Live"]).await;
    for entry in 0..25 {
        room.feed.edit(0, 1, "Live", &format!("Entry {entry}"));
        room.round().await;
    }
    assert_eq!(room.rows("SELECT count(*) FROM revision"), 20);
    let oldest = "SELECT count(*) FROM revision WHERE summary IN ('Story 1.', 'Entry 3')";
    assert_eq!(room.rows(oldest), 0);
    assert_eq!(
        room.rows("SELECT count(*) FROM revision WHERE summary = 'Entry 4'"),
        1
    );
}

/// A renaming gives one notice; from then on the items are known by their new names.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_renames_everything_is_notified_once() {
    let stories = ["Koizumi 1", "Koizumi 2", "Koizumi 3", "Koizumi 4"];
    let room = Newsroom::open("", "", "k = \"Koizumi\"", &stories).await;
    room.feed.rename_all();
    let sent = room.round().await;
    let kinds: Vec<&Value> = sent.iter().map(|notice| &notice["type"]).collect();
    assert_eq!(kinds, ["feed.rebased"]);
    room.feed.publish("Weather");
    assert_eq!(room.round().await.len(), 1, "not again at the next poll");
    room.feed.edit(1, 4, "Koizumi 4, corrected", "Story 4.");
    assert_eq!(room.round().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_guid_and_one_link_for_ever_new_headlines() {
    for (identity, alerts) in [("auto", 0), ("title", 1)] {
        let keys = format!(", identity = \"{identity}\"");
        let room = Newsroom::open(
            "on_update = \"never\"",
            &keys,
            "w = \"Warning\"",
            &["All clear"],
        )
        .await;
        room.feed.edit(0, 1, "Warning: tsunami", "Leave the coast.");
        assert_eq!(room.round().await.len(), alerts, "{identity}");
        assert_eq!(room.round().await.len(), alerts, "{identity}: once");
    }
}

/// A store of schema 1 remembers items by hashes that no document can be compared with part by
/// part. The items of its feeds are known all the same, from then on by their parts.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_store_of_schema_1_has_seen_is_no_news() {
    let mut room = Newsroom::open("", "", "k = \"Koizumi\"", &["Koizumi 1", "Koizumi 2"]).await;
    room.world.close().await;
    let path = room.world.path().with_file_name("fivebells.db");
    let database = rusqlite::Connection::open(path).expect("the store");
    database
        .execute("DELETE FROM fingerprint", [])
        .expect("as if it was schema 1");
    for number in 1..=2 {
        let item = Item {
            guid: Some(format!("item-{number}")),
            title: format!("Koizumi {number}"),
            ..Item::default()
        };
        let link = format!("https://news.example.org/{number}");
        for key in parse::keys_before(&item, Some(&link)) {
            let sql = "INSERT INTO seen (feed, key, item, seen_at) VALUES (1, ?1, ?2, 0)
                       ON CONFLICT DO NOTHING";
            let key = key.0.as_slice();
            database.execute(sql, (key, number)).expect("written");
        }
    }
    drop(database);
    room.world.restart().await;
    room.feed.publish("Koizumi 3");
    assert_eq!(room.round().await.len(), 1, "the new one alone");
    assert_eq!(room.rows("SELECT count(DISTINCT item) FROM fingerprint"), 3);
    room.feed.edit(2, 1, "Koizumi 1, corrected", "Story 1.");
    assert_eq!(room.round().await.len(), 1);
    assert_eq!(room.rows("SELECT count(*) FROM revision"), 1, "an edit");
}
