//! The notification log: which receiver was notified of which health issue of which feed, and when.
//!
//! What is so is kept with the feed: its failures, and what [`Health`](super::Health) says. Here is
//! kept what was sent. [`decide`] compares the two for each receiver, in the transaction that writes
//! both, and nothing else decides. One rule holds:
//!
//! - A receiver gets the notice of a beginning once. It counts as sent if it was delivered, or is
//!   still to be.
//! - Who got the beginning gets the end, once, whether or not the config names them still; nobody
//!   else gets it.
//! - A beginning that a mute suppresses is in the log too. While the mute lasts nothing is sent; when
//!   it is over nobody has received it, and an issue that goes on is sent again.
//! - An end that a mute suppresses for a receiver that has the beginning is sent when the mute ends
//!   ([`release`](release())), unless the issue has begun again.

mod log;
mod release;

use jiff::Timestamp;

use super::{NewDelivery, StoreError, engine::Tx, outbox};
use crate::model::{DeliveryId, Event, FeedId, HealthIssue};

pub use self::log::{IssueLog, Notified};
pub(super) use self::{
    log::{Notification, read, take_over},
    release::{is_awaited, pruned, release},
};

/// What a poll says of one issue of its feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub issue: HealthIssue,
    /// Whether it is over; otherwise it is so.
    pub is_over: bool,
    /// The notice that says it, with all other feeds that it may name.
    pub event: Event,
    /// The receivers that are to be notified of a beginning.
    pub receivers: Vec<String>,
    /// The other feeds of the origin that the notice names in `also`, in its order.
    pub also: Vec<FeedId>,
    /// Those that it names in `still`, in its order.
    pub still: Vec<FeedId>,
}

/// What is done for one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// It is notified.
    Notify,
    /// Nothing, and the log stays as it is.
    Keep,
    /// It is not notified, and the log forgets it.
    Forget,
    /// It has the beginning already; the end that was to come is taken back.
    Resume,
}

/// What is done for a receiver that has got this, where the issue is so, or is over.
const fn decide(is_over: bool, notification: Notification) -> Decision {
    use Notification::{EndSuppressed, EndWaiting, GivenUp, None, Sent, Suppressed, Unsent};
    match (is_over, notification) {
        (false, None | Unsent | EndWaiting) | (true, Sent | Suppressed) => Decision::Notify,
        (false, Sent | Suppressed | GivenUp) | (true, None | EndSuppressed | EndWaiting) => {
            Decision::Keep
        }
        (false, EndSuppressed) => Decision::Resume,
        (true, Unsent | GivenUp) => Decision::Forget,
    }
}

/// Sends what was found of a feed, as far as it is news, and logs that; gives what was sent.
pub(super) fn notify(
    tx: &mut dyn Tx,
    feed: FeedId,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Result<Vec<NewDelivery>, StoreError> {
    let mut sent = Vec::new();
    for finding in findings {
        let notified = read(tx, feed, now)?;
        let log = notified.of(finding.issue);
        let is_news = if finding.is_over {
            log.is_to_end()
        } else {
            !log.is_known_to(&finding.receivers) || log.has_suppressed_end()
        };
        if !is_news {
            continue;
        }
        let others = |tx: &mut dyn Tx, feeds: &[FeedId]| -> Result<Vec<Other>, StoreError> {
            let others = feeds.iter().map(|&id| {
                log::name_anybody(tx, id, finding.issue, &finding.receivers)?;
                let log = read(tx, id, now)?.of(finding.issue).clone();
                Ok(Other { id, log })
            });
            others.collect()
        };
        let also = others(tx, &finding.also)?;
        let still = others(tx, &finding.still)?;
        log::name_anybody(tx, feed, finding.issue, &finding.receivers)?;
        let notified = read(tx, feed, now)?;
        let mut notices = Notices {
            feed,
            finding: &finding,
            also,
            still,
            now,
            sent: &mut sent,
        };
        if finding.is_over {
            notices.end(tx, notified.of(finding.issue))?;
        } else {
            notices.begin(tx, &notified)?;
        }
    }
    Ok(sent)
}

/// Another feed that a notice may name.
struct Other {
    id: FeedId,
    log: IssueLog,
}

/// The notices of one finding.
struct Notices<'a> {
    feed: FeedId,
    finding: &'a Finding,
    also: Vec<Other>,
    still: Vec<Other>,
    now: Timestamp,
    sent: &'a mut Vec<NewDelivery>,
}

