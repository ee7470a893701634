//! Feeds that read well and bring nothing: nothing new for too long, or no items at all.

use std::time::Duration;

use jiff::Timestamp;

use super::decision::{HealthDecision, OriginContext};
use crate::{
    http::bare_url,
    model::time,
    model::{Event, Feed, FeedEmpty, FeedRecovered, FeedSilent, HealthIssue, Silent},
    poll::{answer::Answer, poller::HealthRules},
    schedule::{self, SHORTEST_SILENCE},
    store::{Empty, FeedState, Silence},
};

/// So many polls in a row find no items before receivers are notified ...
const EMPTY_POLLS: u32 = 3;

/// ... and over more than this: a publisher that rebuilds its site shows an empty feed meanwhile.
const EMPTY_FOR: Duration = Duration::from_hours(1);

/// Whether there is an item that was not seen before.
pub(super) fn brings_news(answer: &Answer) -> bool {
    match answer {
        Answer::Read(reading) => reading.identified.judgement.news().any(|new| new),
        _ => false,
    }
}

impl HealthRules {
    /// Since when a feed is silent whose rhythm is not yet known to say how long it may be. Asked
    /// once a silence, and of none that is short, so a busy feed never costs a look at its items.
    pub(super) fn silence_to_judge(
        &self,
        feed: &Feed,
        state: &FeedState,
        answer: &Answer,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let news_at = state.learned.pace.news_at()?;
        let is_judged = |silence: Silence| silence.news_at == news_at;
        let asks = self.silence_of(feed) == Silent::Auto
            && !state.health.is_silent
            && !state.health.silence.is_some_and(is_judged)
            && time::elapsed(news_at, now) >= SHORTEST_SILENCE;
        let is_silent = answer.failure().is_none() && !brings_news(answer);
        (asks && is_silent).then_some(news_at)
    }

    /// Whether a feed has been silent for too long, or brings something new again.
    pub(super) fn silent(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        state: &FeedState,
        is_news: bool,
        context: &OriginContext,
        now: Timestamp,
    ) {
        let Some(news_at) = state.learned.pace.news_at() else {
            return;
        };
        if is_news {
            decision.health.silence = None;
            decision.health.is_silent = false;
            self.recovered_from(decision, feed, state, HealthIssue::Silent, Some(news_at));
            return;
        }
        if let Some(arrivals) = &context.arrivals {
            decision.health.silence = Some(Silence {
                news_at,
                surprising_at: schedule::surprising_at(arrivals, news_at),
            });
        }
        let judged = decision.health.silence;
        let judged = judged.filter(|silence| silence.news_at == news_at);
        let (expected_by, learned) = match self.silence_of(feed) {
            Silent::Auto => (judged.and_then(|silence| silence.surprising_at), true),
            Silent::After(length) => (Some(time::add(news_at, length)), false),
            Silent::Never => (None, false),
        };
        let Some(expected_by) = expected_by.filter(|at| *at <= now) else {
            return;
        };
        decision.health.is_silent = true;
        let event = Event::FeedSilent(FeedSilent {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            last_news: news_at,
            expected_by,
            learned,
        });
        decision.find(HealthIssue::Silent, event, &self.notify);
    }

    /// Whether a feed that had items has had none for too long, or has some again.
    pub(super) fn empty(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        state: &FeedState,
        answer: &Answer,
        now: Timestamp,
    ) {
        let before = decision.health.empty.take();
        let is_empty = match answer {
            Answer::Read(reading) => reading.parsed.items.is_empty(),
            _ => before.is_some(),
        };
        if !is_empty {
            let since = before.map(|empty| empty.since);
            self.recovered_from(decision, feed, state, HealthIssue::Empty, since);
            return;
        }
        if before.is_none() && state.items_total == 0 {
            return;
        }
        let mut empty = before.unwrap_or(Empty {
            since: now,
            polls: 0,
            is_lasting: false,
        });
        empty.polls = empty.polls.saturating_add(1);
        let is_long = empty.polls >= EMPTY_POLLS && time::elapsed(empty.since, now) > EMPTY_FOR;
        if is_long && self.silence_of(feed) != Silent::Never {
            empty.is_lasting = true;
            let event = Event::FeedEmpty(FeedEmpty {
                feed: feed.name.clone(),
                url: bare_url(&feed.url),
                since: empty.since,
                polls: empty.polls,
            });
            decision.find(HealthIssue::Empty, event, &self.notify);
        }
        decision.health.empty = Some(empty);
    }

    fn recovered_from(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        state: &FeedState,
        was: HealthIssue,
        since: Option<Timestamp>,
    ) {
        if !state.notified.of(was).is_to_end() {
            return;
        }
        let event = Event::FeedRecovered(FeedRecovered {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            was,
            since,
            last_success: state.last_success,
            failures: 0,
            also: Vec::new(),
            still: Vec::new(),
            removed: false,
        });
        decision.find_over(was, event, &self.notify);
    }

    fn silence_of(&self, feed: &Feed) -> Silent {
        feed.silent.unwrap_or(self.silent)
    }
}
