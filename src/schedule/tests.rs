use std::time::Duration;

use jiff::{Timestamp, civil::Weekday};
use proptest::prelude::*;

use super::{rhythm::MAX_JITTER, *};
use crate::model::{
    Hint,
    time::{add, elapsed},
};

const QUARTER: Duration = Duration::from_mins(15);
const DAY: Duration = Duration::from_hours(24);

/// Seconds after an hour on a Sunday, 07:00 UTC.
fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-11-22T07:00:00Z".parse().expect("a time");
    Timestamp::from_second(start.as_second() + second).expect("in range")
}

fn rhythm(phase: f64) -> Rhythm<'static> {
    Rhythm {
        every: QUARTER,
        every_at_most: None,
        max_interval: DAY,
        respect: &Hint::ALL,
        phase,
        jitter: 0.0,
    }
}

fn good(hints: Hints) -> LastPoll {
    let learned = Learned {
        hints,
        ..Learned::default()
    };
    LastPoll {
        at: at(0),
        failures: 0,
        learned,
    }
}

fn failed(failures: u32, retry_at: Option<Timestamp>) -> LastPoll {
    let learned = Learned {
        retry_at,
        ..Learned::default()
    };
    LastPoll {
        at: at(0),
        failures,
        learned,
    }
}

fn calm(polled_at: Timestamp) -> LastPoll {
    LastPoll {
        at: polled_at,
        ..good(Hints::default())
    }
}

fn wait(last: &LastPoll, rhythm: &Rhythm<'_>) -> (Duration, DueReason) {
    let plan = plan(last, rhythm);
    (elapsed(last.at, plan.due_at), plan.reason)
}

/// Every hint alone, of this length.
fn each(wait: Duration) -> [(Hint, Hints); 3] {
    let none = Hints::default();
    let (max_age, ttl, update_period) = (Some(wait), Some(wait), Some(wait));
    [
        (Hint::MaxAge, Hints { max_age, ..none }),
        (Hint::Ttl, Hints { ttl, ..none }),
        (
            Hint::UpdatePeriod,
            Hints {
                update_period,
                ..none
            },
        ),
    ]
}

#[test]
fn polls_in_time_keep_their_slot() {
    let first = plan(&calm(at(0)), &rhythm(0.3)).due_at;
    let late = add(first, Duration::from_secs(20));
    let second = plan(&calm(late), &rhythm(0.3));
    assert_eq!(elapsed(first, second.due_at), QUARTER);
    assert_eq!(second.reason, DueReason::Interval);
}

#[test]
fn feeds_of_one_interval_are_spread_by_their_phase() {
    let one = plan(&calm(at(0)), &rhythm(0.1)).due_at;
    let two = plan(&calm(at(0)), &rhythm(0.6)).due_at;
    let apart = elapsed(one.min(two), one.max(two));
    assert_eq!(apart, QUARTER / 2);
}

#[test]
fn a_longer_hint_wins_over_the_interval() {
    for (hint, hints) in each(QUARTER * 8) {
        let won = wait(&good(hints), &rhythm(0.0));
        assert_eq!(won, (QUARTER * 8, DueReason::Hint(hint)));
    }
    let all = Hints {
        max_age: Some(QUARTER * 4),
        ttl: Some(QUARTER * 12),
        update_period: Some(QUARTER * 8),
        skips: Skips::default(),
        ..Hints::default()
    };
    let won = wait(&good(all), &rhythm(0.0));
    assert_eq!(won, (QUARTER * 12, DueReason::Hint(Hint::Ttl)));
}

#[test]
fn every_is_a_floor_that_no_hint_goes_below() {
    for short in [Duration::ZERO, Duration::from_secs(1), QUARTER / 2] {
        for (_, hints) in each(short) {
            let won = wait(&good(hints), &rhythm(0.0));
            assert_eq!(won, (QUARTER, DueReason::Interval));
        }
    }
}

#[test]
fn max_interval_is_a_ceiling_from_the_start_of_the_request() {
    let jittery = Rhythm {
        jitter: 1.0,
        ..rhythm(0.7)
    };
    for longer in [DAY, DAY + Duration::from_secs(1), DAY * 400, Duration::MAX] {
        for (hint, hints) in each(longer) {
            let won = wait(&good(hints), &jittery);
            assert_eq!(won, (DAY, DueReason::Hint(hint)));
        }
    }
    for (_, hints) in each(DAY.checked_sub(Duration::from_secs(1)).expect("shorter")) {
        let (wait, _) = wait(&good(hints), &rhythm(0.0));
        assert_eq!(
            wait,
            DAY.checked_sub(Duration::from_secs(1)).expect("shorter")
        );
    }
}

