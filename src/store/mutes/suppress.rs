//! What mutes suppress.

use jiff::Timestamp;

use crate::{
    model::{DeliveryId, Event, MuteId, MuteKind, ParseMuteKindError, StoryId},
    store::{
        Store, StoreError,
        engine::{Row, Tx, values},
        outbox::moved,
    },
};

/// Asked whenever a notice is made: the index has only those that are open.
pub(in crate::store) const IN_FORCE: &str = "
    SELECT id, kind, name, since, until, comment FROM mute WHERE ended_at IS NULL AND until > ?1";

/// What may be muted of a delivery.
#[derive(Debug)]
pub(in crate::store) struct Subject<'a> {
    /// Its receiver.
    pub(in crate::store) receiver: &'a str,
    /// The feeds that it is about.
    pub(in crate::store) feeds: Vec<&'a str>,
    /// The watches that made it.
    pub(in crate::store) watches: Vec<&'a str>,
    /// The tags of the feed of an alert.
    pub(in crate::store) tags: Vec<&'a str>,
    /// The story of an alert.
    pub(in crate::store) story: Option<StoryId>,
}

impl<'a> Subject<'a> {
    /// Of an event for a receiver.
    pub(in crate::store) fn of(receiver: &'a str, event: &'a Event) -> Self {
        let (watches, tags) = match event {
            Event::Alert(alert) => (&alert.watches[..], &alert.feed.tags[..]),
            Event::StorySources(story) => (&story.watches[..], &[][..]),
            _ => (&[][..], &[][..]),
        };
        Self {
            receiver,
            feeds: feeds(event),
            watches: watches.iter().map(String::as_str).collect(),
            tags: tags.iter().map(String::as_str).collect(),
            story: None,
        }
    }
}

/// The mutes in force at one moment; mostly none.
#[derive(Debug)]
pub(in crate::store) struct Mutes(Vec<Mute>);

#[derive(Debug)]
pub(super) struct Mute {
    pub(super) id: MuteId,
    pub(super) kind: MuteKind,
    pub(super) name: String,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) comment: Option<String>,
}

impl Mutes {
    pub(in crate::store) fn in_force(tx: &mut dyn Tx, now: Timestamp) -> Result<Self, StoreError> {
        let rows = tx.rows(IN_FORCE, values![now])?.into_iter();
        let mutes: Result<_, _> = rows.map(|mut row| Mute::read(&mut row)).collect();
        mutes.map(Self)
    }

    /// Suppresses a delivery if one of them asks for it; says whether it did.
    pub(in crate::store) fn suppress(
        &self,
        tx: &mut dyn Tx,
        id: DeliveryId,
        subject: &Subject<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match self.suppressing(subject) {
            Some(mute) => mute.suppress(tx, id, now).map(|()| true),
            None => Ok(false),
        }
    }

    /// Whether a watch of an alert's is muted while another is not: that one notifies alone.
    pub(in crate::store) fn leaves_out(&self, watches: &[String], watch: &str) -> bool {
        let is_muted = |watch: &str| self.of(MuteKind::Watch, watch).is_some();
        is_muted(watch) && !watches.iter().all(|watch| is_muted(watch))
    }

    /// The mute that keeps this from its receiver.
    fn suppressing(&self, subject: &Subject<'_>) -> Option<&Mute> {
        let tags = subject.tags.iter();
        let story = subject.story.map(|story| story.to_string());
        let suppressing = [
            self.of(MuteKind::Receiver, subject.receiver),
            self.of_all(MuteKind::Feed, &subject.feeds),
            self.of_all(MuteKind::Watch, &subject.watches),
            story.and_then(|story| self.of(MuteKind::Story, &story)),
        ];
        let suppressing = suppressing.into_iter().flatten();
        let suppressing = suppressing.chain(tags.filter_map(|tag| self.of(MuteKind::Tag, tag)));
        suppressing.max_by_key(|mute| mute.until)
    }

    fn of(&self, kind: MuteKind, name: &str) -> Option<&Mute> {
        let mut mutes = self.0.iter();
        mutes.find(|mute| mute.kind == kind && mute.name == name)
    }

