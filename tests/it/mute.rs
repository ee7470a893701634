//! `mute` and `unmute`, with the program running: what is held, what its end sends, and where it is
//! mentioned.

use std::process::Output;

use fivebells::clock::Clock;
use serde_json::{Value, json as value};

use crate::{
    desk::{code, json, run, stderr, stdout},
    servers::{feed::FeedServer, http::Answer, webhook::WebhookServer},
    world::World,
};

struct Newsroom {
    world: World,
    feed: FeedServer,
    hook: WebhookServer,
}

impl Newsroom {
    /// A program that runs at the machine's time.
    async fn open() -> Self {
        let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
        let config = format!(
            "timezone = \"UTC\"\n[poll]\nper_host = \"1ms\"\n\
             [feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
             [watch]\nkoizumi = \"Koizumi\"\nhegseth = {{ match = \"Hegseth\", priority = \"flash\" }}\n\
             [receiver.hook]\nwebhook = \"{}\"\n[health]\nreport = \"09:00\"\nfailing = \"1m\"\n",
            feed.url(),
            hook.url()
        );
        let world = World::open_days_ago(&config, 0).await;
        world.round().await;
        Self { world, feed, hook }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let config = self.world.path();
        run(&[&["-c", config.to_str().expect("UTF-8")], arguments].concat())
    }

