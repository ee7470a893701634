//! What the config says about polling.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    matcher::Matcher,
    model::{Feed, OnUpdate, Silent, Watch},
    schedule::Rhythm,
};

/// What the config says about polling.
#[derive(Debug)]
pub struct PollRules {
    /// Every configured feed.
    pub feeds: Vec<Feed>,
    /// Every configured watch, in the order they were compiled.
    pub watches: Vec<Watch>,
    /// The watches, compiled.
    pub matcher: Matcher,
    /// The longest a server's hint is followed.
    pub max_interval: Duration,
    /// The pause between the end of one request to an origin and the next.
    pub gap: Duration,
    /// When the monitor's own blindness is reported, and to which receivers.
    pub health: HealthRules,
}

impl PollRules {
    /// Whether any watch compares an edit with all that its item ever said.
    pub(super) fn needs_earlier(&self) -> bool {
        let is_every = |watch: &Watch| watch.on_update == OnUpdate::Every;
        self.watches.iter().any(is_every)
    }

    /// What a feed's next poll is worked out from, beside its last.
    pub(super) fn rhythm<'a>(&self, feed: &'a Feed, polled_at: Timestamp) -> Rhythm<'a> {
        Rhythm::of(feed, self.max_interval, polled_at)
    }
}

/// `[health]`: when a feed counts as failing, and who is notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRules {
    /// Receivers of notices about feeds.
    pub notify: Vec<String>,
    /// How long a feed may fail before receivers are notified.
    pub failing_after: Duration,
    /// When a feed counts as silent that does not say so itself.
    pub silent: Silent,
}
