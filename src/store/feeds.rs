//! Feeds as operators see them.

use jiff::Timestamp;
use url::Url;

use super::{
    Condition, Health, RecentPolls, Store, StoreError,
    engine::{Row, values},
};
use crate::{model::Origin, schedule::Learned};

/// A feed as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedStatus {
    /// The name in the config.
    pub name: String,
    /// The URL in the config.
    pub url: String,
    /// The host it lives on.
    pub origin: String,
    /// Whether the config names it.
    pub active: bool,
    /// Its last answer was 410: it is no longer polled.
    pub gone: bool,
    /// When it is due, or was if it is overdue.
    pub due: Timestamp,
    /// Why then, in words.
    pub due_reason: String,
    /// What that was worked out from.
    pub learned: Learned,
    /// Before this its origin is not asked.
    pub pause_ends_at: Timestamp,
    /// The title it gives itself.
    pub title: Option<String>,
    /// Its home.
    pub link: Option<String>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Such as `RSS 2.0`.
    pub format: Option<String>,
    /// The first good poll, or the last at which all ids were renamed.
    pub baseline_at: Option<Timestamp>,
    /// The last poll.
    pub polled_at: Option<Timestamp>,
    /// The last good poll.
    pub succeeded_at: Option<Timestamp>,
    /// The last time its body was new.
    pub changed_at: Option<Timestamp>,
    /// The last HTTP status.
    pub status: Option<u16>,
    /// Failed polls in a row.
    pub failures: u32,
    /// The first of them.
    pub failing_since: Option<Timestamp>,
    /// The last failure's closed reason.
    pub reason: Option<String>,
    /// The last failure in words.
    pub error: Option<String>,
    /// Items in its last body.
    pub items_total: u32,
    /// What was odd in its last body, a JSON array.
    pub warnings: String,
    /// Items stored.
    pub items: u32,
    /// Alerts stored.
    pub alerts: u32,
    /// Times that items may have been missed between two polls.
    pub missed: u32,
    /// The last of them.
    pub missed_at: Option<Timestamp>,
    /// The URL that is asked in the place of the configured one: the feed has moved for good.
    pub moved_to: Option<String>,
    /// Whether it is silent or empty, beside its failures.
    pub health: Health,
    /// Its last polls.
    pub polls: RecentPolls,
}

impl FeedStatus {
    /// How it is, in a word.
    pub fn condition(&self) -> Condition {
        Condition::of(self.gone, self.failures, self.polled_at, &self.health)
    }

    /// A feed of the config that the store does not have: it was off from its first day.
    pub fn unknown(name: &str, url: &Url) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_string(),
            origin: Origin::of(url).host,
            active: false,
            gone: false,
            due: Timestamp::UNIX_EPOCH,
            due_reason: String::new(),
            learned: Learned::default(),
            pause_ends_at: Timestamp::UNIX_EPOCH,
            title: None,
            link: None,
            language: None,
            format: None,
            baseline_at: None,
            polled_at: None,
            succeeded_at: None,
            changed_at: None,
            status: None,
            failures: 0,
            failing_since: None,
            reason: None,
            error: None,
            items_total: 0,
            warnings: "[]".to_owned(),
            items: 0,
            alerts: 0,
            missed: 0,
            missed_at: None,
            moved_to: None,
            health: Health::default(),
            polls: RecentPolls::default(),
        }
    }
}

macro_rules! feeds {
    ($rest:literal) => {
        concat!(
            "SELECT f.name, f.url, o.host, f.active, f.gone, f.due,
                    CASE WHEN f.asked = 1 THEN 'asked' ELSE f.due_reason END AS due_reason,
                    f.title, f.link, f.language, f.format, f.baseline_at, f.polled_at,
                    f.succeeded_at, f.changed_at, f.status, f.failures, f.failing_since,
                    f.reason, f.error, f.items_total, f.warnings, f.learned, o.not_before,
                    f.kept_items, f.kept_alerts, f.missed, f.missed_at, f.moved_to, f.health,
                    f.polls
               FROM feed f JOIN origin o ON o.id = f.origin ",
            $rest
        )
    };
}

