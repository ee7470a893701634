//! The rows of the notification log, and what they say.

use jiff::Timestamp;

use crate::{
    model::{DeliveryId, FeedId, HealthIssue},
    store::{
        StoreError,
        engine::{Row, Tx, values},
    },
};

/// What one receiver has got of one issue of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::store) enum Notification {
    /// Nothing.
    #[default]
    None,
    /// The notice of its beginning, or that is on its way.
    Sent,
    /// Nothing: a mute in force suppresses the notice of its beginning.
    Suppressed,
    /// Nothing that still counts: a mute suppressed the notice and is over, or the end too, or it has
    /// both.
    Unsent,
    /// Nothing: the notice is dead, or someone dropped it, and it is not sent again.
    GivenUp,
    /// The beginning; a mute suppresses the notice of its end, which is sent when the mute ends.
    EndSuppressed,
    /// The beginning; the notice of its end is on its way.
    EndWaiting,
}

impl Notification {
    /// Whether the receiver has the beginning and not the end, or would but for a mute in force.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Suppressed)
    }
}

/// What the log has of one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) receiver: String,
    pub(super) notification: Notification,
    /// What was sent last, unless it was deleted since.
    pub(super) delivery: Option<DeliveryId>,
}

/// What the log has of one issue of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssueLog(Vec<Entry>);

impl IssueLog {
    /// What this receiver has got.
    pub(in crate::store) fn of(&self, receiver: &str) -> Notification {
        self.entry(receiver)
            .map_or(Notification::None, |entry| entry.notification)
    }

    /// Whether nobody was ever to be notified.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is nothing to send these receivers while the issue goes on.
    pub fn is_known_to(&self, receivers: &[String]) -> bool {
        use Notification::{GivenUp, Sent, Suppressed};
        let is_known = |receiver: &String| matches!(self.of(receiver), Sent | Suppressed | GivenUp);
        !self.is_empty() && receivers.iter().all(is_known)
    }

    /// Whether someone has got the beginning and not the end.
    pub fn is_open(&self) -> bool {
        self.0.iter().any(|entry| entry.notification.is_open())
    }

    /// Whether a mute keeps the end from someone, who would get it though the issue goes on.
    pub(super) fn has_suppressed_end(&self) -> bool {
        let is_suppressed = |entry: &Entry| entry.notification == Notification::EndSuppressed;
        self.0.iter().any(is_suppressed)
    }

    /// Whether there is something to do where the issue is over.
    pub fn is_to_end(&self) -> bool {
        use Notification::{EndSuppressed, EndWaiting};
        let has_end = |entry: &Entry| matches!(entry.notification, EndSuppressed | EndWaiting);
        !self.0.iter().all(has_end)
    }

    /// One that has sent the beginning to these receivers.
    #[cfg(test)]
    pub(crate) fn sent_to(receivers: &[&str]) -> Self {
        let sent = |receiver: &&str| Entry {
            receiver: (*receiver).to_owned(),
            notification: Notification::Sent,
            delivery: None,
        };
        Self(receivers.iter().map(sent).collect())
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// What it has of a receiver, or of all those of whom nobody knows.
    pub(super) fn entry(&self, receiver: &str) -> Option<&Entry> {
        let of = |name: &str| self.0.iter().find(|entry| entry.receiver == name);
        of(receiver).or_else(|| of(ANYBODY))
    }
}

/// What the log has of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notified {
    /// That it fails.
    pub failing: IssueLog,
    /// That it brings nothing new.
    pub silent: IssueLog,
    /// That it has lost its items.
    pub empty: IssueLog,
}

impl Notified {
    /// What it has of this issue.
    pub const fn of(&self, issue: HealthIssue) -> &IssueLog {
        match issue {
            HealthIssue::Failing => &self.failing,
            HealthIssue::Silent => &self.silent,
            HealthIssue::Empty => &self.empty,
        }
    }

    const fn of_mut(&mut self, issue: HealthIssue) -> &mut IssueLog {
        match issue {
            HealthIssue::Failing => &mut self.failing,
            HealthIssue::Silent => &mut self.silent,
            HealthIssue::Empty => &mut self.empty,
        }
    }
}

/// The receiver where an older version noted that somebody was notified, and not who.
pub(super) const ANYBODY: &str = "";

/// The receiver of what was found where the config names none; no config has a name like it.
pub(super) const NOBODY: &str = "#nobody";

/// What the log has of a feed.
pub(in crate::store) fn read(
    tx: &mut dyn Tx,
    feed: FeedId,
    now: Timestamp,
) -> Result<Notified, StoreError> {
    // A notice may be about several feeds, and the mute of another one may suppress it: what counts
    // is the feed's own.
    let rows = tx.rows(
        "SELECT n.issue, n.receiver, n.delivery, d.kind, d.state, d.mute,
                (SELECT b.state FROM delivery b WHERE b.id = d.follows) AS before,
                CASE WHEN EXISTS (SELECT 1 FROM mute m
                                   WHERE m.id = coalesce(n.suppressed_by, d.mute)
                                     AND m.ended_at IS NULL AND m.until > ?2)
                     THEN 1 ELSE 0 END AS is_muted
           FROM notification n LEFT JOIN delivery d ON d.id = n.delivery
          WHERE n.feed = ?1 ORDER BY n.issue, n.receiver",
        values![feed, now],
    )?;
    let mut notified = Notified::default();
    for mut row in rows {
        let name: String = row.take("issue")?;
        let issue = HealthIssue::ALL.into_iter().find(|it| it.as_str() == name);
        let Some(issue) = issue else { continue };
        notified.of_mut(issue).0.push(Entry {
            receiver: row.take("receiver")?,
            delivery: row.take("delivery")?,
            notification: notification(&mut row)?,
        });
    }
    Ok(notified)
}

