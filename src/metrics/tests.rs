use std::time::Duration;

use prometheus_client::encoding::prometheus_text::encode;

use super::*;

fn names(watches: &[&str], receivers: &[&str]) -> Names {
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Names {
        watches: set(watches),
        receivers: set(receivers),
    }
}

fn shown(metrics: &Metrics) -> String {
    let mut registry = Registry::with_prefix("fivebells");
    metrics.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).expect("a String takes all that is written");
    text
}

fn poll() -> PollCount {
    PollCount {
        outcome: Polled::Read,
        reason: None,
        took: Duration::from_millis(300),
        items: ItemCounts {
            new: 3,
            baseline: 0,
            updated: 1,
        },
        lags: vec![Duration::from_secs(90)],
    }
}

#[test]
fn what_is_counted_is_shown() {
    let metrics = Metrics::default();
    metrics.follow(&Names::default(), &names(&["sdf", "hegseth"], &["desk"]));
    metrics.polled(poll());
    metrics.polled(PollCount {
        outcome: Polled::Failed,
        reason: Some("timeout".to_owned()),
        items: ItemCounts::default(),
        lags: vec![],
        ..poll()
    });
    metrics.alerted(["sdf".to_owned()].iter());
    metrics.attempted("desk", Attempted::Delivered);
    metrics.delivered_after(Duration::from_secs(2));
    metrics.holds("desk", true);
    metrics.fetched(4096);
    let text = shown(&metrics);
    for line in [
        "fivebells_polls_total{outcome=\"read\"} 1",
        "fivebells_polls_total{outcome=\"put_off\"} 0",
        "fivebells_poll_failures_total{reason=\"timeout\"} 1",
        "fivebells_poll_duration_seconds_bucket{le=\"0.5\"} 2",
        "fivebells_poll_document_bytes_total 4096",
        "fivebells_items_total{kind=\"new\"} 3",
        "fivebells_items_total{kind=\"updated\"} 1",
        "fivebells_item_seen_lag_seconds_bucket{le=\"120\"} 1",
        "fivebells_alerts_total{watch=\"sdf\"} 1",
        "fivebells_alerts_total{watch=\"hegseth\"} 0",
        "fivebells_delivery_attempts_total{receiver=\"desk\",outcome=\"delivered\"} 1",
        "fivebells_delivery_attempts_total{receiver=\"desk\",outcome=\"dead\"} 0",
        "fivebells_alert_delivery_lag_seconds_bucket{le=\"2.5\"} 1",
        "fivebells_receiver_held{receiver=\"desk\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
    }
}

#[test]
fn the_series_of_a_name_end_with_it_and_those_of_others_go_on() {
    let metrics = Metrics::default();
    let before = names(&["sdf", "hegseth"], &["desk", "phone"]);
    metrics.follow(&Names::default(), &before);
    metrics.alerted(["sdf".to_owned(), "hegseth".to_owned()].iter());
    metrics.attempted("phone", Attempted::Failed);
    metrics.follow(&before, &names(&["sdf", "koizumi"], &["desk"]));
    let text = shown(&metrics);
    assert!(text.contains("fivebells_alerts_total{watch=\"sdf\"} 1"));
    assert!(text.contains("fivebells_alerts_total{watch=\"koizumi\"} 0"));
    assert!(!text.contains("hegseth"), "{text}");
    assert!(!text.contains("phone"), "{text}");
}

/// A name may hold what the format gives a meaning.
#[test]
fn names_are_escaped() {
    let metrics = Metrics::default();
    let odd = "a\"b\\c";
    metrics.follow(&Names::default(), &names(&[odd], &[]));
    let text = shown(&metrics);
    assert!(text.contains(r#"{watch="a\"b\\c"} 0"#), "{text}");
}
