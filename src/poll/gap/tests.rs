use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn ids(numbers: impl IntoIterator<Item = i64>) -> Vec<ItemId> {
    numbers.into_iter().map(ItemId).collect()
}

const SOME: Join = Join::Overlap { ample: false };
const MOST: Join = Join::Overlap { ample: true };

#[test]
fn documents_join_where_the_latest_items_are_left() {
    for (what, before, shown, news, expected) in [
        ("rolled over", ids(1..11), ids([]), 10, Join::Gap),
        ("one left", ids(1..11), ids([10]), 9, SOME),
        ("most left", ids(1..11), ids(3..11), 2, MOST),
        ("three quarters left", ids(1..9), ids(3..9), 2, MOST),
        ("less than that", ids(1..9), ids(4..9), 3, SOME),
        ("nothing new", ids(1..11), ids(1..11), 0, Join::Silent),
        ("shrunk", ids(1..11), ids([9, 10]), 0, Join::Silent),
        ("shrunk, one new", ids(1..11), ids([10]), 1, SOME),
        ("first document", ids([]), ids([]), 10, Join::Silent),
        ("was empty", ids([]), ids([]), 3, Join::Silent),
        ("one item at a time", ids([1]), ids([]), 1, Join::Silent),
        ("two at a time", ids([1, 2]), ids([]), 2, Join::Gap),
        ("only old ones again", ids(11..21), ids(1..6), 5, Join::Gap),
        ("one pinned", ids(1..11), ids([1]), 9, Join::Gap),
        ("two pinned", ids(1..11), ids([1, 2]), 8, Join::Gap),
        (
            "three of ten are no pins",
            ids(1..11),
            ids([1, 2, 3]),
            7,
            SOME,
        ),
        ("the newest pinned", ids(1..11), ids([10]), 9, SOME),
        ("newest taken back", ids(1..11), ids(1..9), 1, MOST),
        ("two of three taken back", ids(1..4), ids([1]), 1, SOME),
    ] {
        assert_eq!(join(&before, &shown, news), expected, "{what}");
    }
}

proptest! {
    #[test]
    fn the_order_of_a_document_does_not_matter(
        mut before in proptest::collection::vec(0_i64..40, 0..20),
        mut shown in proptest::collection::vec(0_i64..40, 0..20),
        news in 0_usize..20,
    ) {
        let join_of = |before: &[i64], shown: &[i64]| {
            join(&ids(before.iter().copied()), &ids(shown.iter().copied()), news)
        };
        let first = join_of(&before, &shown);
        before.reverse();
        shown.reverse();
        prop_assert_eq!(join_of(&before, &shown), first);
    }

    /// A feed of `size` items that leave in the order they came, of which `came` are new.
    #[test]
    fn a_plain_feed_has_a_gap_exactly_when_everything_was_replaced(
        size in 2_i64..50,
        came in 1_i64..80,
    ) {
        let left = (size - came).max(0);
        let before = ids(1..=size);
        let shown = ids(size - left + 1..=size);
        let news = usize::try_from(came.min(size)).expect("small");
        prop_assert_eq!(join(&before, &shown, news) == Join::Gap, came >= size);
    }

    #[test]
    fn the_pace_stays_between_a_minute_and_the_interval(
        every in 1_u64..100_000,
        joins in proptest::collection::vec(0_u8..3, 0..100),
    ) {
        let every = Duration::from_secs(every);
        let mut current = None;
        for number in joins {
            current = pace(every, current, [Join::Gap, SOME, MOST][usize::from(number)]);
            if let Some(pace) = current {
                prop_assert!(pace >= MIN_PACE && pace < every);
            }
        }
    }
}

#[test]
fn a_gap_halves_the_interval_down_to_a_minute() {
    let mut current = None;
    let mut seconds = Vec::new();
    for _ in 0..8 {
        current = pace(HOUR, current, Join::Gap);
        seconds.push(current.expect("shorter than an hour").as_secs());
    }
    assert_eq!(seconds, [1800, 900, 450, 225, 112, 60, 60, 60]);
    assert_eq!(pace(MIN_PACE, None, Join::Gap), None);
    assert_eq!(pace(Duration::from_secs(30), None, Join::Gap), None);
}

#[test]
fn the_interval_comes_back_slowly_while_there_is_room_to_spare() {
    let mut current = Some(HOUR / 2);
    assert_eq!(pace(HOUR, current, SOME), current, "a tight fit is kept");
    let mut polls = 0;
    while current.is_some() {
        current = pace(
            HOUR,
            current,
            if polls % 2 == 0 { MOST } else { Join::Silent },
        );
        polls += 1;
    }
    assert_eq!(polls, 8);
    assert_eq!(pace(HOUR, None, MOST), None);
}

#[test]
fn an_interval_that_the_config_made_shorter_is_kept() {
    let every = Duration::from_mins(5);
    assert_eq!(pace(every, Some(HOUR), SOME), None);
    assert_eq!(pace(every, Some(HOUR), Join::Gap), Some(every / 2));
}

#[test]
fn only_pages_of_the_feeds_own_origin_are_read() {
    let page = |feed: &str, prev: Option<&str>, next: Option<&str>| {
        let feed = Url::parse(feed).expect("a URL");
        let relations = Relations {
            prev_archive: prev.map(str::to_owned),
            next: next.map(str::to_owned),
            ..Relations::default()
        };
        older(&feed, &feed, &relations).map(String::from)
    };
    let here = "https://e.org/feed";
    for (feed, link, expected) in [
        (here, "/2026/10", Some("https://e.org/2026/10")),
        (here, "?page=2", Some("https://e.org/feed?page=2")),
        (here, "https://f.org/2026/10", None),
        (here, "https://e.org:8443/2", None),
        (here, "http://e.org/2", None),
        (
            "http://e.org/feed",
            "https://e.org/2",
            Some("https://e.org/2"),
        ),
        (here, "file:///etc/passwd", None),
        (here, "javascript:alert(1)", None),
        ("file:///feed.xml", "file:///etc/passwd", None),
    ] {
        assert_eq!(page(feed, Some(link), None).as_deref(), expected, "{link}");
        assert_eq!(page(feed, None, Some(link)).as_deref(), expected, "{link}");
    }
    assert_eq!(
        page(here, Some("/a"), Some("/b")).as_deref(),
        Some("https://e.org/a"),
        "an archive does not change, a page does"
    );
}
