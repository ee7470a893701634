//! What an answer means for everything else that is asked of its origin.
//!
//! Retry-After with 429, 503 or 403 is obeyed for the whole origin, up to a day. A server that says
//! 429 without it, or 403 twice in a row, is left alone for a pause that grows. Who says 429 counts
//! requests, and mostly for all his hosts: all of the registrable domain wait. A 403 or 503 is one
//! host's own.
//!
//! Where a redirect led to another host, that host's answer pauses the feed that was led there, and
//! nothing else: neither the feed's own origin, which said nothing of the kind, nor the other host,
//! whose feeds may be well. A redirect is a stranger's choice, and no stranger may silence another
//! publisher by leading us to a page that is refused.

use std::time::Duration;

use jiff::Timestamp;

use super::answer::Failure;
use crate::{model::time, schedule::MAX_BACK_OFF, store::OriginPause};

/// The pause after the first refusal that names none; doubled with each one more.
const FIRST_PAUSE: Duration = Duration::from_mins(5);

/// A pause that nobody asked for is no longer: one feed that is refused must not blind the others
/// of its origin.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// How long the origin is left alone after a visit that failed, or one that did not, where it had
/// refused so many before.
pub(super) fn pause(
    gap: Duration,
    refusals: u32,
    failure: Option<&Failure>,
    now: Timestamp,
) -> OriginPause {
    let pause = match failure {
        None => OriginPause::default(),
        Some(failure) if failure.elsewhere => OriginPause {
            refusals,
            ..OriginPause::default()
        },
        Some(failure) => pause_here(refusals, failure, now),
    };
    OriginPause { gap, ..pause }
}

/// When a feed that failed may be asked again by the server's answer. What pauses an origin keeps the
/// feed that was led to another host from it as long; its own failures in a row are the refusals.
pub(super) fn retry_at(failures: u32, failure: &Failure, now: Timestamp) -> Option<Timestamp> {
    let paused = failure
        .elsewhere
        .then(|| pause_here(failures, failure, now).until);
    paused.flatten().or(failure.retry_at)
}

fn pause_here(refusals: u32, failure: &Failure, now: Timestamp) -> OriginPause {
    let refusals = match failure.status {
        Some(403 | 429) => refusals.saturating_add(1),
        _ => refusals,
    };
    let longest = time::add(now, MAX_BACK_OFF);
    let asked = failure.retry_at.map(|at| at.min(longest));
    let until = match failure.status {
        Some(429) => asked.or_else(|| Some(time::add(now, length(refusals)))),
        // The first may be this feed's alone.
        Some(403) if refusals > 1 => asked.or_else(|| Some(time::add(now, length(refusals - 1)))),
        Some(403 | 503) => asked,
        _ => None,
    };
    OriginPause {
        gap: Duration::ZERO,
        until,
        whole_domain: failure.status == Some(429),
        refusals,
        unreachable: failure.unreachable,
    }
}

