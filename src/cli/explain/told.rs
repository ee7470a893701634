//! What became of an alert on its way to the receivers of one watch.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::{
    outbox::{self, is_under_way, moment},
    output::one_line,
    when,
};
use crate::{
    config::Config,
    deliver::releases,
    delivery_policy::Release,
    model::time,
    model::{DeliveryId, Event, Hold},
    store::{
        AlertRecord, AttemptStatus, DeliveryState, DeliveryStatus, ItemRecord, ReceiverStatus,
        Store, StoreError,
    },
};

use super::Facts;

/// Attempts of one delivery that are shown; the latest.
const MAX_ATTEMPTS: usize = 5;

/// What an alert's deliveries are on their way in: held by a policy, or part of a digest.
#[derive(Debug, Default)]
pub(super) struct Ways {
    releases: HashMap<DeliveryId, Release>,
    digests: HashMap<DeliveryId, DeliveryStatus>,
    receivers: HashMap<String, ReceiverStatus>,
}

impl Ways {
    pub(super) async fn of(
        record: &ItemRecord,
        store: &Store,
        config: &Config,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut ways = Self {
            receivers: outbox::receivers(store).await?,
            ..Self::default()
        };
        for alert in &record.alerts {
            let releases = releases(store, &config.policies, &alert.deliveries, now).await?;
            for (delivery, release) in alert.deliveries.iter().zip(releases) {
                ways.releases
                    .extend(release.map(|release| (delivery.id, release)));
                if let Some(id) = delivery.folded_into {
                    let digest = store.delivery(id).await?;
                    ways.digests.extend(digest.map(|digest| (id, digest)));
                }
            }
        }
        Ok(ways)
    }

    /// Until when a policy holds it, if one does.
    pub(super) fn release(&self, delivery: &DeliveryStatus) -> Option<Release> {
        self.releases.get(&delivery.id).copied()
    }

    /// How the receiver fares that it is for.
    pub(super) fn receiver(&self, delivery: &DeliveryStatus) -> Option<&ReceiverStatus> {
        self.receivers.get(&delivery.receiver)
    }

    /// The digest that tells of it, where that is still kept.
    fn digest(&self, delivery: &DeliveryStatus) -> Option<&DeliveryStatus> {
        self.digests.get(&delivery.folded_into?)
    }

    /// Whether a receiver has it, or will have it.
    fn reaches(&self, delivery: &DeliveryStatus) -> bool {
        let told = self.digest(delivery).unwrap_or(delivery);
        match told.state {
            DeliveryState::Muted | DeliveryState::Dead | DeliveryState::Dropped => false,
            DeliveryState::Pending => self.receiver(told).is_none_or(outbox::takes),
            DeliveryState::Delivered | DeliveryState::Folded => true,
        }
    }

    /// Whether `outbox retry` would send it: not what was dropped, nor to one that the config does
    /// not have.
    fn can_be_retried(&self, delivery: &DeliveryStatus) -> bool {
        let is_configured = self.receiver(delivery).is_none_or(|it| it.active);
        delivery.state != DeliveryState::Dropped && is_configured
    }
}

/// How an alert fared, as far as one watch is concerned.
#[derive(Debug)]
pub(super) struct Told<'a> {
    /// The deliveries that tell of it for this watch.
    pub(super) deliveries: Vec<&'a DeliveryStatus>,
}

impl<'a> Told<'a> {
    pub(super) fn of(alert: &'a AlertRecord, watch: &str) -> Self {
        let deliveries = alert.deliveries.iter();
        Self {
            deliveries: deliveries.filter(|it| tells(it, watch)).collect(),
        }
    }

    /// Whether a receiver has it, or will have it.
    pub(super) fn reaches(&self, facts: &Facts<'_>) -> bool {
        self.deliveries.iter().any(|it| facts.ways.reaches(it))
    }

    /// Whether mutes hold all of it.
    pub(super) fn is_held(&self) -> bool {
        !self.deliveries.is_empty()
            && self
                .deliveries
                .iter()
                .all(|it| it.state == DeliveryState::Muted)
    }

    /// How what is held by a mute, given up or waits for one that is off is sent all the same.
    pub(super) fn to_retry(&self, facts: &Facts<'_>) -> Option<String> {
        let held = self.deliveries.iter().filter(|it| !facts.ways.reaches(it));
        let ids: Vec<String> = held
            .filter(|it| facts.ways.can_be_retried(it))
            .map(|it| facts.ways.digest(it).unwrap_or(it).id.to_string())
            .collect();
        let ids = ids.join(" ");
        (!ids.is_empty()).then(|| format!("`fivebells outbox retry {ids}` sends it all the same"))
    }

    /// One sentence for all receivers.
    pub(super) fn in_words(&self, facts: &Facts<'_>) -> String {
        if self.deliveries.is_empty() {
            return "its deliveries are no longer kept".to_owned();
        }
        let deliveries = self.deliveries.iter();
        let words: Vec<String> = deliveries.map(|it| in_words(it, facts)).collect();
        words.join("; ")
    }

    /// How urgent it is for those who hear of this watch: each receiver's notice is as urgent as the
    /// watches that it names, and not as the whole alert.
    pub(super) fn priority(&self, alert: &AlertRecord) -> String {
        let Some(first) = self.deliveries.first() else {
            return alert.priority.to_string();
        };
        if self
            .deliveries
            .iter()
            .all(|it| it.priority == first.priority)
        {
            return first.priority.to_string();
        }
        let each = self.deliveries.iter();
        let each = each.map(|it| format!("{} for {}", it.priority, it.receiver));
        each.collect::<Vec<_>>().join(", ")
    }