#[test]
fn only_hints_that_are_respected_count_and_all_are_shown() {
    for (hint, hints) in each(QUARTER * 8) {
        let others: Vec<Hint> = Hint::ALL
            .into_iter()
            .filter(|other| *other != hint)
            .collect();
        let deaf = Rhythm {
            respect: &others,
            ..rhythm(0.0)
        };
        let plan = plan(&good(hints), &deaf);
        assert_eq!(
            (plan.due_at, plan.reason),
            (add(at(0), QUARTER), DueReason::Interval)
        );
        let shown = Candidate {
            reason: DueReason::Hint(hint),
            at: add(at(0), QUARTER * 8),
            counts: false,
        };
        assert!(plan.candidates.contains(&shown), "{plan:?}");
    }
}

#[test]
fn a_due_time_in_a_skipped_hour_moves_to_the_first_that_is_not() {
    let skipping = |skips| {
        good(Hints {
            skips,
            ..Hints::default()
        })
    };
    let night = skipping(Skips::new([7, 8, 9], []));
    let pushed = wait(&night, &rhythm(0.0));
    assert_eq!(
        pushed,
        (Duration::from_hours(3), DueReason::Hint(Hint::SkipHours))
    );
    let spread = wait(&night, &rhythm(0.5));
    assert_eq!(
        spread.0,
        Duration::from_hours(3) + QUARTER / 2,
        "not all at the stroke"
    );

    let day_off = skipping(Skips::new([], [Weekday::Sunday]));
    let pushed = wait(&day_off, &rhythm(0.0));
    assert_eq!(
        pushed,
        (Duration::from_hours(17), DueReason::Hint(Hint::SkipDays))
    );

    let deaf = Rhythm {
        respect: &[Hint::MaxAge],
        ..rhythm(0.0)
    };
    assert_eq!(wait(&night, &deaf), (QUARTER, DueReason::Interval));
    assert_eq!(wait(&day_off, &deaf), (QUARTER, DueReason::Interval));

    let failing = LastPoll {
        failures: 1,
        ..night
    };
    assert_eq!(wait(&failing, &rhythm(0.0)).0, Duration::from_hours(3));
}

#[test]
fn skipped_hours_are_followed_no_further_than_max_interval_and_nonsense_is_not() {
    let skipping = |skips| {
        good(Hints {
            skips,
            ..Hints::default()
        })
    };
    let all_but_one = skipping(Skips::new((0..24).filter(|hour| *hour != 6), []));
    let short = Rhythm {
        max_interval: Duration::from_hours(2),
        ..rhythm(0.0)
    };
    assert_eq!(wait(&all_but_one, &rhythm(0.0)).0, Duration::from_hours(23));
    assert_eq!(wait(&all_but_one, &short).0, Duration::from_hours(2));
    let nonsense = skipping(Skips::new(0..24, []));
    assert_eq!(
        wait(&nonsense, &rhythm(0.0)),
        (QUARTER, DueReason::Interval)
    );
}

#[test]
fn a_feed_with_missed_items_is_polled_sooner_but_its_hints_hold() {
    let mut last = good(Hints::default());
    last.learned.shorten = Some(Duration::from_mins(5));
    let won = wait(&last, &rhythm(0.0));
    assert_eq!(won, (Duration::from_mins(5), DueReason::Missed));
    last.learned.shorten = Some(QUARTER);
    assert_eq!(
        wait(&last, &rhythm(0.0)).1,
        DueReason::Interval,
        "no shorter"
    );
    last.learned.shorten = Some(Duration::ZERO);
    assert_eq!(wait(&last, &rhythm(0.0)).0, MIN_INTERVAL);
    last.learned.hints.ttl = Some(QUARTER * 4);
    assert_eq!(
        wait(&last, &rhythm(0.0)),
        (QUARTER * 4, DueReason::Hint(Hint::Ttl))
    );
}

#[test]
fn an_adaptive_feed_is_polled_in_its_own_rhythm() {
    let adaptive = Rhythm {
        every_at_most: Some(Duration::from_hours(4)),
        ..rhythm(0.0)
    };
    let mut last = good(Hints::default());
    assert_eq!(wait(&last, &adaptive), (QUARTER, DueReason::Adaptive));
    last.learned.pace = Pace::default().after(None, None, at(-7200));
    assert_eq!(wait(&last, &adaptive), (QUARTER * 4, DueReason::Adaptive));
    last.failures = 2;
    assert_eq!(wait(&last, &adaptive), (QUARTER * 8, DueReason::BackOff));
}

