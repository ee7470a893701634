//! Alerts that wait for publishers: who counts, and what is sent.

use super::*;

/// An item that has the text with a figure or a word changed has no report of its own.
#[tokio::test]
async fn one_text_in_three_papers_is_one_publisher_whatever_is_changed_in_it() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    let dated = format!("TOKYO, Nov 30 - {WIRE}");
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "bbc"),
        ("f2", "CORRECTION: Koizumi resigns", WIRE, "paper"),
        ("f3", "Minister Koizumi resigns", dated.as_str(), "nhk"),
    ] {
        let item = with_rule(wire.item(title, text, of), three(Otherwise::Digest));
        wire.show(feed, 1, vec![item]).await;
    }
    assert_eq!(wire.deliver("desk", 9).await, [], "one is not three");
    let all = wire.outbox("desk").await;
    let words = all[0].awaits.as_deref().expect("it waits");
    assert!(words.contains("1 of 3: bbc"), "{words}");
}

/// Who is sent the alarm is sent what takes it back, though one alert was asked for.
#[tokio::test]
async fn a_denial_that_waits_with_the_alarm_is_not_folded_into_it() {
    const DENIED: &str = "The defence ministry in Tokyo denied that Shinjiro Koizumi has resigned over the \
        Palau patrol boats; Haruka Oshima of the coast guard was never named, it said in a correction.";
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for (feed, title, text, of) in [
        ("f1", "Koizumi resigns", WIRE, "bbc"),
        (
            "f2",
            "Koizumi has not resigned over Palau, ministry says",
            DENIED,
            "nhk",
        ),
        (
            "f3",
            "Koizumi falls over Palau patrol boats, Oshima follows",
            THIRD,
            "kyodo",
        ),
    ] {
        let item = with_rule(wire.item(title, text, of), three(Otherwise::Digest));
        wire.show(feed, 1, vec![item]).await;
    }
    let sent = wire.deliver("desk", 9).await;
    let titles: Vec<&str> = sent
        .iter()
        .filter_map(|event| Some(event.alerts()?[0].item.title.as_str()))
        .collect();
    assert_eq!(
        titles,
        [
            "Koizumi resigns",
            "Koizumi has not resigned over Palau, ministry says"
        ]
    );
}

#[tokio::test]
async fn at_the_end_of_the_wait_the_first_is_counted_too() {
    let temp = TempStore::new();
    let mut wire = Wire::new(&temp).await;
    for (feed, seconds, title, text, of) in [
        ("f1", 1, "Koizumi resigns", WIRE, "bbc"),
        ("f2", 60, "Koizumi is out, Oshima takes over", OTHER, "nhk"),
    ] {
        let item = with_rule(wire.item(title, text, of), three(Otherwise::Send));
        wire.show(feed, seconds, vec![item]).await;
    }
    let end = hours(6) + 90;
    wire.store.ripen("desk", at(end)).await.expect("written");
    for event in wire.deliver("desk", end).await {
        let Event::Alert(alert) = event else { continue };
        let story = alert.story.expect("a story");
        assert_eq!(story.corroborated.as_deref(), Some("2 of 3: bbc, nhk"));
    }
}
