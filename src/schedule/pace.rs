//! How often a feed brings something new, measured from our polls: the dates in feeds decide
//! nothing.

use std::time::Duration;

use jiff::{Timestamp, fmt::serde::unsigned_duration::friendly::compact::optional as words};
use serde::{Deserialize, Serialize};

use crate::model::time::elapsed;

/// Longer gaps say nothing that this one does not.
const LONGEST_GAP: Duration = Duration::from_hours(24 * 365);

/// The resolution of the usual gap; it is never zero.
const SHORTEST_GAP: Duration = Duration::from_millis(1);

/// Later arrivals of one poll change the usual gap by less than its resolution.
const MOST_ARRIVALS: u32 = 64;

/// The rhythm in which new items arrive.
///
/// The usual gap between two arrivals is a geometric running mean, in which every arrival weighs as
/// much as all before it: after a quiet month a burst counts at once, and one straggler does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// Between two arrivals; `None` until there was one.
    #[serde(with = "words", skip_serializing_if = "Option::is_none")]
    gap: Option<Duration>,
    /// The last poll that brought something new; the first poll where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    news_at: Option<Timestamp>,
}

impl Pace {
    /// The pace after a good poll at `at` that brought so many new items, the good poll before it
    /// having been at `read_at`. `None` is a window that says nothing of what is new: the first, or
    /// one in which every item was renamed.
    ///
    /// The first of the new items ended the silence; the others came between the two polls, evenly
    /// for all we know, and can only shorten the gap.
    #[must_use]
    pub fn after(self, news: Option<u32>, read_at: Option<Timestamp>, at: Timestamp) -> Self {
        let (Some(news), Some(before)) = (news, self.news_at) else {
            return Self {
                gap: self.gap,
                news_at: Some(at),
            };
        };
        if news == 0 {
            return self;
        }
        let silence = elapsed(before, at).clamp(SHORTEST_GAP, LONGEST_GAP);
        let mut gap = self.gap.map_or(silence, |gap| mean(gap, silence));
        let apart = elapsed(read_at.unwrap_or(before), at) / news;
        for _ in 1..news.min(MOST_ARRIVALS) {
            gap = mean(gap, apart.min(gap));
        }
        Self {
            gap: Some(gap),
            news_at: Some(at),
        }
    }

    /// The last poll that brought something new; the first poll where none has.
    pub const fn news_at(self) -> Option<Timestamp> {
        self.news_at
    }

    /// The usual gap between two arrivals at `now`: at least the silence so far. `None` before the
    /// first poll.
    pub fn gap(self, now: Timestamp) -> Option<Duration> {
        let silence = elapsed(self.news_at?, now).min(LONGEST_GAP);
        Some(self.gap.map_or(silence, |gap| gap.max(silence)))
    }

    /// Half the usual gap, within `min` and `max`, so that an item waits a quarter of a gap on
    /// average. It goes from `min` up in doublings, so that it stays the same for a while: polls
    /// then keep to their slots.
    pub fn interval(self, min: Duration, max: Duration, now: Timestamp) -> Duration {
        let wanted = self.gap(now).map_or(min, |gap| gap / 2);
        if wanted >= max {
            return max;
        }
        let mut interval = min;
        while !interval.is_zero() && interval * 2 <= wanted {
            interval *= 2;
        }
        interval
    }
}

/// The geometric mean.
fn mean(a: Duration, b: Duration) -> Duration {
    let mean = a.as_secs_f64().sqrt() * b.as_secs_f64().sqrt();
    let millis = Duration::from_secs_f64(mean).as_millis();
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).max(SHORTEST_GAP)
}

#[cfg(test)]
mod tests {
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
}
