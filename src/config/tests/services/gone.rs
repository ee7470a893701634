//! Answers that speak of the service, its channel or its key, and not of the message.

use super::answers::refused;
use crate::model::Retry;

/// Answers which say that no message will be taken: service, status, body.
const GONE: &[(&str, &str, &str)] = &[
    ("slack", "410 Gone", "channel_is_archived"),
    ("slack", "400 Bad Request", "no_team"),
    (
        "teams",
        "400 Bad Request",
        r#"{"error": {"code": "WorkflowTriggerIsNotEnabled", "message": "with state 'Deleted'"}}"#,
    ),
    ("teams", "401 Unauthorized", ""),
    ("apprise", "204 No Content", ""),
    (
        "telegram",
        "400 Bad Request",
        r#"{"ok": false, "description": "Bad Request: group chat was upgraded to a supergroup chat"}"#,
    ),
    (
        "mattermost",
        "400 Bad Request",
        r#"{"id": "web.incoming_webhook.invalid.app_error", "status_code": 400}"#,
    ),
    (
        "mattermost",
        "400 Bad Request",
        r#"{"id": "web.incoming_webhook.user.app_error", "status_code": 400}"#,
    ),
    (
        "mattermost",
        "501 Not Implemented",
        r#"{"id": "web.incoming_webhook.disabled.app_error", "status_code": 501}"#,
    ),
    (
        "telegram",
        "400 Bad Request",
        r#"{"ok": false, "description": "Bad Request: message thread not found"}"#,
    ),
    (
        "telegram",
        "400 Bad Request",
        r#"{"ok": false, "description": "Bad Request: not enough rights to send text messages to the chat"}"#,
    ),
    (
        "telegram",
        "400 Bad Request",
        r#"{"ok": false, "description": "Bad Request: TOPIC_CLOSED"}"#,
    ),
    (
        "pagerduty",
        "400 Bad Request",
        r#"{"status": "invalid event", "errors": ["'routing_key' is missing or blank"]}"#,
    ),
    (
        "telegram",
        "403 Forbidden",
        r#"{"ok": false, "description": "Forbidden: bot was blocked by the user"}"#,
    ),
    (
        "telegram",
        "400 Bad Request",
        r#"{"ok": false, "description": "Bad Request: chat not found"}"#,
    ),
    (
        "pushover",
        "400 Bad Request",
        r#"{"token": "invalid", "status": 0}"#,
    ),
    (
        "zulip",
        "400 Bad Request",
        r#"{"result": "error", "code": "STREAM_DOES_NOT_EXIST"}"#,
    ),
    (
        "zulip",
        "400 Bad Request",
        r#"{"result": "error", "msg": "Not authorized to send to channel 'news'", "code": "BAD_REQUEST"}"#,
    ),
    (
        "zulip",
        "400 Bad Request",
        r#"{"result": "error", "msg": "You do not have permission to create new topics in this channel.", "code": "BAD_REQUEST"}"#,
    ),
    (
        "zulip",
        "400 Bad Request",
        r#"{"result": "error", "msg": "Topics are required in this organization.", "code": "BAD_REQUEST"}"#,
    ),
    (
        "discord",
        "400 Bad Request",
        r#"{"message": "Unknown Channel", "code": 10003}"#,
    ),
    (
        "discord",
        "400 Bad Request",
        r#"{"message": "Thread is archived", "code": 50083}"#,
    ),
    (
        "discord",
        "400 Bad Request",
        r#"{"message": "This thread is locked", "code": 160005}"#,
    ),
    (
        "discord",
        "400 Bad Request",
        r#"{"message": "Webhooks posted to forum channels must have a thread_name or thread_id", "code": 220001}"#,
    ),
    (
        "discord",
        "400 Bad Request",
        r#"{"message": "Webhooks can only create threads in forum channels", "code": 220003}"#,
    ),
    (
        "discord",
        "400 Bad Request",
        r#"{"thread_id": ["Value \"news\" is not snowflake."]}"#,
    ),
    (
        "teams",
        "200 OK",
        "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 404 with ContextId tcid=0",
    ),
];

#[tokio::test]
async fn an_answer_about_the_channel_or_the_key_keeps_every_message() {
    for (name, status, body) in GONE {
        let error = refused(name, status, &[], body).await;
        assert_eq!(error.retry, Retry::ReceiverBroken, "{name} {body}");
    }
}

#[tokio::test]
async fn an_answer_about_the_message_gives_it_up_all_the_same() {
    for (name, body) in [
        (
            "discord",
            r#"{"code": 50035, "message": "Invalid Form Body", "errors": {"embeds": {}}}"#,
        ),
        (
            "discord",
            r#"{"code": 50006, "message": "Cannot send an empty message"}"#,
        ),
        (
            "zulip",
            r#"{"result": "error", "msg": "Message must not be empty", "code": "BAD_REQUEST"}"#,
        ),
    ] {
        let error = refused(name, "400 Bad Request", &[], body).await;
        assert_eq!(error.retry, Retry::Unwanted, "{name} {body}");
    }
}

#[tokio::test]
async fn a_key_of_apprise_that_holds_nothing_is_named_as_the_cause() {
    let error = refused("apprise", "204 No Content", &[], "").await;
    assert_eq!(
        error.detail,
        "204 No Content, but not the answer of apprise: nothing is saved under this key"
    );
}

/// Its page of a saved configuration answers with that, passwords and all.
#[tokio::test]
async fn a_saved_configuration_of_apprise_is_not_shown() {
    let body = r#"{"format": "yaml", "config": "urls:\n  - mailto://me:pa55word@example.org\n"}"#;
    let error = refused("apprise", "200 OK", &[], body).await;
    assert!(!error.detail.contains("pa55word"), "{error}");
    assert!(error.detail.contains("/notify/KEY"), "{error}");
}
