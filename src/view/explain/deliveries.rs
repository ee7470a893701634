//! What became of an alert on its way to the receivers of one watch.

use jiff::Timestamp;

use super::{
    super::{
        outbox::{is_under_way, moment, title},
        receivers, when,
        words::one_line,
    },
    context::DeliveryContext,
    story::sent_because,
};
use crate::{
    delivery_policy::Release,
    model::{DeferReason, DeliveryId, Event, time},
    store::{AlertRecord, AttemptStatus, DeliveryState, DeliveryStatus, Folded, ReceiverStatus},
};

/// Attempts of one delivery that are shown; the latest.
const MAX_ATTEMPTS: usize = 5;

/// The deliveries of an alert that name one watch.
#[derive(Debug)]
pub(super) struct WatchDeliveries<'a> {
    pub(super) all: Vec<&'a DeliveryStatus>,
}

impl<'a> WatchDeliveries<'a> {
    pub(super) fn of(alert: &'a AlertRecord, watch: &str) -> Self {
        let all = alert.deliveries.iter();
        Self {
            all: all.filter(|it| names(it, watch)).collect(),
        }
    }

    /// Whether a receiver has it, or will have it.
    pub(super) fn reach(&self, context: &DeliveryContext<'_>) -> bool {
        self.all.iter().any(|it| context.reaches(it))
    }

    /// Whether mutes suppress all of them.
    pub(super) fn are_suppressed(&self) -> bool {
        let is_muted = |it: &&DeliveryStatus| it.state == DeliveryState::Muted;
        !self.all.is_empty() && self.all.iter().all(is_muted)
    }

    /// The command that sends what a mute suppressed, what is dead, and what waits for a receiver that
    /// is off.
    pub(super) fn to_retry(&self, context: &DeliveryContext<'_>) -> Option<String> {
        let kept_back = self.all.iter().filter(|it| !context.reaches(it));
        let carriers = kept_back.map(|it| context.carrier(it));
        let mut ids: Vec<String> = carriers
            .filter(|it| context.can_be_retried(it))
            .map(|it| it.id.to_string())
            .collect();
        ids.dedup();
        let ids = ids.join(" ");
        (!ids.is_empty()).then(|| format!("`fivebells outbox retry {ids}` sends it all the same"))
    }

    /// One sentence for all receivers.
    pub(super) fn in_words(&self, context: &DeliveryContext<'_>) -> String {
        if self.all.is_empty() {
            return "its deliveries are no longer kept".to_owned();
        }
        let deliveries = self.all.iter();
        let words: Vec<String> = deliveries.map(|it| in_words(it, context)).collect();
        words.join("; ")
    }

    /// How urgent it is for the receivers of this watch: each receiver's notice is as urgent as the
    /// watches that it names, and not as the whole alert.
    pub(super) fn priority(&self, alert: &AlertRecord) -> String {
        let Some(first) = self.all.first() else {
            return alert.priority.to_string();
        };
        if self.all.iter().all(|it| it.priority == first.priority) {
            return first.priority.to_string();
        }
        let each = self.all.iter();
        let each = each.map(|it| format!("{} for {}", it.priority, it.receiver));
        each.collect::<Vec<_>>().join(", ")
    }

    /// What suppresses it for each receiver.
    pub(super) fn suppressors(&self) -> String {
        let deliveries = self.all.iter();
        let words: Vec<String> = deliveries.map(|it| for_receiver(it)).collect();
        words.join("; ")
    }

    /// Each delivery, and under it its latest attempts.
    pub(super) fn lines(&self, context: &DeliveryContext<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for delivery in &self.all {
            lines.push(in_words(delivery, context));
            let because = sent_because(delivery).into_iter();
            lines.extend(because.map(|line| format!("  {line}")));
            let (left_out, attempts) = latest(&delivery.attempts);
            if left_out > 0 {
                lines.push(format!("  {left_out} attempts before"));
            }
            let attempts = attempts.iter();
            lines.extend(attempts.map(|attempt| format!("  {}", attempt_line(attempt, context))));
        }
        lines
    }
}

/// Whether its notice names the watch. One that cannot be read may name any.
fn names(delivery: &DeliveryStatus, watch: &str) -> bool {
    match delivery.notice.as_ref().map(|notice| &notice.event) {
        Some(Event::Alert(alert)) => alert.watches.iter().any(|name| name == watch),
        _ => true,
    }
}

