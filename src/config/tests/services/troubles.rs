//! Troubles that begin and end, at services that keep them open.

use super::SERVICES;
use crate::notify::every_kind;

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
