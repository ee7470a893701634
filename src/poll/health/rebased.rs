//! A feed that renames its items.

use std::time::Duration;

use jiff::Timestamp;

use super::{HealthDecision, HealthRules};
use crate::{
    http::bare_url,
    model::time,
    model::{Event, Feed, FeedRebased},
};

/// Of a feed that renames its items at every visit receivers are notified again only after this.
const REBASED_AGAIN_AFTER: Duration = Duration::from_hours(30 * 24);

impl HealthRules {
    /// A notice where a feed renamed its items: a new baseline, not a hundred alerts. Of a feed that
    /// does so at every visit there is one a month.
    pub(super) fn rebased(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        items: u32,
        now: Timestamp,
    ) {
        let is_recent = |at| time::elapsed(at, now) < REBASED_AGAIN_AFTER;
        if items == 0 || decision.health.rebased_at.is_some_and(is_recent) {
            return;
        }
        decision.health.rebased_at = Some(now);
        decision
            .notices
            .extend(self.notices(&Event::FeedRebased(FeedRebased {
                feed: feed.name.clone(),
                url: bare_url(&feed.url),
                items,
            })));
    }
}
