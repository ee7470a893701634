//! `explain`: each stage that can decide about an item decides about one here.

use std::process::Output;

use fivebells::clock::Clock;
use regex::Regex;
use serde_json::Value;

use crate::{
    desk::{Desk, code, json, run, stderr, stdout},
    servers::{feed::FeedServer, http::Answer, webhook::WebhookServer},
    world::World,
};

/// A program that runs at the machine's time, and a second feed that was never readable.
struct Newsroom {
    world: World,
    feed: FeedServer,
    hook: WebhookServer,
    _broken: FeedServer,
}

impl Newsroom {
    async fn open() -> Self {
        Self::open_days_ago(0, "").await
    }

    /// The same, begun so many days ago, with these lines in its config.
    async fn open_days_ago(days: i64, more: &str) -> Self {
        let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
        let broken = FeedServer::start().await;
        broken.fail_with(Some(Answer::status(500)));
        feed.publish("Koizumi before anyone listened");
        let config = format!(
            "timezone = \"UTC\"\nnotify = [\"hook\"]\n[poll]\nper_host = \"1ms\"\n\
             [feed]\nwire = {{ url = \"{}\", every = \"1m\" }}\nbroken = \"{}\"\n\
             [watch]\nkoizumi = \"Koizumi\"\nhegseth = \"Hegseth\"\n\
             once = {{ match = \"Koizumi\", on_update = \"never\" }}\n\
             elsewhere = {{ match = \"Koizumi\", feeds = [\"broken\"] }}\n\
             [receiver.hook]\nwebhook = \"{}\"\n[receiver.second]\nwebhook = \"{}\"\n{more}",
            feed.url(),
            broken.url(),
            hook.url(),
            hook.url()
        );
        let world = World::open_days_ago(&config, days).await;
        world.round().await;
        Self {
            world,
            feed,
            hook,
            _broken: broken,
        }
    }

    async fn publish(&self, title: &str) {
        self.feed.publish(title);
        self.world.advance(2);
        self.world.round().await;
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let config = self.world.path();
        run(&[&["-c", config.to_str().expect("UTF-8")], arguments].concat())
    }

    /// What a command prints, with what differs between two runs left out.
    fn shows(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let mut text = format!(
            "exit {}\n{}{}",
            code(&output),
            stdout(&output),
            stderr(&output)
        );
        for (pattern, placeholder) in [
            (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "(time)"),
            (r"127\.0\.0\.1:\d+", "(host)"),
            (r"\d+ ms", "(ms)"),
            (r"(now|\d+[dhms] ago|in \d+[dhms])\b", "(when)"),
        ] {
            let pattern = Regex::new(pattern).expect("a pattern");
            text = pattern.replace_all(&text, placeholder).into_owned();
        }
        text
    }

    /// The stage that decided, the sentence, and the exit code.
    fn decided(&self, arguments: &[&str]) -> (String, String, i32) {
        let output = self.run(&[&["--format", "json", "explain"], arguments].concat());
        let line = json(&output).remove(0);
        let text = |key: &str| line[key].as_str().expect("a text").to_owned();
        assert_eq!(line["reaches"], Value::Bool(code(&output) == 0), "{line}");
        (text("decided"), text("verdict"), code(&output))
    }

