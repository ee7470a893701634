//! Every service of the program, from the line in a config to the bytes on the wire.

mod answers;
mod asked;
mod flood;
mod gone;
mod hostile;
mod limits;
mod own;
mod requests;
mod signed;

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Directory;
use crate::{
    clock::ManualClock,
    config::{Config, Environment, load},
    http::{Http, HttpOptions},
    model::Notice,
    notify::{self, Notifier, NotifyContext, Screen},
};

/// A service: its key, what a receiver says with `{url}` for where the server is, and the answer
/// to a message that it took.
pub(super) struct Row {
    name: &'static str,
    receiver: &'static str,
    status: &'static str,
    body: &'static str,
}

pub(super) const SERVICES: [Row; 12] = [
    row(
        "apprise",
        "'{url}/notify/key'",
        "200 OK",
        r#"{"error": null, "details": []}"#,
    ),
    row("discord", "{ env = 'URL' }", "200 OK", r#"{"id": "1"}"#),
    row(
        "gotify",
        "{ url = '{url}/', token = { env = 'TOKEN' } }",
        "200 OK",
        r#"{"id": 25}"#,
    ),
    row(
        "matrix",
        "{ url = '{url}', token = { env = 'TOKEN' }, room = '!abc:example.org' }",
        "200 OK",
        r#"{"event_id": "$1"}"#,
    ),
    row("mattermost", "{ env = 'URL' }", "200 OK", "ok"),
    row(
        "ntfy",
        "{ url = '{url}/my-topic', token = { env = 'TOKEN' } }",
        "200 OK",
        r#"{"id": "a"}"#,
    ),
    row(
        "pagerduty",
        "{ key = { env = 'TOKEN' }, url = '{url}' }",
        "202 Accepted",
        r#"{"status": "success"}"#,
    ),
    row(
        "pushover",
        "{ token = { env = 'TOKEN' }, user = { env = 'USER' }, url = '{url}' }",
        "200 OK",
        r#"{"status": 1}"#,
    ),
    row("slack", "{ env = 'URL' }", "200 OK", "ok"),
    row("teams", "{ env = 'URL' }", "202 Accepted", ""),
    row(
        "telegram",
        "{ token = { env = 'TOKEN' }, chat = '-100123', url = '{url}' }",
        "200 OK",
        r#"{"ok": true}"#,
    ),
    row(
        "zulip",
        "{ url = '{url}', email = 'bells@example.org', key = { env = 'TOKEN' }, channel = 'news' }",
        "200 OK",
        r#"{"result": "success"}"#,
    ),
];

const fn row(
    name: &'static str,
    receiver: &'static str,
    status: &'static str,
    body: &'static str,
) -> Row {
    Row {
        name,
        receiver,
        status,
        body,
    }
}

/// What no preview, log or error may show.
const SECRETS: [&str; 3] = ["s3cret-token", "s3cret-user", "s3cret-path"];

fn environment(url: &str) -> Environment {
    Environment::of([
        ("TOKEN", "s3cret-token"),
        ("USER", "s3cret-user"),
        ("URL", &format!("{url}/s3cret-path")),
    ])
}

/// A config with one receiver, `r`, and what else it needs.
fn config(receiver: &str) -> String {
    format!("[feed]\nf = 'https://example.org/f'\n[watch]\nw = 'x'\n[receiver.r]\n{receiver}\n")
}

fn loaded(text: &str, url: &str) -> Config {
    let directory = Directory::with(text);
    let loaded = load(&directory.path("fivebells.toml"), &environment(url));
    loaded.unwrap_or_else(|errors| panic!("{errors}")).config
}

fn notifier(config: &Config) -> Box<dyn Notifier> {
    let context = NotifyContext {
        http: Http::new(&HttpOptions::default()).expect("a client"),
        mail: Vec::new(),
        screen: Screen::new(std::io::sink(), false),
        timezone: TimeZone::UTC,
        clock: Arc::new(ManualClock::new(
            "2026-11-22T06:41:08Z".parse().expect("a time"),
        )),
    };
    notify::build(&config.receivers[0], &context).expect("a receiver")
}

impl Row {
    fn config(&self, url: &str) -> Config {
        let receiver = self.receiver.replace("{url}", url);
        loaded(&config(&format!("{} = {receiver}", self.name)), url)
    }

    fn at(&self, url: &str) -> Box<dyn Notifier> {
        notifier(&self.config(url))
    }

    /// The body of a notice as it is previewed: JSON, or the fields of a form.
    fn body(&self, notice: &Notice) -> serde_json::Value {
        let parts = self.at("https://example.org").preview(notice);
        fields(&parts.expect("a preview")[1].content)
    }
}

/// A body that is JSON, or a form.
fn fields(body: &str) -> serde_json::Value {
    if let Ok(json) = serde_json::from_str(body) {
        return json;
    }
    let fields = url::form_urlencoded::parse(body.as_bytes());
    let fields = fields.map(|(name, value)| (name.into_owned(), value.into_owned().into()));
    serde_json::Value::Object(fields.collect())
}