#[test]
fn a_blip_costs_nothing_and_a_dead_feed_is_asked_once_a_day() {
    let wait = |failures| wait(&failed(failures, None), &rhythm(0.0)).0;
    assert_eq!(wait(1), QUARTER);
    assert_eq!(wait(2), QUARTER * 2);
    assert_eq!(wait(5), QUARTER * 16);
    assert_eq!(wait(u32::MAX), MAX_BACK_OFF);
}

#[test]
fn retry_after_is_a_floor_of_at_most_a_day() {
    let wait = |retry_at| wait(&failed(1, Some(retry_at)), &rhythm(0.0));
    assert_eq!(
        wait(at(7200)),
        (Duration::from_hours(2), DueReason::RetryAfter)
    );
    assert_eq!(wait(at(60)), (QUARTER, DueReason::BackOff));
    assert_eq!(wait(at(9_000_000)).0, MAX_BACK_OFF);
}

#[test]
fn the_pause_of_the_origin_is_a_candidate_like_any_other() {
    let planned = plan(&calm(at(0)), &rhythm(0.0));
    let same = planned.clone().paused_until(at(2));
    assert_eq!(
        (same.due_at, same.reason),
        (planned.due_at, DueReason::Interval)
    );
    let paused = planned.paused_until(at(3600));
    assert_eq!((paused.due_at, paused.reason), (at(3600), DueReason::Pause));
}

#[test]
fn what_software_writes_unasked_does_not_count() {
    let hints = Hints {
        ttl: Some(Duration::from_hours(24)),
        update_period: Some(Duration::from_hours(1)),
        ttl_unasked: true,
        ..Hints::default()
    };
    let rhythm = rhythm(0.0);
    let planned = |hints| plan(&good(hints), &rhythm).reason;
    assert_eq!(planned(hints), DueReason::Hint(Hint::UpdatePeriod));
    assert_eq!(rhythm.slowed_by(&hints), [Hint::UpdatePeriod]);
    let words = rhythm.slowed_in_words(&hints, &[Hint::UpdatePeriod]);
    assert!(
        words.contains("the feed changes every 1h (update-period)"),
        "{words}"
    );
    let none = Hints {
        update_period_unasked: true,
        ..hints
    };
    assert_eq!(planned(none), DueReason::Interval);
    assert_eq!(rhythm.slowed_by(&none), []);
}

#[test]
fn a_hint_slows_a_feed_where_it_is_longer_than_its_interval_and_is_followed() {
    let slowed = |hints: &Hints, respect: &[Hint]| {
        let rhythm = Rhythm {
            respect,
            ..rhythm(0.0)
        };
        rhythm.slowed_by(hints)
    };
    let longer = Some(QUARTER + Duration::from_secs(1));
    let hints = Hints {
        max_age: longer,
        ttl: Some(QUARTER),
        skips: Skips::new([3], []),
        ..Hints::default()
    };
    assert_eq!(slowed(&hints, &Hint::ALL), [Hint::MaxAge, Hint::SkipHours]);
    assert_eq!(slowed(&hints, &[Hint::Ttl, Hint::SkipDays]), []);
    assert_eq!(slowed(&Hints::default(), &Hint::ALL), []);
}

proptest! {
    #[test]
    fn the_next_poll_is_between_half_an_interval_and_the_longest_wait(
        second in 0_i64..10_000_000,
        every in 10_u64..200_000,
        phase in 0.0_f64..1.0,
        jitter in 0.0_f64..1.0,
        failures in 0_u32..100,
        hints in prop::array::uniform3(prop::option::of(0_u64..10_000_000)),
        hours in prop::collection::vec(0_i8..25, 0..24),
    ) {
        let every = Duration::from_secs(every);
        let rhythm = Rhythm { every, jitter, ..rhythm(phase) };
        let [max_age, ttl, update_period] = hints.map(|hint| hint.map(Duration::from_secs));
        let skips = Skips::new(hours, []);
        let hints = Hints { max_age, ttl, update_period, skips, ..Hints::default() };
        let last = LastPoll { at: at(second), failures, ..good(hints) };
        let (wait, _) = wait(&last, &rhythm);
        prop_assert!(wait >= every / 2);
        let slack = MAX_JITTER + Duration::from_millis(2);
        prop_assert!(wait <= every.mul_f64(1.5).max(DAY) + slack);
    }
}
