//! The last polls of a feed, as small as they can be: they are written with every poll.

use jiff::Timestamp;

use crate::store::engine::{FromValue, Value};

/// Polls that are remembered.
const MOST: usize = 30;

/// Bytes of a poll: seconds since 1970, the lowest first; to what it came; how many items were new.
const SIZE: usize = 6;

/// The last 30 polls of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecentPolls(Vec<u8>);

/// One poll of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolledOnce {
    /// When it began, to a second.
    pub at: Timestamp,
    /// To what it came.
    pub to: PolledTo,
    /// Items that no poll had shown before; 255 is that many or more.
    pub new_items: u8,
}

/// To what a poll came. Stored as its number, so a number never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolledTo {
    /// The same document as before.
    Unchanged = 0,
    /// Another document, without a new item.
    NothingNew = 1,
    /// New items.
    News = 2,
    /// A failure.
    Failed = 3,
    /// An answer of 429 or 503: later.
    AskedToWait = 4,
    /// An answer that there is no such feed any more.
    Gone = 5,
}

impl PolledTo {
    /// Every one, each at its number.
    pub const ALL: [Self; 6] = [
        Self::Unchanged,
        Self::NothingNew,
        Self::News,
        Self::Failed,
        Self::AskedToWait,
        Self::Gone,
    ];

    /// In a word, for those who read JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::NothingNew => "nothing_new",
            Self::News => "news",
            Self::Failed => "failed",
            Self::AskedToWait => "asked_to_wait",
            Self::Gone => "gone",
        }
    }
}

impl RecentPolls {
    /// One by one, the newest first. One that a later release wrote, and this does not know, is left
    /// out.
    pub fn newest_first(&self) -> impl Iterator<Item = PolledOnce> + '_ {
        self.0.chunks_exact(SIZE).filter_map(once)
    }

    /// With one more; the oldest makes room.
    pub(super) fn after(&self, at: Timestamp, to: PolledTo, new_items: usize) -> Self {
        let seconds = u32::try_from(at.as_second()).unwrap_or_default();
        let mut all = Vec::with_capacity(MOST * SIZE);
        all.extend(seconds.to_le_bytes());
        all.extend([to as u8, u8::try_from(new_items).unwrap_or(u8::MAX)]);
        let rest = self.0.len().min((MOST - 1) * SIZE);
        all.extend_from_slice(&self.0[..rest]);
        Self(all)
    }
}

fn once(poll: &[u8]) -> Option<PolledOnce> {
    let [a, b, c, d, to, new_items] = *poll else {
        return None;
    };
    let seconds = u32::from_le_bytes([a, b, c, d]);
    Some(PolledOnce {
        at: Timestamp::from_second(seconds.into()).ok()?,
        to: PolledTo::ALL.get(usize::from(to)).copied()?,
        new_items,
    })
}

impl From<&RecentPolls> for Value {
    fn from(polls: &RecentPolls) -> Self {
        Self::Blob(polls.0.clone())
    }
}

impl FromValue for RecentPolls {
    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{PollResult, testing::*};

    fn unchanged() -> PollResult {
        PollResult::Unchanged {
            status: 304,
            etag: None,
            last_modified: None,
            by_validators: true,
        }
    }

    fn answer(status: Option<u16>, gone: bool) -> PollResult {
        PollResult::Failed {
            reason: "status".into(),
            error: String::new(),
            status,
            gone,
        }
    }

    #[tokio::test]
    async fn each_poll_is_on_record_as_what_it_came_to() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let news = vec![news(1, &["w"], &[]), news(2, &[], &[])];
        for (minute, result, to, new_items) in [
            (0, read(news), PolledTo::News, 2),
            (1, read(vec![]), PolledTo::NothingNew, 0),
            (2, unchanged(), PolledTo::Unchanged, 0),
            (3, answer(Some(503), false), PolledTo::AskedToWait, 0),
            (4, answer(Some(429), false), PolledTo::AskedToWait, 0),
            (5, answer(None, false), PolledTo::Failed, 0),
            (6, answer(Some(410), true), PolledTo::Gone, 0),
            (7, PollResult::PutOff, PolledTo::Gone, 0),
        ] {
            let now = at(60 * minute);
            store.ask(vec!["mofa".into()], now).await.expect("asked");
            tamper(&store, "UPDATE origin SET not_before = 0").await;
            let claims = store.claim_asked(now, LEASE, 1).await;
            let claim = claims.expect("claimed").remove(0);
            let before = usize::try_from(minute).expect("small");
            assert_eq!(claim.feed.polls.newest_first().count(), before);
            let commit = poll(&claim, now, result);
            store.commit_poll(commit).await.expect("committed");
            let feed = store.feed("mofa").await.expect("read").expect("there");
            let last = feed.polls.newest_first().next();
            // What was put off was no poll.
            let once = PolledOnce {
                at: at(60 * minute.min(6)),
                to,
                new_items,
            };
            assert_eq!(last, Some(once));
        }
    }

    #[test]
    fn the_oldest_makes_room_and_many_new_items_are_255() {
        let mut polls = RecentPolls::default();
        polls = polls.after(at(0), PolledTo::News, 300);
        let first = polls.newest_first().next().expect("one");
        assert_eq!((first.to, first.new_items), (PolledTo::News, 255));
        for n in 1..=40 {
            polls = polls.after(at(n), PolledTo::Unchanged, 0);
        }
        let times: Vec<Timestamp> = polls.newest_first().map(|poll| poll.at).collect();
        let newest_first: Vec<Timestamp> = (11..=40).rev().map(at).collect();
        assert_eq!(times, newest_first);
        assert_eq!(polls.0.len(), 180);
    }

    #[test]
    fn each_one_is_at_its_number() {
        for (number, to) in PolledTo::ALL.into_iter().enumerate() {
            assert_eq!(to as usize, number);
        }
        let later = RecentPolls(vec![0, 0, 0, 0, 99, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(later.newest_first().count(), 1, "of a later release");
    }
}
