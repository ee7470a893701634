//! The monitor's own blindness: when it is told, once per change of state.

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
        Continuity, FeedState, Health, Neighbour, NewDelivery, OutageChange, PollClaim, Recovery,
        Store, StoreError,
    },
};

/// So many failed polls in a row are no blip: the feed is named beside another that is told.
const NO_BLIP: u32 = 2;

/// So long a feed that reads again waits for the others of its origin to be told with it.
const RECOVERY_WAITS: Duration = Duration::from_hours(1);

/// `[health]`: when a feed counts as failing, and who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRules {
    /// Receivers of notices about feeds.
    pub notify: Vec<String>,
    /// How long a feed may fail before it is told.
    pub failing_after: Duration,
    /// When the silence is told of a feed that does not say.
    pub silent: Silent,
}

/// What a feed's health needs to know beside its own state.
#[derive(Debug, Default)]
pub(super) struct OriginContext {
    /// The other feeds of the origin that fail or were told failing; empty where nothing is told.
    neighbours: Vec<Neighbour>,
    /// The polls that brought something new in the weeks before a silence; `None` where nothing is
    /// to be learned.
    arrivals: Option<Vec<Timestamp>>,
    /// Whether the feed has failed for long enough, or for good, and not for want of a network.
    tells_failing: bool,
    /// What is told of our own network.
    outage: Option<OutageChange>,
}

impl OriginContext {
    pub(super) const fn outage(&self) -> Option<&OutageChange> {
        self.outage.as_ref()
    }
}

/// What a poll comes to for the feed's health.
#[derive(Debug)]
pub(super) struct HealthDecision {
    pub(super) notices: Vec<NewDelivery>,
    /// Other feeds that the notices tell of too.
    pub(super) told_with: Vec<FeedId>,
    pub(super) health: Health,
    /// Whether receivers know by now that it fails.
    pub(super) told_failing: bool,
}

impl HealthDecision {
    /// Tells of these others too, and gives their names.
    fn tell_with(
        &mut self,
        context: &OriginContext,
        is_told: impl Fn(&Neighbour) -> bool,
    ) -> Vec<String> {
        let others = context.neighbours.iter();
        let others: Vec<&Neighbour> = others.filter(|other| is_told(other)).collect();
        self.told_with.extend(others.iter().map(|other| other.id));
        others.iter().map(|other| other.name.clone()).collect()
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
        let is_told = match answer.failure() {
            Some(_) => context.tells_failing,
            None => state.told_failing,
        };
        if is_told {
            context.neighbours = store.troubled_neighbours(claim.origin, state.id).await?;
        }
        if let Some(news_at) = self.silence_to_judge(feed, state, answer, now) {
            let since = news_at.saturating_sub(RHYTHM).unwrap_or(Timestamp::MIN);
            context.arrivals = Some(store.arrivals(state.id, since).await?);
        }
        Ok(context)
    }

    /// What this answer says of the feed's health, and what is told of it. `next_try` is when it is
    /// asked again.
    pub(super) fn check(
        &self,
        feed: &Feed,
        state: &FeedState,
        answer: &Answer,
        context: &OriginContext,
        [now, next_try]: [Timestamp; 2],
    ) -> HealthDecision {
        let mut decision = HealthDecision {
            notices: Vec::new(),
            told_with: Vec::new(),
            health: state.health,
            told_failing: state.told_failing,
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

    /// Whether the feed has failed for long enough, or for good, and nobody was told yet.
    fn is_due_failing(&self, state: &FeedState, failure: &Failure, now: Timestamp) -> bool {
        let failing_for = state.failing_since.map(|since| time::elapsed(since, now));
        let too_long = failing_for.is_some_and(|length| length >= self.failing_after);
        !state.told_failing && (too_long || failure.gone)
    }

    /// One notice tells of all feeds of the origin that fail, except by a blip.
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
        if !context.tells_failing {
            return;
        }
        decision.told_failing = true;
        let event = Event::FeedFailing(FeedFailing {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            reason: failure.reason.to_owned(),
            error: failure.message.clone(),
            last_success: state.last_success,
            failures: state.failures_after(),
            next_try: (!failure.gone).then(|| to_second(next_try)),
            also: decision.tell_with(context, fails_too),
        });
        decision.notices.extend(self.tell(&event));
    }

    /// One notice tells of all feeds of the origin that were told failing and read again: when the
    /// last of them does, or after [`RECOVERY_WAITS`], so that one that stays dead holds up no other.
    fn recovered(
        &self,
        decision: &mut HealthDecision,
        feed: &Feed,
        state: &FeedState,
        context: &OriginContext,
        now: Timestamp,
    ) {
        // One that another feed's notice told of has nothing left to tell.
        let begun = decision.health.recovery.take();
        if !state.told_failing {
            return;
        }
        let recovery = begun.unwrap_or(Recovery {
            at: now,
            since: state.failing_since,
            last_success: state.last_success,
            failures: state.failures,
        });
        let others = context.neighbours.iter();
        let still = others.filter(|other| other.told_failing && other.failures > 0);
        let still: Vec<String> = still.map(|other| other.name.clone()).collect();
        if !still.is_empty() && time::elapsed(recovery.at, now) < RECOVERY_WAITS {
            decision.health.recovery = Some(recovery);
            return;
        }
        decision.told_failing = false;
        let event = Event::FeedRecovered(FeedRecovered {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            was: HealthIssue::Failing,
            since: recovery.since,
            last_success: recovery.last_success,
            failures: recovery.failures,
            also: decision.tell_with(context, |other| other.told_failing && other.failures == 0),
            still,
            removed: false,
        });
        decision.notices.extend(self.tell(&event));
    }

    /// A notice where items may have been missed, unless the last one still stands. What came and
    /// went while our own network failed, the notice of its end tells for all feeds.
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
        if state.continuity.told || !after.told || is_outages {
            return Vec::new();
        }
        self.tell(&Event::FeedItemsMissed(FeedItemsMissed {
            feed: feed.name.clone(),
            url: bare_url(&feed.url),
            since,
            archive_error,
        }))
    }

    fn tell(&self, event: &Event) -> Vec<NewDelivery> {
        NewDelivery::to_each(&self.notify, event)
    }
}

/// Whether a feed is named beside another of its origin that is told failing.
const fn fails_too(other: &Neighbour) -> bool {
    !other.told_failing && other.failures >= NO_BLIP
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blip_is_not_named_beside_another_feed_nor_is_what_was_told() {
        let other = |failures, told_failing| Neighbour {
            id: FeedId(2),
            name: "wire".to_owned(),
            failures,
            told_failing,
        };
        assert!(!fails_too(&other(1, false)));
        assert!(fails_too(&other(2, false)));
        assert!(!fails_too(&other(2, true)));
    }
}