fn length(refusals: u32) -> Duration {
    let doublings = refusals.saturating_sub(1).min(10);
    FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T07:00:00Z".parse().expect("a time")
    }

    fn failure(status: Option<u16>, retry_after: Option<Duration>) -> Failure {
        Failure {
            reason: "status",
            message: String::new(),
            status,
            retry_at: retry_after.map(|wait| time::add(now(), wait)),
            gone: false,
            unreachable: status.is_none(),
            elsewhere: false,
        }
    }

    fn after(refusals: u32, failure: &Failure) -> OriginPause {
        pause(Duration::ZERO, refusals, Some(failure), now())
    }

    /// Refusals after it, and the minutes of the pause.
    fn paused(refusals: u32, status: u16, retry_after: Option<Duration>) -> (u32, Option<u64>) {
        let failure = failure(Some(status), retry_after);
        let pause = after(refusals, &failure);
        let wait = |until| time::elapsed(now(), until).as_secs() / 60;
        (pause.refusals, pause.until.map(wait))
    }

    #[test]
    fn retry_after_is_obeyed_on_429_503_and_403_up_to_a_day() {
        let hour = Some(Duration::from_hours(1));
        for (status, refusals) in [(429, 1), (503, 0), (403, 1)] {
            assert_eq!(paused(0, status, hour), (refusals, Some(60)), "{status}");
            let week = Some(Duration::from_hours(24 * 7));
            assert_eq!(paused(0, status, week).1, Some(24 * 60), "{status}");
            let day = Some(MAX_BACK_OFF);
            assert_eq!(paused(0, status, day).1, Some(24 * 60), "{status}");
            let now = Some(Duration::ZERO);
            assert_eq!(paused(7, status, now).1, Some(0), "{status}");
        }
    }

    #[test]
    fn a_429_without_retry_after_pauses_for_a_time_that_grows_to_an_hour() {
        let minutes: Vec<_> = (0..6).map(|before| paused(before, 429, None).1).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 60, 60].map(Some));
        assert_eq!(paused(u32::MAX, 429, None), (u32::MAX, Some(60)));
    }

    #[test]
    fn the_second_403_in_a_row_counts_as_a_429() {
        assert_eq!(paused(0, 403, None), (1, None));
        assert_eq!(paused(1, 403, None), (2, Some(5)));
        assert_eq!(paused(2, 403, None), (3, Some(10)));
    }

    #[test]
    fn only_a_429_pauses_the_domain() {
        let whole = |status| {
            let failure = failure(Some(status), Some(Duration::from_hours(1)));
            after(3, &failure).whole_domain
        };
        assert_eq!([429, 503, 403].map(whole), [true, false, false]);
    }

    #[test]
    fn other_failures_pause_nothing_and_break_no_row() {
        let hour = Some(Duration::from_hours(1));
        for status in [404, 407, 410, 500, 502, 200] {
            assert_eq!(paused(4, status, hour), (4, None), "{status}");
        }
        let mute = failure(None, None);
        let pause = after(4, &mute);
        assert_eq!((pause.refusals, pause.until), (4, None));
        assert!(pause.unreachable);
    }

    #[test]
    fn what_another_host_says_pauses_no_origin_but_the_feed() {
        let of_feed = |failures, status, retry_after| {
            let mut failure = failure(Some(status), retry_after);
            failure.elsewhere = true;
            let pause = after(4, &failure);
            assert_eq!((pause.refusals, pause.until), (4, None), "{status}");
            assert!(!pause.whole_domain);
            let until = retry_at(failures, &failure, now())?;
            Some(time::elapsed(now(), until).as_secs() / 60)
        };
        let hour = Some(Duration::from_hours(1));
        assert_eq!(of_feed(0, 429, None), Some(5));
        assert_eq!(of_feed(2, 429, None), Some(20));
        assert_eq!(of_feed(0, 429, hour), Some(60));
        let week = Some(Duration::from_hours(24 * 7));
        assert_eq!(of_feed(0, 429, week), Some(24 * 60));
        assert_eq!(of_feed(0, 503, hour), Some(60));
        assert_eq!(of_feed(0, 403, None), None);
        assert_eq!(of_feed(1, 403, None), Some(5));
        assert_eq!(of_feed(0, 500, hour), Some(60));
        assert_eq!(of_feed(0, 404, None), None);
    }

    #[test]
    fn at_home_the_origins_pause_is_not_the_feeds() {
        let refused = failure(Some(429), None);
        assert_eq!(retry_at(3, &refused, now()), None);
        let asked = failure(Some(500), Some(Duration::from_hours(1)));
        assert_eq!(retry_at(3, &asked, now()), asked.retry_at);
    }

    #[test]
    fn a_good_answer_ends_the_row() {
        let gap = Duration::from_secs(1);
        let pause = pause(gap, 4, None, now());
        let none = OriginPause {
            gap,
            ..OriginPause::default()
        };
        assert_eq!(pause, none);
    }
}
