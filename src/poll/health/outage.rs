//! Our own network: where most origins cannot be reached, the fault is ours, and one notice says so
//! in the place of one for each.
//!
//! Looked at only where a feed would count as failing, and while an outage goes on of which receivers
//! were notified. An origin counts by its last visit, whichever feed that was for; an answer that came
//! before the feed at hand began to fail says nothing of now and does not count. That two thirds got no
//! answer must have lasted as long as a feed may fail. Until then the feed is no finding: its next poll
//! looks again. After the end everything counts from the end, feeds and the next outage, so of a
//! network that comes and goes there is no notice more often than every `failing`, and the end needs
//! no threshold of its own.

use jiff::Timestamp;
use tracing::{info, warn};

use super::decision::OriginContext;
use crate::{
    model::time,
    model::{Event, NetworkFailing, NetworkRecovered},
    poll::{
        answer::{Answer, Failure},
        poller::HealthRules,
    },
    store::{OutageChange, PollClaim, Reach, Store, StoreError},
};

/// Fewer origins say nothing of a network.
const MIN_ORIGINS: usize = 3;

/// Since when two thirds of the origins cannot be reached; each is given with the time since
/// when it cannot.
fn unreachable_since(origins: &[Option<Timestamp>]) -> Option<Timestamp> {
    if origins.len() < MIN_ORIGINS {
        return None;
    }
    let mut since: Vec<Timestamp> = origins.iter().flatten().copied().collect();
    since.sort_unstable();
    since.get((2 * origins.len()).div_ceil(3) - 1).copied()
}

/// Whether nothing is heard of the origin after this answer, and since when.
fn own(claim: &PollClaim, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let is_unreachable = answer.failure().is_some_and(|failure| failure.unreachable);
    is_unreachable.then_some(claim.unreachable_since.unwrap_or(now))
}

/// Whether a failure may be the network's: nothing was heard of the origin, at this visit or at the
/// last. A server that answers twice and has no feed is to blame itself.
const fn may_be_ours(claim: &PollClaim, failure: &Failure) -> bool {
    failure.unreachable || claim.unreachable_since.is_some()
}

impl HealthRules {
    /// Whether the feed counts as failing, and what has changed of the network.
    pub(super) async fn look_around(
        &self,
        context: &mut OriginContext,
        store: &Store,
        claim: &PollClaim,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (state, failure) = (&claim.feed, answer.failure());
        let is_due = failure.is_some_and(|failure| self.is_due_failing(state, failure, now));
        let is_gone = failure.is_some_and(|failure| failure.gone);
        context.is_failing = is_due;
        let own = own(claim, answer, now);
        let may_end = claim.outage && own.is_none();
        if is_gone || !(is_due || may_end) {
            return Ok(());
        }
        let failing_since = state.failing_since.unwrap_or(now);
        let reach = store.reach(claim.origin, failing_since).await?;
        let mut origins = reach.others.clone();
        origins.push(own);
        let outage = unreachable_since(&origins);
        match (reach.outage_since, outage, failure) {
            (Some(since), None, _) => {
                context.is_failing = false;
                context.outage = Some(self.ended(since, now));
            }
            (None, Some(since), Some(failure)) if is_due && may_be_ours(claim, failure) => {
                context.is_failing = false;
                let is_long = time::elapsed(since, now) >= self.failing_after;
                if is_long && self.is_long_over(&reach, now) {
                    let change = self.begun(store, since, &origins, failure).await?;
                    context.outage = Some(change);
                }
            }
            (Some(_), Some(_), Some(failure)) => {
                context.is_failing &= !may_be_ours(claim, failure);
            }
            _ => context.is_failing &= self.is_long_over(&reach, now),
        }
        Ok(())
    }

    /// Whether the last outage is over for as long as a feed may fail.
    fn is_long_over(&self, reach: &Reach, now: Timestamp) -> bool {
        let over_for = reach.outage_until.map(|end| time::elapsed(end, now));
        over_for.is_none_or(|length| length >= self.failing_after)
    }

    async fn begun(
        &self,
        store: &Store,
        since: Timestamp,
        origins: &[Option<Timestamp>],
        failure: &Failure,
    ) -> Result<OutageChange, StoreError> {
        let feeds = store.unreachable().await?;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let event = Event::NetworkFailing(NetworkFailing {
            since,
            origins: count(origins.len()),
            origins_failing: count(origins.iter().flatten().count()),
            feeds_failing: feeds.feeds,
            reason: feeds.reason.unwrap_or_else(|| failure.reason.to_owned()),
            error: failure.message.clone(),
            named: feeds.named,
        });
        let notices = self.notices(&event);
        Ok(OutageChange::Begun { since, notices })
    }

    fn ended(&self, since: Timestamp, until: Timestamp) -> OutageChange {
        let event = Event::NetworkRecovered(NetworkRecovered { since, until });
        OutageChange::Ended {
            since,
            until,
            notices: self.notices(&event),
        }
    }
}

/// Says so to the operator too.
pub(in crate::poll) fn log(change: &OutageChange) {
    match change {
        OutageChange::Begun { since, .. } => {
            warn!(%since, "our own network fails: most origins cannot be reached since {since}");
        }
        OutageChange::Ended { since, .. } => {
            info!(%since, "our own network is well again, after it failed since {since}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + 60 * minute).expect("in range")
    }

    /// Origins that cannot be reached since these minutes, and so many that can.
    fn since(unreachable: &[i64], reached: usize) -> Option<i64> {
        let mut origins = vec![None; reached];
        origins.extend(unreachable.iter().map(|minute| Some(at(*minute))));
        let since = unreachable_since(&origins)?;
        Some(since.duration_since(at(0)).as_mins())
    }

    #[test]
    fn it_is_ours_where_two_thirds_of_at_least_three_origins_get_no_answer() {
        assert_eq!(since(&[1, 2], 0), None, "too few");
        assert_eq!(since(&[1, 2, 3], 0), Some(2));
        assert_eq!(since(&[1, 2], 1), Some(2));
        assert_eq!(since(&[1], 2), None);
        assert_eq!(since(&[1, 2, 3], 2), None, "three of five");
        assert_eq!(since(&[1, 2, 3, 4], 2), Some(4), "four of six");
        assert_eq!(since(&[], 9), None);
    }

    #[test]
    fn it_began_when_the_origin_failed_that_made_it_two_thirds() {
        assert_eq!(since(&[9, 0, 3, 5], 1), Some(9), "four of five");
        assert_eq!(since(&[9, 0, 3, 5, 7, 8], 0), Some(7), "four of six");
    }
}
