//! The service in its operator's hand: commands beside it, refused reloads, failing tests.

use std::{process::Output, time::Duration};

use fivebells::store::{ServiceRecord, Store, StoreOptions};

use crate::{
    daemon::Daemon,
    desk::{Desk, code, json, stderr, stdout},
    servers::{feed::FeedServer, webhook::WebhookServer},
    watchdog::Watchdog,
};

/// What an operator asks who looks at what is stored.
const LOOKS: [&[&str]; 8] = [
    &["feeds"],
    &["alerts"],
    &["outbox"],
    &["mute"],
    &["watches"],
    &["search", "Koizumi"],
    &["explain", "Shinjirō Koizumi meets Hegseth"],
    &["backup", "copy.db"],
];

fn sample(receiver: &str) -> String {
    format!(
        "[feed]\nsample = {{ url = \"file:sample.xml\", initial = \"all\" }}\n\
         [watch]\nkoizumi = \"Koizumi\"\n[receiver]\nscreen = {receiver}\n"
    )
}

fn fine(output: &Output) {
    assert_eq!(code(output), 0, "{}", stderr(output));
}

fn all_fine(desk: &Desk) {
    for arguments in LOOKS {
        let mut arguments = arguments.to_vec();
        let copy = desk.path("copy.db");
        if arguments[0] == "backup" {
            arguments[1] = copy.to_str().expect("UTF-8");
        }
        let output = desk.run(&arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn what_only_looks_needs_no_secret() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    fine(&desk.run(&["run", "--once"]));
    desk.write(
        "fivebells.toml",
        &sample("{ slack = { credential = \"slack\" } }"),
    );
    all_fine(&desk);
    fine(&desk.run(&["test"]));
    fine(&desk.run(&["export"]));
    let config = desk.run(&["config"]);
    assert!(stdout(&config).contains("slack"), "{}", stderr(&config));
    let send = desk.run(&["send", "screen"]);
    assert_eq!(code(&send), 78, "what sends needs it");
    let check = desk.run(&["check"]);
    assert_eq!(code(&check), 0, "{}", stderr(&check));
    assert!(
        stderr(&check).contains("\"slack\" was not tried"),
        "{}",
        stderr(&check)
    );
}

#[test]
fn what_only_looks_works_beside_a_config_with_errors_and_says_so() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    fine(&desk.run(&["run", "--once"]));
    let broken = sample("{ stdout = true }").replace("initial", "intial")
        + "[watch.wrong]\nmatch = \"(Abe\"\n";
    desk.write("fivebells.toml", &broken);
    all_fine(&desk);
    let alerts = desk.run(&["alerts"]);
    assert!(
        stderr(&alerts).contains("`fivebells check` shows all"),
        "{}",
        stderr(&alerts)
    );
    assert_eq!(code(&desk.run(&["export"])), 78);
    assert_eq!(code(&desk.run(&["run", "--once"])), 78);
}

/// A guess at the store could be wrong, and `outbox drop` on it not to be undone.
#[test]
fn a_config_whose_store_cannot_be_read_leads_to_no_other() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    fine(&desk.run(&["run", "--once"]));
    let config = sample("{ stdout = true }");
    for lost in [
        "[store]\nurl = \"postgres://x\"\n",
        "[store\nurl = \"sqlite:x.db\"\n",
    ] {
        desk.write("fivebells.toml", &(config.clone() + lost));
        assert_eq!(code(&desk.run(&["outbox"])), 78, "{lost}");
    }
}

#[test]
fn a_name_that_is_not_there_is_an_error_with_what_was_meant() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    fine(&desk.run(&["run", "--once"]));
    for (arguments, meant) in [
        (&["alerts", "--watch", "koizum"][..], "koizumi"),
        (&["alerts", "--feed", "sampel"], "sample"),
        (&["outbox", "--receiver", "scren"], "screen"),
        (&["outbox", "retry", "--receiver", "scren"], "screen"),
        (&["outbox", "drop", "--receiver", "scren"], "screen"),
        (&["feeds", "sampl"], "sample"),
        (&["watches", "koizum"], "koizumi"),
        (&["explain", "Weather", "koizum"], "koizumi"),
        (&["search", "x", "--feed", "sampl"], "sample"),
        (&["try", "x", "--against", "koizum"], "koizumi"),
        (&["mute", "feed", "sampl", "--for", "1h"], "sample"),
        (&["unmute", "watch", "koizum"], "koizumi"),
        (&["poll", "sampl"], "sample"),
        (&["preview", "scren"], "screen"),
        (&["send", "scren"], "screen"),
    ] {
        let output = desk.run(arguments);
        assert_eq!(code(&output), 1, "{arguments:?}: {}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains(&format!("{meant:?}")),
            "{arguments:?}: {said}"
        );
    }
    let misspelled = desk.run(&["--log", "wran", "feeds"]);
    assert_eq!(code(&misspelled), 2);
    assert!(stderr(&misspelled).contains("\"warn\""));
}

