//! Whether the service tries long enough to say that a receiver does not take a notice.
//!
//! Three days may have gone by without a try: the machine was off, a policy held it, the receiver was
//! off. The first failures after that, of a machine that has no network yet, say nothing of those days.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::model::time;

/// So long a receiver has to be tried, without a pause, before anything of it is given up.
const LONG_ENOUGH: Duration = Duration::from_hours(1);

/// So many attempts of a delivery have to fail.
const OFTEN_ENOUGH: u32 = 5;

/// Longer than any back-off and any Retry-After that is obeyed: meanwhile nobody tried.
const PAUSE: Duration = Duration::from_hours(2);

/// Since when each receiver is tried.
#[derive(Debug, Default)]
pub struct Trying {
    /// `None` where no service runs: a command makes one round and cannot wait.
    receivers: Mutex<Option<BTreeMap<String, Stretch>>>,
}

/// Attempts with no pause between them.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    since: Timestamp,
    last: Timestamp,
}

impl Trying {
    /// A service runs from now on.
    pub fn begin(&self) {
        let mut receivers = self
            .receivers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        receivers.get_or_insert_default();
    }

    /// Notes an attempt, the one of so many of its delivery that failed if it fails; says whether the
    /// delivery may be given up by it.
    pub(super) fn note(&self, receiver: &str, failures: u32, now: Timestamp) -> bool {
        let mut receivers = self
            .receivers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(receivers) = receivers.as_mut() else {
            return true;
        };
        let new = Stretch {
            since: now,
            last: now,
        };
        let stretch = receivers.entry(receiver.to_owned()).or_insert(new);
        if time::elapsed(stretch.last, now) > PAUSE {
            *stretch = new;
        }
        stretch.last = now;
        let is_long = time::elapsed(stretch.since, now) >= LONG_ENOUGH;
        is_long && failures >= OFTEN_ENOUGH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).expect("in range")
    }

    #[test]
    fn the_service_gives_nothing_up_in_its_first_hour() {
        let trying = Trying::default();
        trying.begin();
        let found = [0, 5, 59, 60].map(|minute| trying.note("desk", 99, at(minute)));
        assert_eq!(found, [false, false, false, true]);
        assert!(!trying.note("phone", 99, at(60)), "each has its own hour");
        trying.begin();
        assert!(trying.note("desk", 99, at(65)), "it runs already");
    }

    #[test]
    fn nor_in_the_hour_after_a_pause_nor_after_a_few_attempts() {
        let trying = Trying::default();
        trying.begin();
        for minute in [0, 60, 120] {
            trying.note("desk", 1, at(minute));
        }
        let found = [1, 4, 5].map(|failures| trying.note("desk", failures, at(120)));
        assert_eq!(found, [false, false, true]);
        let found = [240, 241, 300, 301, 302].map(|minute| trying.note("desk", 9, at(minute)));
        assert_eq!(found, [true; 5], "two hours are no pause");
        let found = [423, 480, 483].map(|minute| trying.note("desk", 9, at(minute)));
        assert_eq!(found, [false, false, true], "more are one");
    }

    #[test]
    fn a_command_goes_by_the_time_alone() {
        let trying = Trying::default();
        assert!(trying.note("desk", 1, at(0)));
    }
}
