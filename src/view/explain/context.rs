//! What decides about an item's deliveries besides their own rows.

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};

use super::super::receivers;
use crate::{
    config::Config,
    deliver::releases,
    delivery_policy::Release,
    model::DeliveryId,
    store::{DeliveryState, DeliveryStatus, ItemRecord, ReceiverStatus, Store, StoreError},
};

/// Deliveries that one is folded into, one by one: a copy into a report, that into the first alert, that
/// into a digest, and a digest into its halves.
const MAX_FOLDS: usize = 16;

/// Delivery policies, what deliveries are folded into, and the state of their receivers.
#[derive(Debug)]
pub(super) struct DeliveryContext<'a> {
    pub(super) zone: &'a TimeZone,
    pub(super) now: Timestamp,
    releases: HashMap<DeliveryId, Release>,
    /// What something is folded into, as far as that is kept.
    into: HashMap<DeliveryId, DeliveryStatus>,
    receivers: HashMap<String, ReceiverStatus>,
}

impl<'a> DeliveryContext<'a> {
    pub(super) async fn of(
        record: &ItemRecord,
        store: &Store,
        config: &'a Config,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut context = Self {
            zone: &config.timezone,
            now,
            releases: HashMap::new(),
            into: HashMap::new(),
            receivers: receivers::by_name(store).await?,
        };
        for alert in &record.alerts {
            context
                .release_all(&alert.deliveries, store, config)
                .await?;
            for delivery in &alert.deliveries {
                context.follow(delivery, store, config).await?;
            }
        }
        Ok(context)
    }

    /// With these deliveries.
    #[cfg(test)]
    pub(super) fn with(
        zone: &'a TimeZone,
        now: Timestamp,
        deliveries: Vec<DeliveryStatus>,
        receivers: HashMap<String, ReceiverStatus>,
    ) -> Self {
        let into = deliveries.into_iter().map(|it| (it.id, it));
        Self {
            zone,
            now,
            releases: HashMap::new(),
            into: into.collect(),
            receivers,
        }
    }

    async fn release_all(
        &mut self,
        deliveries: &[DeliveryStatus],
        store: &Store,
        config: &Config,
    ) -> Result<(), StoreError> {
        let releases = releases(store, &config.policies, deliveries, self.now).await?;
        let each = deliveries.iter().zip(releases);
        let each = each.filter_map(|(it, release)| Some((it.id, release?)));
        self.releases.extend(each);
        Ok(())
    }

    /// Reads what a delivery is folded into, and what that is folded into.
    async fn follow(
        &mut self,
        delivery: &DeliveryStatus,
        store: &Store,
        config: &Config,
    ) -> Result<(), StoreError> {
        let mut next = delivery.folded_into;
        for _ in 0..MAX_FOLDS {
            let Some(id) = next.filter(|id| !self.into.contains_key(id)) else {
                break;
            };
            let Some(into) = store.delivery(id).await? else {
                break;
            };
            next = into.folded_into;
            self.release_all(std::slice::from_ref(&into), store, config)
                .await?;
            self.into.insert(id, into);
        }
        Ok(())
    }

    /// Until when a delivery policy defers it, if one does.
    pub(super) fn release(&self, delivery: &DeliveryStatus) -> Option<Release> {
        self.releases.get(&delivery.id).copied()
    }

    /// The state of its receiver.
    pub(super) fn receiver(&self, delivery: &DeliveryStatus) -> Option<&ReceiverStatus> {
        self.receivers.get(&delivery.receiver)
    }

    /// What it is folded into, what that is folded into, and so on, as far as that is kept.
    pub(super) fn folds<'b>(
        &'b self,
        delivery: &'b DeliveryStatus,
    ) -> impl Iterator<Item = &'b DeliveryStatus> {
        let into = |it: &&'b DeliveryStatus| self.into.get(&it.folded_into?);
        let all = std::iter::successors(Some(delivery), into);
        all.skip(1).take(MAX_FOLDS)
    }

    /// The delivery that brings it to its receiver: itself where it is not folded.
    pub(super) fn carrier<'b>(&'b self, delivery: &'b DeliveryStatus) -> &'b DeliveryStatus {
        self.folds(delivery).last().unwrap_or(delivery)
    }

    /// Whether a receiver has it, or will have it.
    pub(super) fn reaches(&self, delivery: &DeliveryStatus) -> bool {
        let sent = self.carrier(delivery);
        match sent.state {
            DeliveryState::Muted | DeliveryState::Dead | DeliveryState::Dropped => false,
            DeliveryState::Pending => self.receiver(sent).is_none_or(receivers::takes),
            DeliveryState::Delivered => true,
            // What brought it is no longer kept, as what is delivered is not. In a circle nothing does.
            DeliveryState::Folded => {
                let into = sent.folded_into;
                !into.is_some_and(|into| self.into.contains_key(&into))
            }
        }
    }

    /// Whether `outbox retry` would send it: not what was dropped, nor to one that the config does
    /// not have.
    pub(super) fn can_be_retried(&self, delivery: &DeliveryStatus) -> bool {
        let is_configured = self.receiver(delivery).is_none_or(|it| it.active);
        let is_over = matches!(
            delivery.state,
            DeliveryState::Delivered | DeliveryState::Dropped | DeliveryState::Folded
        );
        !is_over && is_configured
    }
}
