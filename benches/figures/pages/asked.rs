//! What is asked for, all of it in one place.

use super::store::Size;

/// Paths, each as it is shown and as it is asked.
pub(crate) fn paths(size: Size) -> Vec<String> {
    // Of the store: the one has alerted, the other has not.
    let (alerted, quiet) = (size.items / 2 / 10 * 10, size.items / 2 / 10 * 10 + 1);
    let feed = format!("f{:05}", size.feeds / 2);
    let link = format!("https%3A%2F%2Fnews.example.org%2F{quiet}");
    let never = "https%3A%2F%2Fnews.example.org%2Fnever";
    let mut paths: Vec<String> = [
        "/login",
        "/",
        "/?wall",
        "/alerts",
        "/alerts?watch=w07",
        "/alerts?words=harbour",
        "/alerts?words=nowhere",
        "/watches",
        "/watches/w07",
        "/try",
        "/try?q=Term-07",
        "/try?q=nowhere",
        "/feeds",
        "/feeds?state=failing",
        "/feeds?words=0500",
        "/outbox",
        "/outbox?state=dead",
        "/mutes",
        "/report",
        "/style.css",
        "/alerts.atom",
        "/alerts.json",
        "/alerts.atom?watch=w07",
        "/api/v1/status",
        "/api/v1/feeds",
        "/api/v1/feeds?condition=failing",
        "/api/v1/watches",
        "/api/v1/watches?items=true",
        "/api/v1/alerts",
        "/api/v1/alerts?watch=w07",
        "/api/v1/outbox",
        "/api/v1/mutes",
        "/api/v1/report",
        "/metrics",
    ]
    .map(str::to_owned)
    .into();
    paths.extend([
        format!("/items/{alerted}"),
        format!("/items/{quiet}"),
        format!("/items?q={link}"),
        format!("/items?q={never}"),
        format!("/feeds/{feed}"),
        format!("/feeds/f{:05}", 3),
        format!("/api/v1/items/{alerted}/explain"),
        format!("/api/v1/items/{quiet}/explain"),
        format!("/api/v1/explain?item={link}"),
    ]);
    paths
}
