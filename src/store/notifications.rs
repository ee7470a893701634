//! The notification log: which receiver was notified of which health issue of which feed, and when.
//!
//! What is so is kept with the feed: its failures, and what [`Health`](super::Health) says. Here is
//! kept what was sent. [`decide`] compares the two, in the transaction that writes both, and nothing
//! else decides. A notice that a mute of the feed suppresses is in the log too. While the mute lasts
//! it counts as sent, so that nothing is sent twice; when the mute is over nobody has received it,
//! and an issue that goes on is sent again.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{
    NewDelivery, StoreError,
    engine::{Row, Tx, values},
    outbox,
};
use crate::model::{FeedId, HealthIssue};

/// What the log has of one issue of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notification {
    /// Nothing.
    #[default]
    None,
    /// A mute of the feed suppressed it, and is over: no receiver has it.
    Suppressed,
    /// The same for some receivers, while others have it: someone sent theirs from the outbox.
    Partly,
    /// It was sent, or is in the outbox; or a mute that lasts suppresses it.
    Sent,
}

/// What the log has of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Notified {
    /// That it fails.
    pub failing: Notification,
    /// That it brings nothing new.
    pub silent: Notification,
    /// That it has lost its items.
    pub empty: Notification,
}

impl Notified {
    /// What it has of this issue.
    pub const fn of(&self, issue: HealthIssue) -> Notification {
        match issue {
            HealthIssue::Failing => self.failing,
            HealthIssue::Silent => self.silent,
            HealthIssue::Empty => self.empty,
        }
    }

    const fn set(&mut self, issue: HealthIssue, notification: Notification) {
        match issue {
            HealthIssue::Failing => self.failing = notification,
            HealthIssue::Silent => self.silent = notification,
            HealthIssue::Empty => self.empty = notification,
        }
    }
}

/// What a poll says of one issue of its feed, with the notices that say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub issue: HealthIssue,
    /// Whether it is over; otherwise it is so.
    pub is_over: bool,
    /// What to send, if it is to be sent.
    pub notices: Vec<NewDelivery>,
    /// Other feeds of the origin that the notices name.
    pub also: Vec<FeedId>,
}

/// Whether receivers are notified of a finding, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is news to them.
    Notify,
    /// They know.
    Known,
    /// It is over, and they never knew.
    NeverKnown,
}

/// Whether receivers are notified of an issue that is so, or is over.
pub(super) const fn decide(issue: HealthIssue, is_over: bool, notified: Notified) -> Decision {
    let notification = notified.of(issue);
    let is_known_to_all = matches!(notification, Notification::Sent);
    let is_known = is_known_to_all || matches!(notification, Notification::Partly);
    // Nobody expects anything new of a feed that is known to have no items.
    let implied =
        matches!(issue, HealthIssue::Silent) && matches!(notified.empty, Notification::Sent);
    match is_over {
        false if implied || is_known_to_all => Decision::Known,
        true if !is_known => Decision::NeverKnown,
        _ => Decision::Notify,
    }
}

/// Sends what a poll found, as far as it is news, and logs that; gives what was sent.
pub(super) fn notify(
    tx: &mut dyn Tx,
    feed: FeedId,
    findings: Vec<Finding>,
    now: Timestamp,
) -> Result<Vec<NewDelivery>, StoreError> {
    let mut sent = Vec::new();
    if findings.is_empty() {
        return Ok(sent);
    }
    let mut notified = read(tx, feed, now)?;
    for mut finding in findings {
        let decision = decide(finding.issue, finding.is_over, notified);
        if decision == Decision::Known {
            continue;
        }
        let is_partly = notified.of(finding.issue) == Notification::Partly;
        if is_partly {
            // Each receiver gets what is news to it, and the end of what it knows of.
            let knowing = knowing(tx, feed, finding.issue, now)?;
            let is_over = finding.is_over;
            let notices = &mut finding.notices;
            notices.retain(|notice| knowing.contains(&notice.receiver) == is_over);
        }
        if finding.is_over || !is_partly {
            forget(tx, feed, finding.issue)?;
        } else {
            forget_suppressed(tx, feed, finding.issue)?;
        }
        notified.set(finding.issue, Notification::None);
        if decision == Decision::NeverKnown {
            continue;
        }
        let deliveries = outbox::enqueue(tx, &finding.notices, now)?;
        for &other in &finding.also {
            forget(tx, other, finding.issue)?;
        }
        if !finding.is_over {
            notified.set(finding.issue, Notification::Sent);
            for feed in std::iter::once(feed).chain(finding.also) {
                for (notice, delivery) in finding.notices.iter().zip(&deliveries) {
                    let delivery = Some(delivery.0);
                    log(tx, feed, finding.issue, &notice.receiver, delivery, now)?;
                }
                if deliveries.is_empty() {
                    log(tx, feed, finding.issue, NOBODY, None, now)?;
                }
            }
        }
        sent.extend(finding.notices);
    }
    Ok(sent)
}

/// The receiver of what was sent where the config names none.
const NOBODY: &str = "";

