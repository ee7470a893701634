//! One attempt of one delivery, from the claim to its settlement.
//!
//! In: a receiver's name. The claim records the attempt before a byte leaves; the settlement
//! records what came of it, and what it says about the receiver. On a crash in between the attempt
//! counts as lost and the delivery, with the same id and the same payload, is due again: at least
//! once, never silently dropped. A step: no loop, no spawn.

mod defer;
mod trying;
mod verdict;

use std::{collections::BTreeMap, fmt, pin::pin, sync::Arc, time::Duration};

use jiff::Timestamp;
use tracing::{Instrument as _, debug, error, info_span, warn};

use crate::{
    clock::Clock,
    delivery_policy::Policy,
    metrics::{Attempted, Metrics},
    model::time,
    model::{
        Detour, Event, Notice, Outcome, ReceiverFailing, Refusal, Retry, SendError, SendReason,
        to_second,
    },
    notify::Notifier,
    store::{DeliveryClaim, NewDelivery, SettleTo, Settlement, Store, StoreError},
    unwind,
};
use defer::Next;
use verdict::Verdict;

pub use defer::{Deferred, releases};
pub use trying::Trying;

/// On top of a send's own time limit, so that a lease never ends under a send that still runs.
const LEASE_MARGIN: Duration = Duration::from_secs(30);

/// Sends what is due.
pub struct Deliverer {
    store: Store,
    clock: Arc<dyn Clock>,
    receivers: BTreeMap<String, Box<dyn Notifier>>,
    escalation: Vec<String>,
    policies: BTreeMap<String, Policy>,
    metrics: Arc<Metrics>,
    trying: Arc<Trying>,
}

impl fmt::Debug for Deliverer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Deliverer")
            .field(&self.names())
            .finish()
    }
}

/// What one step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliverOutcome {
    /// Nothing is due.
    Idle,
    /// What is due waits for the receiver's policy.
    Deferred {
        /// When to ask again.
        until: Timestamp,
    },
    /// Alerts became one delivery, which is due now.
    Folded,
    /// The receiver took it.
    Delivered,
    /// Not this time; receivers that were notified about it have something to do now.
    Failed {
        /// Receivers with new deliveries.
        receivers: Vec<String>,
    },
}

impl Deliverer {
    /// A deliverer to these receivers. `escalation` are those that are notified when another one fails; a
    /// receiver without a policy gets everything at once.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        receivers: BTreeMap<String, Box<dyn Notifier>>,
        escalation: Vec<String>,
        policies: BTreeMap<String, Policy>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            store,
            clock,
            receivers,
            escalation,
            policies,
            metrics,
            trying: Arc::default(),
        }
    }

    /// Goes by what is known of how long receivers are tried, which outlives a reload.
    #[must_use]
    pub fn with_trying(self, trying: Arc<Trying>) -> Self {
        Self { trying, ..self }
    }

    /// The receivers' names: one lane each.
    pub fn names(&self) -> Vec<&str> {
        self.receivers.keys().map(String::as_str).collect()
    }

    /// Those that hear when another one fails.
    pub fn escalation(&self) -> &[String] {
        &self.escalation
    }

    /// How a receiver is reached.
    pub fn notifier(&self, receiver: &str) -> Option<&dyn Notifier> {
        self.receivers.get(receiver).map(AsRef::as_ref)
    }

    /// Sends a notice that no store holds, once: for when the store itself is what has failed.
    pub async fn tell(&self, receiver: &str, notice: &Notice) -> Option<Outcome> {
        let notifier = self.notifier(receiver)?;
        let outcome = send(notifier, notice).await;
        notifier.close_idle().await;
        Some(outcome)
    }

    /// Sends one due notice of a receiver, once: the most urgent, then the oldest, if the
    /// receiver's policy lets it pass.
    ///
    /// # Errors
    /// Only the store's: the lease then ends by itself and the delivery is due again.
    pub async fn deliver(&self, receiver: &str) -> Result<DeliverOutcome, StoreError> {
        let Some(notifier) = self.notifier(receiver) else {
            return Ok(DeliverOutcome::Idle);
        };
        self.store.ripen(receiver, self.clock.now()).await?;
        let lease = notifier.timeout() + LEASE_MARGIN;
        let claim = match self.policies.get(receiver) {
            None if self.fold_flood(receiver, None).await? => return Ok(DeliverOutcome::Folded),
            None => self.claim(receiver, lease).await?,
            Some(policy) => match self.decide(receiver, policy, lease).await? {
                Next::Idle => None,
                Next::Folded => return Ok(DeliverOutcome::Folded),
                Next::Deferred { until } => {
                    self.metrics.holds(receiver, true);
                    notifier.close_idle().await;
                    return Ok(DeliverOutcome::Deferred { until });
                }
                Next::Send(claim) => Some(*claim),
            },
        };
        self.metrics.holds(receiver, false);
        let Some(claim) = claim else {
            notifier.close_idle().await;
            return Ok(DeliverOutcome::Idle);
        };
        let (delivery, attempt) = (&claim.notice.key, claim.attempt);
        let span = info_span!("deliver", receiver, %delivery, attempt);
        self.attempt(notifier, claim).instrument(span).await
    }

    async fn claim(
        &self,
        receiver: &str,
        lease: Duration,
    ) -> Result<Option<DeliveryClaim>, StoreError> {
        let now = self.clock.now();
        let claims = self.store.claim_deliveries(receiver, now, lease, 1).await?;
        Ok(claims.into_iter().next())
    }

    async fn attempt(
        &self,
        notifier: &dyn Notifier,
        mut claim: DeliveryClaim,
    ) -> Result<DeliverOutcome, StoreError> {
        let started_at = self.clock.now();
        let outcome = send(notifier, &claim.notice).await;
        let ended_at = self.clock.now();
        log(&claim, &outcome, started_at, ended_at);
        let name = claim.receiver.name.clone();
        claim.may_expire = self.trying.note(&name, claim.failures + 1, ended_at);
        let verdict = verdict::of(&claim, outcome, ended_at, fastrand::f64());
        let outcome = attempted(&verdict.to);
        let is_alert = matches!(claim.notice.event, Event::Alert(_));
        let waited = is_alert.then(|| time::elapsed(claim.waiting_since, ended_at));
        let notices = self.notices(&claim, &verdict);
        let receivers = notices
            .iter()
            .map(|notice| notice.receiver.clone())
            .collect();
        let is_ours = self
            .store
            .settle(Settlement {
                id: claim.id,
                fence: claim.fence,
                attempt: claim.attempt,
                ended_at,
                to: verdict.to,
                receiver: verdict.receiver,
                notices,
                escalation: self.escalation.clone(),
            })
            .await?;
        if is_ours {
            self.metrics.attempted(&name, outcome);
        }
        if outcome != Attempted::Delivered {
            return Ok(DeliverOutcome::Failed { receivers });
        }
        if let Some(waited) = waited.filter(|_| is_ours) {
            self.metrics.delivered_after(waited);
        }
        Ok(DeliverOutcome::Delivered)
    }

    /// What the other receivers hear of a receiver that takes nothing.
    fn notices(&self, claim: &DeliveryClaim, verdict: &Verdict) -> Vec<NewDelivery> {
        let name = &claim.receiver.name;
        let Some(trouble) = verdict.tell.as_ref() else {
            return Vec::new();
        };
        let event = Event::ReceiverFailing(ReceiverFailing {
            receiver: name.clone(),
            reason: trouble.reason.to_string(),
            error: trouble.detail.clone(),
            since: trouble.since,
            // Counted where it is written: nothing may come between the attempt and its record.
            waiting: 0,
            next_try: verdict.next_try().map(to_second),
            through: trouble.through.clone(),
            partial: false,
            recipients: Vec::new(),
        });
        // One that is reached all the same can be notified itself.
        let is_reached = trouble.through.is_some();
        let others = self
            .escalation
            .iter()
            .filter(|other| is_reached || *other != name);
        let others: Vec<&String> = others.collect();
        if others.is_empty() {
            let detail = &trouble.detail;
            error!("receiver {name:?} is in trouble and nobody can be notified: {detail}");
        }
        NewDelivery::to_each(others, &event)
    }
}