    /// What holds it from each receiver.
    pub(super) fn holders(&self) -> String {
        let deliveries = self.deliveries.iter();
        let words: Vec<String> = deliveries.map(|it| from(it)).collect();
        words.join("; ")
    }

    /// Each delivery, and under it its latest attempts.
    pub(super) fn lines(&self, facts: &Facts<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for delivery in &self.deliveries {
            lines.push(in_words(delivery, facts));
            let (left_out, attempts) = latest(&delivery.attempts);
            if left_out > 0 {
                lines.push(format!("  {left_out} attempts before"));
            }
            let attempts = attempts.iter();
            lines.extend(attempts.map(|attempt| format!("  {}", attempt_line(attempt, facts))));
        }
        lines
    }
}

/// A notice that cannot be read may tell of any watch.
fn tells(delivery: &DeliveryStatus, watch: &str) -> bool {
    match delivery.notice.as_ref().map(|notice| &notice.event) {
        Some(Event::Alert(alert)) => alert.watches.iter().any(|name| name == watch),
        _ => true,
    }
}

fn in_words(delivery: &DeliveryStatus, facts: &Facts<'_>) -> String {
    let receiver = &delivery.receiver;
    let settled = delivery.settled_at.map(|at| when::at(at, facts.zone()));
    let settled = settled.unwrap_or_default();
    let answer = delivery.detail.as_deref().map(|text| one_line(text, 120));
    let because = answer.map(|text| format!(": {text}")).unwrap_or_default();
    match delivery.state.as_str() {
        "delivered" => match delivery.missing.as_deref() {
            None => format!("{receiver} has it since {settled}"),
            Some(missing) => format!(
                "{receiver} has it since {settled}, but not all of those behind it: {}",
                one_line(missing, 200)
            ),
        },
        "muted" => format!("held {}", from(delivery)),
        "dead" => format!("given up for {receiver} {settled}{because}"),
        "pending" => pending(delivery, &because, facts),
        "folded" => folded(delivery, facts),
        state => format!("{state} for {receiver} {settled}"),
    }
}

fn from(delivery: &DeliveryStatus) -> String {
    let why = delivery.detail.as_deref().unwrap_or("muted");
    format!("from {}: {}", delivery.receiver, one_line(why, 120))
}

/// In a digest, and what became of that.
fn folded(delivery: &DeliveryStatus, facts: &Facts<'_>) -> String {
    let number = delivery.folded_into.unwrap_or(DeliveryId(0));
    match facts.ways.digest(delivery) {
        Some(digest) => format!("in digest {number}: {}", in_words(digest, facts)),
        None => format!(
            "{} was told it in digest {number}, which is no longer kept",
            delivery.receiver
        ),
    }
}

/// What `outbox` says of it: when it is tried next, or why it is not.
fn pending(delivery: &DeliveryStatus, because: &str, facts: &Facts<'_>) -> String {
    let tried = match delivery.attempts.len() {
        0 => String::new(),
        1 => ", tried once".to_owned(),
        tries => format!(", tried {tries} times"),
    };
    let name = &delivery.receiver;
    if is_under_way(delivery) {
        return format!("it is being sent to {name}");
    }
    let receiver = facts.ways.receiver(delivery);
    let trouble = |it: &ReceiverStatus| outbox::trouble(it, facts.zone(), facts.now);
    if let Some(receiver) = receiver.filter(|it| !outbox::takes(it)) {
        return format!("it waits for {name}{tried}: {}", trouble(receiver));
    }
    if let Some(Release { at, hold }) = facts.ways.release(delivery) {
        let hold = hold.map_or("its policy", Hold::as_str);
        let at = when::at(at, facts.zone());
        return format!("it waits for {name}, held by {hold} until {at}{because}");
    }
    let next = moment(delivery, None, receiver, facts.now);
    // One that was not tried yet has no answer of its own: it waits behind another.
    let behind = receiver.filter(|it| tried.is_empty() && outbox::state(it) == "failing");
    let because = behind.map_or(because.to_owned(), |it| format!("; {}", trouble(it)));
    let verb = if tried.is_empty() { "due" } else { "next try" };
    format!("it waits for {name}{tried}, {verb} {next}{because}")
}

/// How many are left out, and the others.
fn latest(attempts: &[AttemptStatus]) -> (usize, &[AttemptStatus]) {
    let left_out = attempts.len().saturating_sub(MAX_ATTEMPTS);
    (left_out, &attempts[left_out..])
}

fn attempt_line(attempt: &AttemptStatus, facts: &Facts<'_>) -> String {
    let AttemptStatus {
        number,
        started_at,
        ended_at,
        ..
    } = attempt;
    let took = |ended: Timestamp| {
        let millis = time::elapsed(*started_at, ended).as_millis();
        format!("{millis} ms")
    };
    let took = ended_at.map_or_else(|| "under way".to_owned(), took);
    let reason = match (&attempt.reason, ended_at) {
        (Some(reason), _) => format!(", {reason}"),
        (None, Some(_)) => ", taken".to_owned(),
        (None, None) => String::new(),
    };
    let answer = attempt.detail.as_deref().map(|text| one_line(text, 120));
    let answer = answer.map(|text| format!(": {text}")).unwrap_or_default();
    let at = when::at(*started_at, facts.zone());
    format!("attempt {number}, {at}, {took}{reason}{answer}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_five_attempts_are_shown() {
        let attempt = |number| AttemptStatus {
            number,
            started_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            reason: None,
            detail: None,
        };
        let attempts: Vec<AttemptStatus> = (1..=6).map(attempt).collect();
        assert_eq!(latest(&attempts[..5]), (0, &attempts[..5]));
        assert_eq!(latest(&attempts), (1, &attempts[1..]));
        assert_eq!(latest(&[]), (0, &[][..]));
    }
}
