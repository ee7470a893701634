//! Delivery policies, end to end: what is deferred, when it is sent, and that nothing is lost.

use std::collections::BTreeMap;

use fivebells::{
    clock::Clock as _,
    store::{DeliveryState, DeliveryStatus, OutboxFilter, Selection},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    desk::{Desk, code, json, stderr, stdout},
    servers::{
        feed::FeedServer,
        http::Answer,
        smtp::{Script, Security, SmtpServer},
        webhook::WebhookServer,
    },
    world::World,
};

/// A feed, a receiver with this policy, and watches: Koizumi is routine, BULLETIN and FLASH are
/// what they say. It is 07:00 UTC on a Sunday.
fn config(feed: &FeedServer, hook: &WebhookServer, zone: &str, policy: &str) -> String {
    format!(
        "timezone = \"{zone}\"\n\
         [feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n\
         [watch]\nk = \"Koizumi\"\nb = {{ match = \"BULLETIN\", priority = \"bulletin\" }}\n\
         f = {{ match = \"FLASH\", priority = \"flash\" }}\n\
         [receiver.hook]\nwebhook = \"{}\"\n{policy}\n",
        feed.url(),
        hook.url()
    )
}

async fn open(policy: &str) -> (FeedServer, WebhookServer, World) {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "UTC", policy)).await;
    (feed, hook, world)
}

/// What each request brought, in order: the titles of its alerts.
fn notified(hook: &WebhookServer) -> Vec<Vec<String>> {
    let title =
        |alert: &serde_json::Value| alert["item"]["title"].as_str().expect("text").to_owned();
    let titles = |body: serde_json::Value| match body["type"].as_str() {
        Some("alert.matched") => vec![title(&body["data"])],
        Some("digest.ready") => {
            let alerts = body["data"]["alerts"].as_array().expect("a list");
            assert_eq!(body["data"]["count"], alerts.len());
            alerts.iter().map(title).collect()
        }
        other => panic!("{other:?}"),
    };
    let requests = hook.requests();
    requests
        .iter()
        .map(|request| titles(request.json()))
        .collect()
}

async fn outbox(world: &World, state: DeliveryState) -> Vec<DeliveryStatus> {
    let filter = OutboxFilter {
        receiver: None,
        state: Some(state),
        limit: 10_000,
    };
    let deliveries = world.app().store().outbox(filter).await;
    deliveries.expect("the store answers")
}