impl Notices<'_> {
    /// The issue is so.
    fn begin(&mut self, tx: &mut dyn Tx, notified: &Notified) -> Result<(), StoreError> {
        let (issue, now) = (self.finding.issue, self.now);
        let log = notified.of(issue);
        if self.finding.receivers.is_empty() {
            for feed in std::iter::once(self.feed).chain(self.also.iter().map(|it| it.id)) {
                log::write(tx, feed, issue, log::NOBODY, None, now)?;
            }
        }
        for entry in log.entries() {
            let is_named = self.finding.receivers.contains(&entry.receiver);
            if !is_named && decide(false, entry.notification) == Decision::Resume {
                log::resume(tx, entry.delivery, now)?;
            }
        }
        for receiver in &self.finding.receivers {
            // Nobody expects anything new of a feed that is known to have no items.
            let implied = issue == HealthIssue::Silent && notified.empty.of(receiver).is_open();
            let before = log.entry(receiver).and_then(|entry| entry.delivery);
            match decide(false, log.of(receiver)) {
                Decision::Resume => log::resume(tx, before, now)?,
                Decision::Notify if !implied => {
                    let is_news =
                        |other: &Other| decide(false, other.log.of(receiver)) == Decision::Notify;
                    let old = self.old(receiver, before, is_news);
                    let (named, delivery) = self.send(tx, receiver, &old, is_news)?;
                    for feed in named {
                        log::write(tx, feed, issue, receiver, Some(delivery), now)?;
                    }
                    for delivery in old {
                        log::drop_suppressed(tx, Some(delivery), now)?;
                    }
                }
                Decision::Notify | Decision::Keep | Decision::Forget => {}
            }
        }
        Ok(())
    }

    /// The issue is over.
    fn end(&mut self, tx: &mut dyn Tx, log: &IssueLog) -> Result<(), StoreError> {
        let (issue, now) = (self.finding.issue, self.now);
        for entry in log.entries() {
            let receiver = &entry.receiver;
            let is_one = ![log::ANYBODY, log::NOBODY].contains(&receiver.as_str());
            match decide(true, entry.notification) {
                Decision::Notify if is_one => {
                    // What it has of the others may end later, each with its own next poll.
                    let is_alike = |other: &Other| other.log.of(receiver) == entry.notification;
                    let began = self.old(receiver, entry.delivery, is_alike);
                    let (named, delivery) = self.send(tx, receiver, &began, is_alike)?;
                    for feed in named {
                        // It is on its way to who has the beginning; a mute may suppress it.
                        if entry.notification == Notification::Sent {
                            log::write(tx, feed, issue, receiver, Some(delivery), now)?;
                        } else {
                            log::forget_receiver(tx, feed, issue, receiver)?;
                        }
                    }
                }
                Decision::Keep => {}
                Decision::Notify | Decision::Forget | Decision::Resume => {
                    log::forget_receiver(tx, self.feed, issue, receiver)?;
                    log::drop_suppressed(tx, entry.delivery, now)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the notice for one receiver into the outbox; gives the feeds that it is about, which are
    /// its own and those of the others that are meant. It follows the last of those before it that
    /// waits still.
    fn send(
        &mut self,
        tx: &mut dyn Tx,
        receiver: &str,
        before: &[DeliveryId],
        is_meant: impl Fn(&Other) -> bool,
    ) -> Result<(Vec<FeedId>, DeliveryId), StoreError> {
        let mut event = self.finding.event.clone();
        if let Event::FeedFailing(data) = &mut event {
            keep(&mut data.also, &self.also, &is_meant);
        }
        if let Event::FeedRecovered(data) = &mut event {
            keep(&mut data.also, &self.also, &is_meant);
            keep(&mut data.still, &self.still, |other| {
                other.log.of(receiver).is_open()
            });
        }
        let notice = NewDelivery {
            receiver: receiver.to_owned(),
            event,
        };
        let deliveries = outbox::enqueue(tx, std::slice::from_ref(&notice), self.now)?;
        outbox::follow(tx, deliveries[0], before, self.now)?;
        self.sent.push(notice);
        let also = self.also.iter().filter(|other| is_meant(other));
        let named = std::iter::once(self.feed).chain(also.map(|other| other.id));
        Ok((named.collect(), deliveries[0]))
    }

    /// The notices whose place a new one takes.
    fn old(
        &self,
        receiver: &str,
        own: Option<DeliveryId>,
        is_meant: impl Fn(&Other) -> bool,
    ) -> Vec<DeliveryId> {
        let also = self.also.iter().filter(|other| is_meant(other));
        let also = also.filter_map(|other| other.log.entry(receiver)?.delivery);
        own.into_iter().chain(also).collect()
    }
}

/// Keeps the names of those of the feeds that are meant.
fn keep(names: &mut Vec<String>, feeds: &[Other], is_meant: impl Fn(&Other) -> bool) {
    let mut feeds = feeds.iter();
    names.retain(|_| feeds.next().is_some_and(&is_meant));
}

#[cfg(test)]
mod tests;