    /// What a command that succeeds prints.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
        stdout(&output)
    }

    fn json(&self, arguments: &[&str]) -> Vec<Value> {
        json(&self.run(&[&["--format", "json"], arguments].concat()))
    }

    async fn publish(&self, titles: &[&str]) {
        for title in titles {
            self.feed.publish(title);
        }
        self.world.advance(2);
        self.world.round().await;
    }

    /// What arrived that is no alert.
    fn notices(&self, kind: &str) -> Vec<Value> {
        let bodies = self.hook.requests().into_iter().map(|it| it.json());
        let of_kind = bodies.filter(|body| body["type"] == kind);
        of_kind.map(|body| body["data"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_program_holds_from_the_next_alert_on_and_sends_what_it_is_asked_to() {
    let room = Newsroom::open().await;
    let muted = room.says(&[
        "mute",
        "watch",
        "koizumi",
        "--for",
        "2d",
        "--comment",
        "too much",
    ]);
    assert!(
        muted.starts_with("watch koizumi is muted until 20"),
        "{muted}"
    );
    room.publish(&["Koizumi one", "Koizumi and Hegseth", "Hegseth"])
        .await;
    assert_eq!(room.hook.titles(), ["Koizumi and Hegseth", "Hegseth"]);
    let notified = room.hook.requests()[0].json();
    assert_eq!(notified["data"]["watches"], value!(["hegseth"]));
    assert_eq!(room.json(&["alerts", "--watch", "koizumi"]).len(), 2);
    let held = room.json(&["alerts", "--muted"]);
    assert_eq!(
        (held.len(), &held[0]["item"]["title"]),
        (1, &value!("Koizumi one"))
    );

    let lifted = room.says(&["unmute", "watch", "koizumi"]);
    assert_eq!(
        lifted,
        "watch koizumi is no longer muted: 1 alert was suppressed\n  \
         to see it:  fivebells alerts --muted --watch koizumi\n  \
         to send it: fivebells outbox retry --mute 1\n"
    );
    room.publish(&["Koizumi two"]).await;
    assert_eq!(room.hook.titles().len(), 3, "what was held stays so");
    assert_eq!(
        room.says(&["outbox", "retry", "--mute", "1"]),
        "1 delivery due now\n"
    );
    room.world.deliver().await;
    assert_eq!(room.hook.titles()[2..], ["Koizumi two", "Koizumi one"]);
    assert_eq!(room.says(&["mute"]), "nothing is muted\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_muted_receiver_gets_nothing_and_then_what_it_waited_for() {
    let room = Newsroom::open().await;
    room.hook.answer_with(Answer::status(503));
    room.publish(&["Koizumi waits"]).await;
    let muted = room.says(&["mute", "receiver", "hook", "--until", "23:59"]);
    assert!(muted.contains(" 23:59:00 UTC"), "{muted}");
    let now = Clock::now(room.world.clock.as_ref());
    let new_year = now.to_zoned(jiff::tz::TimeZone::UTC).year() + 2;
    let new_year = format!("{new_year}-01-01");
    let muted = room.says(&["mute", "receiver", "hook", "--until", &new_year]);
    let until = format!("until {new_year} 00:00:00 UTC, no longer until ");
    assert!(muted.contains(&until), "{muted}");
    assert!(muted.ends_with("suppressed already: 1 alert\n"), "{muted}");
    room.hook.answer_with(Answer::status(204));
    let before = room.hook.requests().len();
    room.publish(&["Koizumi held"]).await;
    room.world.advance(60);
    room.world.round().await;
    assert_eq!(room.hook.requests().len(), before, "not one");
    let lifted = room.says(&["unmute", "receiver", "hook", "--send"]);
    assert!(
        lifted.ends_with("2 alerts were suppressed; 2 deliveries wait in the outbox again\n"),
        "{lifted}"
    );
    room.world.deliver().await;
    assert_eq!(
        room.hook.titles()[before..],
        ["Koizumi waits", "Koizumi held"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_that_ends_while_the_program_is_down_is_notified_when_it_starts() {
    let mut room = Newsroom::open().await;
    room.says(&[
        "mute",
        "watch",
        "koizumi",
        "--for",
        "1h",
        "--comment",
        "elections",
    ]);
    room.says(&["mute", "watch", "hegseth", "--for", "1h"]);
    room.publish(&["Koizumi one", "Koizumi two"]).await;
    room.world.close().await;
    room.world.advance(3 * 24 * 60);
    room.world.restart().await;
    for _ in 0..2 {
        room.world
            .app()
            .end_mutes()
            .await
            .expect("the store answers");
        room.world.deliver().await;
    }
    let ended = room.notices("mute.ended");
    assert_eq!(
        (ended.len(), room.hook.requests().len()),
        (1, 1),
        "no flood"
    );
    let ended = &ended[0];
    assert_eq!(
        (&ended["kind"], &ended["name"], &ended["comment"]),
        (&value!("watch"), &value!("koizumi"), &value!("elections"))
    );
    assert_eq!(
        (&ended["alerts"], &ended["notices"]),
        (&value!(2), &value!(0))
    );
    room.publish(&["Koizumi three"]).await;
    assert_eq!(room.hook.titles()[1..], ["Koizumi three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_still_fails_after_its_mute_is_notified_again() {
    let room = Newsroom::open().await;
    room.says(&["mute", "feed", "wire", "--for", "1h"]);
    room.feed.fail_with(Some(Answer::status(500)));
    for _ in 0..3 {
        room.world.advance(10);
        room.world.round().await;
    }
    assert!(room.notices("feed.failing").is_empty(), "muted");
    room.world.advance(60);
    room.world
        .app()
        .end_mutes()
        .await
        .expect("the store answers");
    room.world.round().await;
    let ended = room.notices("mute.ended");
    assert_eq!(
        (&ended[0]["alerts"], &ended[0]["notices"]),
        (&value!(0), &value!(1))
    );
    room.world.advance(60);
    room.world.round().await;
    assert_eq!(room.notices("feed.failing").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_was_notified_and_ends_during_a_mute_is_reported_as_over_after_it() {
    let room = Newsroom::open().await;
    room.feed.fail_with(Some(Answer::status(500)));
    for _ in 0..3 {
        room.world.advance(10);
        room.world.round().await;
    }
    assert_eq!(room.notices("feed.failing").len(), 1);
    room.says(&["mute", "feed", "wire", "--for", "10h"]);
    room.feed.fail_with(None);
    for _ in 0..3 {
        room.world.advance(60);
        room.world.round().await;
    }
    assert!(room.notices("feed.recovered").is_empty(), "muted");
    room.says(&["unmute", "feed", "wire"]);
    room.world.advance(1);
    room.world.round().await;
    assert_eq!(room.notices("feed.recovered").len(), 1);
    room.world.advance(60);
    room.world.round().await;
    assert_eq!(room.notices("feed.recovered").len(), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_in_force_is_mentioned_where_it_matters() {
    let room = Newsroom::open().await;
    room.says(&["mute", "feed", "wire", "--for", "2d", "--comment", "moving"]);
    room.says(&["mute", "watch", "koizumi", "--for", "2d"]);
    room.publish(&["Koizumi"]).await;
    // The watch's mute ends last.
    for (command, wanted) in [
        (&["feeds"][..], "muted, ends in 47h"),
        (&["feeds", "wire"], "nothing suppressed: moving"),
        (&["watches"], "muted, ends in 47h"),
        (&["watches", "koizumi"], "1 alert suppressed"),
        (&["outbox"], "muted: watch koizumi until"),
    ] {
        let text = room.says(command);
        assert!(text.contains(wanted), "{command:?}: {text}");
    }
    assert!(room.json(&["feeds"])[0]["muted_until"].is_string());
    assert!(room.json(&["watches", "koizumi"])[0]["muted_until"].is_string());
    assert!(room.json(&["watches", "hegseth"])[0]["muted_until"].is_null());
    let held = room.json(&["outbox", "--state", "muted"]);
    assert_eq!(held[0]["detail"], "watch koizumi was muted");

    room.world.app().report_if_due().await.expect("planned");
    room.world.advance(24 * 60);
    room.world.app().report_if_due().await.expect("made");
    room.world.deliver().await;
    let mutes = room.notices("report.ready")[0]["mutes"].clone();
    assert_eq!(mutes[1]["name"], "koizumi");
    assert_eq!(mutes[1]["alerts"], 1);
    assert!(mutes[1]["by"].is_string(), "{mutes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_muted_says_why() {
    let room = Newsroom::open().await;
    for (arguments, exit, words) in [
        (
            &["mute", "watch", "koizum", "--for", "2d"][..],
            1,
            "did you mean \"koizumi\"?",
        ),
        (
            &["mute", "receiver", "koizumi", "--for", "2d"],
            1,
            "there is no receiver \"koizumi\"",
        ),
        (&["unmute", "feed", "wird"], 1, "did you mean \"wire\"?"),
        (&["unmute", "feed", "wire"], 1, "feed \"wire\" is not muted"),
        (&["mute", "feed", "wire"], 2, "for how long?"),
        (&["mute", "feed"], 2, "<NAME>"),
        (
            &["mute", "word", "wire", "--for", "2d"],
            2,
            "watch, feed, tag, receiver, story",
        ),
        (
            &["mute", "feed", "wire", "--until", "2020-02-01"],
            2,
            "2020-02-01 00:00:00 UTC is past",
        ),
        (&["mute", "feed", "wire", "--for", "0s"], 2, "is past"),
        (
            &["mute", "feed", "wire", "--for", "2 fortnights"],
            2,
            "is not a unit",
        ),
        (
            &["mute", "feed", "wire", "--for", "4294967295y"],
            2,
            "at most 3650 days",
        ),
        (
            &["mute", "feed", "wire", "--for", "1000000d"],
            2,
            "at most 3650 days",
        ),
        (
            &["mute", "feed", "wire", "--until", "2999-01-01"],
            2,
            "at most 3650 days",
        ),
        (
            &["mute", "feed", "wire", "--until", "25:00"],
            2,
            "expected a time of day, such as 08:00",
        ),
        (
            &[
                "mute",
                "feed",
                "wire",
                "--for",
                "1d",
                "--until",
                "2999-01-01",
            ],
            2,
            "cannot be used",
        ),
    ] {
        let output = room.run(arguments);
        let text = stderr(&output);
        assert_eq!(code(&output), exit, "{arguments:?}: {text}");
        assert!(text.contains(words), "{arguments:?}: {text}");
    }
    assert_eq!(room.says(&["mutes"]), "nothing is muted\n");
}
