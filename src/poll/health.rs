//! The monitor's own blindness: what a poll says of a feed's health.
//!
//! A poll finds what is so, and makes the notices that would say it. Whether they are sent the store
//! decides in the commit, by the notification log.

mod decision;
pub(super) mod outage;
mod quiet;

use std::time::Duration;

use jiff::Timestamp;

use self::quiet::brings_news;
use super::{
    answer::{Answer, Failure},
    poller::HealthRules,
};
use crate::{
    http::bare_url,
    model::time,
    model::{
        Event, Feed, FeedFailing, FeedItemsMissed, FeedRebased, FeedRecovered, HealthIssue,
        to_second,
    },
    schedule::RHYTHM,
    store::{
        Continuity, FeedState, Finding, Neighbour, NewDelivery, PollClaim, Recovery, Store,
        StoreError,
    },
};

pub(super) use decision::{HealthDecision, OriginContext};

/// So many failed polls in a row are no blip: the feed is named in the notice about another.
const NO_BLIP: u32 = 2;

/// So long a feed that has recovered waits for the others of its origin, for one notice.
const RECOVERY_WAITS: Duration = Duration::from_hours(1);

/// Of a feed that renames its items at every visit receivers are notified again only after this.
const REBASED_AGAIN_AFTER: Duration = Duration::from_hours(30 * 24);

