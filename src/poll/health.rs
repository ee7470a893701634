//! The monitor's own blindness: when it is told, once per change of state.

use std::time::Duration;

use jiff::Timestamp;

use super::visit::Failure;
use crate::{
    cadence,
    model::{Event, Feed, FeedFailing, FeedItemsMissed, FeedRebased, FeedRecovered},
    store::{Continuity, FeedState, NewDelivery},
};

/// `[health]`: when a feed counts as failing, and who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRules {
    /// Receivers of notices about feeds.
    pub notify: Vec<String>,
    /// How long a feed may fail before it is told.
    pub failing_after: Duration,
}

impl HealthRules {
    /// A notice where the feed has failed for long enough, or for good, and nobody was told yet.
    pub(super) fn failing(
        &self,
        feed: &Feed,
        state: &FeedState,
        failure: &Failure,
        now: Timestamp,
    ) -> Vec<NewDelivery> {
        let failing_for = state
            .failing_since
            .map(|since| cadence::elapsed(since, now));
        let too_long = failing_for.is_some_and(|length| length >= self.failing_after);
        if state.told_failing || !(too_long || failure.gone) {
            return Vec::new();
        }
        self.tell(&Event::FeedFailing(FeedFailing {
            feed: feed.name.clone(),
            url: feed.url.to_string(),
            reason: failure.reason.to_owned(),
            error: failure.message.clone(),
            last_success: state.last_success,
            failures: state.failures.saturating_add(1),
        }))
    }

    /// A notice where a feed that was told failing reads again.
    pub(super) fn recovered(&self, feed: &Feed, state: &FeedState) -> Vec<NewDelivery> {
        if !state.told_failing {
            return Vec::new();
        }
        self.tell(&Event::FeedRecovered(FeedRecovered {
            feed: feed.name.clone(),
            url: feed.url.to_string(),
            last_success: state.last_success,
            failures: state.failures,
        }))
    }

    /// A notice where a feed renamed its items: a new baseline, not a hundred alerts.
    pub(super) fn rebased(&self, feed: &Feed, items: u32) -> Vec<NewDelivery> {
        if items == 0 {
            return Vec::new();
        }
        self.tell(&Event::FeedRebased(FeedRebased {
            feed: feed.name.clone(),
            url: feed.url.to_string(),
            items,
        }))
    }

    /// A notice where items may have been missed, unless the last one still stands.
    pub(super) fn items_missed(
        &self,
        feed: &Feed,
        state: &FeedState,
        after: &Continuity,
        archive_error: Option<String>,
    ) -> Vec<NewDelivery> {
        if state.continuity.told || !after.told {
            return Vec::new();
        }
        self.tell(&Event::FeedItemsMissed(FeedItemsMissed {
            feed: feed.name.clone(),
            url: feed.url.to_string(),
            since: match &state.continuity.fill {
                Some(fill) => Some(fill.since),
                None => state.last_success,
            },
            archive_error,
        }))
    }

    fn tell(&self, event: &Event) -> Vec<NewDelivery> {
        let tell = |receiver: &String| NewDelivery {
            receiver: receiver.clone(),
            event: event.clone(),
        };
        self.notify.iter().map(tell).collect()
    }
}