    /// That this stage decided, with these words.
    fn assert_decided(&self, arguments: &[&str], stage: &str, words: &str) {
        let (decided, verdict, exit) = self.decided(arguments);
        assert_eq!(decided, stage, "{verdict}");
        assert!(verdict.contains(words), "{verdict}");
        assert_eq!(
            exit,
            i32::from(!verdict.starts_with("Alerted:")),
            "{verdict}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_seen_says_who_should_have_shown_it() {
    let room = Newsroom::open().await;
    insta::assert_snapshot!(
        "explain_unseen",
        room.shows(&["explain", "https://news.example.org/99"])
    );
    insta::assert_snapshot!("explain_no_number", room.shows(&["explain", "99"]));
    room.assert_decided(
        &["https://elsewhere.example/", "koizumi"],
        "seen",
        "Never seen",
    );
}

#[test]
fn at_most_twenty_feeds_are_named() {
    let feeds: Vec<String> = (1..=21)
        .map(|n| format!("f{n} = \"file:none-{n}.xml\"\n"))
        .collect();
    let feeds = feeds.concat();
    let desk = Desk::new(&format!(
        "[feed]\n{feeds}[watch]\nk = \"K\"\n[receiver]\nscreen = {{ stdout = true }}\n"
    ));
    assert_eq!(code(&desk.run(&["poll", "f1"])), 1);
    let unseen = json(&desk.run(&["--format", "json", "explain", "https://e.org/"]));
    assert_eq!(unseen[0]["feeds"].as_array().expect("a list").len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_kept_is_still_known() {
    let room = Newsroom::open().await;
    room.publish("Weather").await;
    room.world.advance(91 * 24 * 60);
    let pruned = room
        .world
        .app()
        .store()
        .prune(Clock::now(room.world.clock.as_ref()))
        .await;
    assert_eq!(pruned.expect("pruned").items, 2);
    insta::assert_snapshot!(
        "explain_pruned",
        room.shows(&["explain", "https://news.example.org/2?utm_source=mail"])
    );
    room.assert_decided(&["#2"], "seen", "as item #2");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_baseline_is_only_remembered() {
    let room = Newsroom::open().await;
    insta::assert_snapshot!("explain_baseline", room.shows(&["explain", "1", "koizumi"]));
    // The expression decides first: that it was baseline changed nothing.
    room.assert_decided(&["1", "hegseth"], "expression", "no `Hegseth`");
    // What the edit of a baseline item brings in is alerted.
    room.feed.edit(0, 1, "Koizumi and Hegseth", "More.");
    room.world.advance(2);
    room.world.round().await;
    room.assert_decided(&["1", "hegseth"], "delivery", "hook has it since");
    room.assert_decided(&["1", "koizumi"], "baseline", "(baseline)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_may_not_read_the_feed_or_not_match() {
    let room = Newsroom::open().await;
    room.publish("Koizumian days").await;
    room.assert_decided(&["2", "elsewhere"], "scope", "elsewhere does not read wire");
    room.assert_decided(
        &["2", "koizumi"],
        "expression",
        "`Koizumian`, a longer word",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_that_came_after_the_item_was_not_asked() {
    let room = Newsroom::open().await;
    room.publish("Abe speaks").await;
    let config = std::fs::read_to_string(room.world.path()).expect("read");
    room.world
        .write(&config.replace("\"Hegseth\"", "\"Hegseth OR Abe\""));
    room.assert_decided(&["2", "hegseth"], "in_force", "reload it");
    room.world
        .write(&config.replace("[watch]\n", "[watch]\nabe = \"Abe\"\n"));
    room.assert_decided(&["2", "abe"], "in_force", "start or reload it");
    room.world.advance(1);
    let reloaded = room.world.app().reload(room.world.config()).await;
    reloaded.expect("a good config");
    insta::assert_snapshot!("explain_in_force", room.shows(&["explain", "2", "abe"]));
}

/// The walk through the expression is of today; what alerted was asked something else.
#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_a_watch_that_was_changed_since_says_so() {
    let room = Newsroom::open().await;
    room.publish("Hegseth speaks").await;
    let config = std::fs::read_to_string(room.world.path()).expect("read");
    room.world
        .write(&config.replace("\"Hegseth\"", "\"Hegseth AND Abe\""));
    room.world.advance(1);
    let reloaded = room.world.app().reload(room.world.config()).await;
    reloaded.expect("a good config");
    let answer = room.shows(&["explain", "2", "hegseth"]);
    assert!(answer.contains("Alerted: hook has it since"), "{answer}");
    let words = "it asked something else when this alerted";
    assert!(answer.contains(words), "{answer}");
    // One that did not alert: what decided about it then is not known, and that is said.
    let answer = room.shows(&["explain", "1", "hegseth"]);
    assert!(answer.contains("the item came before"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_title_name_the_item_or_show_those_that_may_be_meant() {
    let room = Newsroom::open().await;
    room.publish("Agenda of Tuesday").await;
    let answer = room.shows(&["explain", "tuesday AGENDA", "koizumi"]);
    assert!(
        answer.starts_with("exit 1\nAgenda of Tuesday\n"),
        "{answer}"
    );
    assert!(!answer.contains("another name"), "{answer}");
    room.publish("Agenda of Wednesday").await;
    insta::assert_snapshot!("explain_several", room.shows(&["explain", "agenda"]));
    insta::assert_snapshot!("explain_no_title", room.shows(&["explain", "sumo results"]));
    // The one with just this title, though others have these words too.
    room.publish("Agenda").await;
    room.publish("Agenda of Thursday").await;
    let answer = room.shows(&["explain", "AGENDA", "koizumi"]);
    assert!(answer.starts_with("exit 1\nAgenda\n"), "{answer}");
}

/// A story under another form of its address is not called seen, but it is shown.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_differs_in_its_form_is_near() {
    let room = Newsroom::open().await;
    let near = json(&room.run(&[
        "--format",
        "json",
        "explain",
        "www.news.example.org/amp/1/?page=2",
    ]));
    assert_eq!(near[0]["decided"], "seen");
    assert_eq!(near[0]["near"][0]["item"], "1");
    assert!(near[0]["help"].as_str().expect("help").contains("number"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_alerts_only_watches_that_want_it() {
    let room = Newsroom::open().await;
    room.publish("Agenda").await;
    room.feed.edit(0, 2, "Agenda of Koizumi", "Story.");
    room.world.advance(2);
    room.world.round().await;
    insta::assert_snapshot!("explain_update", room.shows(&["explain", "2", "once"]));
    room.assert_decided(&["2", "koizumi"], "delivery", "hook has it");
    // An earlier text matched: that is why it alerted, though it no longer does.
    room.feed.edit(0, 2, "Agenda again", "Story.");
    room.world.advance(2);
    room.world.round().await;
    room.assert_decided(&["2", "koizumi"], "delivery", "hook has it");
}

/// Alerts may be kept for a shorter time than items.
#[tokio::test(flavor = "multi_thread")]
async fn what_alerted_too_long_ago_is_not_called_not_alerted() {
    let room = Newsroom::open_days_ago(10, "[keep]\nalerts = \"7d\"\n").await;
    room.publish("Koizumi long ago").await;
    room.assert_decided(&["2", "koizumi"], "delivery", "hook has it since");
    let now = Clock::now(room.world.clock.as_ref()) + jiff::SignedDuration::from_hours(9 * 24);
    let pruned = room.world.app().store().prune(now).await;
    assert_eq!(pruned.expect("pruned").alerts, 1);
    room.assert_decided(&["2", "koizumi"], "alert", "No longer known");
    room.assert_decided(&["2", "hegseth"], "expression", "no `Hegseth`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_decides_where_it_holds_all_or_leaves_the_watch_out() {
    let room = Newsroom::open().await;
    for watch in ["koizumi", "once"] {
        let muted = room.run(&["mute", "watch", watch, "--for", "1h", "--comment", "quiet"]);
        assert_eq!(code(&muted), 0, "{}", stderr(&muted));
    }
    room.publish("Koizumi alone").await;
    insta::assert_snapshot!("explain_muted", room.shows(&["explain", "2", "koizumi"]));
    room.publish("Koizumi with Hegseth").await;
    room.assert_decided(&["3", "koizumi"], "mute", "it was sent for other watches");
    room.assert_decided(&["3", "hegseth"], "delivery", "hook has it");
    let lifted = room.run(&["unmute", "watch", "koizumi", "--send"]);
    assert_eq!(code(&lifted), 0, "{}", stderr(&lifted));
    insta::assert_snapshot!("explain_all_muted", room.shows(&["explain", "3"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_delivery_says_where_it_stands() {
    let room = Newsroom::open().await;
    let config = std::fs::read_to_string(room.world.path()).expect("read");
    let both = config.replace("notify = [\"hook\"]", "notify = [\"hook\", \"second\"]");
    room.world.write(&both);
    let reloaded = room.world.app().reload(room.world.config()).await;
    reloaded.expect("a good config");
    room.hook.answer_with(Answer::status(503));
    room.publish("Koizumi waits").await;
    insta::assert_snapshot!("explain_waiting", room.shows(&["explain", "2", "koizumi"]));
    room.run(&["mute", "receiver", "second", "--for", "1h"]);
    let waiting = room.shows(&["explain", "2", "koizumi"]);
    assert!(
        waiting.contains("suppressed for second: receiver second was muted"),
        "{waiting}"
    );
    room.run(&["unmute", "receiver", "second", "--send"]);
    let dropped = room.run(&["outbox", "drop", "--receiver", "second"]);
    assert_eq!(code(&dropped), 0, "{}", stderr(&dropped));
    room.hook.answer_with(Answer::status(400));
    room.world.advance(5);
    room.world.deliver().await;
    insta::assert_snapshot!("explain_dead", room.shows(&["explain", "2", "koizumi"]));
    room.assert_decided(&["2", "koizumi"], "delivery", "given up for hook");
    let line = json(&room.run(&["--format", "json", "explain", "2", "koizumi"])).remove(0);
    assert_eq!(line["deliveries"][0]["attempts"][1]["reason"], "refused");
    assert_eq!(line["deliveries"][1]["state"], "dropped");
}

/// A link with another tracking token, and after its feed renamed all items the new link too.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_found_by_every_name_it_was_shown_under() {
    let room = Newsroom::open().await;
    for title in ["Koizumi one", "Koizumi two", "Koizumi three"] {
        room.publish(title).await;
    }
    let named = room.shows(&[
        "explain",
        "http://news.example.org/2?utm_source=x",
        "koizumi",
    ]);
    assert!(
        named.contains("is another name of it: it had that one when it was new"),
        "{named}"
    );
    assert!(named.starts_with("exit 0\nKoizumi one\n"), "{named}");
    room.feed.rename_all();
    room.world.advance(2);
    room.world.round().await;
    let renamed = room.shows(&["explain", "https://new.example.org/2", "koizumi"]);
    assert!(
        renamed.contains(
            "https://new.example.org/2 is another name of it: an item with that name was identified as this one \
             because title, date and text are the same"
        ),
        "{renamed}"
    );
    assert!(renamed.contains("#2, alerted by koizumi"), "{renamed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_defers_or_sent_in_a_digest_says_so() {
    // The world's clock is a day behind, so what waits in it for two is held now too.
    let more = "digest = [\"every 48h\"]";
    let room = Newsroom::open_days_ago(1, more).await;
    let config = std::fs::read_to_string(room.world.path()).expect("read");
    // The last receiver, named `second`, has the policy.
    let second = config.replace("notify = [\"hook\"]", "notify = [\"second\"]");
    room.world.write(&second);
    let reloaded = room.world.app().reload(room.world.config()).await;
    reloaded.expect("a good config");
    room.publish("Koizumi waits for the digest").await;
    insta::assert_snapshot!(
        "explain_digest_waits",
        room.shows(&["explain", "2", "koizumi"])
    );
    room.assert_decided(&["2", "koizumi"], "delivery", "deferred by digest until");
    room.world.advance(50 * 60);
    room.world.deliver().await;
    insta::assert_snapshot!(
        "explain_digest_notified",
        room.shows(&["explain", "2", "koizumi"])
    );
    room.assert_decided(&["2", "koizumi"], "delivery", "second has it since");
}

/// Items, alerts and notices are counted apart, so one's number is not another's.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_notice_calls_itself_explains_its_story() {
    let room = Newsroom::open().await;
    for number in 1..=3 {
        room.publish(&format!("Yen slips, part {number}")).await;
    }
    room.publish("Koizumi speaks").await;
    let requests = room.hook.requests();
    let id = requests.last().and_then(|it| it.header("webhook-id"));
    let id = id.expect("an id");
    for name in ["a1", "A1", id] {
        let explained = room.shows(&["explain", name]);
        assert!(explained.contains("Koizumi speaks\n"), "{explained}");
        assert!(!explained.contains("Yen"), "{explained}");
        assert!(!explained.contains("another name"), "{explained}");
    }
    let alerts = room.shows(&["alerts"]);
    assert!(
        alerts.contains("\nalert a1, item #5, story s5, first\n"),
        "{alerts}"
    );
    for name in ["a2", "other-1", &id.replace("-1", "-9")] {
        assert_eq!(code(&room.run(&["explain", name])), 1, "{name}");
    }
    let unquoted = stderr(&room.run(&["explain", "Koizumi", "speaks"]));
    assert!(
        unquoted.contains("words of a title in quotes"),
        "{unquoted}"
    );
}

#[test]
fn a_preview_of_an_alert_names_the_watches_of_its_receiver_alone() {
    let desk = Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         [watch]\nhegseth = { match = \"Hegseth\", priority = \"urgent\", notify = [\"other\"] }\n\
         koizumi = { match = \"Koizumi\", notify = [\"screen\", \"other\"] }\n\
         [receiver]\nscreen = { stdout = true }\nother = { stdout = true }\nidle = { stdout = true }\n",
    );
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    let shown = |receiver| {
        let output = desk.run(&["preview", receiver, "--alert", "a1"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        (stdout(&output), stderr(&output))
    };
    let (screen, _) = shown("screen");
    assert!(screen.contains("koizumi"), "{screen}");
    assert!(
        !screen.contains("hegseth") && !screen.contains("URGENT"),
        "{screen}"
    );
    let (other, _) = shown("other");
    assert!(
        other.contains("hegseth") && other.contains("URGENT"),
        "{other}"
    );
    assert!(shown("idle").1.contains("does not get this alert"));
    let explained = stdout(&desk.run(&["explain", "a1", "koizumi"]));
    assert!(
        explained.contains("urgent for other, routine for screen"),
        "{explained}"
    );
}