fn in_words(delivery: &DeliveryStatus, context: &DeliveryContext<'_>) -> String {
    let receiver = &delivery.receiver;
    let settled = delivery.settled_at.map(|at| when::at(at, context.zone));
    let settled = settled.unwrap_or_default();
    let answer = delivery.detail.as_deref().map(|text| one_line(text, 120));
    let because = answer.map(|text| format!(": {text}")).unwrap_or_default();
    match delivery.state.as_str() {
        "delivered" => match delivery.missing.as_deref() {
            None => format!("{receiver} has it since {settled}"),
            Some(missing) => format!(
                "{receiver} has it since {settled}, but not all of its recipients: {}",
                one_line(missing, 200)
            ),
        },
        "muted" => format!("suppressed {}", for_receiver(delivery)),
        "dead" => format!("given up for {receiver} {settled}{because}"),
        "pending" => pending(delivery, &because, context),
        "folded" => folded(delivery, context),
        "dropped" => format!("dropped for {receiver} {settled}{}", dropped(delivery)),
        state => format!("{state} for {receiver} {settled}"),
    }
}

fn for_receiver(delivery: &DeliveryStatus) -> String {
    let why = delivery.detail.as_deref().unwrap_or("muted");
    format!("for {}: {}", delivery.receiver, one_line(why, 120))
}

/// Why it was dropped, where its watch asked for that. Of what a person dropped only the last failure is on
/// record, which is not why.
fn dropped(delivery: &DeliveryStatus) -> String {
    let why = delivery.detail.as_deref();
    match why.filter(|_| delivery.reason.is_none() && delivery.attempts.is_empty()) {
        Some(found) => format!(", for too few publishers had it: {}", one_line(found, 200)),
        None => String::new(),
    }
}

/// In a digest, as a copy of what was sent or counted with it, and what became of that.
fn folded(delivery: &DeliveryStatus, context: &DeliveryContext<'_>) -> String {
    let (mut words, mut at) = (Vec::new(), delivery);
    for into in context.folds(delivery) {
        let number = into.id;
        words.push(match at.folded_as {
            Some(how @ (Folded::Copy | Folded::Report)) => {
                format!("{} {} ({number})", how.in_words(), title(into))
            }
            _ => format!("in digest {number}"),
        });
        at = into;
    }
    words.push(end(at, context));
    words.join(": ")
}

/// What became of the last of those that are folded into one another.
fn end(at: &DeliveryStatus, context: &DeliveryContext<'_>) -> String {
    if at.state != DeliveryState::Folded {
        return in_words(at, context);
    }
    let number = at.folded_into.unwrap_or(DeliveryId(0));
    let receiver = &at.receiver;
    if context.reaches(at) {
        format!("{receiver} has it in {number}, which is no longer kept")
    } else {
        format!("folded into {number}, which does not bring it to {receiver}")
    }
}

/// What `outbox` says of it: when it is tried next, or why it is not.
fn pending(delivery: &DeliveryStatus, because: &str, context: &DeliveryContext<'_>) -> String {
    let tried = match delivery.attempts.len() {
        0 => String::new(),
        1 => ", tried once".to_owned(),
        tries => format!(", tried {tries} times"),
    };
    let name = &delivery.receiver;
    if is_under_way(delivery) {
        return format!("it is being sent to {name}");
    }
    let receiver = context.receiver(delivery);
    let trouble = |it: &ReceiverStatus| receivers::trouble(it, context.zone, context.now);
    if let Some(receiver) = receiver.filter(|it| !receivers::takes(it)) {
        return format!("it waits for {name}{tried}: {}", trouble(receiver));
    }
    if let (Some(awaits), Some(due)) = (&delivery.awaits, delivery.due) {
        let at = when::at(due, context.zone);
        return format!("it waits for {name} until {at} for {awaits}");
    }
    if let Some(Release { at, reason: hold }) = context.release(delivery) {
        let hold = hold.map_or("its policy", DeferReason::as_str);
        let at = when::at(at, context.zone);
        return format!("it waits for {name}, deferred by {hold} until {at}{because}");
    }
    let next = moment(delivery, None, receiver, context.now);
    // One that was not tried yet has no answer of its own: it waits behind another.
    let behind = receiver.filter(|it| tried.is_empty() && receivers::state(it) == "failing");
    let because = behind.map_or(because.to_owned(), |it| format!("; {}", trouble(it)));
    let verb = if tried.is_empty() { "due" } else { "next try" };
    format!("it waits for {name}{tried}, {verb} {next}{because}")
}

/// How many are left out, and the others.
fn latest(attempts: &[AttemptStatus]) -> (usize, &[AttemptStatus]) {
    let left_out = attempts.len().saturating_sub(MAX_ATTEMPTS);
    (left_out, &attempts[left_out..])
}

fn attempt_line(attempt: &AttemptStatus, context: &DeliveryContext<'_>) -> String {
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
    let at = when::at(*started_at, context.zone);
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
