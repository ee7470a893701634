//! Feeds that cannot be read: one notice per change of state and per origin, none for a blip.

use fivebells::clock::Clock as _;
use serde_json::Value;

use crate::{
    servers::{
        http::Answer,
        site::{Site, document, feed, status},
        webhook::WebhookServer,
    },
    world::World,
};

/// Some feeds on one site, all asked every ten minutes, and a hook for the notices.
struct Ward {
    site: Site,
    hook: WebhookServer,
    world: World,
    names: Vec<String>,
}

impl Ward {
    async fn open(feeds: u32, health: &str) -> Self {
        let (site, hook) = (Site::start().await, WebhookServer::start().await);
        let names: Vec<String> = (1..=feeds).map(|number| format!("f{number:02}")).collect();
        let feed = |name: &String| format!("{name} = {:?}\n", site.url(&format!("/{name}")));
        let config = format!(
            "[poll]\nper_host = \"1s\"\nevery = \"10m\"\n[feed]\n{}[watch]\nw = \"Koizumi\"\n\
             [receiver.hook]\nwebhook = \"{}\"\n[health]\n{health}\n",
            names.iter().map(feed).collect::<String>(),
            hook.url()
        );
        let ward = Self {
            site,
            hook,
            world: World::open(&config).await,
            names,
        };
        ward.answer_all(&good());
        ward.minutes(20).await;
        ward
    }

    fn answer(&self, name: &str, answer: &Answer) {
        self.site.put(&format!("/{name}"), answer.clone());
    }

    fn answer_all(&self, answer: &Answer) {
        for name in &self.names {
            self.answer(name, answer);
        }
    }

    /// Lets time pass, minute by minute; the origin's pause is over between two rounds.
    async fn minutes(&self, minutes: u32) {
        for _ in 0..minutes {
            self.world.advance(1);
            self.world.round().await;
        }
    }

    /// The type of every notice so far, with its feed and the others it names.
    fn notified(&self) -> Vec<(String, String, usize)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let notified = self.hook.requests().into_iter().map(|request| {
            let body = request.json();
            let also = body["data"]["also"].as_array().map_or(0, Vec::len);
            (text(&body["type"]), text(&body["data"]["feed"]), also)
        });
        notified.collect()
    }

    fn kinds(&self) -> Vec<(String, usize)> {
        let notified = self.notified().into_iter();
        notified.map(|(kind, _, also)| (kind, also)).collect()
    }
}

fn good() -> Answer {
    document(feed(&[1..=3], None), &[])
}

