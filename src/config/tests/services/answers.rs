//! What services answer. Apprise API passes a message on and answers for all of its services at once;
//! its answers are those of version 1.5.2 with apprise 1.13.0.

use std::time::Duration;

use super::{Row, SECRETS, SERVICES};
use crate::{
    config::tests::services::fields,
    http::testing::{Reply, Server},
    model::{Outcome, Retry, SendError, SendReason},
    notify::sample_notice,
};

pub(super) async fn answered(
    name: &str,
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Outcome {
    let service = SERVICES.iter().find(|row| row.name == name).expect(name);
    let server = Server::start(move |_| Reply::new(status, headers, body.as_bytes())).await;
    let base = server.url("").to_string();
    let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    service.at(base.trim_end_matches('/')).send(&notice).await
}

pub(super) async fn refused(
    name: &str,
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> SendError {
    let outcome = answered(name, status, headers, body).await;
    outcome.expect_err(name)
}

const fn later(seconds: u64) -> Retry {
    Retry::Later {
        after: Some(Duration::from_secs(seconds)),
    }
}
const NOT_NOW: Retry = Retry::Later { after: None };

#[tokio::test]
async fn a_login_page_is_no_success() {
    for Row { name, .. } in &SERVICES {
        for (status, page) in [
            ("200 OK", "<html>Please log in, Sent from the proxy</html>"),
            ("202 Accepted", "<!doctype html>\n<HTML>Please wait</HTML>"),
            ("200 OK", ""),
        ] {
            let error = refused(name, status, &[], page).await;
            assert_eq!(
                (error.reason, error.retry),
                (SendReason::Protocol, NOT_NOW),
                "{name}: {error}"
            );
            assert!(error.detail.contains(name), "{error}");
        }
    }
}

/// Microsoft's old connectors answer 200 with 1, and 200 with an error in words.
#[tokio::test]
async fn a_connector_of_teams_counts_only_with_its_one() {
    answered("teams", "200 OK", &[], "1").await.expect("taken");
    let failed = "Webhook message delivery failed with error: Microsoft Teams endpoint returned \
                  HTTP error 429 with ContextId tcid=0";
    let error = refused("teams", "200 OK", &[], failed).await;
    assert_eq!(error.retry, NOT_NOW, "{error}");
    assert!(error.detail.contains("HTTP error 429"), "{error}");
}

#[tokio::test]
async fn a_pause_is_kept_wherever_it_stands() {
    let busy = "429 Too Many Requests";
    for Row { name, .. } in &SERVICES {
        let error = refused(name, busy, &[("retry-after", "7")], "").await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Busy, later(7)),
            "{name}"
        );
        let error = refused(name, busy, &[], "not JSON").await;
        assert_eq!(error.retry, NOT_NOW, "{name}");
    }
    for (name, body, seconds) in [
        ("discord", r#"{"retry_after": 0.3, "global": false}"#, 1),
        ("discord", r#"{"retry_after": 64.57}"#, 65),
        ("discord", r#"{"retry_after": 86400}"#, 3600),
        (
            "telegram",
            r#"{"ok": false, "parameters": {"retry_after": 35}}"#,
            35,
        ),
        (
            "matrix",
            r#"{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}"#,
            3,
        ),
        ("zulip", r#"{"result": "error", "retry-after": 28.7}"#, 29),
    ] {
        let error = refused(name, busy, &[], body).await;
        assert_eq!(error.retry, later(seconds), "{name} {body}");
        // The longer of both.
        let error = refused(name, busy, &[("retry-after", "3600")], body).await;
        assert_eq!(error.retry, later(3600), "{name}");
    }
    for body in [
        r#"{"retry_after": -5}"#,
        r#"{"retry_after": "soon"}"#,
        r#"{"retry_after": 1e300}"#,
        r#"{"retry_after": {}}"#,
        "[]",
    ] {
        let error = refused("discord", busy, &[], body).await;
        assert_eq!(error.retry, NOT_NOW, "{body}");
    }
}

#[tokio::test]
async fn a_message_that_is_refused_is_not_a_service_that_is_gone() {
    for Row { name, .. } in &SERVICES {
        let error = refused(name, "400 Bad Request", &[], "invalid_payload").await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::Refused, Retry::Unwanted),
            "{name}"
        );
        let error = refused(name, "404 Not Found", &[], "").await;
        assert_eq!(error.retry, Retry::ReceiverBroken, "{name}");
        let error = refused(name, "503 Service Unavailable", &[], "").await;
        assert_eq!(
            (error.reason, error.retry),
            (SendReason::ServerError, NOT_NOW),
            "{name}"
        );
    }
}

/// A login page, or a URL that has moved: the next notice would fare no better.
#[tokio::test]
async fn a_redirect_is_a_receiver_that_is_broken() {
    for Row { name, .. } in &SERVICES {
        let error = refused(name, "302 Found", &[("location", "/login")], "").await;
        assert_eq!(error.retry, Retry::ReceiverBroken, "{name}");
    }
}

#[tokio::test]
async fn an_empty_answer_is_reported_as_one() {
    let error = refused("slack", "204 No Content", &[], "").await;
    assert_eq!(
        error.detail,
        "204 No Content, but not the answer of slack: it is empty"
    );
}

#[tokio::test]
async fn an_answer_that_repeats_a_secret_does_not_show_it() {
    let body = "bad token s3cret-token of s3cret-user";
    for Row { name, receiver, .. } in &SERVICES {
        let error = refused(name, "401 Unauthorized", &[], body).await;
        let has = |secret: &str| receiver.contains(secret);
        if has("TOKEN") {
            assert!(!error.detail.contains("s3cret-token"), "{name}: {error}");
            assert!(error.detail.contains("<hidden>"), "{name}: {error}");
        }
        assert!(
            !has("USER") || !error.detail.contains("s3cret-user"),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_not_named_where_its_url_is_secret() {
    for service in &SERVICES {
        let free = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", free.local_addr().expect("an address"));
        drop(free);
        let notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
        let error = service
            .at(&url)
            .send(&notice)
            .await
            .expect_err("nobody there");
        assert_eq!((error.reason, error.retry), (SendReason::Connect, NOT_NOW));
        for secret in SECRETS {
            assert!(!error.detail.contains(secret), "{}: {error}", service.name);
        }
    }
}

const FAILED: &str = "424 Failed Dependency";
const SOME: &str = r#"{"error": "One or more notification could not be sent", "details": [["INFO", "2026-11-30 09:23:54,049", "Loaded 2 entries from memory://"], ["INFO", "2026-11-30 09:23:54,049", "Notifying 2 service(s) with threads."], ["INFO", "2026-11-30 09:23:54,056", "Sent JSON POST notification."], ["WARNING", "2026-11-30 09:23:54,056", "Failed to send JSON POST notification: Internal server error., error=500."]]}"#;
const NONE_OF_ONE: &str = r#"{"error": "One or more notification could not be sent", "details": [["INFO", "2026-11-30 09:23:54,105", "Loaded 1 entries from memory://"], ["WARNING", "2026-11-30 09:23:54,109", "Failed to send JSON POST notification: Internal server error., error=500."]]}"#;
const NO_SUCH_TAG: &str = r#"{"error": "One or more notification could not be sent", "details": [["INFO", "2026-11-30 09:24:12,720", "Loaded 1 entries from memory://"]]}"#;
const SOME_AS_TEXT: &str = "2026-11-30 09:23:54,049 - INFO - Loaded 2 entries from memory://\n2026-11-30 09:23:54,049 - INFO - Notifying 2 service(s) with threads.\n2026-11-30 09:23:54,056 - INFO - Sent JSON POST notification.\n2026-11-30 09:23:54,056 - WARNING - Failed to send JSON POST notification: Internal server error., error=500.";
const NONE_OF_ONE_AS_TEXT: &str = "2026-11-30 09:23:54,105 - INFO - Loaded 1 entries from memory://\n2026-11-30 09:23:54,109 - WARNING - Failed to send JSON POST notification: Internal server error., error=500.";
const NO_SUCH_TAG_AS_TEXT: &str =
    "2026-11-30 09:24:12,720 - INFO - Loaded 1 entries from memory://";
/// Two services, and neither says what became of the message.
const SILENT: &str = r#"{"error": "One or more notification could not be sent", "details": [["INFO", "2026-11-30 09:23:54,049", "Loaded 2 entries from memory://"], ["INFO", "2026-11-30 09:23:54,049", "Notifying 2 service(s) with threads."], ["WARNING", "2026-11-30 09:23:54,056", "Failed: \"Sent nothing\""]]}"#;
/// The same at a log level that names failures only.
const FAILURES_ONLY: &str = r#"{"error": "One or more notification could not be sent", "details": [["WARNING", "2026-11-30 09:23:54,092", "Failed to send JSON POST notification: Internal server error., error=500."]]}"#;

#[tokio::test]
async fn what_some_services_have_is_distinguished_from_what_none_has() {
    for (body, retry) in [
        (SOME, Retry::Partly { is_sure: true }),
        (SILENT, Retry::Partly { is_sure: false }),
        (FAILURES_ONLY, Retry::Partly { is_sure: false }),
        ("", Retry::Partly { is_sure: false }),
        // The only service failed. Nobody has it, so that nobody hears it twice: it may be well in
        // a moment.
        (NONE_OF_ONE, Retry::Later { after: None }),
        (NO_SUCH_TAG, Retry::ReceiverBroken),
        // The log as text.
        (SOME_AS_TEXT, Retry::Partly { is_sure: true }),
        (NONE_OF_ONE_AS_TEXT, Retry::Later { after: None }),
        (NO_SUCH_TAG_AS_TEXT, Retry::ReceiverBroken),
    ] {
        let error = refused("apprise", FAILED, &[], body).await;
        assert_eq!(error.retry, retry, "{body}");
    }
}

#[tokio::test]
async fn the_services_that_failed_are_named_and_not_the_log() {
    for (body, detail) in [
        (
            SOME,
            "Failed to send JSON POST notification: Internal server error., error=500.",
        ),
        (NO_SUCH_TAG, "no service has the tag, or none is saved"),
    ] {
        let error = refused("apprise", FAILED, &[], body).await;
        assert_eq!(error.detail, format!("{FAILED}: {detail}"));
    }
}

#[tokio::test]
async fn only_apprises_own_answer_is_a_delivery() {
    for body in [
        r#"{"error": null, "details": []}"#,
        r#"{"error": null, "details": [["INFO", "2026-11-30 09:23:54,159", "Sent JSON POST notification."]]}"#,
        // Versions before 1.2.0.
        "2024-05-11 10:00:00,000 - INFO - Loaded 1 entries from memory://",
        "Notification(s) sent.",
    ] {
        let taken = answered("apprise", "200 OK", &[], body).await;
        assert!(taken.is_ok(), "{body}: {taken:?}");
    }
    for body in [
        // What /cfg/KEY answers.
        r#"{"format": "yaml", "config": "urls:\n  - json://127.0.0.1:18101\n"}"#,
        r#"{"error": "no", "details": []}"#,
        "null",
        "OK",
    ] {
        let error = refused("apprise", "200 OK", &[], body).await;
        assert_eq!(error.retry, Retry::Later { after: None }, "{body}");
    }
}

/// Without one, Apprise leaves out every service that has a tag.
#[test]
fn all_services_are_asked_for_unless_a_tag_is_named() {
    let tag = |receiver: &str| {
        let config = super::loaded(&super::config(receiver), "");
        let notice = sample_notice(jiff::Timestamp::UNIX_EPOCH);
        let parts = super::notifier(&config).preview(&notice);
        fields(&parts.expect("a preview")[1].content)["tag"].clone()
    };
    let url = "http://127.0.0.1:8000/notify/key";
    assert_eq!(tag(&format!("apprise = '{url}'")), "all");
    let table = format!("apprise = {{ url = '{url}', tag = 'desk, night' }}");
    assert_eq!(tag(&table), "desk, night");
    // The query's counts only where the body has none.
    for query in ["?tag=desk", "?tags=desk", "?type=info&tag=desk"] {
        assert!(
            tag(&format!("apprise = '{url}{query}'")).is_null(),
            "{query}"
        );
    }
    assert!(SERVICES.iter().any(|row| row.name == "apprise"));
}