    /// Where all of these are muted, the mute that ends last.
    fn of_all(&self, kind: MuteKind, names: &[&str]) -> Option<&Mute> {
        let mutes: Option<Vec<&Mute>> = names.iter().map(|name| self.of(kind, name)).collect();
        mutes?.into_iter().max_by_key(|mute| mute.until)
    }
}

/// The feeds that an event is about: one notice may be about several of an origin, and is
/// suppressed
/// only where all of them are muted.
fn feeds(event: &Event) -> Vec<&str> {
    let (feed, also) = match event {
        Event::Alert(data) => (&data.feed.name, &[][..]),
        Event::FeedFailing(data) => (&data.feed, &data.also[..]),
        Event::FeedRecovered(data) => (&data.feed, &data.also[..]),
        Event::FeedSilent(data) => (&data.feed, &[][..]),
        Event::FeedEmpty(data) => (&data.feed, &[][..]),
        Event::FeedRebased(data) => (&data.feed, &[][..]),
        Event::FeedItemsMissed(data) => (&data.feed, &[][..]),
        Event::DigestReady(_)
        | Event::NetworkFailing(_)
        | Event::NetworkRecovered(_)
        | Event::ReceiverFailing(_)
        | Event::ReceiverRecovered(_)
        | Event::ReceiverMissed(_)
        | Event::StoreFailing(_)
        | Event::StoreRecovered(_)
        | Event::ConfigFailing(_)
        | Event::ConfigRecovered(_)
        | Event::StorySources(_)
        | Event::MuteEnded(_)
        | Event::ReportReady(_)
        | Event::TestPing(_) => return Vec::new(),
    };
    std::iter::once(feed)
        .chain(also)
        .map(String::as_str)
        .collect()
}

impl Store {
    /// Suppresses what waits for a receiver, or of a story, that was just muted, but not what is being
    /// sent. No lane takes what of its receiver is not suppressed yet: that too asks for the mute.
    pub(super) async fn suppress_waiting(
        &self,
        kind: MuteKind,
        name: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let found = self.read(move |tx| {
            let mutes = Mutes::in_force(tx, now)?;
            let Some(mute) = mutes.of(kind, &name) else {
                return Ok(None);
            };
            let waiting = match kind {
                MuteKind::Receiver => waiting(tx, &name)?,
                MuteKind::Story => waiting_of_story(tx, &name)?,
                MuteKind::Watch | MuteKind::Feed | MuteKind::Tag => Vec::new(),
            };
            Ok(Some((mute.id, mute.in_words(), waiting)))
        });
        let Some((mute, words, waiting)) = found.await? else {
            return Ok(());
        };
        let suppress =
            move |tx: &mut dyn Tx, id: &DeliveryId| suppress_pending(tx, *id, mute, &words, now);
        self.in_parts(waiting, suppress).await.map(drop)
    }
}

/// Suppresses a delivery where it waits and is not being sent, while the mute is in force; gives how many
/// that are.
fn suppress_pending(
    tx: &mut dyn Tx,
    id: DeliveryId,
    mute: MuteId,
    words: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let suppressed = tx.exec(
        "UPDATE delivery SET state = 'muted', mute = ?2, fence = fence + 1, settled_at = ?3,
                reason = 'muted', detail = ?4
          WHERE id = ?1 AND state = 'pending'
            AND EXISTS (SELECT 1 FROM mute WHERE id = ?2 AND ended_at IS NULL AND until > ?3)
            AND NOT EXISTS (
              SELECT 1 FROM attempt a WHERE a.delivery = delivery.id AND a.ended_at IS NULL)",
        values![id, mute, now, words],
    )?;
    moved(tx, id, now)?;
    Ok(suppressed)
}

fn waiting(tx: &mut dyn Tx, receiver: &str) -> Result<Vec<DeliveryId>, StoreError> {
    tx.column(
        "SELECT id FROM delivery
          WHERE receiver = (SELECT id FROM receiver WHERE name = ?1) AND state = 'pending'",
        values![receiver],
    )
}

/// What of a story waits, for others or for its time.
const WAITING_OF_STORY: &str = "
    SELECT d.id FROM story_item s JOIN alert a ON a.item = s.item JOIN delivery d ON d.alert = a.id
     WHERE s.story = ?1 AND d.state = 'pending'
     UNION SELECT id FROM delivery
     WHERE story = ?1 AND awaits IS NOT NULL AND state = 'pending'";