fn kind(kind: &str, also: usize) -> (String, usize) {
    (kind.to_owned(), also)
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_feeds_of_one_origin_that_fail_at_once_are_one_notice_and_so_is_their_recovery() {
    let ward = Ward::open(12, "failing = \"2h\"").await;
    ward.answer_all(&status(500, &[]));
    ward.minutes(8 * 60).await;
    assert_eq!(ward.kinds(), [kind("feed.failing", 11)]);
    let notified = ward.hook.requests()[0].json();
    let time = |value: &Value| -> jiff::Timestamp {
        let text = value.as_str().expect("a time");
        text.parse().expect("a time")
    };
    let [happened, next] = [&notified["timestamp"], &notified["data"]["next_try"]].map(time);
    assert!(next > happened, "{notified}");

    ward.answer_all(&good());
    ward.minutes(24 * 60).await;
    assert_eq!(
        ward.kinds(),
        [kind("feed.failing", 11), kind("feed.recovered", 11)]
    );

    ward.answer_all(&status(500, &[]));
    ward.minutes(8 * 60).await;
    assert_eq!(ward.kinds().len(), 3, "the next time is notified again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_stays_dead_holds_up_the_recovery_of_the_others_for_an_hour_at_most() {
    let ward = Ward::open(3, "failing = \"1h\"").await;
    ward.answer_all(&status(500, &[]));
    ward.minutes(4 * 60).await;
    assert_eq!(ward.kinds(), [kind("feed.failing", 2)]);

    for name in ["f01", "f02"] {
        ward.answer(name, &good());
    }
    ward.minutes(12 * 60).await;
    assert_eq!(
        ward.kinds(),
        [kind("feed.failing", 2), kind("feed.recovered", 1)]
    );
    ward.answer("f03", &good());
    ward.minutes(24 * 60).await;
    let notified = ward.notified();
    assert_eq!(notified[2..], [("feed.recovered".into(), "f03".into(), 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blip_tells_nobody() {
    let ward = Ward::open(2, "failing = \"1h\"").await;
    for _ in 0..12 {
        ward.answer("f02", &status(500, &[]));
        ward.minutes(10).await;
        ward.answer("f02", &good());
        ward.minutes(20).await;
    }
    assert_eq!(ward.kinds(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_brings_nothing_new_for_longer_than_configured_is_notified_once() {
    let ward = Ward::open(1, "silent = \"3h\"").await;
    ward.minutes(2 * 60).await;
    assert_eq!(ward.kinds(), []);
    ward.minutes(24 * 60).await;
    assert_eq!(ward.kinds(), [kind("feed.silent", 0)]);
    let data = ward.hook.requests()[0].json()["data"].clone();
    assert_eq!(data["learned"], false);

    ward.answer("f01", &document(feed(&[1..=4], None), &[]));
    ward.minutes(20).await;
    assert_eq!(
        ward.kinds(),
        [kind("feed.silent", 0), kind("feed.recovered", 0)]
    );
    assert_eq!(ward.hook.requests()[1].json()["data"]["was"], "silent");
}

/// One item every three hours for 15 days.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_falls_out_of_its_own_rhythm_is_notified_once_and_so_is_its_next_item() {
    let ward = Ward::open(1, "").await;
    let hours = |hours: u32| {
        let ward = &ward;
        async move {
            for _ in 0..2 * hours {
                ward.world.advance(30);
                ward.world.round().await;
            }
        }
    };
    for number in 4..=123 {
        ward.answer("f01", &document(feed(&[number - 3..=number], None), &[]));
        hours(3).await;
    }
    hours(30).await;
    assert_eq!(ward.kinds(), [], "twelve are not yet missing");
    hours(12).await;
    assert_eq!(ward.kinds(), [kind("feed.silent", 0)]);
    let data = ward.hook.requests()[0].json()["data"].clone();
    assert_eq!(data["learned"], true);
    hours(48).await;
    ward.answer("f01", &document(feed(&[121..=124], None), &[]));
    hours(1).await;
    assert_eq!(
        ward.kinds(),
        [kind("feed.silent", 0), kind("feed.recovered", 0)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_lost_its_items_is_notified_after_three_polls_and_more_than_an_hour() {
    let ward = Ward::open(1, "").await;
    let none = document(feed(&[], None), &[]);
    ward.answer("f01", &none);
    ward.minutes(60).await;
    assert_eq!(ward.kinds(), [], "six polls within an hour");
    ward.minutes(25).await;
    assert_eq!(ward.kinds(), [kind("feed.empty", 0)]);
    ward.minutes(12 * 60).await;
    ward.answer("f01", &good());
    ward.minutes(20).await;
    assert_eq!(
        ward.kinds(),
        [kind("feed.empty", 0), kind("feed.recovered", 0)]
    );
    assert_eq!(ward.hook.requests()[1].json()["data"]["was"], "empty");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_of_warnings_may_be_silent_and_empty() {
    let ward = Ward::open(1, "silent = \"never\"").await;
    ward.answer("f01", &document(feed(&[], None), &[]));
    ward.minutes(24 * 60).await;
    assert_eq!(ward.kinds(), []);
}

/// The beginning waits for its next attempt when the end is found, a few seconds later.
#[tokio::test(flavor = "multi_thread")]
async fn who_refused_the_beginning_once_gets_it_before_the_end() {
    let ward = Ward::open(1, "failing = \"20m\"").await;
    ward.hook.answer_with(Answer::status(500));
    ward.answer_all(&status(500, &[]));
    while ward.kinds().is_empty() {
        ward.minutes(1).await;
    }
    ward.hook.answer_with(Answer::status(204));
    ward.answer_all(&good());
    let world = &ward.world;
    world.clock.advance(jiff::SignedDuration::from_secs(2));
    let asked = world.app().store().ask(Vec::new(), world.clock.now());
    assert_eq!(asked.await.expect("written").len(), 1);
    world.round().await;
    assert_eq!(ward.kinds(), [kind("feed.failing", 0)], "both wait");
    ward.minutes(1).await;
    let expected = ["feed.failing", "feed.failing", "feed.recovered"].map(|it| kind(it, 0));
    assert_eq!(ward.kinds(), expected);
}
