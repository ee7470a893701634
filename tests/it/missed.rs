//! Items that came and went between two polls.

use std::ops::RangeInclusive;

use crate::{
    servers::{
        http::{Answer, Request},
        site::{Site, document, feed, status},
        webhook::WebhookServer,
    },
    world::World,
};

const PATH: &str = "/feed.xml";

/// A site with one feed, asked every hour, and a hook that gets everything.
struct Newsroom {
    site: Site,
    hook: WebhookServer,
    world: World,
}

impl Newsroom {
    /// The first poll, of these items, has been.
    async fn open(numbers: RangeInclusive<u32>) -> Self {
        let (site, hook) = (Site::start().await, WebhookServer::start().await);
        site.put(PATH, document(feed(&[numbers], None), &[]));
        let world = World::open(&format!(
            "[poll]\nper_host = \"1s\"\n[feed]\nwire = {{ url = \"{}\", every = \"1h\", allow_private = true }}\n\
             [watch]\nstory = \"Story\"\n[receiver.hook]\nwebhook = \"{}\"\n",
            site.url(PATH),
            hook.url()
        ))
        .await;
        world.round().await;
        Self { site, hook, world }
    }

    /// The feed shows this; two hours later: how many notices of missed items came, and the alerts.
    async fn shows(&self, answer: Answer) -> (usize, Vec<String>) {
        self.site.put(PATH, answer);
        self.round().await
    }

    async fn round(&self) -> (usize, Vec<String>) {
        let before = self.hook.requests().len();
        self.world.advance(120);
        for _ in 0..15 {
            self.world.round().await;
            self.world.clock.advance(jiff::SignedDuration::from_secs(2));
        }
        let sent = self.hook.requests().split_off(before);
        let bodies: Vec<_> = sent.iter().map(Request::json).collect();
        let is_missed = |body: &&serde_json::Value| body["type"] == "feed.items_missed";
        let title = |body: &serde_json::Value| {
            let title = body["data"]["item"]["title"].as_str();
            title.map(|title| title.replace("Story ", ""))
        };
        (
            bodies.iter().filter(is_missed).count(),
            bodies.iter().filter_map(title).collect(),
        )
    }

    /// `data` of the last notice of missed items.
    fn last_notice(&self) -> serde_json::Value {
        let bodies = self
            .hook
            .requests()
            .into_iter()
            .map(|request| request.json());
        let mut notices = bodies.filter(|body| body["type"] == "feed.items_missed");
        notices.next_back().expect("a notice")["data"].take()
    }

    async fn missed(&self) -> u32 {
        self.status().await.missed
    }

    async fn status(&self) -> fivebells::store::FeedStatus {
        let feed = self.world.app().store().feed("wire").await;
        feed.expect("read").expect("there")
    }
}

fn plain(numbers: &[RangeInclusive<u32>]) -> Answer {
    document(feed(numbers, None), &[])
}

