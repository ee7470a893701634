//! Where our own network fails, one notice says so, and none is sent for each feed. The network here
//! is a proxy: it fails for a host by saying 407.

use std::ops::RangeInclusive;

use fivebells::clock::Clock as _;
use jiff::{SignedDuration, Timestamp};

use crate::{
    desk::{json, run},
    servers::{
        site::{Site, document, feed, status},
        webhook::WebhookServer,
    },
    world::World,
};

/// Feeds on hosts behind a proxy, one on a server nearby, and a hook for the notices.
struct Desk {
    network: Site,
    nearby: Site,
    hook: WebhookServer,
    world: World,
    far: Vec<String>,
}

impl Desk {
    async fn open(far: usize, health: &str) -> Self {
        let (network, nearby) = (Site::start().await, Site::start().await);
        let hook = WebhookServer::start().await;
        let far: Vec<String> = (1..=far).map(|number| format!("far{number}")).collect();
        let feeds = far.iter().map(|name| format!("{name} = {:?}\n", url(name)));
        let config = format!(
            "[poll]\nper_host = \"1s\"\nevery = \"10m\"\nproxy = {:?}\n\
             [feed]\nnear = {{ url = {:?}, proxy = \"none\" }}\n{}[watch]\nw = \"Koizumi\"\n\
             [receiver.hook]\nwebhook = \"{}\"\n[health]\n{health}\n",
            network.url(""),
            nearby.url("/near"),
            feeds.collect::<String>(),
            hook.url()
        );
        let desk = Self {
            network,
            nearby,
            hook,
            world: World::open(&config).await,
            far,
        };
        desk.show(3);
        desk.minutes(20).await;
        desk
    }

    /// All feeds show so many items from now on.
    fn show(&self, items: u32) {
        self.show_only(1..=items);
    }

    fn show_only(&self, items: RangeInclusive<u32>) {
        let shown = || document(feed(std::slice::from_ref(&items), None), &[]);
        for name in &self.far {
            self.network.put(&url(name), shown());
        }
        self.nearby.put("/near", shown());
    }

    fn cut(&self, names: &[String]) {
        for name in names {
            self.network.put(&url(name), status(407, &[]));
        }
    }

    async fn minutes(&self, minutes: u32) {
        for _ in 0..minutes / 2 {
            self.world.advance(2);
            self.world.round().await;
        }
    }

    /// Polls it soon, as `fivebells poll` does.
    async fn ask(&self, name: &str) {
        let (store, now) = (self.world.app().store(), self.world.clock.now());
        let before = self.network.requests().len();
        let asked = store.ask(vec![name.to_owned()], now).await;
        assert_eq!(asked.expect("written"), [name]);
        self.minutes(4).await;
        assert!(self.network.asked_since(before).contains(&url(name)));
    }

    fn notified(&self) -> Vec<String> {
        let notified = self.hook.requests().into_iter();
        notified
            .map(|request| text(&request.json()["type"]))
            .collect()
    }
}

