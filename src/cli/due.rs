//! Why a feed is due when it is: what every rule says, by the plan that the poll itself made.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{terminal::wrap, when};
use crate::{
    config::Config,
    schedule::{self, Candidate, DueReason, HintText, LastPoll, Plan, Rhythm},
    store::FeedStatus,
};

/// A feed's plan, worked out again from what its last poll has left in the store.
pub(super) struct DueReasons<'a> {
    feed: &'a FeedStatus,
    plan: Plan,
    /// Whether its failures do not count, as while our own network fails.
    is_spared: bool,
}

/// What one rule says, as JSON.
#[derive(Serialize)]
pub(super) struct RuleLine {
    rule: &'static str,
    at: Timestamp,
    /// Whether it counts at all: a hint may not be respected.
    counts: bool,
    won: bool,
    because: String,
}

/// When a feed is polled next, and the rule that set it: its own due time, or the pause of its
/// origin where that is later.
pub(super) fn next(feed: &FeedStatus) -> (Timestamp, &str) {
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
    /// `None` before a feed's first poll, for one that is gone, and where this config does not name
    /// it. A pause that is over by `now` is no rule.
    pub(super) fn of(feed: &'a FeedStatus, config: &Config, now: Timestamp) -> Option<Self> {
        if feed.gone {
            return None;
        }
        let configured = config.feeds.iter().find(|it| it.name == feed.name)?;
        let at = feed.polled_at?;
        let rhythm = Rhythm::of(configured, config.poll.max_interval, at);
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
    pub(super) fn rules(&self) -> Vec<RuleLine> {
        let (_, winner) = next(self.feed);
        let line = |rule: &Candidate| RuleLine {
            rule: rule.reason.as_str(),
            at: rule.at,
            counts: rule.counts,
            won: rule.counts && rule.reason.as_str() == winner,
            because: self.because(rule),
        };
        self.plan.candidates.iter().map(line).collect()
    }

    /// What each rule says, the one that won marked, in lines of at most so many columns.
    pub(super) fn lines(
        &self,
        now: Timestamp,
        zone: &TimeZone,
        columns: Option<usize>,
    ) -> Vec<String> {
        let of_rule = |rule: RuleLine| {
            let mark = if rule.won { '>' } else { ' ' };
            let (at, relative) = (when::at(rule.at, zone), when::relative(rule.at, now));
            let text = format!("{at}, {relative}: {}", rule.because);
            let mut label = format!("{mark} {:<13} ", rule.rule);
            let room = columns.map(|columns| columns.saturating_sub(label.len()));
            let lines = wrap(&text, room).into_iter().map(move |line| {
                let line = format!("{label}{line}");
                label = " ".repeat(label.len());
                line
            });
            lines.collect::<Vec<String>>()
        };
        self.rules().into_iter().flat_map(of_rule).collect()
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
            DueReason::Pause => "its host is not asked before".to_owned(),
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
