//! This machine's clock, by the Date of the answers that its feeds came with.
//!
//! One host's clock may be wrong itself; the middle of several seldom is.

use std::{collections::BTreeMap, ops::RangeInclusive};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{Fault, Verdict};
use crate::model::Origin;

/// Less does no harm: certificates, dates and quiet hours do not turn on it.
const TOLERATED: SignedDuration = SignedDuration::from_mins(2);

/// How far this machine's clock is ahead of a host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ahead {
    host: String,
    /// Negative where it is behind.
    by: SignedDuration,
}

impl Ahead {
    /// Of a host that gave this date to an answer of that time.
    pub(super) fn of(url: &Url, date: Timestamp, within: &RangeInclusive<Timestamp>) -> Self {
        let nearest = date.clamp(*within.start(), *within.end());
        Self {
            host: Origin::of(url).host,
            by: nearest.duration_since(date),
        }
    }
}

/// What the hosts have said so far.
#[derive(Debug, Default)]
pub(super) struct Clocks(BTreeMap<String, SignedDuration>);

impl Clocks {
    pub(super) fn note(&mut self, verdict: &Verdict) {
        if let Verdict::Feed(facts) = verdict
            && let Some(Ahead { host, by }) = &facts.clock
        {
            self.0.insert(host.clone(), *by);
        }
    }

    /// `None` where nobody has said what time it is.
    pub(super) fn verdict(self) -> Option<Verdict> {
        let mut all: Vec<SignedDuration> = self.0.into_values().collect();
        all.sort_unstable();
        let middle = [all.len().checked_sub(1)? / 2, all.len() / 2];
        // Of an even number the milder one.
        let ahead = middle
            .map(|at| all[at])
            .into_iter()
            .min_by_key(|by| by.abs())?;
        let hosts = match all.len() {
            1 => "the one host that says what time it is".to_owned(),
            count => format!("{count} hosts"),
        };
        if ahead.abs() <= TOLERATED {
            return Some(Verdict::Reached(format!("right by {hosts}")));
        }
        let side = if ahead.is_negative() {
            "behind"
        } else {
            "ahead of"
        };
        let off = SignedDuration::from_secs(ahead.abs().as_secs());
        let words = format!("this machine is {off:#} {side} {hosts}");
        if all.len() == 1 {
            return Some(Verdict::Reached(format!(
                "{words}; one of the two is wrong"
            )));
        }
        let help = "help: let the system keep the time, as systemd-timesyncd and chrony do; \
                    certificates, dates and quiet hours depend on it";
        Some(Verdict::Failed(Fault::new(
            "clock",
            format!("{words}; {help}"),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn words(seconds: &[i64]) -> Option<String> {
        let hosts = seconds.iter().enumerate();
        let clocks = hosts.map(|(host, by)| (host.to_string(), SignedDuration::from_secs(*by)));
        Clocks(clocks.collect())
            .verdict()
            .map(|verdict| match verdict {
                Verdict::Reached(how) => format!("ok {how}"),
                Verdict::Failed(fault) => fault.message,
                other => format!("{other:?}"),
            })
    }

    #[test]
    fn a_slow_answer_says_nothing_of_the_clock() {
        let url = Url::parse("https://news.example/feed").expect("a URL");
        for (date, by) in [(99, 1), (100, 0), (130, 0), (160, 0), (200, -40)] {
            let ahead = Ahead::of(&url, at(date), &(at(100)..=at(160)));
            assert_eq!(ahead.by, SignedDuration::from_secs(by), "{date}");
        }
    }

    #[test]
    fn the_middle_of_the_hosts_judges_and_one_alone_does_not() {
        assert_eq!(words(&[]), None);
        for (seconds, expected) in [
            (
                &[0][..],
                "ok right by the one host that says what time it is",
            ),
            (&[3, -120, 120], "ok right by 3 hosts"),
            (&[0, 86_400, 1], "ok right by 3 hosts"),
            (&[0, 86_400], "ok right by 2 hosts"),
            (
                &[-7_500],
                "ok this machine is 2h 5m behind the one host that says what time it is; one of the two is wrong",
            ),
        ] {
            assert_eq!(words(seconds).as_deref(), Some(expected), "{seconds:?}");
        }
        for (seconds, expected) in [
            (
                &[7_500, 0, 7_499][..],
                "this machine is 2h 4m 59s ahead of 3 hosts; help: ",
            ),
            (
                &[-121, -121],
                "this machine is 2m 1s behind 2 hosts; help: ",
            ),
        ] {
            let words = words(seconds).expect("a verdict");
            assert!(words.starts_with(expected), "{words}");
        }
    }
}
