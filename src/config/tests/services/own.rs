//! Services that the config itself describes: one with every key, and the examples of
//! docs/receivers.md, at work.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{config, fields, loaded, notifier};
use crate::{
    config::{Config, Environment, effective, load, tests::Directory},
    http::testing::{Reply, Server},
    model::{Event, Outcome, Retry},
    notify::{every_kind, sample_notice},
};

const PRESET: &str = r#"
[preset.pager]
about = "our pager"
method = "PUT"
url = '{{ url | trim("/") }}/page/{{ id | urlencode }}'
headers = { x-key = "{{ key }}", x-room = "{% if room %}{{ room }}{% endif %}" }
body = '{"say": {{ message | tojson }}, "loud": {{ grade }}, "to": {{ who | tojson }}}'
markup = "html"
unit = "bytes"
count = "text"
limit = { message = 300, link = 100, body = 4000 }
priority = { routine = -2, urgent = 0, bulletin = 1, flash = 2 }
success = 'json.done and status == 201'
retry_after = "json.wait"
broken = "json.gone"
parameters.url = { about = "where it is" }
parameters.key = { about = "its key", secret = true }
parameters.who = { about = "whom", default = "all" }
parameters.room = { required = false }
"#;

fn own(receiver: &str) -> String {
    format!("{PRESET}\n{}", config(receiver))
}

#[tokio::test]
async fn it_is_sent_like_any_other() {
    let server = Server::start(|_| Reply::new("201 Created", &[], b"{\"done\": 1}")).await;
    let base = server.url("/").to_string();
    let receiver = format!("pager = {{ url = '{base}', key = {{ env = 'TOKEN' }} }}");
    let config = loaded(&own(&receiver), "");
    let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    notifier(&config).send(&notice).await.expect("taken");
    let request = &server.requests()[0];
    assert_eq!(request.target(), "/page/sample-1");
    assert!(request.head.starts_with(b"PUT "));
    assert_eq!(request.header("x-key"), Some(&b"s3cret-token"[..]));
    assert_eq!(request.header("x-room"), None);
    let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!((&body["loud"], &body["to"]), (&0.into(), &"all".into()));
    for notice in every_kind() {
        notifier(&config).preview(&notice).expect("a preview");
    }
}

#[tokio::test]
async fn a_template_that_fails_after_all_sends_plain_words() {
    let server = Server::start(|_| Reply::new("201 Created", &[], b"{\"done\": 1}")).await;
    let base = server.url("/").to_string();
    // No trial has so many watches.
    let preset = PRESET.replace(
        "{{ message | tojson }}",
        "{% if tags | length > 20 %}{{ tags[99] }}{% else %}{{ message | tojson }}{% endif %}",
    );
    let receiver = format!("pager = {{ url = '{base}', key = {{ env = 'TOKEN' }} }}");
    let config = loaded(&format!("{preset}\n{}", config(&receiver)), "");
    let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    let Event::Alert(alert) = &mut notice.event else {
        panic!("an alert");
    };
    alert.watches = vec!["koizumi".to_owned(); 30];
    let receipt = notifier(&config).send(&notice).await.expect("taken");
    let shown = "201 Created; in plain words, as its template failed: `body`: undefined value";
    assert!(receipt.answer.starts_with(shown), "{}", receipt.answer);
    let body: serde_json::Value = serde_json::from_slice(&server.requests()[0].body).expect("JSON");
    let said = body["say"].as_str().expect("a text");
    assert!(said.starts_with("<strong>"), "{said}");
    assert!(
        said.contains("The receiver&#x27;s template failed in line 1")
            || said.contains("The receiver's template failed in line 1"),
        "{said}"
    );
    let preview = notifier(&config).preview(&notice).expect("a preview");
    assert!(
        preview[1].content.contains("template failed"),
        "{preview:?}"
    );
}

#[test]
fn a_get_says_all_in_its_url() {
    let text = format!(
        "[preset.sms]\nmethod = 'GET'\nurl = 'https://sms.example.org/?to={{{{ to }}}}&text={{{{ text | urlencode }}}}'\nparameters.to = {{}}\n{}",
        config("sms = '+81 90'")
    );
    let config = loaded(&text, "");
    let parts = notifier(&config)
        .preview(&every_kind()[1])
        .expect("a preview");
    assert_eq!(parts.len(), 1, "a GET has no body");
    let line = parts[0].content.lines().next().expect("a line");
    assert!(
        line.starts_with("GET https://sms.example.org/?to=+81 90&text=Reason%3A%20timeout"),
        "{line}"
    );
}

#[test]
fn what_is_in_effect_reads_back_as_itself() {
    let receiver =
        "pager = { url = 'https://p.example.org/?a=b', key = { env = 'TOKEN' } }\ntimeout = '5s'";
    let config = loaded(&own(receiver), "");
    let shown = effective(&config);
    insta::assert_snapshot!(
        shown[shown.find("[preset").expect("it is there")..]
            .split("\n[poll]")
            .next()
            .expect("a part")
    );
    let again = shown.replace("\"<hidden>\"", "{ env = 'TOKEN' }");
    assert_eq!(loaded(&again, "").presets, config.presets);
}

#[test]
fn a_preset_alone_is_no_receiver() {
    let directory = Directory::with(format!(
        "{PRESET}\n[feed]\nf = 'https://example.org/f'\n[watch]\nw = 'x'\n"
    ));
    assert!(
        directory
            .report()
            .render(false)
            .contains("nobody to notify")
    );
}

/// Every example in docs/receivers.md is a config that loads.
#[test]
fn the_examples_of_the_documentation_load() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/receivers.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a first part"))
        .collect();
    assert_eq!(examples.len(), 21);
    for example in examples {
        let feed = "\n[feed]\nf = 'https://example.org/f'\n";
        let names = example
            .lines()
            .filter_map(|line| line.strip_prefix("[receiver."));
        let names: Vec<&str> = names.map(|name| name.trim_end_matches(']')).collect();
        let watch = format!("[watch.w]\nmatch = 'x'\nnotify = {names:?}\n");
        let directory = Directory::with(format!("{example}{feed}{watch}"));
        for credential in example.split("credential = \"").skip(1) {
            let name = credential.split('"').next().expect("a name");
            let secret = if name.ends_with("-url") {
                "https://example.org/x"
            } else {
                "t0ken"
            };
            directory.write(name, secret);
        }
        let environment = Environment::of([("CREDENTIALS_DIRECTORY", directory.path(""))]);
        let loaded = load(&directory.path("fivebells.toml"), &environment);
        let loaded = loaded.unwrap_or_else(|errors| panic!("{example}\n{errors}"));
        assert_eq!(loaded.warnings.render(false), "", "{example}");
    }
}

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
