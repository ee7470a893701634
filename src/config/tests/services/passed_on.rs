//! Apprise API, which passes a message on and answers for all of its services at once. The answers
//! are those of version 1.5.2 with apprise 1.13.0.

use super::{
    SERVICES,
    answers::{answered, refused},
};
use crate::{config::tests::services::fields, model::Retry, notify::sample_notice};

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
