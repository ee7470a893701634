//! What feeds and alerts have been.

use jiff::Timestamp;

use super::{
    Health, Store, StoreError,
    engine::{Row, values},
};
use crate::schedule::Learned;

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
}

macro_rules! feeds {
    ($rest:literal) => {
        concat!(
            "SELECT f.name, f.url, o.host, f.active, f.gone, f.due,
                    CASE WHEN f.asked = 1 THEN 'asked' ELSE f.due_reason END, f.title, f.link,
                    f.language, f.format, f.baseline_at, f.polled_at, f.succeeded_at, f.changed_at,
                    f.status, f.failures, f.failing_since, f.reason, f.error, f.items_total,
                    f.warnings, f.learned, o.not_before,
                    (SELECT count(*) FROM item i WHERE i.feed = f.id),
                    (SELECT count(*) FROM alert a WHERE a.feed = f.id),
                    f.missed, f.missed_at, f.moved_to, f.health
               FROM feed f JOIN origin o ON o.id = f.origin ",
            $rest
        )
    };
}

impl Store {
    /// Every feed the config ever named, by name.
    pub async fn feeds(&self) -> Result<Vec<FeedStatus>, StoreError> {
        self.read(|tx| {
            let rows = tx.rows(feeds!("ORDER BY f.name"), &[])?;
            rows.into_iter().map(feed_status).collect()
        })
        .await
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
        name: row.take(0)?,
        url: row.take(1)?,
        origin: row.take(2)?,
        active: row.take(3)?,
        gone: row.take(4)?,
        due: row.take(5)?,
        due_reason: row.take(6)?,
        title: row.take(7)?,
        link: row.take(8)?,
        language: row.take(9)?,
        format: row.take(10)?,
        baseline_at: row.take(11)?,
        polled_at: row.take(12)?,
        succeeded_at: row.take(13)?,
        changed_at: row.take(14)?,
        status: row.take(15)?,
        failures: row.take(16)?,
        failing_since: row.take(17)?,
        reason: row.take(18)?,
        error: row.take(19)?,
        items_total: row.take(20)?,
        warnings: row.take(21)?,
        learned: row.take(22)?,
        pause_ends_at: row.take(23)?,
        items: row.take(24)?,
        alerts: row.take(25)?,
        missed: row.take(26)?,
        missed_at: row.take(27)?,
        moved_to: row.take(28)?,
        health: row.take(29)?,
    })
}

#[cfg(test)]
mod tests {
    use crate::store::testing::*;

    #[tokio::test]
    async fn a_feed_shows_its_state_and_what_it_gave() {
        let place = Place::new();
        let store = one_feed(&place).await;
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