#[test]
fn a_place_that_cannot_hold_a_backup_is_named_and_the_store_is_not_blamed() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    fine(&desk.run(&["run", "--once"]));
    let folder = desk.path("sample.xml");
    let folder = folder.parent().expect("a folder").to_str().expect("UTF-8");
    for (to, exit, word) in [
        (format!("{folder}/nowhere/copy.db"), 1, "there is no folder"),
        (folder.to_owned(), 1, "is a folder"),
        (format!("{folder}/sample.xml/copy.db"), 1, "is not a folder"),
        ("-".to_owned(), 2, "standard output"),
        (
            format!("{folder}/fivebells.toml"),
            1,
            "not an earlier backup",
        ),
        (
            format!("{folder}/fivebells.db-wal"),
            1,
            "belongs to the store",
        ),
    ] {
        let output = desk.run(&["backup", &to]);
        assert_eq!(code(&output), exit, "{to}: {}", stderr(&output));
        let said = stderr(&output);
        assert!(
            said.contains(word) && !said.contains("store failed"),
            "{to}: {said}"
        );
    }
}

#[test]
fn lines_of_add_and_import_stand_below_the_feeds_of_the_config() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    desk.write(
        "list.opml",
        "<opml version=\"2.0\"><body><outline text=\"Third\" type=\"rss\" \
         xmlUrl=\"https://third.example/a.xml\"/></body></opml>",
    );
    let list = desk.path("list.opml");
    let imported = desk.run(&["import", list.to_str().expect("UTF-8")]);
    let lines = stdout(&imported);
    assert!(!lines.contains("[feed]"), "{lines}");
    let config = sample("{ stdout = true }").replace("[watch]", &format!("{lines}[watch]"));
    desk.write("fivebells.toml", &config);
    let check = desk.run(&["check"]);
    assert!(stdout(&check).contains("2 feeds"), "{}", stderr(&check));
    let added = desk.run(&["add", "wire.example/feed"]);
    assert_eq!(code(&added), 1);
    assert!(stderr(&added).contains("https://wire.example/feed"));
}

fn config(feed: &FeedServer, hook: &WebhookServer, more: &str) -> String {
    format!(
        "[feed]\nwire = {{ url = \"{}\", every = \"1h\" }}\n[watch]\nk = \"Koizumi\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n{more}",
        feed.url(),
        hook.url()
    )
}

