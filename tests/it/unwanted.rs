//! A digest with a story that its receiver does not want.

use crate::giving_up::Office;

/// One story of ten is not wanted: the others arrive, each once, and it alone is given up and notified.
#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_is_refused_takes_none_of_its_digest_with_it() {
    for (status, unwanted) in [(400, &["3"][..]), (422, &["0", "4", "9"])] {
        let office = Office::open("digest = [\"every 1h\"]").await;
        // A digit of its own in every title.
        for number in 0..10 {
            office.feed.publish(&format!("Koizumi no. {number}"));
        }
        let words: Vec<String> = unwanted.iter().map(|it| format!("no. {it}")).collect();
        office.board.refuse(&words, status);
        office.minutes(0).await;
        office.world.round().await;
        for _ in 0..9 {
            office.minutes(61).await;
        }
        let mut taken: Vec<String> = Vec::new();
        for request in office.board.requests() {
            let body = request.json();
            let alerts = body["data"]["alerts"].as_array().expect("a digest");
            let titles = alerts.iter().map(|alert| &alert["item"]["title"]);
            let titles: Vec<String> = titles
                .map(|title| title.as_str().expect("a text").to_owned())
                .collect();
            let is_wanted = |title: &String| !words.iter().any(|word| title.contains(word));
            if titles.iter().all(is_wanted) {
                taken.extend(titles);
            }
        }
        taken.sort();
        let wanted = (0..10).map(|number| number.to_string());
        let wanted = wanted.filter(|number| !unwanted.contains(&number.as_str()));
        let expected: Vec<String> = wanted.map(|it| format!("Koizumi no. {it}")).collect();
        assert_eq!(taken, expected, "{status}: each once");
        let (waiting, dead) = office.waiting_and_dead().await;
        assert_eq!((waiting, dead), (0, unwanted.len()), "{status}");
        let missed = office.notified("receiver.missed");
        let alerts: u64 = missed.iter().filter_map(|it| it["alerts"].as_u64()).sum();
        assert_eq!(usize::try_from(alerts), Ok(unwanted.len()), "{status}");
        assert!(office.board.requests().len() < 40, "{status}");
        assert_eq!(office.notified("receiver.failing").len(), 0, "{status}");
    }
}

/// What refuses everything gets no digest in pieces.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_refuses_everything_keeps_its_digest_in_few_parts() {
    let office = Office::open("digest = [\"every 1h\"]").await;
    for number in 0..90 {
        office.feed.publish(&format!("Koizumi no. {number}"));
    }
    office.answer(400);
    office.minutes(0).await;
    office.world.round().await;
    office.minutes(61).await;
    for _ in 0..30 {
        office.minutes(2).await;
    }
    let (waiting, dead) = office.waiting_and_dead().await;
    assert!(waiting <= 17 && dead == 0, "{waiting} {dead}");
    assert_eq!(office.notified("receiver.failing").len(), 1);
    office.answer(204);
    office.minutes(10).await;
    assert_eq!(office.waiting_and_dead().await, (0, 0));
    assert_eq!(office.notified("receiver.recovered").len(), 1);
    assert_eq!(office.notified("receiver.missed").len(), 0);
}
