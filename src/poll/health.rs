//! The monitor's own blindness: what a poll says of a feed's health.
//!
//! A poll finds what is so, and makes the notices that would say it. Whether they are sent the store
//! decides in the commit, by the notification log.

pub(super) mod outage;
mod quiet;
mod rebased;

use std::time::Duration;

use jiff::Timestamp;

use self::quiet::brings_news;
use super::{failure::Failure, visit::Answer};
use crate::{
    http::bare_url,
    model::time,
    model::{
        Event, Feed, FeedFailing, FeedId, FeedItemsMissed, FeedRecovered, HealthIssue, Silent,
        to_second,
    },
    schedule::RHYTHM,
    store::{
        Continuity, FeedState, Finding, Health, Neighbour, NewDelivery, Notification, OutageChange,
        PollClaim, Recovery, Store, StoreError,
    },
};

/// So many failed polls in a row are no blip: the feed is named in the notice about another.
const NO_BLIP: u32 = 2;

/// So long a feed that has recovered waits for the others of its origin, for one notice.
const RECOVERY_WAITS: Duration = Duration::from_hours(1);

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

/// What a feed's health needs to know beside its own state.
#[derive(Debug, Default)]
pub(super) struct OriginContext {
    /// The other feeds of the origin that fail or of which receivers know that they do; empty where
    /// there is no notice to make.
    neighbours: Vec<Neighbour>,
    /// The polls that brought something new in the weeks before a silence; `None` where nothing is
    /// to be learned.
    arrivals: Option<Vec<Timestamp>>,
    /// Whether the feed has failed for long enough, or for good, and not for want of a network, and
    /// receivers do not know it yet.
    is_failing: bool,
    /// What has changed of our own network.
    outage: Option<OutageChange>,
}

impl OriginContext {
    pub(super) const fn outage(&self) -> Option<&OutageChange> {
        self.outage.as_ref()
    }

    /// Those of the other feeds that a notice names too, by row and by name.
    fn others(&self, is_named: impl Fn(&Neighbour) -> bool) -> (Vec<FeedId>, Vec<String>) {
        let named = self.neighbours.iter().filter(|other| is_named(other));
        named.map(|other| (other.id, other.name.clone())).unzip()
    }
}

/// What a poll comes to for the feed's health.
#[derive(Debug)]
pub(super) struct HealthDecision {
    pub(super) health: Health,
    /// To be sent as far as receivers do not know it.
    pub(super) findings: Vec<Finding>,
    /// To be sent.
    pub(super) notices: Vec<NewDelivery>,
}

impl HealthDecision {
    /// This is so.
    fn find(&mut self, issue: HealthIssue, notices: Vec<NewDelivery>) {
        self.findings.push(Finding {
            issue,
            is_over: false,
            notices,
            also: Vec::new(),
        });
    }

    /// This is over, if it was so.
    fn find_over(&mut self, issue: HealthIssue, notices: Vec<NewDelivery>, also: Vec<FeedId>) {
        self.findings.push(Finding {
            issue,
            is_over: true,
            notices,
            also,
        });
    }
}

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
            None => state.notified.failing != Notification::None,
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
                let renamed = reading.recognised.judgement.renamed;
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
        let is_known = state.notified.failing == Notification::Sent;
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
        let (also, names) = context.others(fails_too);
        let event = Event::FeedFailing(FeedFailing {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            reason: failure.reason.to_owned(),
            error: failure.message.clone(),
            last_success: state.last_success,
            failures: state.failures.saturating_add(1),
            next_try: (!failure.gone).then(|| to_second(next_try)),
            also: names,
        });
        decision.findings.push(Finding {
            issue: HealthIssue::Failing,
            is_over: false,
            notices: self.notices(&event),
            also,
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
        // Where another feed's notice has named it, nothing is left to say.
        let begun = decision.health.recovery.take();
        if state.notified.failing == Notification::None {
            return;
        }
        let recovery = begun.unwrap_or(Recovery {
            at: now,
            since: state.failing_since,
            last_success: state.last_success,
            failures: state.failures,
        });
        let others = context.neighbours.iter();
        let still = others.filter(|other| other.is_notified && other.failures > 0);
        let still: Vec<String> = still.map(|other| other.name.clone()).collect();
        if !still.is_empty() && time::elapsed(recovery.at, now) < RECOVERY_WAITS {
            decision.health.recovery = Some(recovery);
            return;
        }
        let (also, names) = context.others(|other| other.is_notified && other.failures == 0);
        let event = Event::FeedRecovered(FeedRecovered {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            was: HealthIssue::Failing,
            since: recovery.since,
            last_success: recovery.last_success,
            failures: recovery.failures,
            also: names,
            still,
            removed: false,
        });
        decision.find_over(HealthIssue::Failing, self.notices(&event), also);
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
        let since = match &state.continuity.fill {
            Some(fill) => Some(fill.since),
            None => state.last_success,
        };
        // An archive's page is read after the feed itself was.
        let failed = state.failures > 0 || state.continuity.fill.is_some();
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
const fn fails_too(other: &Neighbour) -> bool {
    !other.is_notified && other.failures >= NO_BLIP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blip_is_not_named_beside_another_feed_nor_is_what_receivers_know() {
        let other = |failures, is_notified| Neighbour {
            id: FeedId(2),
            name: "wire".to_owned(),
            failures,
            is_notified,
        };
        assert!(!fails_too(&other(1, false)));
        assert!(fails_too(&other(2, false)));
        assert!(!fails_too(&other(2, true)));
    }
}