// Behind the macro, which it uses.
mod page;

pub(super) use page::active;
#[cfg(test)]
pub(super) use page::{ACTIVE, BY_CONDITION, BY_NAME, BY_NAME_AND_HOW, IN_CONDITION};
pub use page::{FeedCounts, FeedFilter};

pub(super) const NAMES: &str = "SELECT name FROM feed ORDER BY name";

impl Store {
    /// Every feed the config ever named, by name.
    pub async fn feeds(&self) -> Result<Vec<FeedStatus>, StoreError> {
        self.read(|tx| {
            let rows = tx.rows(feeds!("ORDER BY f.name"), &[])?;
            rows.into_iter().map(feed_status).collect()
        })
        .await
    }

    /// The name of every feed the config ever named.
    pub async fn feed_names(&self) -> Result<Vec<String>, StoreError> {
        self.read(|tx| tx.column(NAMES, &[])).await
    }

    /// One feed.
    pub async fn feed(&self, name: &str) -> Result<Option<FeedStatus>, StoreError> {
        let name = name.to_owned();
        self.read(move |tx| {
            let row = tx.row(feeds!("WHERE f.name = ?1"), values![name])?;
            row.map(feed_status).transpose()
        })
        .await
    }
}

fn feed_status(mut row: Row) -> Result<FeedStatus, StoreError> {
    Ok(FeedStatus {
        name: row.take("name")?,
        url: row.take("url")?,
        origin: row.take("host")?,
        active: row.take("active")?,
        gone: row.take("gone")?,
        due: row.take("due")?,
        due_reason: row.take("due_reason")?,
        title: row.take("title")?,
        link: row.take("link")?,
        language: row.take("language")?,
        format: row.take("format")?,
        baseline_at: row.take("baseline_at")?,
        polled_at: row.take("polled_at")?,
        succeeded_at: row.take("succeeded_at")?,
        changed_at: row.take("changed_at")?,
        status: row.take("status")?,
        failures: row.take("failures")?,
        failing_since: row.take("failing_since")?,
        reason: row.take("reason")?,
        error: row.take("error")?,
        items_total: row.take("items_total")?,
        warnings: row.take("warnings")?,
        learned: row.take("learned")?,
        pause_ends_at: row.take("not_before")?,
        items: row.take("kept_items")?,
        alerts: row.take("kept_alerts")?,
        missed: row.take("missed")?,
        missed_at: row.take("missed_at")?,
        moved_to: row.take("moved_to")?,
        health: row.take("health")?,
        polls: row.take("polls")?,
    })
}

#[cfg(test)]
mod tests {
    use crate::store::testing::*;

    #[tokio::test]
    async fn a_feed_shows_its_state_and_what_it_gave() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let fresh = store.feed("mofa").await.expect("read").expect("there");
        assert_eq!(
            (fresh.polled_at, fresh.status, fresh.items),
            (None, None, 0)
        );
        assert_eq!((fresh.due, fresh.due_reason.as_str()), (at(0), "new"));

        poll_news(&store, vec![news(1, &["a"], &[]), news(2, &[], &[])]).await;
        let feed = store.feed("mofa").await.expect("read").expect("there");
        assert_eq!((feed.items, feed.alerts, feed.items_total), (2, 1, 30));
        assert_eq!((feed.due, feed.due_reason.as_str()), (at(900), "every 15m"));
        assert_eq!(feed.origin, "mofa.example");
        assert_eq!(feed.format.as_deref(), Some("RSS 2.0"));
        assert_eq!(feed.status, Some(200));
        assert_eq!(feed.changed_at, Some(at(0)));
        assert_eq!(store.feeds().await.expect("read"), [feed]);
        assert_eq!(store.feed("other").await.expect("read"), None);
    }
}