fn url(name: &str) -> String {
    format!("http://{name}.example/feed")
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn time(value: &serde_json::Value) -> Timestamp {
    text(value).parse().expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_ours_is_one_notice_and_what_stays_dead_after_it_is_notified() {
    let mut desk = Desk::open(4, "failing = \"2h\"").await;
    let began = desk.world.clock.now();
    desk.cut(&desk.far);
    desk.minutes(100).await;
    assert_eq!(desk.notified(), [""; 0], "before two hours are over");
    desk.minutes(6 * 60).await;
    assert_eq!(desk.notified(), ["network.failing"]);
    let data = desk.hook.requests()[0].json()["data"].clone();
    assert_eq!(data["reason"], "proxy");
    let numbers = ["origins", "origins_failing", "feeds_failing"];
    assert_eq!(numbers.map(|it| data[it].as_u64()), [5, 4, 4].map(Some));
    assert_eq!(data["named"], serde_json::json!(desk.far));
    assert!(time(&data["since"]).duration_since(began) < SignedDuration::from_mins(25));

    desk.world.restart().await;
    desk.minutes(8 * 60).await;
    assert_eq!(
        desk.notified(),
        ["network.failing"],
        "a restart tells nothing"
    );

    desk.show(3);
    desk.cut(&desk.far[3..]);
    while desk.notified().len() == 1 {
        desk.minutes(10).await;
    }
    desk.ask("far4").await;
    assert_eq!(desk.notified(), ["network.failing", "network.recovered"]);
    desk.minutes(48 * 60).await;
    assert_eq!(
        desk.notified(),
        ["network.failing", "network.recovered", "feed.failing"]
    );
    let requests = desk.hook.requests();
    let (recovered, failing) = (requests[1].json(), requests[2].json());
    assert_eq!(recovered["data"]["since"], data["since"]);
    assert_eq!(failing["data"]["feed"], "far4");
    let apart = time(&failing["timestamp"]).duration_since(time(&recovered["data"]["until"]));
    assert!(apart >= SignedDuration::from_hours(2), "{apart}");
}

/// After failures for two days a feed would be asked once a day.
#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_long_outage_is_noticed_within_an_interval() {
    let desk = Desk::open(4, "failing = \"2h\"").await;
    desk.cut(&desk.far);
    desk.minutes(50 * 60).await;
    assert_eq!(desk.notified(), ["network.failing"]);
    let config = desk.world.path();
    let config = config.to_str().expect("UTF-8");
    let shown = run(&["-c", config, "--format", "json", "feeds", "far1"]);
    let feed = json(&shown).remove(0);
    let rules = feed["rules"].as_array().expect("rules").iter();
    let won: Vec<_> = rules.filter(|rule| rule["won"] == true).collect();
    assert_eq!(won.len(), 1, "{feed}");
    assert_eq!(won[0]["at"], feed["next_due"], "{feed}");
    desk.show(3);
    desk.minutes(30).await;
    assert_eq!(desk.notified(), ["network.failing", "network.recovered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_polls_that_find_it_at_once_tell_it_once() {
    let desk = Desk::open(12, "failing = \"2h\"").await;
    desk.cut(&desk.far);
    for _ in 0..6 {
        desk.world.advance(3 * 60);
        desk.world.round().await;
    }
    assert_eq!(desk.notified(), ["network.failing"]);
    desk.show(3);
    for _ in 0..30 {
        desk.world.advance(60);
        desk.world.round().await;
    }
    assert_eq!(desk.notified(), ["network.failing", "network.recovered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_than_two_thirds_are_notified_one_by_one() {
    let desk = Desk::open(4, "failing = \"2h\"").await;
    desk.cut(&desk.far[..3]);
    desk.minutes(12 * 60).await;
    assert_eq!(desk.notified(), ["feed.failing"; 3], "three of five");
    desk.cut(&desk.far);
    desk.minutes(12 * 60).await;
    assert_eq!(
        desk.notified(),
        ["feed.failing"; 4],
        "the dead do not count"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_answers_during_an_outage_is_notified_as_ever() {
    let desk = Desk::open(5, "failing = \"2h\"").await;
    desk.cut(&desk.far);
    desk.minutes(6 * 60).await;
    desk.nearby.put("/near", status(500, &[]));
    desk.minutes(6 * 60).await;
    assert_eq!(desk.notified(), ["network.failing", "feed.failing"]);
    let near = desk.hook.requests()[1].json();
    assert_eq!(near["data"]["feed"], "near");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_makes_no_feed_silent() {
    let desk = Desk::open(4, "failing = \"2h\"\nsilent = \"3h\"").await;
    desk.cut(&desk.far);
    for items in 4..10 {
        let shown = document(feed(&[1..=items], None), &[]);
        desk.nearby.put("/near", shown);
        desk.minutes(2 * 60).await;
    }
    for items in 10..20 {
        desk.show(items);
        desk.minutes(2 * 60).await;
    }
    assert_eq!(desk.notified(), ["network.failing", "network.recovered"]);
}

/// All that a feed held has left it meanwhile: for a thousand feeds that would be a thousand notices.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_outage_made_us_miss_is_notified_with_its_end_and_a_later_gap_by_itself() {
    let desk = Desk::open(4, "failing = \"2h\"").await;
    desk.cut(&desk.far);
    desk.minutes(6 * 60).await;
    desk.show_only(20..=22);
    desk.minutes(60).await;
    let mut notified = desk.notified();
    notified.retain(|kind| !kind.starts_with("network."));
    // The server nearby could be reached all the time.
    assert_eq!(notified, ["feed.items_missed"]);
    let feeds = desk.world.app().store().feeds().await.expect("read");
    assert!(feeds.iter().all(|feed| feed.missed == 1), "all are counted");

    desk.show_only(20..=23);
    desk.minutes(30).await;
    desk.show_only(40..=42);
    desk.minutes(30).await;
    let missed = |kind: &String| kind == "feed.items_missed";
    let notified = desk.notified();
    assert_eq!(notified.iter().filter(|kind| missed(kind)).count(), 1 + 5);
}
