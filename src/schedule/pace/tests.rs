use proptest::prelude::*;

use super::*;
use crate::model::time::add;

const MIN: Duration = Duration::from_mins(2);
const MAX: Duration = Duration::from_hours(1);

fn at(second: u64) -> Timestamp {
    add(
        Timestamp::from_second(1_795_000_000).expect("in range"),
        Duration::from_secs(second),
    )
}

/// A feed polled whenever its interval has passed, with what each poll brings.
struct Feed {
    pace: Pace,
    now: Timestamp,
}

impl Feed {
    fn new(pace: Pace, now: Timestamp) -> Self {
        let pace = pace.after(None, None, now);
        Self { pace, now }
    }

    /// Polls once, an interval after the last time, and gives the next interval.
    fn poll(&mut self, news: u32) -> Duration {
        let before = self.now;
        self.now = add(before, self.pace.interval(MIN, MAX, before));
        self.pace = self.pace.after(Some(news), Some(before), self.now);
        self.pace.interval(MIN, MAX, self.now)
    }
}

#[test]
fn a_feed_begins_at_the_shortest_interval() {
    assert_eq!(Pace::default().interval(MIN, MAX, at(0)), MIN);
    assert_eq!(
        Pace::default()
            .after(None, None, at(0))
            .interval(MIN, MAX, at(0)),
        MIN
    );
}

#[test]
fn an_item_every_ten_minutes_is_polled_every_four() {
    let mut feed = Feed::new(Pace::default(), at(0));
    let mut published = at(0);
    let mut interval = MIN;
    for _ in 0..50 {
        let next = add(feed.now, interval);
        let mut news = 0;
        while add(published, Duration::from_mins(10)) <= next {
            published = add(published, Duration::from_mins(10));
            news += 1;
        }
        interval = feed.poll(news);
    }
    assert_eq!(interval, Duration::from_mins(4));
}

#[test]
fn the_first_window_and_renamed_items_are_no_arrivals() {
    let pace = Pace::default().after(None, None, at(0));
    assert_eq!(
        pace.gap(at(60)),
        Some(Duration::from_mins(1)),
        "only silence so far"
    );
    let known = pace.after(Some(1), Some(at(0)), at(600));
    let renamed = known.after(None, Some(at(600)), at(700));
    assert_eq!(renamed.gap(at(700)), known.gap(at(600)));
}

prop_compose! {
    /// Any history a feed can have had.
    fn pace()(
        polls in prop::collection::vec((1_u64..3_000_000, 0_u32..50), 0..12),
    ) -> (Pace, Timestamp) {
        let mut now = at(0);
        let mut pace = Pace::default().after(None, None, now);
        for (wait, news) in polls {
            let next = add(now, Duration::from_secs(wait));
            pace = pace.after(Some(news), Some(now), next);
            now = next;
        }
        (pace, now)
    }
}

proptest! {
    #[test]
    fn the_interval_stays_within_its_bounds(
        (pace, now) in pace(), later in 0_u64..10_000_000, min in 1_u64..100_000, more in 0_u64..1_000_000,
    ) {
        let (min, max) = (Duration::from_secs(min), Duration::from_secs(min + more));
        let interval = pace.interval(min, max, add(now, Duration::from_secs(later)));
        prop_assert!(min <= interval && interval <= max);
    }

    #[test]
    fn more_news_never_make_the_interval_longer(
        (pace, now) in pace(), wait in 1_u64..1_000_000, news in 0_u32..100,
    ) {
        let next = add(now, Duration::from_secs(wait));
        let gap = |news| pace.after(Some(news), Some(now), next).gap(next);
        prop_assert!(gap(news + 1) <= gap(news));
    }

    #[test]
    fn silence_never_makes_the_interval_shorter((pace, now) in pace(), wait in 0_u64..1_000_000) {
        let later = add(now, Duration::from_secs(wait));
        prop_assert!(pace.interval(MIN, MAX, later) >= pace.interval(MIN, MAX, now));
    }

    /// Half the silence doubles it within four polls: 30 times is five doublings, and one more.
    #[test]
    fn a_silent_feed_is_at_the_longest_interval_within_twenty_polls((pace, now) in pace()) {
        let mut feed = Feed { pace, now };
        let last = (0..20).map(|_| feed.poll(0)).last();
        prop_assert_eq!(last, Some(MAX));
    }

    #[test]
    fn a_burst_brings_the_interval_down_within_two_polls((pace, now) in pace(), silent in 0..30) {
        let mut feed = Feed { pace, now };
        for _ in 0..silent {
            feed.poll(0);
        }
        feed.poll(10);
        prop_assert!(feed.poll(10) <= MAX / 8);
    }
}
