//! A service that the config itself describes.

use super::{config, loaded, notifier};
use crate::{
    config::{Environment, effective, load, tests::Directory},
    http::testing::{Reply, Server},
    model::Event,
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
    assert!(directory.report().render(false).contains("nobody to tell"));
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