/// Moves the clock to this time.
fn go_to(world: &World, moment: &str) {
    let moment: Timestamp = moment.parse().expect("a time");
    let ahead = moment.duration_since(world.clock.now());
    assert!(ahead > SignedDuration::ZERO, "{moment} is past");
    world.clock.advance(ahead);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_collects_until_its_time_and_flash_does_not_wait() {
    let (feed, hook, world) = open("digest = [\"Sun 08:00\", \"18:00\"]").await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi BULLETIN two");
    feed.publish("Koizumi FLASH three");
    world.round().await;
    assert_eq!(notified(&hook), [["Koizumi FLASH three"]]);
    let held = world.app().deferred().await.expect("the store answers");
    assert_eq!(held[0].1.count, 2);
    assert_eq!(held[0].1.until.to_string(), "2026-11-22T08:00:00Z");
    world.advance(59);
    assert_eq!(world.deliver().await, 0);
    world.advance(1);
    assert_eq!(world.deliver().await, 1);
    assert_eq!(notified(&hook)[1], ["Koizumi BULLETIN two", "Koizumi one"]);
    let body = hook.requests()[1].json();
    assert_eq!(body["data"]["hold"], "digest");
    assert_eq!(body["data"]["priority"], "bulletin");
    assert_eq!(outbox(&world, DeliveryState::Folded).await.len(), 2);
    assert!(outbox(&world, DeliveryState::Pending).await.is_empty());

    feed.publish("Koizumi four");
    world.round().await;
    world.advance(10 * 60);
    world.deliver().await;
    assert_eq!(notified(&hook)[2..], [["Koizumi four"]], "a digest of one");
    assert_eq!(hook.requests()[2].json()["type"], "digest.ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_made_early_when_enough_waits() {
    let (feed, hook, world) = open("digest = [\"18:00\", \"3 alerts\"]").await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi two");
    world.round().await;
    assert!(notified(&hook).is_empty());
    feed.publish("Koizumi three");
    world.advance(2);
    world.round().await;
    assert_eq!(notified(&hook).len(), 1);
    assert_eq!(notified(&hook)[0].len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_and_summarise_and_a_bulletin_passes() {
    let (feed, hook, world) = open("quiet = \"06:30-07:30\"").await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi BULLETIN");
    world.round().await;
    assert_eq!(notified(&hook), [["Koizumi BULLETIN"]]);
    feed.publish("Koizumi two");
    world.advance(29);
    world.round().await;
    assert_eq!(notified(&hook).len(), 1);
    world.advance(1);
    world.deliver().await;
    assert_eq!(notified(&hook)[1], ["Koizumi one", "Koizumi two"]);
    feed.publish("Koizumi by day");
    world.advance(1);
    world.round().await;
    assert_eq!(notified(&hook)[2], ["Koizumi by day"]);
}

/// In Berlin clocks go forward on 2027-03-28 and back on 2027-10-31: 06:30 is 04:30 UTC in the one
/// morning and 05:30 in the other.
#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_end_by_the_clock_on_the_wall_when_clocks_change() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let policy = "quiet = \"22:30-06:30\"";
    let world = World::open(&config(&feed, &hook, "Europe/Berlin", policy)).await;
    for (number, evening, before, end) in [
        (
            1,
            "2027-03-27T22:00:00Z",
            "2027-03-28T04:29:59Z",
            "2027-03-28T04:30:00Z",
        ),
        (
            2,
            "2027-10-30T22:00:00Z",
            "2027-10-31T05:29:59Z",
            "2027-10-31T05:30:00Z",
        ),
    ] {
        go_to(&world, evening);
        feed.publish(&format!("Koizumi {number}"));
        world.round().await;
        go_to(&world, before);
        assert_eq!(world.deliver().await, 0, "{before}");
        go_to(&world, end);
        assert_eq!(world.deliver().await, 1, "{end}");
    }
    assert_eq!(notified(&hook), [["Koizumi 1"], ["Koizumi 2"]]);
}

/// 02:30 does not exist on 2027-03-28 and comes twice on 2027-10-31.
#[tokio::test(flavor = "multi_thread")]
async fn a_digest_at_an_hour_that_is_skipped_or_comes_twice_comes_once() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let policy = "digest = \"02:30\"";
    let world = World::open(&config(&feed, &hook, "Europe/Berlin", policy)).await;
    for (evening, before, due, later) in [
        (
            "2027-03-27T22:00:00Z",
            "2027-03-28T01:29:59Z",
            "2027-03-28T01:30:00Z",
            "2027-03-28T02:30:00Z",
        ),
        (
            "2027-10-30T22:00:00Z",
            "2027-10-31T00:29:59Z",
            "2027-10-31T00:30:00Z",
            "2027-10-31T01:30:00Z",
        ),
    ] {
        go_to(&world, evening);
        feed.publish("Koizumi at night");
        world.round().await;
        go_to(&world, before);
        assert_eq!(world.deliver().await, 0, "{before}");
        go_to(&world, due);
        assert_eq!(world.deliver().await, 1, "{due}");
        feed.publish("Koizumi after it");
        go_to(&world, later);
        world.round().await;
        assert!(
            outbox(&world, DeliveryState::Pending).await.len() == 1,
            "{later}"
        );
        world.advance(24 * 60);
        assert_eq!(world.deliver().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_a_thousand_is_some_notices_and_loses_nothing() {
    let (feed, hook, world) = open("at_most = \"20/h\"").await;
    for number in 1..=1000 {
        feed.publish(&format!("Koizumi {number}"));
    }
    world.round().await;
    let sizes = |hook: &WebhookServer| notified(hook).iter().map(Vec::len).collect::<Vec<_>>();
    let mut expected = vec![1; 19];
    expected.push(100);
    assert_eq!(
        sizes(&hook),
        expected,
        "the last of the hour takes others along"
    );

    feed.publish("Koizumi FLASH");
    world.advance(5);
    world.round().await;
    assert_eq!(notified(&hook)[20], ["Koizumi FLASH"], "breaks through");
    world.advance(54);
    assert_eq!(world.deliver().await, 0);
    world.advance(1);
    world.deliver().await;
    expected.extend([1, 100, 100, 100, 100, 100, 100, 100, 100, 81]);
    assert_eq!(sizes(&hook), expected);
    let mut all = notified(&hook).concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 1001, "each was sent once");
    assert!(outbox(&world, DeliveryState::Pending).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_becomes_one_notice() {
    let (feed, hook, world) = open("group_wait = \"30s\"").await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi two");
    world.round().await;
    world.clock.advance(SignedDuration::from_secs(29));
    assert_eq!(world.deliver().await, 0);
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(world.deliver().await, 1);
    assert_eq!(notified(&hook), [["Koizumi one", "Koizumi two"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_removes_the_policy_releases_everything() {
    let (feed, hook, world) = open("digest = \"18:00\"").await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi two");
    world.round().await;
    assert!(notified(&hook).is_empty());
    world.write(&config(&feed, &hook, "UTC", ""));
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    assert_eq!(world.deliver().await, 2);
    assert_eq!(notified(&hook), [["Koizumi one"], ["Koizumi two"]]);
    // And the other way round: what waits for a receiver in trouble is held from now on.
    hook.answer_with(Answer::status(500));
    feed.publish("Koizumi three");
    world.advance(2);
    world.round().await;
    world.write(&config(&feed, &hook, "UTC", "digest = \"18:00\""));
    let reloaded = world.app().reload(world.config()).await;
    reloaded.expect("a good config");
    hook.answer_with(Answer::status(204));
    feed.publish("Koizumi four");
    world.advance(5);
    world.round().await;
    let last = notified(&hook).pop().expect("notified");
    assert_eq!(last, ["Koizumi three"], "what was attempted is not held");
    assert_eq!(outbox(&world, DeliveryState::Pending).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_what_a_policy_holds_does_not_put_it_off() {
    let (feed, hook, world) = open("digest = \"every 1h\"").await;
    feed.publish("Koizumi one");
    world.round().await;
    world.advance(40);
    let all = Selection {
        receiver: Some("hook".to_owned()),
        ..Selection::default()
    };
    let retried = world.app().store().retry(all, world.clock.now()).await;
    assert_eq!(retried.expect("the store answers"), 1);
    world.advance(20);
    world.deliver().await;
    assert_eq!(notified(&hook), [["Koizumi one"]], "an hour after it came");
    let since = &hook.requests()[0].json()["data"]["since"];
    assert_eq!(since, "2026-11-22T07:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_that_end_while_the_receiver_is_in_trouble_lose_nothing() {
    let (feed, hook, world) = open("quiet = \"07:10-07:30\"").await;
    hook.answer_with(Answer::status(500));
    feed.publish("Koizumi by day");
    for _ in 0..6 {
        world.round().await;
        world.advance(1);
    }
    let attempts = hook.requests().len();
    assert!(attempts >= 3, "the breaker is open");
    go_to(&world, "2026-11-22T07:12:00Z");
    feed.publish("Koizumi in the quiet one");
    feed.publish("Koizumi in the quiet two");
    world.round().await;
    assert_eq!(hook.requests().len(), attempts, "retries are held too");
    // Over, and the receiver is still sick: what was folded fails and is tried again.
    go_to(&world, "2026-11-22T07:30:00Z");
    for _ in 0..3 {
        world.deliver().await;
        world.advance(2);
    }
    assert!(hook.requests().len() > attempts);
    hook.answer_with(Answer::status(204));
    let sick = hook.requests().len();
    for _ in 0..6 {
        world.deliver().await;
        world.advance(5);
    }
    let mut delivered = notified(&hook).split_off(sick);
    delivered.sort();
    let both = ["Koizumi in the quiet one", "Koizumi in the quiet two"];
    assert_eq!(delivered, [vec!["Koizumi by day"], both.to_vec()]);
    assert_eq!(hook.ids().len(), 2, "each notice kept its id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_fold_and_send_sends_the_digest_once() {
    let (feed, hook, mut world) = open("digest = \"08:00\"").await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi two");
    world.round().await;
    world.advance(60);
    hook.answer_with(Answer::status(503));
    world.deliver().await;
    assert_eq!(outbox(&world, DeliveryState::Folded).await.len(), 2);
    world.restart().await;
    hook.answer_with(Answer::status(204));
    world.advance(5);
    assert_eq!(world.deliver().await, 1);
    let notified = notified(&hook);
    assert_eq!(notified.len(), 2);
    assert_eq!(notified[0], notified[1]);
    assert_eq!(hook.ids().len(), 1, "the same id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_that_is_refused_is_dead_and_can_be_revived() {
    let (feed, hook, world) = open("digest = \"08:00\"").await;
    feed.publish("Koizumi one");
    world.round().await;
    world.advance(60);
    hook.answer_with(Answer::status(400));
    world.deliver().await;
    assert_eq!(outbox(&world, DeliveryState::Dead).await.len(), 1);
    hook.answer_with(Answer::status(204));
    let all = fivebells::store::Selection {
        dead_only: true,
        ..Default::default()
    };
    let revived = world.app().store().retry(all, world.clock.now()).await;
    assert_eq!(revived.expect("the store answers"), 1);
    assert_eq!(world.deliver().await, 1);
    assert_eq!(hook.ids().len(), 2, "it, and the word that it was given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_receivers_policy_holds_nobody_else() {
    let (feed, slow, quick) = (
        FeedServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    );
    let world = World::open(&format!(
        "notify = [\"slow\", \"quick\"]\n[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\n\
         [watch]\nk = \"Koizumi\"\n[receiver]\n\
         slow = {{ webhook = \"{}\", digest = \"every 1d\" }}\nquick = {{ webhook = \"{}\" }}\n",
        feed.url(),
        slow.url(),
        quick.url()
    ))
    .await;
    feed.publish("Koizumi speaks");
    world.round().await;
    assert_eq!((slow.requests().len(), quick.requests().len()), (0, 1));
    let counts: BTreeMap<String, u32> = world
        .app()
        .store()
        .receivers()
        .await
        .expect("the store answers")
        .into_iter()
        .map(|receiver| (receiver.name, receiver.waiting))
        .collect();
    assert_eq!(counts["slow"], 1, "what is held still waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_is_one_mail_with_every_story() {
    let feed = FeedServer::start().await;
    let mail = SmtpServer::start(Script::new(Security::Plain)).await;
    let world = World::open(&format!(
        "timezone = \"UTC\"\n[feed]\nwire = {{ url = \"{}\", initial = \"all\" }}\n\
         [watch]\nk = \"Koizumi\"\n\
         [receiver.brief]\nemail = [\"chief@example.org\"]\ndigest = \"08:00\"\n\
         [mail]\nserver = \"{}\"\nfrom = \"bells@example.org\"\n",
        feed.url(),
        mail.address()
    ))
    .await;
    feed.publish("Koizumi one");
    feed.publish("Koizumi two");
    world.round().await;
    assert!(mail.mails().is_empty());
    world.advance(60);
    assert_eq!(world.deliver().await, 1);
    let mails = mail.mails();
    assert_eq!(mails.len(), 1);
    let text = String::from_utf8_lossy(&mails[0].data).into_owned();
    assert!(
        text.contains("Subject: [2 alerts] Koizumi one, and 1 more"),
        "{text}"
    );
    for part in [
        "https://news.example.org/1",
        "https://news.example.org/2",
        "*Koizumi* one",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn a_round_for_cron_ends_and_says_what_is_held_and_the_outbox_says_why() {
    let desk = Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         [watch]\nkoizumi = \"Koizumi\"\n[receiver]\n\
         screen = { stdout = true, digest = \"every 2h\" }\n",
    );
    let once = desk.run(&["run", "--once"]);
    assert_eq!(code(&once), 0, "{}", stderr(&once));
    assert_eq!(stdout(&once), "");
    let said = stderr(&once);
    assert!(
        said.contains("receiver \"screen\": 1 waiting, deferred by digest until "),
        "{said}"
    );

    let outbox = json(&desk.run(&["--format", "json", "outbox"]));
    assert_eq!(outbox[0]["state"], "pending");
    assert_eq!(outbox[0]["held"]["by"], "digest");
    let moment = |value: &serde_json::Value| -> Timestamp {
        value.as_str().expect("text").parse().expect("a time")
    };
    let until = moment(&outbox[0]["held"]["until"]);
    let created = moment(&outbox[0]["created"]);
    assert_eq!(until.duration_since(created).as_hours(), 2);
    let table = stdout(&desk.run(&["outbox"]));
    assert!(table.contains("deferred: digest"), "{table}");

    // Without the policy the same row goes out by itself.
    desk.write(
        "fivebells.toml",
        &desk
            .read("fivebells.toml")
            .replace(", digest = \"every 2h\"", ""),
    );
    let once = desk.run(&["run", "--once"]);
    assert!(stdout(&once).contains("Shinjirō Koizumi meets Hegseth"));
}

#[test]
fn a_preview_shows_a_digest_whatever_the_policy() {
    let desk = Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         [watch]\nkoizumi = \"Koizumi\"\n[receiver]\n\
         screen = { stdout = true, quiet = \"Mon-Sat 00:00-24:00\" }\n",
    );
    let shown = stdout(&desk.run(&["preview", "screen", "--digest"]));
    assert!(shown.contains("3 alerts"), "{shown}");
    assert_eq!(code(&desk.run(&["send", "screen"])), 0);
    assert_eq!(
        code(&desk.run(&["preview", "screen", "--digest", "--alert", "1"])),
        2
    );
}

#[test]
fn the_outbox_says_which_digest_holds_a_folded_alert() {
    let desk = Desk::new(
        "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
         [watch]\nany = \"Koizumi OR Weather\"\n[receiver]\n\
         screen = { stdout = true, digest = [\"every 1d\", \"2 alerts\"] }\n",
    );
    let once = stdout(&desk.run(&["run", "--once"]));
    assert!(
        once.contains("2 alerts") && once.contains("Weather"),
        "{once}"
    );
    let notified = json(&desk.run(&["--format", "json", "outbox", "--state", "delivered"]));
    assert_eq!(notified[0]["type"], "digest.ready");
    let folded = json(&desk.run(&["--format", "json", "outbox", "--state", "folded"]));
    assert_eq!(folded.len(), 2);
    for line in &folded {
        assert_eq!(line["folded_into"], notified[0]["id"]);
        assert_eq!(line["held"], serde_json::Value::Null);
    }
    let table = stdout(&desk.run(&["outbox", "--state", "folded"]));
    assert!(
        table.contains(&format!("part of d{}", notified[0]["id"])),
        "{table}"
    );
}