/// The word for it.
const fn attempted(to: &SettleTo) -> Attempted {
    match to {
        SettleTo::Delivered { .. } => Attempted::Delivered,
        SettleTo::Later { .. } => Attempted::Failed,
        SettleTo::Halves { .. } => Attempted::Split,
        SettleTo::Dead { .. } => Attempted::Dead,
    }
}

/// Sends once; a panic or an overrun of the notifier's own time limit is a failure like any other.
async fn send(notifier: &dyn Notifier, notice: &Notice) -> Outcome {
    let limit = notifier.timeout();
    let attempt = tokio::time::timeout(limit, notifier.send(notice));
    let (reason, detail) = match unwind::catch(pin!(attempt)).await {
        Ok(Ok(outcome)) => return outcome,
        Ok(Err(_)) => (
            SendReason::Timeout,
            format!("no answer within {} s", limit.as_secs()),
        ),
        Err(message) => (SendReason::Panic, message),
    };
    Err(SendError {
        reason,
        retry: Retry::Later { after: None },
        detail,
        accepted: Vec::new(),
        refused: Vec::new(),
    })
}

fn log(claim: &DeliveryClaim, outcome: &Outcome, started_at: Timestamp, ended_at: Timestamp) {
    let receiver = &claim.receiver.name;
    let kind = claim.notice.event.kind();
    let elapsed = time::elapsed(started_at, ended_at).as_millis();
    let duration_ms = u64::try_from(elapsed).unwrap_or(u64::MAX);
    match outcome {
        Ok(receipt) => {
            debug!(
                duration_ms,
                "receiver {receiver:?}: {kind} delivered, {}", receipt.answer
            );
            for refusal in &receipt.refused {
                let Refusal { recipient, answer } = refusal;
                warn!("receiver {receiver:?}: {recipient} is refused for good, {answer}");
            }
            let known = claim.receiver.through.as_ref();
            if let Some(Detour { through, error }) = &receipt.detour
                && known != Some(through)
            {
                warn!("receiver {receiver:?}: mail goes through {through:?}, {error}");
            }
        }
        Err(error) => {
            let reason = error.reason.as_str();
            warn!(
                duration_ms,
                reason, "receiver {receiver:?}: {kind} not delivered, {error}"
            );
        }
    }
}

#[cfg(test)]
mod tests;