impl HealthRules {
    /// Asks for what a notice would have to name, where one is due.
    pub(super) async fn look(
        &self,
        store: &Store,
        feed: &Feed,
        claim: &PollClaim,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<OriginContext, StoreError> {
        let state = &claim.feed;
        let mut context = OriginContext::default();
        self.look_around(&mut context, store, claim, answer, now)
            .await?;
        let names_others = match answer.failure() {
            Some(_) => context.is_failing,
            None => state.notified.failing.is_to_end(),
        };
        if names_others {
            context.neighbours = store.neighbours(claim.origin, state.id, now).await?;
        }
        if let Some(news_at) = self.silence_to_judge(feed, state, answer, now) {
            let since = news_at.saturating_sub(RHYTHM).unwrap_or(Timestamp::MIN);
            context.arrivals = Some(store.arrivals(state.id, since).await?);
        }
        Ok(context)
    }

    /// What this answer says of the feed's health. `next_try` is when it is polled again. Pure.
    pub(super) fn check(
        &self,
        feed: &Feed,
        state: &FeedState,
        answer: &Answer,
        context: &OriginContext,
        [now, next_try]: [Timestamp; 2],
    ) -> HealthDecision {
        let mut decision = HealthDecision {
            health: state.health,
            findings: Vec::new(),
            notices: Vec::new(),
        };
        match answer {
            Answer::Failed(failure) => {
                self.failing(&mut decision, feed, state, failure, context, next_try);
                return decision;
            }
            Answer::Read(reading) => {
                let renamed = reading.identified.judgement.renamed;
                self.rebased(&mut decision, feed, renamed, now);
            }
            Answer::Unchanged { .. } => {}
        }
        self.recovered(&mut decision, feed, state, context, now);
        self.empty(&mut decision, feed, state, answer, now);
        let is_news = brings_news(answer);
        self.silent(&mut decision, feed, state, is_news, context, now);
        decision
    }

    /// Whether the feed has failed for long enough, or for good, and receivers do not know it yet: then
    /// it is worth a look at the other origins. The commit decides.
    fn is_due_failing(&self, state: &FeedState, failure: &Failure, now: Timestamp) -> bool {
        let failing_for = state.failing_since.map(|since| time::elapsed(since, now));
        let too_long = failing_for.is_some_and(|length| length >= self.failing_after);
        let is_known = state.notified.failing.is_known_to(&self.notify);
        !is_known && (too_long || failure.gone)
    }

    /// One notice names all feeds of the origin that fail, except by a blip.
    fn failing(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        state: &FeedState,
        failure: &Failure,
        context: &OriginContext,
        next_try: Timestamp,
    ) {
        decision.health.recovery = None;
        if !context.is_failing {
            return;
        }
        let (also, names) = context.others(|other| fails_too(other, &self.notify));
        let event = Event::FeedFailing(FeedFailing {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            reason: failure.reason.to_owned(),
            error: failure.message.clone(),
            last_success: state.last_success,
            failures: state.failures_after(),
            next_try: (!failure.gone).then(|| to_second(next_try)),
            also: names,
        });
        decision.findings.push(Finding {
            issue: HealthIssue::Failing,
            is_over: false,
            event,
            receivers: self.notify.clone(),
            also,
            still: Vec::new(),
        });
    }

    /// One notice names all feeds of the origin that have recovered from failures that receivers know:
    /// when the last of them has, or after [`RECOVERY_WAITS`], so that one that stays dead holds up no
    /// other.
    fn recovered(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        state: &FeedState,
        context: &OriginContext,
        now: Timestamp,
    ) {
        let begun = decision.health.recovery.take();
        let log = &state.notified.failing;
        if !log.is_to_end() {
            // Where another feed's notice has named it, nothing is left to say; where a mute
            // suppresses that, it may have to be said anew.
            decision.health.recovery = begun.filter(|_| !log.is_empty());
            return;
        }
        let recovery = begun.unwrap_or(Recovery {
            at: now,
            since: state.failing_since,
            last_success: state.last_success,
            failures: state.failures,
        });
        // The commit decides for whom it is said now, and the next poll forgets it.
        decision.health.recovery = Some(recovery);
        let (still, still_names) =
            context.others(|other| other.log.is_open() && other.failures > 0);
        if !still.is_empty() && time::elapsed(recovery.at, now) < RECOVERY_WAITS {
            return;
        }
        let (also, names) = context.others(|other| other.log.is_open() && other.failures == 0);
        let event = Event::FeedRecovered(FeedRecovered {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            was: HealthIssue::Failing,
            since: recovery.since,
            last_success: recovery.last_success,
            failures: recovery.failures,
            also: names,
            still: still_names,
            removed: false,
        });
        decision.findings.push(Finding {
            issue: HealthIssue::Failing,
            is_over: true,
            event,
            receivers: self.notify.clone(),
            also,
            still,
        });
    }

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

    /// A notice where items may have been missed, unless the last one still holds. What came and went
    /// while our own network failed, the notice of its end says for all feeds.
    pub(super) fn items_missed(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        after: &Continuity,
        archive_error: Option<String>,
    ) -> Vec<NewDelivery> {
        let state = &claim.feed;
        let since = match &state.continuity.backfill {
            Some(backfill) => Some(backfill.since),
            None => state.last_success,
        };
        // An archive's page is read after the feed itself was.
        let failed = state.failures > 0 || state.continuity.backfill.is_some();
        let is_outages = failed && (claim.outage || since < claim.outage_until);
        if state.continuity.in_gap || !after.in_gap || is_outages {
            return Vec::new();
        }
        self.notices(&Event::FeedItemsMissed(FeedItemsMissed {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            since,
            archive_error,
        }))
    }

    fn notices(&self, event: &Event) -> Vec<NewDelivery> {
        NewDelivery::to_each(&self.notify, event)
    }
}

/// Whether a feed is named in the notice that another of its origin fails.
fn fails_too(other: &Neighbour, receivers: &[String]) -> bool {
    other.failures >= NO_BLIP && !other.log.is_known_to(receivers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::FeedId, store::IssueLog};

    #[test]
    fn a_blip_is_not_named_beside_another_feed_nor_is_what_receivers_know() {
        let receivers = ["desk", "phone"].map(str::to_owned);
        for (failures, notified, is_named) in [
            (1, &[][..], false),
            (2, &[], true),
            (2, &["desk"], true),
            (2, &["desk", "phone"], false),
        ] {
            let other = Neighbour {
                id: FeedId(2),
                name: "wire".to_owned(),
                failures,
                log: IssueLog::sent_to(notified),
            };
            assert_eq!(fails_too(&other, &receivers), is_named, "{notified:?}");
        }
    }
}