fn waiting_of_story(tx: &mut dyn Tx, name: &str) -> Result<Vec<DeliveryId>, StoreError> {
    let number = name
        .strip_prefix('s')
        .and_then(|number| number.parse().ok());
    tx.column(WAITING_OF_STORY, values![number.map(StoryId)])
}

/// Suppresses what was being sent when its receiver was muted, failed, and would be sent again; says
/// whether it did. What someone asked for since then is sent.
pub(in crate::store) fn suppress_again(
    tx: &mut dyn Tx,
    id: DeliveryId,
    receiver: &str,
    waiting_since: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mutes = Mutes::in_force(tx, now)?;
    let mute = mutes.of(MuteKind::Receiver, receiver);
    let Some(mute) = mute.filter(|mute| waiting_since <= mute.since) else {
        return Ok(false);
    };
    mute.suppress(tx, id, now).map(|()| true)
}

impl Mute {
    /// From the columns that every query of mutes begins with.
    pub(super) fn read(row: &mut Row) -> Result<Self, StoreError> {
        let unreadable = |error: ParseMuteKindError| StoreError::Unreadable {
            what: "a mute",
            detail: error.to_string(),
        };
        let (kind, name): (String, String) = (row.take("kind")?, row.take("name")?);
        let (kind, name) = named(kind.parse().map_err(unreadable)?, name);
        Ok(Self {
            id: row.take("id")?,
            kind,
            name,
            since: row.take("since")?,
            until: row.take("until")?,
            comment: row.take("comment")?,
        })
    }

    fn suppress(&self, tx: &mut dyn Tx, id: DeliveryId, now: Timestamp) -> Result<(), StoreError> {
        tx.exec(
            "UPDATE delivery SET state = 'muted', mute = ?2, fence = fence + 1, settled_at = ?3,
                    reason = 'muted', detail = ?4
              WHERE id = ?1",
            values![id, self.id, now, self.in_words()],
        )
        .map(drop)
    }

    /// Who muted it, as `outbox` shows it.
    fn in_words(&self) -> String {
        let comment = self.comment.as_ref().map(|comment| format!(": {comment}"));
        format!(
            "{} {} was muted{}",
            self.kind,
            self.name,
            comment.unwrap_or_default()
        )
    }
}

/// Before a tag's or a story's name in the table, whose kinds are those of schema 1: there it is a feed
/// whose name no config can have.
const AS_FEEDS: [(MuteKind, &str); 2] = [(MuteKind::Tag, "#tag:"), (MuteKind::Story, "#story:")];

/// What is muted, as the table has it.
pub(super) fn stored(kind: MuteKind, name: &str) -> (&'static str, String) {
    let mut as_feeds = AS_FEEDS.into_iter();
    match as_feeds.find(|(of, _)| *of == kind) {
        Some((_, before)) => (MuteKind::Feed.as_str(), format!("{before}{name}")),
        None => (kind.as_str(), name.to_owned()),
    }
}

/// The other way round.
fn named(kind: MuteKind, name: String) -> (MuteKind, String) {
    let mut as_feeds = AS_FEEDS.into_iter().filter(|_| kind == MuteKind::Feed);
    let found = as_feeds.find_map(|(of, before)| Some((of, name.strip_prefix(before)?)));
    match found {
        Some((of, rest)) => (of, rest.to_owned()),
        None => (kind, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        mutes::tests::{failing, mute},
        testing::*,
    };

    /// Deliveries are suppressed in parts, and between two of them the mute may end.
    #[tokio::test]
    async fn a_mute_that_ended_meanwhile_suppresses_nothing_more() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let mute = mute(&store, MuteKind::Receiver, "desk", 10, 0)
            .await
            .mute
            .id;
        let waiting = store.enqueue(vec![failing("nhk", &[])], at(20)).await;
        let id = waiting.expect("enqueued")[0];
        for (second, count) in [(20, 0), (10, 0), (9, 1), (9, 0)] {
            let suppress =
                move |tx: &mut dyn Tx| suppress_pending(tx, id, mute, "muted", at(second));
            assert_eq!(
                store.write(suppress).await.expect("written"),
                count,
                "at {second}"
            );
        }
    }
}
