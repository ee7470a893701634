//! The examples of docs/receivers.md for services that are no presets of the program, at work.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{config, fields, notifier};
use crate::{
    config::{Config, Environment, load, tests::Directory},
    model::{Outcome, Retry},
    notify::{every_kind, sample_notice},
};

/// The example that has this in it.
fn example(has: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/receivers.md");
    let page = fs::read_to_string(path).expect("the page");
    let mut examples = page.split("```toml\n").skip(1);
    let example =
        examples.find_map(|rest| rest.split("```").next().filter(|one| one.contains(has)));
    example.expect(has).to_owned()
}

/// Loads it, with a program of that name on the path.
fn with_program(example: &str, name: &str, script: &str) -> (Directory, Config) {
    let feeds = config("").replace("[receiver.r]\n", "");
    let directory = Directory::with(format!("{example}\n{feeds}"));
    directory.write(
        name,
        format!("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{script}\n"),
    );
    let program = directory.path(name);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    let folder = program.parent().expect("a folder").display();
    let environment = Environment::of([("PATH", format!("{folder}:/usr/bin:/bin"))]);
    let loaded = load(&directory.path("fivebells.toml"), &environment);
    let config = loaded.unwrap_or_else(|errors| panic!("{errors}")).config;
    (directory, config)
}

async fn sent(config: &Config) -> Outcome {
    let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    notifier(config).send(&notice).await
}

#[tokio::test]
async fn a_broker_that_refuses_the_topic_has_not_taken_the_message() {
    let example = example("mosquitto_pub");
    // What version 2.0.11 says and ends with, where the broker takes it, refuses it, and is away.
    for (script, retry) in [
        ("cat > message", None),
        (
            "echo 'Warning: Publish 1 failed: Not authorized.' >&2",
            Some(Retry::ReceiverBroken),
        ),
        (
            "echo 'Error: Connection refused' >&2; exit 1",
            Some(Retry::Later { after: None }),
        ),
    ] {
        let (directory, config) = with_program(&example, "mosquitto_pub", script);
        let outcome = sent(&config).await;
        let error = outcome.as_ref().err().map(|error| error.retry);
        assert_eq!(error, retry, "{script}: {outcome:?}");
        if let Err(error) = outcome {
            let said = script.split('\'').nth(1).expect("a message");
            assert!(error.detail.contains(said), "{error}");
        } else {
            let message = fs::read(directory.path("message")).expect("a message");
            let json: serde_json::Value = serde_json::from_slice(&message).expect("JSON");
            assert_eq!(json["type"], "alert.matched");
        }
    }
}

#[tokio::test]
async fn syslog_gets_one_line_and_its_errors_count() {
    let script = "cat > line; echo \"$@\" > arguments";
    let (directory, config) = with_program(&example("receiver.syslog"), "logger", script);
    sent(&config).await.expect("taken");
    let read = |name: &str| fs::read_to_string(directory.path(name)).expect(name);
    assert_eq!(read("line").lines().count(), 1);
    assert!(read("line").contains("https://thediplomat.com/"));
    assert!(read("arguments").contains("--socket-errors=on"));
}

#[test]
fn alertmanager_hears_the_end_under_the_labels_of_the_beginning() {
    let (_directory, config) = with_program(&example("preset.alertmanager"), "unused", "");
    let alert = |kind: &str| {
        let all = every_kind();
        let notice = all.iter().find(|notice| notice.event.kind() == kind);
        let parts = notifier(&config).preview(notice.expect(kind));
        let mut alerts = fields(&parts.expect("a preview")[1].content);
        alerts[0].take()
    };
    for (began, over) in [
        ("feed.failing", "feed.recovered"),
        ("network.failing", "network.recovered"),
        ("store.failing", "store.recovered"),
    ] {
        let (began, over) = (alert(began), alert(over));
        assert_eq!(began["labels"], over["labels"]);
        assert_eq!(began["endsAt"], "2026-12-22T06:41:08Z");
        // That of the attempt: an end in the past of what began later would be refused.
        assert_eq!(over["endsAt"], "2026-11-22T06:41:08Z");
        assert!(over["startsAt"].is_null(), "{over}");
    }
    let story = alert("alert.matched");
    assert_eq!(story["endsAt"], "2026-11-23T06:41:08Z");
    assert_eq!(story["labels"]["incident"], "sample-1");
}
