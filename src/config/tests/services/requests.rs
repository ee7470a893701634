//! What goes over the wire.

use super::{Row, SECRETS, SERVICES};
use crate::{
    config::effective,
    http::testing::{Reply, Request, Server},
    model::{Event, Notice, Priority},
    notify::{PartKind, every_kind, sample_notice},
};

/// A request as it came, without what differs from run to run.
fn shown(request: &Request, server: &Server) -> String {
    let head = String::from_utf8(request.head.clone()).expect("ASCII");
    let head: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with("content-length") && !line.starts_with("user-agent"))
        .collect();
    let body = String::from_utf8_lossy(&request.body);
    let body = match serde_json::from_str::<serde_json::Value>(&body) {
        Ok(json) => serde_json::to_string_pretty(&json).expect("JSON"),
        Err(_) => body.replace('&', "\n&"),
    };
    let text = format!("{}\n{body}", head.join("\n").trim_end());
    text.replace(&server.address.to_string(), "<server>")
}

fn sample() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"))
}

#[tokio::test]
async fn every_service_gets_exactly_this() {
    for Row {
        name, status, body, ..
    } in &SERVICES
    {
        let service = SERVICES.iter().find(|row| row.name == *name).expect("it");
        let server = Server::start(|_| Reply::new(status, &[], body.as_bytes())).await;
        let base = server.url("").to_string();
        let notifier = service.at(base.trim_end_matches('/'));
        let receipt = notifier.send(&sample()).await;
        let receipt = receipt.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(receipt.answer, *status, "{name}");
        // The same once more: what is sent is frozen.
        notifier.send(&sample()).await.expect("taken again");
        let requests = server.requests();
        let (first, second) = requests.split_at(requests.len() / 2);
        let whole = |requests: &[Request]| {
            let shown = requests.iter().map(|request| shown(request, &server));
            shown.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(whole(first), whole(second), "{name}");
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!(format!("request_{name}"), whole(first));
        });
    }
}

/// A URL as Discord shows it names no version, and gets one whose pauses are milliseconds.
#[tokio::test]
async fn a_webhook_of_discord_names_its_version() {
    let service = SERVICES.iter().find(|row| row.name == "discord");
    let service = service.expect("it");
    for (given, sent) in [
        (
            "/api/webhooks/1",
            "/api/v10/webhooks/1/s3cret-path?wait=true",
        ),
        (
            "/api/v9/webhooks/1",
            "/api/v9/webhooks/1/s3cret-path?wait=true",
        ),
        ("/proxy", "/proxy/s3cret-path?wait=true"),
    ] {
        let server = Server::start(|_| Reply::new("200 OK", &[], br#"{"id": "1"}"#)).await;
        let notifier = service.at(server.url(given).as_str());
        notifier.send(&sample()).await.expect("taken");
        assert_eq!(server.requests()[0].target(), sent);
    }
}

#[test]
fn every_event_renders_for_every_service_and_no_secret_shows() {
    for service in &SERVICES {
        let config = service.config("https://example.org");
        let shown = effective(&config);
        let notifier = service.at("https://example.org");
        let mut parts = vec![shown];
        for notice in every_kind() {
            let preview = notifier.preview(&notice);
            let preview = preview.unwrap_or_else(|error| panic!("{}: {error}", service.name));
            parts.extend(preview.into_iter().map(|part| part.content));
        }
        for secret in SECRETS {
            let leak = parts.iter().find(|part| part.contains(secret));
            assert_eq!(leak, None, "{}", service.name);
        }
    }
}

#[test]
fn a_preview_knows_a_form_from_json() {
    for service in &SERVICES {
        let kind = match service.name {
            "pushover" | "zulip" => PartKind::Form,
            _ => PartKind::Json,
        };
        let parts = service.at("https://example.org").preview(&sample());
        assert_eq!(parts.expect("a preview")[1].kind, kind, "{}", service.name);
    }
}

#[test]
fn what_happened_stands_in_every_message() {
    for service in &SERVICES {
        for (notice, words) in [
            (&every_kind()[0], ["Hegseth", "The Diplomat (diplomat)"]),
            (
                &every_kind()[1],
                ["has not been read since", "no answer within 60 s"],
            ),
        ] {
            let body = service.body(notice).to_string();
            let body = body.replace("\\\\", "");
            for word in words {
                assert!(
                    body.contains(word),
                    "{}: {word} is not in {body}",
                    service.name
                );
            }
        }
    }
}

#[test]
fn priorities_are_each_services_own() {
    for (name, field, grades) in [
        ("ntfy", "/priority", ["3", "4", "5", "5"]),
        ("gotify", "/priority", ["5", "7", "8", "10"]),
        (
            "pushover",
            "/priority",
            ["\"0\"", "\"0\"", "\"1\"", "\"2\""],
        ),
        (
            "pagerduty",
            "/payload/severity",
            ["\"info\"", "\"warning\"", "\"error\"", "\"critical\""],
        ),
        (
            "apprise",
            "/type",
            ["\"info\"", "\"warning\"", "\"warning\"", "\"failure\""],
        ),
        (
            "discord",
            "/embeds/0/color",
            ["8421504", "16763904", "16744448", "15158332"],
        ),
    ] {
        let service = SERVICES.iter().find(|row| row.name == name).expect("it");
        for (priority, grade) in Priority::ALL.into_iter().zip(grades) {
            let mut notice = sample();
            let Event::Alert(alert) = &mut notice.event else {
                panic!("an alert");
            };
            alert.priority = priority;
            let body = service.body(&notice);
            let found = body.pointer(field).expect(name).to_string();
            assert_eq!(found, grade, "{name} {priority}");
            // Pushover's emergency needs both, and takes neither otherwise.
            let is_emergency = name == "pushover" && priority == Priority::Flash;
            for key in ["retry", "expire"] {
                assert_eq!(body.get(key).is_some(), is_emergency, "{name} {key}");
            }
        }
    }
}

/// Services that keep a trouble open until it ends.
#[test]
fn pagerduty_resolves_what_failing_opened() {
    let service = SERVICES.iter().find(|row| row.name == "pagerduty");
    let service = service.expect("it");
    let events: Vec<(&str, String, String)> = every_kind()
        .iter()
        .map(|notice| {
            let body = service.body(notice);
            let text = |key: &str| body[key].as_str().expect(key).to_owned();
            (notice.event.kind(), text("event_action"), text("dedup_key"))
        })
        .collect();
    for (kind, action, key) in &events {
        if !kind.ends_with(".recovered") {
            assert_eq!(action, "trigger", "{kind}");
            continue;
        }
        assert_eq!(action, "resolve", "{kind}");
        let opened = events
            .iter()
            .any(|(_, action, other)| action == "trigger" && other == key);
        assert!(opened, "{kind} resolves what nothing opened: {key}");
    }
    let alert = &events[0];
    assert_eq!(alert.2, "sample-1", "a story is known by its notice's key");
}