/// What became of the last notice; only one that was delivered is deleted without a trace here.
fn notification(row: &mut Row) -> Result<Notification, StoreError> {
    let (kind, state): (Option<String>, Option<String>) = (row.take("kind")?, row.take("state")?);
    let was_muted = row.take::<Option<i64>>("mute")?.is_some();
    let is_muted: bool = row.take("is_muted")?;
    let before: Option<String> = row.take("before")?;
    let is_end = kind.as_deref() == Some(END);
    Ok(match state.as_deref() {
        Some("muted") if is_end && before.as_deref() == Some("muted") => Notification::Unsent,
        Some("muted") if is_end => Notification::EndSuppressed,
        Some("pending") if is_end => Notification::EndWaiting,
        Some(_) if is_end => Notification::Unsent,
        Some("muted") if is_muted => Notification::Suppressed,
        Some("muted") => Notification::Unsent,
        Some("dropped") if was_muted && !is_muted => Notification::Unsent,
        Some("dropped" | "dead") => Notification::GivenUp,
        _ => Notification::Sent,
    })
}

/// The kind of the notice of an end.
pub(super) const END: &str = "feed.recovered";

/// Notes what was sent to a receiver last.
pub(super) fn write(
    tx: &mut dyn Tx,
    feed: FeedId,
    issue: HealthIssue,
    receiver: &str,
    delivery: Option<DeliveryId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO notification (feed, issue, receiver, sent_at, delivery, suppressed_by)
         VALUES (?1, ?2, ?3, ?4, ?5, (
           SELECT m.id FROM mute m JOIN feed f ON f.name = m.name
            WHERE f.id = ?1 AND m.kind = 'feed' AND m.ended_at IS NULL AND m.until > ?4
              AND EXISTS (SELECT 1 FROM delivery d WHERE d.id = ?5 AND d.state = 'muted')))
         ON CONFLICT (feed, issue, receiver) DO UPDATE
           SET sent_at = excluded.sent_at, delivery = excluded.delivery,
               suppressed_by = excluded.suppressed_by",
        values![feed, issue.as_str(), receiver, now, delivery],
    )
    .map(drop)
}

/// Puts these receivers in the place of [`ANYBODY`].
pub(super) fn name_anybody(
    tx: &mut dyn Tx,
    feed: FeedId,
    issue: HealthIssue,
    receivers: &[String],
) -> Result<(), StoreError> {
    if receivers.is_empty() {
        return Ok(());
    }
    for receiver in receivers {
        tx.exec(
            "INSERT INTO notification (feed, issue, receiver, sent_at, delivery, suppressed_by)
             SELECT feed, issue, CAST(?3 AS TEXT), sent_at, delivery, suppressed_by
               FROM notification WHERE feed = ?1 AND issue = ?2 AND receiver = ?4
             ON CONFLICT DO NOTHING",
            values![feed, issue.as_str(), receiver.as_str(), ANYBODY],
        )?;
    }
    forget_receiver(tx, feed, issue, ANYBODY)
}

/// Forgets what one receiver was notified of.
pub(super) fn forget_receiver(
    tx: &mut dyn Tx,
    feed: FeedId,
    issue: HealthIssue,
    receiver: &str,
) -> Result<(), StoreError> {
    tx.exec(
        "DELETE FROM notification WHERE feed = ?1 AND issue = ?2 AND receiver = ?3",
        values![feed, issue.as_str(), receiver],
    )
    .map(drop)
}

/// Takes a suppressed notice out of the outbox, if nothing is left of it in the log: it must not be
/// sent beside the one that took its place, or after the issue.
pub(super) fn drop_suppressed(
    tx: &mut dyn Tx,
    delivery: Option<DeliveryId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE delivery SET state = 'dropped', fence = fence + 1, settled_at = ?2
          WHERE id = ?1 AND state = 'muted'
            AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.delivery = ?1)",
        values![delivery, now],
    )
    .map(drop)
}

/// The issue has begun again before the notice of its end went out: whoever was to get that has the
/// beginning, and the other feeds that it names end anew.
pub(super) fn resume(
    tx: &mut dyn Tx,
    delivery: Option<DeliveryId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.exec(
        "UPDATE notification SET delivery = NULL, suppressed_by = NULL WHERE delivery = ?1",
        values![delivery],
    )?;
    drop_suppressed(tx, delivery, now)
}

/// Receivers that were notified of one feed's failure were notified of the other's.
pub(in crate::store) fn take_over(
    tx: &mut dyn Tx,
    from: FeedId,
    to: FeedId,
) -> Result<(), StoreError> {
    let failing = HealthIssue::Failing.as_str();
    let forget = "DELETE FROM notification WHERE feed = ?1 AND issue = ?2";
    tx.exec(forget, values![to, failing])?;
    tx.exec(
        "UPDATE notification SET feed = ?2 WHERE feed = ?1 AND issue = ?3",
        values![from, to, failing],
    )
    .map(drop)
}
