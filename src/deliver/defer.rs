//! What a receiver's policy makes of what waits for it, and the digest of a flood, which needs none.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use tracing::debug;

use super::Deliverer;
use crate::{
    delivery_policy::{Decision, MAX_FOLD, Policy, Release, Waiting},
    model::{DeferReason, Priority},
    store::{DeliveryClaim, DeliveryState, DeliveryStatus, LinedUp, Lineup, Store, StoreError},
};

/// What the policy asks for now.
pub(super) enum Next {
    /// Nothing is due, or the receiver is not to be sent to.
    Idle,
    /// Some alerts are one delivery now: ask again.
    Folded,
    /// Nothing before then.
    Deferred {
        /// When to ask again.
        until: Timestamp,
    },
    /// Send this.
    Send(Box<DeliveryClaim>),
}

/// What waits for a receiver and may not be sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deferred {
    /// How many.
    pub count: u32,
    /// Why the one that will be sent first is deferred.
    pub reason: DeferReason,
    /// When that is.
    pub until: Timestamp,
}

impl Deliverer {
    /// Asks a receiver's policy, and does what it says up to the claim.
    pub(super) async fn decide(
        &self,
        receiver: &str,
        policy: &Policy,
        lease: Duration,
    ) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let Some(lineup) = lineup(&self.store, receiver, policy, now).await? else {
            return Ok(Next::Idle);
        };
        Ok(match next(policy, &lineup, now) {
            Decision::Idle => Next::Idle,
            Decision::Defer { until, .. } => Next::Deferred {
                // What is not due yet may pass the policy when it is.
                until: lineup.next_due.map_or(until, |due| due.min(until)),
            },
            Decision::Send(id) => {
                let one = lineup.waiting.iter().find(|one| one.id == id);
                let excess = one.filter(|one| one.is_excess && one.is_fresh_alert);
                if let Some(one) = excess
                    && self.fold_flood(receiver, Some(one.priority)).await?
                {
                    return Ok(Next::Folded);
                }
                let claim = self.store.claim_delivery(receiver, id, now, lease).await?;
                claim.map_or(Next::Idle, |claim| Next::Send(Box::new(claim)))
            }
            Decision::Fold { ids, reason } => {
                let alerts = ids.len();
                let into = self.store.fold(receiver, ids, reason, now).await?;
                debug!(
                    ?into,
                    "receiver {receiver:?}: {alerts} alerts folded ({reason})"
                );
                Next::Folded
            }
        })
    }

    /// What a receiver's policy defers now; `None` where nothing waits, or something that
    /// waits may be sent.
    ///
    /// # Errors
    /// The store's.
    pub async fn deferred(&self, receiver: &str) -> Result<Option<Deferred>, StoreError> {
        let Some(policy) = self.policies.get(receiver) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let Some(lineup) = lineup(&self.store, receiver, policy, now).await? else {
            return Ok(None);
        };
        let Decision::Defer { until, reason } = next(policy, &lineup, now) else {
            return Ok(None);
        };
        let count = self.store.waiting(receiver).await?;
        Ok(Some(Deferred {
            count,
            reason,
            until,
        }))
    }
}

/// For each of these deliveries that a policy defers now: until when, and why. By the same
/// function as the lanes.
///
/// # Errors
/// The store's.
pub async fn releases(
    store: &Store,
    policies: &BTreeMap<String, Policy>,
    deliveries: &[DeliveryStatus],
    now: Timestamp,
) -> Result<Vec<Option<Release>>, StoreError> {
    let mut outlooks = BTreeMap::new();
    for (receiver, policy) in policies {
        if let Some(lineup) = lineup(store, receiver, policy, now).await? {
            let outlook = policy.outlook(now, &waiting(&lineup), &lineup.sent_at);
            outlooks.insert(receiver.as_str(), outlook);
        }
    }
    let release = |delivery: &DeliveryStatus| {
        let is_due = delivery.due.is_some_and(|due| due <= now);
        let release = outlooks.get(delivery.receiver.as_str())?.of(&one(delivery));
        let is_held = delivery.state == DeliveryState::Pending && is_due && release.at > now;
        is_held.then_some(release)
    };
    Ok(deliveries.iter().map(release).collect())
}

async fn lineup(
    store: &Store,
    receiver: &str,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Lineup>, StoreError> {
    store.lineup(receiver, MAX_FOLD, policy.memory(), now).await
}

/// What the policy lets pass. Of a receiver that is only probed what has been due the longest, so that
/// one notice that is never taken keeps no other from showing that the receiver is well.
fn next(policy: &Policy, lineup: &Lineup, now: Timestamp) -> Decision {
    let mut waiting = waiting(lineup);
    if lineup.is_probed {
        let outlook = policy.outlook(now, &waiting, &lineup.sent_at);
        let all = waiting.iter().zip(&lineup.waiting);
        let passing = all.filter(|(one, _)| outlook.of(one).at <= now);
        let probe = passing.min_by_key(|(_, lined_up)| lined_up.due);
        match probe.map(|(one, _)| *one) {
            Some(probe) if !probe.can_fold => return Decision::Send(probe.id),
            Some(_) => waiting.retain(|one| one.can_fold),
            None => {}
        }
    }
    policy.next(now, &waiting, &lineup.sent_at)
}

fn waiting(lineup: &Lineup) -> Vec<Waiting> {
    let waiting = |one: &LinedUp| Waiting {
        id: one.id,
        priority: one.priority,
        since: one.since,
        can_fold: one.is_fresh_alert,
    };
    lineup.waiting.iter().map(waiting).collect()
}

fn one(delivery: &DeliveryStatus) -> Waiting {
    Waiting {
        id: delivery.id,
        priority: delivery.priority,
        since: delivery.waiting_since,
        can_fold: delivery.kind == "alert.matched" && delivery.attempts.is_empty(),
    }
}

/// So many alerts go into one digest of a flood, as far as there is room in it.
const MAX_FLOOD: u32 = 500;

impl Deliverer {
    /// Folds what goes out next, and others like it, into a digest, where it is one of too many of
    /// its poll; says whether it did.
    pub(super) async fn fold_flood(
        &self,
        receiver: &str,
        priority: Option<Priority>,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let store = &self.store;
        let ids = store.flood(receiver, priority, MAX_FLOOD, now).await?;
        if ids.is_empty() {
            return Ok(false);
        }
        let into = store.fold(receiver, ids, DeferReason::Flood, now).await?;
        debug!(?into, "receiver {receiver:?}: alerts of a flood folded");
        Ok(true)
    }
}
