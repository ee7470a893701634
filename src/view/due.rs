//! Why a feed is due when it is: what every rule says, by the plan that the poll itself made.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::when;
use crate::{
    model::Feed,
    schedule::{self, Candidate, DueReason, HintText, LastPoll, Plan, Rhythm},
    store::FeedStatus,
};

/// A feed's plan, worked out again from what its last poll has left in the store.
pub(crate) struct DueReasons<'a> {
    feed: &'a FeedStatus,
    plan: Plan,
    /// Whether its failures do not count, as while our own network fails.
    is_spared: bool,
}

/// What one rule says.
#[derive(Debug, Serialize)]
pub(crate) struct RuleView {
    pub(crate) rule: &'static str,
    pub(crate) at: Timestamp,
    /// Whether it counts at all: a hint may not be respected.
    pub(crate) counts: bool,
    pub(crate) won: bool,
    pub(crate) because: String,
}

/// When a feed is polled next, and the rule that set it: its own due time, or the pause of its
/// origin where that is later.
pub(crate) fn next(feed: &FeedStatus) -> (Timestamp, &str) {
    if feed.pause_ends_at > feed.due {
        (feed.pause_ends_at, DueReason::Pause.as_str())
    } else {
        (feed.due, &feed.due_reason)
    }
}

/// The store keeps milliseconds.
fn is_same(planned: Timestamp, kept: Timestamp) -> bool {
    planned.as_millisecond().abs_diff(kept.as_millisecond()) <= 1
}

impl<'a> DueReasons<'a> {
    /// `None` before a feed's first poll, and for one that is gone. `configured` is the same feed in
    /// the config. A pause that is over by `now` is no rule.
    pub(crate) fn of(
        feed: &'a FeedStatus,
        configured: &Feed,
        longest: Duration,
        now: Timestamp,
    ) -> Option<Self> {
        if feed.gone {
            return None;
        }
        let at = feed.polled_at?;
        let rhythm = Rhythm::of(configured, longest, at);
        let plan_after = |failures| {
            let learned = feed.learned;
            let last = LastPoll {
                at,
                failures,
                learned,
            };
            schedule::plan(&last, &rhythm)
        };
        let mut plan = plan_after(feed.failures);
        // What the poll knew of the network is not kept; the due time it came to is.
        let spared = plan_after(feed.failures.min(1));
        let is_spared = plan.due_at != spared.due_at && is_same(spared.due_at, feed.due);
        if is_spared {
            plan = spared;
        }
        if feed.pause_ends_at > now {
            plan = plan.paused_until(feed.pause_ends_at);
        }
        Some(Self {
            feed,
            plan,
            is_spared,
        })
    }

    /// One for each rule.
    pub(crate) fn rules(&self) -> Vec<RuleView> {
        let (_, winner) = next(self.feed);
        let line = |rule: &Candidate| RuleView {
            rule: rule.reason.as_str(),
            at: rule.at,
            counts: rule.counts,
            won: rule.counts && rule.reason.as_str() == winner,
            because: self.because(rule),
        };
        self.plan.candidates.iter().map(line).collect()
    }

    /// The rule's ground, in words.
    fn because(&self, rule: &Candidate) -> String {
        let learned = &self.feed.learned;
        let every = when::exact(self.plan.interval);
        let mut words = match rule.reason {
            DueReason::Interval => format!("every {every}, at this feed's place within it"),
            DueReason::Adaptive => self.pace(&every),
            DueReason::Missed => format!("every {every}, since items came and went unseen"),
            DueReason::Hint(hint) => HintText(&learned.hints, hint).to_string(),
            DueReason::RetryAfter => "the server asked to wait".to_owned(),
            DueReason::BackOff if self.is_spared => {
                "as after one failure, since our own network failed".to_owned()
            }
            DueReason::BackOff => format!("failures in a row: {}", self.feed.failures),
            DueReason::Pause => {
                "the pause between requests to its host lasts until then".to_owned()
            }
        };
        match rule.reason {
            DueReason::Hint(hint) if learned.hints.is_unasked(hint) => {
                words.push_str("; its software writes that unasked, so it does not count");
            }
            _ if !rule.counts => words.push_str("; not respected"),
            _ => {}
        }
        words
    }

    fn pace(&self, every: &str) -> String {
        let polled_at = self.feed.polled_at.unwrap_or(self.feed.due);
        match self.feed.learned.pace.gap(polled_at) {
            Some(gap) if !gap.is_zero() => format!(
                "every {every}, as a new item comes every {}",
                when::exact(gap)
            ),
            _ => format!("every {every}, until its rhythm is known"),
        }
    }
}
