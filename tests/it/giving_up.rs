//! When a delivery is given up, that nobody misses it unawares, and what becomes of a digest with a
//! story that its receiver does not want.

use fivebells::{
    clock::Clock as _,
    store::{DeliveryState, OutboxFilter, Selection},
};

use crate::{
    servers::{
        feed::FeedServer,
        http::{Answer, Request},
        webhook::WebhookServer,
    },
    world::World,
};

const DAY: i64 = 24 * 60;

/// A feed whose alerts go to a board; the desk gets the events about the board.
pub(crate) struct Office {
    pub(crate) feed: FeedServer,
    pub(crate) board: WebhookServer,
    desk: WebhookServer,
    pub(crate) world: World,
}

fn config(feed: &FeedServer, board: &WebhookServer, desk: &WebhookServer, more: &str) -> String {
    format!(
        "stories = \"off\"\nnotify = [\"board\"]\n[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
         [watch]\nk = \"Koizumi\"\n[keep]\nalerts = \"10d\"\n[health]\nnotify = [\"desk\"]\n\
         [receiver.desk]\nwebhook = \"{}\"\n[receiver.board]\nwebhook = \"{}\"\n{more}\n",
        feed.url(),
        desk.url(),
        board.url()
    )
}

impl Office {
    pub(crate) async fn open(more: &str) -> Self {
        let (feed, board, desk) = (
            FeedServer::start().await,
            WebhookServer::start().await,
            WebhookServer::start().await,
        );
        let world = World::open(&config(&feed, &board, &desk, more)).await;
        Self {
            feed,
            board,
            desk,
            world,
        }
    }

    /// The same under another policy of the board's.
    async fn reopen(&mut self, more: &str) {
        let config = config(&self.feed, &self.board, &self.desk, more);
        self.world.write(&config);
        self.world.restart().await;
    }

    pub(crate) fn answer(&self, status: u16) {
        self.board.answer_with(Answer::status(status));
    }

    /// A story comes, and whatever is due goes out.
    async fn publish(&self, title: &str) {
        self.feed.publish(title);
        self.world.advance(2);
        self.world.round().await;
    }

    pub(crate) async fn minutes(&self, minutes: i64) {
        self.world.advance(minutes);
        self.world.deliver().await;
    }

    /// How many of the board's deliveries are in this state.
    async fn count(&self, state: DeliveryState) -> usize {
        let filter = OutboxFilter {
            receiver: Some("board".into()),
            state: Some(state),
            limit: 100,
        };
        let found = self.world.app().store().outbox(filter).await;
        found.expect("the store answers").len()
    }

    pub(crate) async fn waiting_and_dead(&self) -> (usize, usize) {
        let waiting = self.count(DeliveryState::Pending).await;
        (waiting, self.count(DeliveryState::Dead).await)
    }

    /// The notices of this type that the desk got.
    pub(crate) fn notified(&self, kind: &str) -> Vec<serde_json::Value> {
        let all = self.desk.requests();
        let all = all.iter().map(Request::json);
        let mut notified: Vec<_> = all.filter(|body| body["type"] == kind).collect();
        notified
            .iter_mut()
            .map(|body| body["data"].take())
            .collect()
    }
}

