//! A reload is all or nothing.

use crate::{
    daemon::Daemon,
    desk::json,
    servers::{feed::FeedServer, webhook::WebhookServer},
    world::World,
};

fn config(feed: &FeedServer, hook: &WebhookServer, term: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", initial = \"all\", every = \"1m\" }}\n[watch]\nw = \"{term}\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn new_watches_hold_from_the_next_item_on() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    feed.publish("Hegseth in Tokyo");
    world.round().await;
    assert!(hook.requests().is_empty());

    world.write(&config(&feed, &hook, "Hegseth"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    feed.publish("Hegseth in Manila");
    world.advance(2);
    world.round().await;
    assert_eq!(hook.titles(), ["Hegseth in Manila"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_test_block_keeps_the_old_config() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    let test = "[[test]]\ntitle = \"Koizumi\"\nexpect = [\"w\"]\n";
    world.write(&(config(&feed, &hook, "Hegseth") + test));
    let error = world
        .app()
        .reload(world.config())
        .await
        .expect_err("the test fails");
    assert!(error.to_string().contains("test"), "{error}");

    feed.publish("Koizumi speaks");
    world.round().await;
    assert_eq!(
        hook.titles(),
        ["Koizumi speaks"],
        "the old watch still holds"
    );
}

/// The feed and the language that a test names are those it is matched under.
#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_a_feed_and_a_language_is_held_to_at_a_reload() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    let test = |lang: &str, name: &str| {
        format!(
            "[[test]]\ntitle = \"Hegseth\"\nlang = \"{lang}\"\nfeed = \"{name}\"\nexpect = [\"w\"]\n"
        )
    };
    let edited = config(&feed, &hook, "Hegseth lang:ja feed:wire")
        + "[feed.other]\nurl = \"https://other.example.org/\"\n";
    for (lang, name, is_good) in [
        ("en", "wire", false),
        ("ja", "other", false),
        ("ja-JP", "wire", true),
    ] {
        world.write(&(edited.clone() + &test(lang, name)));
        let reloaded = world.app().reload(world.config()).await;
        assert_eq!(reloaded.is_ok(), is_good, "{lang} {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_taken_away_is_polled_no_more_and_remembers_when_it_returns() {
    let (feed, other, hook) = (
        FeedServer::start().await,
        FeedServer::start().await,
        WebhookServer::start().await,
    );
    feed.publish("Koizumi one");
    let world = World::open(&config(&feed, &hook, "Koizumi")).await;
    world.round().await;
    assert_eq!(hook.requests().len(), 1);

    world.write(&config(&other, &hook, "Koizumi").replace("wire", "elsewhere"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    let before = feed.requests().len();
    world.advance(60);
    world.round().await;
    assert_eq!(feed.requests().len(), before);

    feed.publish("Koizumi two");
    world.write(&config(&feed, &hook, "Koizumi"));
    world
        .app()
        .reload(world.config())
        .await
        .expect("a good config");
    world.advance(60);
    world.round().await;
    assert_eq!(
        hook.titles(),
        ["Koizumi one", "Koizumi two"],
        "what was published meanwhile is news"
    );
}

/// A template is tried before anything changes, whatever its fault.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_does_not_work_keeps_the_old_config_and_is_notified() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let good = config(&feed, &hook, "Koizumi");
    let daemon = Daemon::start(&good);
    daemon.expect("READY=1");
    let status = || json(&daemon.run(&["--format", "json", "status"])).remove(0);
    let faults = [
        "{{ item.title",
        "{{ item.nothing.at_all }}",
        "{{ item.title | no_such_filter }}",
        r#"{"text": {{ item.title }}}"#,
        "{% for n in range(10001) %}x{% endfor %}",
    ];
    for (number, fault) in faults.iter().enumerate() {
        let more = format!("body = '''{fault}'''\n");
        std::fs::write(daemon.path(), format!("{good}{more}")).expect("written");
        daemon.signal("-HUP");
        daemon.expect("RELOADING=1");
        daemon.expect("STATUS=reload refused");
        let said = status();
        let error = said["refused"]["error"].as_str().expect("an error");
        assert!(error.contains("fivebells.toml:7"), "{fault}: {error}");
        hook.wait_for(number + 1).await;
        // In the form of the old config.
        let notified = hook.requests()[number].json();
        assert_eq!(notified["type"], "config.failing", "{fault}");
        assert_eq!(notified["data"]["reason"], "refused", "{fault}");
    }
    feed.publish("Koizumi speaks");
    daemon.run(&["poll", "wire"]);
    hook.wait_for(faults.len() + 1).await;
    let titles = hook.titles();
    assert_eq!(titles.last().map(String::as_str), Some("Koizumi speaks"));
    std::fs::write(daemon.path(), &good).expect("written");
    daemon.signal("-HUP");
    daemon.expect("STATUS=feeds 1");
    hook.wait_for(faults.len() + 2).await;
    let last = hook.requests().pop().expect("one").json();
    assert_eq!(last["type"], "config.recovered");
    assert_eq!(status()["refused"], serde_json::Value::Null);
    daemon.signal("-TERM");
    assert_eq!(daemon.end().0, Some(0));
}
