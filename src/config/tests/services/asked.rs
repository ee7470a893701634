//! What a service is asked before it is sent anything, and what it should be given.

use super::{config, loaded, notifier};
use crate::{
    config::{Environment, load, tests::Directory},
    http::testing::{Reply, Request, Server},
    model::{Retry, SendReason},
    notify::sample_notice,
};

const TOMBSTONE: &[u8] =
    br#"{"body": "This room has been replaced", "replacement_room": "!new:hs.example"}"#;

/// A homeserver whose room was upgraded or not, or that answers something else to that question.
async fn homeserver(status: &'static str, state: &'static [u8]) -> Server {
    Server::start(move |request: &Request| {
        if request.target().contains("/state/") {
            Reply::new(status, &[], state)
        } else {
            Reply::new("200 OK", &[], br#"{"event_id": "$1"}"#)
        }
    })
    .await
}

async fn sent(server: &Server) -> crate::model::Outcome {
    let base = server.url("/").to_string();
    let receiver = format!(
        "matrix = {{ url = '{base}', token = {{ env = 'TOKEN' }}, room = '!old:hs.example' }}"
    );
    let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    notifier(&loaded(&config(&receiver), ""))
        .send(&notice)
        .await
}

#[tokio::test]
async fn nothing_is_sent_to_a_room_that_was_upgraded() {
    let server = homeserver("200 OK", TOMBSTONE).await;
    let error = sent(&server).await.expect_err("nobody reads it");
    assert_eq!(
        (error.reason, error.retry),
        (SendReason::Refused, Retry::ReceiverBroken)
    );
    assert!(error.detail.contains("!new:hs.example"), "{error}");
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "only the question");
    assert!(requests[0].head.starts_with(b"GET "));
    assert_eq!(
        requests[0].target(),
        "/_matrix/client/v3/rooms/%21old%3Ahs.example/state/m.room.tombstone"
    );
    let login = requests[0].header("authorization");
    assert_eq!(login, Some(&b"Bearer s3cret-token"[..]));
}

#[tokio::test]
async fn a_question_that_is_not_answered_hinders_nothing() {
    for (status, state) in [
        ("404 Not Found", &br#"{"errcode": "M_NOT_FOUND"}"#[..]),
        ("200 OK", b"{}"),
        ("403 Forbidden", br#"{"errcode": "M_FORBIDDEN"}"#),
        ("429 Too Many Requests", b""),
        ("500 Internal Server Error", TOMBSTONE),
        ("200 OK", b"<html>"),
    ] {
        let server = homeserver(status, state).await;
        sent(&server).await.expect("taken");
        assert_eq!(server.requests().len(), 2, "{status}");
    }
}

#[test]
fn what_looks_like_no_room_or_key_is_warned_of_and_used() {
    let matrix = |room: &str| {
        format!(
            "matrix = {{ url = 'https://m.example', token = {{ env = 'TOKEN' }}, room = '{room}' }}"
        )
    };
    let apprise = |path: &str| format!("apprise = 'http://127.0.0.1:8000{path}'");
    for (receiver, is_fine) in [
        (matrix("!abc:example.org"), true),
        (matrix("!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"), true),
        (matrix("#alerts:example.org"), false),
        (matrix("alerts"), false),
        (apprise("/notify/desk"), true),
        (apprise("/notify/desk/"), true),
        (apprise("/apprise/notify/desk_1-a?tag=x"), true),
        (apprise("/cfg/desk"), false),
        (apprise("/notify"), false),
        (apprise("/notify/"), false),
        (apprise("/notify/?tag=desk"), false),
        (apprise(""), false),
    ] {
        let directory = Directory::with(config(&receiver));
        let environment = Environment::of([("TOKEN", "s3cret-token")]);
        let loaded = load(&directory.path("fivebells.toml"), &environment);
        let warnings = loaded.expect("a config").warnings.render(false);
        assert_eq!(warnings.is_empty(), is_fine, "{receiver}: {warnings}");
        assert!(
            is_fine || warnings.contains("does not look like"),
            "{warnings}"
        );
    }
}

/// One that comes from a secret is looked at too, and not shown.
#[test]
fn a_secret_that_looks_wrong_is_not_shown() {
    let directory = Directory::with(config("apprise = { env = 'URL' }"));
    let environment = Environment::of([("URL", "http://127.0.0.1:8000/cfg/s3cret-path")]);
    let loaded = load(&directory.path("fivebells.toml"), &environment);
    let warnings = loaded.expect("a config").warnings.render(false);
    assert!(warnings.contains("`url` does not look like"), "{warnings}");
    assert!(!warnings.contains("s3cret-path"), "{warnings}");
}