fn numbers(range: RangeInclusive<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_rolled_over_is_notified_once_until_it_overlaps_again() {
    let room = Newsroom::open(1..=10).await;
    assert_eq!(room.shows(plain(&[5..=14])).await, (0, numbers(11..=14)));
    assert_eq!(room.missed().await, 0);
    assert_eq!(room.shows(plain(&[20..=29])).await, (1, numbers(20..=29)));
    assert_eq!(room.shows(plain(&[40..=49])).await.0, 0, "notified already");
    assert_eq!(room.missed().await, 2, "and counted");
    assert_eq!(room.round().await.0, 0, "nothing new is no overlap");
    assert_eq!(room.shows(plain(&[60..=69])).await.0, 0);
    assert_eq!(room.shows(plain(&[65..=74])).await.0, 0, "an overlap");
    assert_eq!(room.shows(plain(&[80..=89])).await.0, 1, "notified again");
    let data = room.last_notice();
    assert_eq!(data["feed"], "wire");
    assert_eq!(data["archive_error"], serde_json::Value::Null);
    assert_eq!(room.missed().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_shortens_the_feeds_interval_and_an_ample_overlap_restores_it() {
    let room = Newsroom::open(1..=10).await;
    room.shows(plain(&[20..=29])).await;
    let after = room.status().await;
    assert_eq!(
        after.learned.shorten,
        Some(std::time::Duration::from_mins(30))
    );
    assert_eq!(after.due_reason, "missed-items");
    let wait = after.due.duration_since(after.polled_at.expect("polled"));
    assert!(wait <= jiff::SignedDuration::from_mins(46), "{wait}");
    for _ in 0..8 {
        room.round().await;
    }
    let after = room.status().await;
    assert_eq!(
        (after.learned.shorten, after.due_reason.as_str()),
        (None, "interval")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_item_hides_no_gap() {
    let room = Newsroom::open(1..=10).await;
    assert_eq!(room.shows(plain(&[1..=1, 6..=14])).await.0, 0);
    assert_eq!(room.shows(plain(&[1..=1, 21..=29])).await.0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_gap_is_not_notified() {
    let room = Newsroom::open(1..=10).await;
    for (what, answer) in [
        ("another order", plain(&[8..=10, 1..=7])),
        ("fewer", plain(&[7..=10])),
        ("fewer and a new one", plain(&[10..=11])),
        ("none at all", plain(&[])),
        ("new ones after none", plain(&[20..=25])),
        ("all new names", {
            let renamed = feed(&[20..=25], None).replace(">item-", ">renamed-");
            document(renamed, &[])
        }),
        ("a failure", status(500, &[])),
        ("more than before", plain(&[20..=35])),
        ("old ones again, nothing new", plain(&[1..=6])),
    ] {
        room.shows(answer).await;
        assert_eq!(room.missed().await, 0, "{what}");
    }
    assert_eq!(room.shows(plain(&[1..=6, 50..=53])).await.0, 0);
    let notified = room.shows(plain(&[20..=25, 60..=61])).await.0;
    assert_eq!(notified, 1, "items of long ago are no overlap");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_survives_a_restart_and_a_run_of_304s() {
    let mut room = Newsroom::open(1..=10).await;
    room.shows(status(304, &[])).await;
    room.world.restart().await;
    assert_eq!(room.shows(plain(&[9..=18])).await.0, 0);
    room.shows(status(304, &[])).await;
    room.world.restart().await;
    assert_eq!(room.shows(plain(&[30..=39])).await.0, 1);
    room.world.restart().await;
    assert_eq!(room.shows(plain(&[50..=59])).await.0, 0, "sent before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_url_is_no_gap() {
    let room = Newsroom::open(1..=10).await;
    room.site.put("/new.xml", plain(&[30..=39]));
    let config = std::fs::read_to_string(room.world.path()).expect("the config");
    room.world.write(&config.replace(PATH, "/new.xml"));
    room.world
        .app()
        .reload(room.world.config())
        .await
        .expect("reloaded");
    assert_eq!(room.round().await, (0, vec![]), "a baseline");
    room.site.put("/new.xml", plain(&[30..=40]));
    assert_eq!(room.round().await, (0, numbers(40..=40)));
    assert_eq!(room.missed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_filled_from_the_feeds_archive() {
    let room = Newsroom::open(1..=10).await;
    room.site
        .put("/a2.xml", document(feed(&[25..=34], Some("/a1.xml")), &[]));
    room.site
        .put("/a1.xml", document(feed(&[5..=24], Some("/a0.xml")), &[]));
    let asked = room.site.requests().len();
    let answer = document(feed(&[35..=44], Some("/a2.xml")), &[("ETag", "\"v2\"")]);
    let (notified, alerts) = room.shows(answer).await;
    let expected = [numbers(35..=44), numbers(25..=34), numbers(11..=24)];
    assert_eq!(alerts, expected.concat(), "each item once");
    assert_eq!(
        (notified, room.missed().await),
        (0, 0),
        "nothing is missing"
    );
    let paths = room.site.asked_since(asked);
    assert_eq!(
        paths,
        [PATH, "/a2.xml", "/a1.xml"],
        "no further than needed"
    );

    let asked = room.site.requests().len();
    room.round().await;
    let next = room.site.requests().swap_remove(asked);
    assert_eq!(next.header("if-none-match"), Some("\"v2\""));
    let answer = document(feed(&[36..=45], Some("/a2.xml")), &[]);
    assert_eq!(room.shows(answer).await, (0, numbers(45..=45)));
    assert_eq!(room.missed().await, 0, "a page is no window");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_the_archive_wait_for_the_origins_pause_and_survive_a_restart() {
    let mut room = Newsroom::open(1..=10).await;
    room.site
        .put("/a2.xml", document(feed(&[25..=34], Some("/a1.xml")), &[]));
    room.site
        .put("/a1.xml", document(feed(&[5..=24], None), &[]));
    room.site
        .put(PATH, document(feed(&[35..=44], Some("/a2.xml")), &[]));
    let asked = room.site.requests().len();
    room.world.advance(120);
    room.world.poll().await;
    room.world.poll().await;
    assert_eq!(room.site.asked_since(asked), [PATH]);
    for _ in 0..2 {
        room.world.restart().await;
        room.world.clock.advance(jiff::SignedDuration::from_secs(2));
        room.world.poll().await;
        room.world.poll().await;
    }
    assert_eq!(room.site.asked_since(asked), [PATH, "/a2.xml", "/a1.xml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_does_not_reach_back_is_notified_with_its_reason() {
    let page = |numbers, next: &str| document(feed(&[numbers], Some(next)), &[]);
    let room = Newsroom::open(1..=10).await;
    room.shows(page(100..=109, "/nothing.xml")).await;
    let notice = room.last_notice();
    assert_eq!(notice["archive_error"], "status 404 Not Found");
    assert_eq!(notice["since"], "2026-11-22T07:00:00Z");
    assert_eq!(room.missed().await, 1);

    for number in 1..=12_u32 {
        let next = format!("/{}.xml", number + 1);
        let numbers = 400 - number * 10..=409 - number * 10;
        room.site
            .put(&format!("/{number}.xml"), page(numbers, &next));
    }
    room.shows(plain(&[105..=110])).await;
    let asked = room.site.requests().len();
    assert_eq!(room.shows(page(400..=409, "/1.xml")).await.0, 1);
    let pages = room.site.asked_since(asked);
    assert_eq!(pages.len(), 11, "the feed and ten pages: {pages:?}");
    assert_eq!(
        room.last_notice()["archive_error"],
        "10 pages do not reach back to the last poll"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_elsewhere_is_not_asked() {
    let (room, other) = (Newsroom::open(1..=10).await, Site::start().await);
    let link = other.url("/archive.xml");
    let (notified, _) = room
        .shows(document(feed(&[20..=29], Some(&link)), &[]))
        .await;
    assert_eq!((notified, other.requests().len()), (1, 0));
}
