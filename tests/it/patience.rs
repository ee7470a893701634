//! How long a feed is asked that does not answer, or always the same.

use std::sync::{Arc, Mutex};

use crate::{
    servers::{
        http::{Answer, HttpServer, Request},
        site::{document, feed, status},
        webhook::WebhookServer,
    },
    world::World,
};

/// One feed whose answers a test chooses, and a hook for the notices.
struct Desk {
    server: HttpServer,
    answer: Arc<Mutex<Answer>>,
    hook: WebhookServer,
    world: World,
}

impl Desk {
    /// The feed is asked so often; the first poll was good. With an ETag of theirs, requests get 304.
    async fn open(every: &str) -> Self {
        let answer = Arc::new(Mutex::new(good()));
        let server = HttpServer::start({
            let answer = Arc::clone(&answer);
            move |request: &Request| match request.header("if-none-match") {
                Some("\"same\"") => status(304, &[]),
                _ => answer.lock().expect("not poisoned").clone(),
            }
        })
        .await;
        let hook = WebhookServer::start().await;
        let world = World::open(&format!(
            "[feed]\nwire = {{ url = \"{}\", every = \"{every}\" }}\n[watch]\nw = \"Koizumi\"\n\
             [receiver.hook]\nwebhook = \"{}\"\n[health]\nfailing = \"30d\"\n",
            server.url("/feed"),
            hook.url()
        ))
        .await;
        world.round().await;
        Self {
            server,
            answer,
            hook,
            world,
        }
    }

    fn answer_with(&self, answer: Answer) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    /// The hours, from now on, in which the feed was asked.
    async fn asked_in(&self, hours: u32) -> Vec<u32> {
        let mut asked = Vec::new();
        for hour in 1..=hours {
            let before = self.server.requests().len();
            self.world.advance(60);
            self.world.round().await;
            if self.server.requests().len() > before {
                asked.push(hour);
            }
        }
        asked
    }
}

fn good() -> Answer {
    document(feed(&[1..=3], None), &[("ETag", "\"v1\"")])
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_day_of_nothing_but_304_one_get_is_unconditional() {
    let desk = Desk::open("6h").await;
    desk.answer_with(document(feed(&[1..=4], None), &[("ETag", "\"same\"")]));
    desk.asked_in(3 * 24).await;
    let requests = desk.server.requests();
    let bare = requests.iter().enumerate().skip(1);
    let bare = bare.filter(|(_, request)| request.header("if-none-match").is_none());
    let bare: Vec<usize> = bare.map(|(number, _)| number).collect();
    // The first 304 is request 2, some hours after the document, so a day later is 6.
    assert_eq!(bare, [6, 11], "of {} requests", requests.len());
    assert_eq!(
        requests[7].header("if-none-match"),
        Some("\"same\""),
        "and the next is conditional again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_410_stops_a_feed_and_it_is_notified() {
    for code in [400, 401, 403, 404, 451, 500, 503] {
        let desk = Desk::open("12h").await;
        desk.answer_with(status(code, &[]));
        let asked = desk.asked_in(10 * 24).await;
        assert!(asked.len() >= 9, "{code} is asked every day: {asked:?}");
        assert!(desk.hook.requests().is_empty(), "{code}");
    }
    let mut desk = Desk::open("12h").await;
    desk.answer_with(status(410, &[]));
    assert_eq!(desk.asked_in(10 * 24).await.len(), 1);
    let notices = desk.hook.requests();
    assert_eq!(notices.len(), 1, "notified at once");
    assert_eq!(notices[0].json()["type"], "feed.failing");
    assert_eq!(notices[0].json()["data"]["reason"], "gone");
    desk.world.restart().await;
    assert_eq!(desk.asked_in(5 * 24).await, Vec::<u32>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_feed_is_asked_ever_less_down_to_once_a_day_and_one_good_answer_resets() {
    let page = document("<html>Down for repairs</html>".to_owned(), &[]);
    for fault in [status(500, &[]), page] {
        let desk = Desk::open("1h").await;
        desk.answer_with(fault);
        let asked = desk.asked_in(8 * 24).await;
        let gaps: Vec<u32> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let doubled = [1_u32, 2, 4, 8, 16, 24, 24, 24];
        for (gap, expected) in gaps.iter().zip(doubled) {
            assert!(gap.abs_diff(expected) <= 1, "{gaps:?}");
        }
        assert!(gaps.len() >= doubled.len(), "{gaps:?}");
        desk.answer_with(good());
        let asked = desk.asked_in(48).await;
        let first = asked[0];
        assert_eq!(asked, (first..=48).collect::<Vec<_>>(), "every hour again");
        let feed = desk.world.app().store().feed("wire").await;
        let feed = feed.expect("read").expect("there");
        assert_eq!((feed.failures, feed.failing_since), (0, None));
    }
}