/// A board is deployed anew: for a while its path is not there.
#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_not_found_for_a_while_loses_nothing_and_is_notified() {
    for status in [301, 302, 403, 404, 405, 451] {
        let office = Office::open("").await;
        office.answer(status);
        for title in ["Koizumi one", "Koizumi two", "Koizumi three"] {
            office.publish(title).await;
        }
        assert_eq!(office.waiting_and_dead().await, (3, 0), "{status}");
        office.minutes(10).await;
        assert_eq!(office.notified("receiver.failing").len(), 0, "{status}");
        office.minutes(10).await;
        let failing = office.notified("receiver.failing");
        assert_eq!(failing.len(), 1, "{status}");
        assert_eq!(failing[0]["waiting"], 3, "{status}");

        office.answer(204);
        office.minutes(10).await;
        assert_eq!(office.waiting_and_dead().await, (0, 0), "{status}");
        assert_eq!(office.board.ids().len(), 3, "{status}");
        assert_eq!(office.notified("receiver.missed").len(), 0, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_notice_that_is_refused_is_given_up_and_the_next_goes_out() {
    let office = Office::open("").await;
    for (status, title) in [
        (422, "Koizumi the unspeakable"),
        (204, "Koizumi two"),
        (413, "Koizumi the long"),
        (204, "Koizumi four"),
    ] {
        office.answer(status);
        office.publish(title).await;
    }
    assert_eq!(office.waiting_and_dead().await, (0, 2));
    assert_eq!(office.board.requests().len(), 4, "each once");
    office.minutes(60).await;
    let missed = office.notified("receiver.missed");
    let named: Vec<_> = missed.iter().map(|it| &it["named"]).collect();
    assert_eq!(
        named,
        [
            &serde_json::json!(["Koizumi the unspeakable"]),
            &serde_json::json!(["Koizumi the long"])
        ],
        "at once, then once an hour"
    );
    assert_eq!(missed[0]["reason"], "refused");
    assert_eq!(missed[0]["error"], "422 Unprocessable Entity");
    assert_eq!(office.notified("receiver.failing").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_refuses_two_in_a_row_is_failing_and_loses_only_the_first() {
    let office = Office::open("").await;
    office.answer(400);
    for title in ["Koizumi one", "Koizumi two", "Koizumi three"] {
        office.publish(title).await;
    }
    assert_eq!(office.waiting_and_dead().await, (2, 1));
    assert_eq!(office.notified("receiver.missed").len(), 1);
    office.minutes(20).await;
    let failing = office.notified("receiver.failing");
    assert_eq!(failing.len(), 1);
    assert_eq!(failing[0]["reason"], "refused");

    office.answer(204);
    office.minutes(10).await;
    assert_eq!(office.waiting_and_dead().await, (0, 1));
    let retry = Selection {
        dead_only: true,
        ..Selection::default()
    };
    let now = office.world.clock.now();
    let retried = office.world.app().store().retry(retry, now).await;
    assert_eq!(retried.expect("the store answers"), 1);
    office.minutes(0).await;
    assert_eq!(office.waiting_and_dead().await, (0, 0));
    assert_eq!(office.notified("receiver.missed").len(), 1, "notified once");
}

/// Two that are refused for what they are, one after the other: the second waits until another one
/// shows that the receiver is well.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_in_a_row_is_given_up_once_another_is_taken() {
    let office = Office::open("").await;
    office.answer(422);
    office.publish("Koizumi one").await;
    office.publish("Koizumi two").await;
    assert_eq!(office.waiting_and_dead().await, (1, 1));
    office.answer(204);
    office.publish("Koizumi three").await;
    assert_eq!(office.waiting_and_dead().await, (0, 1), "or it is taken");
}

/// Four days go by in which nobody tries, under a digest that the config then drops.
#[tokio::test(flavor = "multi_thread")]
async fn time_in_which_nobody_tries_does_not_count() {
    for policy in ["digest = [\"every 7d\"]", "quiet = \"00:00-23:59\""] {
        let mut office = Office::open(policy).await;
        office.answer(500);
        office.publish("Koizumi waits").await;
        office.minutes(4 * DAY).await;
        assert_eq!(office.board.requests().len(), 0, "{policy}");
        for more in ["at_most = \"9/h\"", ""] {
            office.reopen(more).await;
            office.minutes(1).await;
            assert_eq!(office.waiting_and_dead().await, (1, 0), "{policy} {more}");
        }
        assert!(office.board.requests().len() >= 2);
        office.minutes(3 * DAY - 60).await;
        assert_eq!(office.waiting_and_dead().await, (1, 0), "{policy}");
        office.minutes(60).await;
        assert_eq!(office.waiting_and_dead().await, (0, 1), "{policy}");
        let missed = office.notified("receiver.missed");
        assert_eq!(missed.len(), 1, "{policy}");
        assert_eq!(missed[0]["reason"], "expired", "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_receiver_that_takes_nothing_ends_with_one_notice() {
    for status in [401, 410] {
        let office = Office::open("").await;
        office.answer(status);
        for number in 0..30 {
            office.feed.publish(&format!("Koizumi {number}"));
        }
        office.minutes(0).await;
        office.world.round().await;
        office.minutes(10 * DAY - 1).await;
        assert_eq!(office.waiting_and_dead().await, (30, 0), "{status}");
        office.minutes(5).await;
        office.minutes(5).await;
        assert_eq!(office.waiting_and_dead().await, (0, 30), "{status}");
        let missed = office.notified("receiver.missed");
        assert_eq!(missed.len(), 1, "{status}");
        let named = missed[0]["named"].as_array().expect("a list").len();
        assert_eq!((&missed[0]["alerts"], named), (&30.into(), 20), "{status}");
        let error = missed[0]["error"].as_str().expect("a text");
        assert!(error.contains(&status.to_string()), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_receiver_that_is_gone_from_the_config_ends_with_one_notice() {
    let mut office = Office::open("").await;
    office.answer(503);
    office.publish("Koizumi one").await;
    office.publish("Koizumi two").await;
    let config = config(&office.feed, &office.board, &office.desk, "");
    let (before, _) = config.split_once("[receiver.board]").expect("it is last");
    office.world.write(&before.replace("\"board\"", "\"desk\""));
    office.world.restart().await;
    office.minutes(9 * DAY).await;
    assert_eq!(office.waiting_and_dead().await, (2, 0));
    office.minutes(2 * DAY).await;
    assert_eq!(office.waiting_and_dead().await, (0, 2));
    let missed = office.notified("receiver.missed");
    assert_eq!(missed.len(), 1);
    assert_eq!(missed[0]["alerts"], 2);
    let error = missed[0]["error"].as_str().expect("a text");
    assert!(error.contains("the config does not have"), "{error}");
}

/// One bad notice is tried again and again: the next one shows that the receiver is well.
#[tokio::test(flavor = "multi_thread")]
async fn one_notice_that_always_fails_holds_up_no_other() {
    for policy in ["", "group_wait = \"10s\"", "at_most = \"100/h\""] {
        let office = Office::open(policy).await;
        office.answer(500);
        office.publish("Koizumi the poison").await;
        for _ in 0..8 {
            office.minutes(10).await;
        }
        let tries = office.board.requests().len();
        assert!(tries >= 3, "it is only probed: {tries}");
        office.board.answer_unless("poison", 500);
        office.publish("Koizumi two").await;
        office.minutes(6).await;
        let titles = office.board.titles();
        assert!(titles.contains(&"Koizumi two".to_owned()), "{policy}");
        assert_eq!(office.waiting_and_dead().await, (1, 0), "{policy}");
    }
}

/// One story of ten is not wanted: the others arrive, each once. It alone is given up, with a notice.
#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_is_refused_takes_none_of_its_digest_with_it() {
    for (status, unwanted) in [(400, &["3"][..]), (422, &["0", "4", "9"])] {
        let office = Office::open("digest = [\"every 1h\"]").await;
        // A digit of its own in every title.
        for number in 0..10 {
            office.feed.publish(&format!("Koizumi no. {number}"));
        }
        let words: Vec<String> = unwanted.iter().map(|it| format!("no. {it}")).collect();
        office.board.refuse(&words, status);
        office.minutes(0).await;
        office.world.round().await;
        for _ in 0..9 {
            office.minutes(61).await;
        }
        let mut taken: Vec<String> = Vec::new();
        for request in office.board.requests() {
            let body = request.json();
            let alerts = body["data"]["alerts"].as_array().expect("a digest");
            let titles = alerts.iter().map(|alert| &alert["item"]["title"]);
            let titles: Vec<String> = titles
                .map(|title| title.as_str().expect("a text").to_owned())
                .collect();
            let is_wanted = |title: &String| !words.iter().any(|word| title.contains(word));
            if titles.iter().all(is_wanted) {
                taken.extend(titles);
            }
        }
        taken.sort();
        let wanted = (0..10).map(|number| number.to_string());
        let wanted = wanted.filter(|number| !unwanted.contains(&number.as_str()));
        let expected: Vec<String> = wanted.map(|it| format!("Koizumi no. {it}")).collect();
        assert_eq!(taken, expected, "{status}: each once");
        let (waiting, dead) = office.waiting_and_dead().await;
        assert_eq!((waiting, dead), (0, unwanted.len()), "{status}");
        let missed = office.notified("receiver.missed");
        let alerts: u64 = missed.iter().filter_map(|it| it["alerts"].as_u64()).sum();
        assert_eq!(usize::try_from(alerts), Ok(unwanted.len()), "{status}");
        assert!(office.board.requests().len() < 40, "{status}");
        assert_eq!(office.notified("receiver.failing").len(), 0, "{status}");
    }
}

/// What refuses everything gets no digest in pieces.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_refuses_everything_keeps_its_digest_in_few_parts() {
    let office = Office::open("digest = [\"every 1h\"]").await;
    for number in 0..90 {
        office.feed.publish(&format!("Koizumi no. {number}"));
    }
    office.answer(400);
    office.minutes(0).await;
    office.world.round().await;
    office.minutes(61).await;
    for _ in 0..30 {
        office.minutes(2).await;
    }
    let (waiting, dead) = office.waiting_and_dead().await;
    assert!(waiting <= 17 && dead == 0, "{waiting} {dead}");
    assert_eq!(office.notified("receiver.failing").len(), 1);
    office.answer(204);
    office.minutes(10).await;
    assert_eq!(office.waiting_and_dead().await, (0, 0));
    assert_eq!(office.notified("receiver.recovered").len(), 1);
    assert_eq!(office.notified("receiver.missed").len(), 0);
}