/// The types of what the hook was sent, as soon as there are so many.
async fn kinds(hook: &WebhookServer, count: usize) -> Vec<String> {
    let watchdog = Watchdog::start();
    while hook.requests().len() < count {
        assert!(watchdog.is_patient(), "nothing was sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let requests = hook.requests();
    let kinds = requests
        .iter()
        .map(|request| request.json()["type"].clone());
    kinds
        .map(|kind| kind.as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reload_stands_in_the_status_and_is_notified_once_until_it_is_mended() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let good = config(&feed, &hook, "");
    let daemon = Daemon::start(&good);
    daemon.expect("READY=1");
    let status = || json(&daemon.run(&["--format", "json", "status"])).remove(0);
    assert_eq!(status()["state"], "running");
    assert_eq!(status()["config_changed"], false);
    std::fs::write(daemon.path(), good.replace("every", "evry")).expect("written");
    for _ in 0..2 {
        daemon.signal("-HUP");
        daemon.expect("RELOADING=1");
        daemon.expect("STATUS=reload refused");
    }
    let said = status();
    assert_eq!(said["config_changed"], true);
    let error = said["refused"]["error"].as_str().expect("an error");
    assert!(
        error.contains("`evry`") && error.contains("`every`"),
        "{said:#}"
    );
    fine(&daemon.run(&["status"]));
    assert_eq!(kinds(&hook, 1).await, ["config.failing"]);
    let text = || stdout(&daemon.run(&["status"]));
    assert!(!text().contains("changed since"), "{}", text());
    std::fs::write(daemon.path(), good.replace("watch", "wacth")).expect("written");
    assert!(
        text().contains("since the refusal, still with errors"),
        "{}",
        text()
    );
    std::fs::write(daemon.path(), good.clone() + "# mended\n").expect("written");
    assert!(
        text().contains("since the refusal; `fivebells reload`"),
        "{}",
        text()
    );
    std::fs::write(daemon.path(), &good).expect("written");
    daemon.signal("-HUP");
    daemon.expect("STATUS=feeds 1");
    assert_eq!(
        kinds(&hook, 2).await,
        ["config.failing", "config.recovered"]
    );
    assert_eq!(status()["refused"], serde_json::Value::Null);
    daemon.signal("-TERM");
    let (code, lines) = daemon.end();
    assert_eq!(code, Some(0));
    let log = lines.join("\n");
    assert!(log.contains("unknown key `evry`"), "in whole: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_test_is_notified_at_a_start_and_ends_nothing() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let test = "[[test]]\ntitle = \"Abe speaks\"\nexpect = [\"k\"]\n";
    let daemon = Daemon::start(&config(&feed, &hook, test));
    daemon.expect("READY=1");
    assert_eq!(kinds(&hook, 1).await, ["config.failing"]);
    let notified = &hook.requests()[0].json()["data"];
    assert_eq!(notified["reason"], "tests");
    assert!(
        notified["error"]
            .as_str()
            .expect("text")
            .contains("Abe speaks"),
        "{notified:#}"
    );
    assert_eq!(code(&daemon.run(&["check"])), 78);
    daemon.signal("-TERM");
    let (code, lines) = daemon.end();
    assert_eq!(code, Some(0));
    assert!(
        lines.iter().any(|line| line.contains("Abe speaks")),
        "{lines:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_a_service_that_runs_from_one_that_was_killed_or_stopped() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let config = config(&feed, &hook, "");
    let never = Desk::new(&config).run(&["status"]);
    assert_eq!(code(&never), 3, "{}", stderr(&never));
    let state = |output: &Output| json(output)[0]["state"].clone();
    let mut daemon = Daemon::start(&config);
    daemon.expect("READY=1");
    let running = daemon.run(&["--format", "json", "status"]);
    assert_eq!((code(&running), state(&running)), (0, "running".into()));
    daemon.signal("-KILL");
    daemon.child.wait().expect("reaped");
    let killed = daemon.run(&["--format", "json", "status"]);
    assert_eq!((code(&killed), state(&killed)), (3, "killed".into()));
    let text = stdout(&daemon.run(&["status"]));
    assert!(text.contains("not running"), "{text}");
    // What a command writes that takes its place is no sign of life.
    fine(&daemon.run(&["poll"]));
    let later = json(&daemon.run(&["--format", "json", "status"])).remove(0);
    assert_eq!(later["last_written"], json(&killed)[0]["last_written"]);
    assert_eq!(later["state"], "killed");
    for command in ["feeds", "outbox"] {
        let said = stderr(&daemon.run(&[command]));
        assert!(said.contains("not running"), "{command}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_why_a_service_ended_by_itself_and_who_is_muted() {
    let desk = Desk::new(&sample("{ stdout = true }"));
    fine(&desk.run(&["run", "--once"]));
    fine(&desk.run(&["mute", "receiver", "screen", "--for", "1h"]));
    let options = StoreOptions {
        path: desk.path("fivebells.db"),
        keep_items: Duration::from_hours(1),
        keep_alerts: Duration::from_hours(1),
    };
    let now = crate::desk::now();
    let store = Store::open(&options, now).await.expect("a store");
    let record = ServiceRecord {
        version: "0.1.0".to_owned(),
        config: desk.path("fivebells.toml"),
        started_at: now,
        stopped_at: Some(now),
        fault: Some("the loop of polls has ended".to_owned()),
        seen_at: Some(now),
        loaded_at: now,
        fingerprint: String::new(),
        refused: None,
        refused_fingerprint: None,
    };
    store.note_service(record).await.expect("written");
    store.close().await;
    let status = desk.run(&["status"]);
    assert_eq!(code(&status), 3);
    let text = stdout(&status);
    assert!(text.contains("not running; failed "), "{text}");
    assert!(text.contains("the loop of polls has ended"), "{text}");
    assert!(text.contains("receiver screen until "), "{text}");
    let line = json(&desk.run(&["--format", "json", "status"])).remove(0);
    assert_eq!(line["fault"], "the loop of polls has ended");
    assert_eq!(line["mutes"][0]["name"], "screen");
}

/// Where the file is gone the service that runs with it still says how it is.
#[test]
fn status_finds_the_service_whose_config_is_gone() {
    let daemon = Daemon::start(&sample("{ stdout = true }"));
    daemon.expect("READY=1");
    std::fs::remove_file(daemon.path()).expect("removed");
    let status = daemon.run(&["status"]);
    assert_eq!(code(&status), 0, "{}", stderr(&status));
    let text = stdout(&status);
    assert!(text.contains("running since"), "{text}");
    assert!(text.contains("changed since, with errors"), "{text}");
    assert!(stderr(&status).contains("fivebells.toml"));
    daemon.signal("-TERM");
    assert_eq!(daemon.end().0, Some(0));
}