fn log(
    tx: &mut dyn Tx,
    feed: FeedId,
    issue: HealthIssue,
    receiver: &str,
    delivery: Option<i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    // A delivery may name several feeds, and another mute may have held it: what counts is the
    // feed's own.
    tx.exec(
        "INSERT INTO notification (feed, issue, receiver, sent_at, delivery, suppressed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, (
           SELECT m.id FROM mute m JOIN feed f ON f.name = m.name
            WHERE f.id = ?1 AND m.kind = 'feed' AND m.ended_at IS NULL AND m.until > ?4
              AND EXISTS (SELECT 1 FROM delivery d WHERE d.id = ?5 AND d.state = 'muted')))
         ON CONFLICT DO NOTHING",
        values![feed, issue.as_str(), receiver, now, delivery],
    )
    .map(drop)
}

/// What the log has of a feed. What someone had sent in spite of the mute was received.
pub(super) fn read(tx: &mut dyn Tx, feed: FeedId, now: Timestamp) -> Result<Notified, StoreError> {
    let rows = rows(tx, feed, now)?;
    let mut notified = Notified::default();
    for mut row in rows {
        let name: String = row.take("issue")?;
        let issue = HealthIssue::ALL.into_iter().find(|it| it.as_str() == name);
        let Some(issue) = issue else { continue };
        let one = if row.take("is_sent")? {
            Notification::Sent
        } else {
            Notification::Suppressed
        };
        let before = notified.of(issue);
        let is_mixed = before != Notification::None && before != one;
        notified.set(issue, if is_mixed { Notification::Partly } else { one });
    }
    Ok(notified)
}

/// The receivers that have been notified of an issue.
fn knowing(
    tx: &mut dyn Tx,
    feed: FeedId,
    issue: HealthIssue,
    now: Timestamp,
) -> Result<HashSet<String>, StoreError> {
    let mut receivers = HashSet::new();
    for mut row in rows(tx, feed, now)? {
        let name: String = row.take("issue")?;
        if name == issue.as_str() && row.take("is_sent")? {
            receivers.insert(row.take("receiver")?);
        }
    }
    Ok(receivers)
}

/// The log of a feed; `is_sent` says that the receiver has it, or a mute that lasts suppresses it.
fn rows(tx: &mut dyn Tx, feed: FeedId, now: Timestamp) -> Result<Vec<Row>, StoreError> {
    tx.rows(
        "SELECT n.issue, n.receiver,
                CASE WHEN n.suppressed_by IS NULL
                       OR EXISTS (SELECT 1 FROM mute m
                                   WHERE m.id = n.suppressed_by AND m.ended_at IS NULL
                                     AND m.until > ?2)
                       OR NOT EXISTS (SELECT 1 FROM delivery d
                                       WHERE d.id = n.delivery AND d.state = 'muted')
                     THEN 1 ELSE 0 END AS is_sent
           FROM notification n WHERE n.feed = ?1",
        values![feed, now],
    )
}

/// Forgets what a mute suppressed and nobody sent.
fn forget_suppressed(tx: &mut dyn Tx, feed: FeedId, issue: HealthIssue) -> Result<(), StoreError> {
    tx.exec(
        "DELETE FROM notification WHERE feed = ?1 AND issue = ?2 AND delivery IN (
           SELECT id FROM delivery WHERE state = 'muted')",
        values![feed, issue.as_str()],
    )
    .map(drop)
}

/// Forgets that anybody was notified of this.
pub(super) fn forget(tx: &mut dyn Tx, feed: FeedId, issue: HealthIssue) -> Result<(), StoreError> {
    tx.exec(
        "DELETE FROM notification WHERE feed = ?1 AND issue = ?2",
        values![feed, issue.as_str()],
    )
    .map(drop)
}

/// Receivers that were notified of one feed's failure were notified of the other's.
pub(super) fn take_over(tx: &mut dyn Tx, from: FeedId, to: FeedId) -> Result<(), StoreError> {
    forget(tx, to, HealthIssue::Failing)?;
    tx.exec(
        "UPDATE notification SET feed = ?2 WHERE feed = ?1 AND issue = ?3",
        values![from, to, HealthIssue::Failing.as_str()],
    )
    .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivers_are_notified_of_what_is_news_to_them_and_of_the_end_of_what_they_know_of() {
        use Decision::{Known, NeverKnown, Notify};
        use HealthIssue::{Empty, Failing, Silent};
        let of = |issue, notification| {
            let mut notified = Notified::default();
            notified.set(issue, notification);
            notified
        };
        for issue in [Failing, Silent, Empty] {
            for (notification, so, over) in [
                (Notification::None, Notify, NeverKnown),
                (Notification::Suppressed, Notify, NeverKnown),
                (Notification::Partly, Notify, Notify),
                (Notification::Sent, Known, Notify),
            ] {
                let notified = of(issue, notification);
                assert_eq!(decide(issue, false, notified), so, "{notified:?}");
                assert_eq!(decide(issue, true, notified), over, "{notified:?}");
            }
        }
        assert_eq!(decide(Silent, false, of(Empty, Notification::Sent)), Known);
        let unheard = of(Empty, Notification::Suppressed);
        assert_eq!(decide(Silent, false, unheard), Notify);
        assert_eq!(decide(Empty, false, of(Silent, Notification::Sent)), Notify);
    }
}
