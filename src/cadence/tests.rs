use proptest::prelude::*;

use super::*;

const QUARTER: Duration = Duration::from_mins(15);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("in range")
}

fn rhythm(phase: f64) -> Rhythm {
    Rhythm {
        every: QUARTER,
        max_interval: Duration::from_hours(24),
        phase,
    }
}

const CALM: PollWish = PollWish::Good {
    freshness: None,
    ttl: None,
};

fn wait(wish: PollWish) -> (Duration, DueReason) {
    let (due, reason) = next_poll(at(0), rhythm(0.0), wish, 0.0);
    (elapsed(at(0), due), reason)
}

#[test]
fn polls_in_time_keep_their_slot() {
    let (first, _) = next_poll(at(0), rhythm(0.3), CALM, 0.0);
    let late = add(first, Duration::from_secs(20));
    let (second, reason) = next_poll(late, rhythm(0.3), CALM, 0.0);
    assert_eq!(elapsed(first, second), QUARTER);
    assert_eq!(reason, DueReason::Interval);
}

#[test]
fn feeds_of_one_interval_are_spread_by_their_phase() {
    let (one, _) = next_poll(at(0), rhythm(0.1), CALM, 0.0);
    let (two, _) = next_poll(at(0), rhythm(0.6), CALM, 0.0);
    let apart = elapsed(one.min(two), one.max(two));
    assert_eq!(apart, QUARTER / 2);
}

#[test]
fn a_servers_wish_is_a_floor_up_to_the_ceiling() {
    let good = |freshness, ttl| PollWish::Good { freshness, ttl };
    let hours = |hours| Some(Duration::from_hours(hours));
    assert_eq!(
        wait(good(hours(2), None)),
        (Duration::from_hours(2), DueReason::Freshness)
    );
    assert_eq!(
        wait(good(hours(2), hours(3))),
        (Duration::from_hours(3), DueReason::Ttl)
    );
    assert_eq!(wait(good(hours(9000), None)).0, Duration::from_hours(24));
    assert_eq!(
        wait(good(Some(Duration::ZERO), None)).1,
        DueReason::Interval
    );
}

#[test]
fn a_blip_costs_nothing_and_a_dead_feed_is_asked_once_a_day() {
    let failed = |failures| {
        wait(PollWish::Failed {
            failures,
            retry_at: None,
        })
        .0
    };
    assert_eq!(failed(1), QUARTER);
    assert_eq!(failed(2), QUARTER * 2);
    assert_eq!(failed(5), QUARTER * 16);
    assert_eq!(failed(u32::MAX), MAX_BACK_OFF);
}

#[test]
fn retry_after_is_a_floor_of_at_most_a_day() {
    let failed = |retry_at| {
        wait(PollWish::Failed {
            failures: 1,
            retry_at: Some(retry_at),
        })
    };
    assert_eq!(
        failed(at(7200)),
        (Duration::from_hours(2), DueReason::RetryAfter)
    );
    assert_eq!(failed(at(60)), (QUARTER, DueReason::BackOff));
    assert_eq!(failed(at(9_000_000)).0, MAX_BACK_OFF);
}

#[test]
fn deliveries_are_retried_in_steps_then_calmly() {
    let delay = |failures, failing_for| retry_delay(failures, failing_for, 0.5).as_secs();
    assert_eq!(
        [1, 2, 3, 4, 99].map(|n| delay(n, Duration::ZERO)),
        [5, 15, 30, 60, 60]
    );
    assert_eq!(delay(80, Duration::from_hours(2)), 300);
    assert_eq!(retry_delay(4, Duration::ZERO, 0.0), Duration::from_secs(48));
    assert_eq!(retry_delay(4, Duration::ZERO, 1.0), Duration::from_secs(72));
}

proptest! {
    #[test]
    fn the_next_poll_is_between_half_an_interval_and_the_longest_wait(
        second in 0_i64..10_000_000,
        every in 1_u64..200_000,
        phase in 0.0_f64..1.0,
        jitter in 0.0_f64..1.0,
        failures in 0_u32..100,
    ) {
        let every = Duration::from_secs(every);
        let rhythm = Rhythm { every, max_interval: Duration::from_hours(24), phase };
        let wish = if failures == 0 { CALM } else { PollWish::Failed { failures, retry_at: None } };
        let (due, _) = next_poll(at(second), rhythm, wish, jitter);
        let wait = elapsed(at(second), due);
        prop_assert!(wait >= every / 2);
        prop_assert!(wait <= every.mul_f64(1.5).max(MAX_BACK_OFF) + MAX_POLL_JITTER + Duration::from_millis(2));
    }
}
