//! The end of what was told of feeds that the config has no more, or has at another host or under
//! another name: no poll would tell it.

use jiff::Timestamp;
use url::Url;

use super::{
    Health, Store, StoreError,
    engine::{Row, Tx, values},
    outbox,
};
use crate::{
    http::bare_url,
    model::{Event, Feed, FeedId, FeedRecovered, HealthIssue, Origin, to_second},
    schedule::Learned,
};

impl Store {
    /// Before the store follows a config with these feeds, tells these receivers which of the troubles
    /// that they heard of are over for want of the feed. What fails is known by its host, what is silent
    /// or empty by its name: a feed that keeps that keeps its trouble. One that goes on under another
    /// name or at another host is told anew.
    pub async fn close_troubles(
        &self,
        feeds: &[Feed],
        told: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let feeds = feeds.to_vec();
        self.write(move |tx| {
            let known = troubled(tx)?;
            for event in failing(tx, &known, &feeds)? {
                outbox::enqueue_event(tx, &Event::FeedRecovered(event), &told, now)?;
            }
            for one in &known {
                for event in quiet(tx, one, &feeds)? {
                    outbox::enqueue_event(tx, &Event::FeedRecovered(event), &told, now)?;
                }
            }
            Ok(())
        })
        .await
    }
}

/// A feed in the config so far, of which receivers were told that something is wrong.
struct Told {
    id: FeedId,
    name: String,
    url: Url,
    is_failing: bool,
    failing_since: Option<Timestamp>,
    last_success: Option<Timestamp>,
    failures: u32,
    health: Health,
    learned: Learned,
}

impl Told {
    fn host(&self) -> String {
        Origin::of(&self.url).host
    }

    /// Whether a feed of the config goes on failing in its place, as far as receivers know.
    fn fails_on(&self, feeds: &[Feed]) -> bool {
        let is_it = |feed: &&Feed| feed.url == self.url || feed.name == self.name;
        let mut its = feeds.iter().filter(is_it);
        its.any(|feed| Origin::of(&feed.url).host == self.host())
    }

    fn event(&self, was: HealthIssue, since: Option<Timestamp>) -> FeedRecovered {
        FeedRecovered {
            feed: self.name.clone(),
            url: bare_url(&self.url),
            was,
            since: since.map(to_second),
            last_success: self.last_success.map(to_second),
            failures: if was == HealthIssue::Failing {
                self.failures
            } else {
                0
            },
            also: Vec::new(),
            still: Vec::new(),
            removed: true,
        }
    }
}

/// One notice for each host, as there was one of the failure.
fn failing(
    tx: &mut dyn Tx,
    known: &[Told],
    feeds: &[Feed],
) -> Result<Vec<FeedRecovered>, StoreError> {
    let (still, over): (Vec<&Told>, Vec<&Told>) = { known.iter() }
        .filter(|it| it.is_failing)
        .partition(|it| it.fails_on(feeds));
    let mut events: Vec<(String, FeedRecovered)> = Vec::new();
    for one in over {
        tx.exec(
            "UPDATE feed SET told_failing = 0 WHERE id = ?1",
            values![one.id],
        )?;
        let host = one.host();
        if let Some((_, event)) = events.iter_mut().find(|(other, _)| *other == host) {
            event.also.push(one.name.clone());
            continue;
        }
        let of_host = still.iter().filter(|it| it.host() == host);
        let still = of_host.map(|it| it.name.clone()).collect();
        let event = one.event(HealthIssue::Failing, one.failing_since);
        events.push((host, FeedRecovered { still, ..event }));
    }
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

/// What was told of one that reads well, where no feed has its name.
fn quiet(tx: &mut dyn Tx, one: &Told, feeds: &[Feed]) -> Result<Vec<FeedRecovered>, StoreError> {
    if feeds.iter().any(|feed| feed.name == one.name) {
        return Ok(Vec::new());
    }
    let mut health = one.health;
    let mut events = Vec::new();
    if let Some(empty) = health.empty.as_mut().filter(|empty| empty.told) {
        empty.told = false;
        events.push(one.event(HealthIssue::Empty, Some(empty.since)));
    }
    if std::mem::take(&mut health.told_silent) {
        events.push(one.event(HealthIssue::Silent, one.learned.pace.news_at()));
    }
    if !events.is_empty() {
        tx.exec(
            "UPDATE feed SET health = ?2 WHERE id = ?1",
            values![one.id, health],
        )?;
    }
    Ok(events)
}

fn troubled(tx: &mut dyn Tx) -> Result<Vec<Told>, StoreError> {
    let rows = tx.rows(
        "SELECT id, name, url, told_failing, failing_since, succeeded_at, failures, health, learned
           FROM feed WHERE active = 1 AND (told_failing = 1 OR health <> '{}') ORDER BY name",
        &[],
    )?;
    let told = |mut row: Row| {
        let url: String = row.take(2)?;
        let url = Url::parse(&url).map_err(|error| StoreError::Unreadable {
            what: "a feed",
            detail: error.to_string(),
        })?;
        Ok(Told {
            id: row.take(0)?,
            name: row.take(1)?,
            url,
            is_failing: row.take(3)?,
            failing_since: row.take(4)?,
            last_success: row.take(5)?,
            failures: row.take(6)?,
            health: row.take(7)?,
            learned: row.take(8)?,
        })
    };
    rows.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    async fn told(store: &Store) -> Vec<FeedRecovered> {
        let claims = claim_for(store, "desk", at(99)).await;
        let events = claims.into_iter().map(|claim| claim.notice.event);
        let recovered = |event| match event {
            Event::FeedRecovered(event) => Some(event),
            _ => None,
        };
        events.filter_map(recovered).collect()
    }

    /// Follows a config with these feeds; gives what is told.
    async fn follow(store: &Store, feeds: &[(&str, &str)]) -> Vec<FeedRecovered> {
        let feeds: Vec<Feed> = feeds.iter().map(|(name, url)| feed(name, url)).collect();
        let desk = vec!["desk".to_owned()];
        let closed = store.close_troubles(&feeds, desk.clone(), at(9));
        closed.await.expect("written");
        store.sync(&feeds, &desk, at(9)).await.expect("synced");
        told(store).await
    }

    const MOFA: (&str, &str) = ("mofa", "https://mofa.example/feed");

    #[tokio::test]
    async fn a_failure_ends_with_the_feed_or_its_host_and_not_with_its_name() {
        for (config, is_over) in [
            (&[MOFA][..], false),
            (&[("ministry", "https://mofa.example/feed")], false),
            (&[("mofa", "https://mofa.example/new")], false),
            (&[("mofa", "https://www.mofa.example/feed")], true),
            (&[("other", "https://mofa.example/other")], true),
            (&[], true),
        ] {
            let place = Place::new();
            let store = one_feed(&place).await;
            tamper(
                &store,
                "UPDATE feed SET told_failing = 1, failing_since = 0, failures = 7",
            )
            .await;
            let told = follow(&store, config).await;
            assert_eq!(told.len(), usize::from(is_over), "{config:?}");
            if let Some(event) = told.first() {
                let found = (
                    event.feed.as_str(),
                    event.was,
                    event.failures,
                    event.removed,
                );
                assert_eq!(found, ("mofa", HealthIssue::Failing, 7, true));
                assert_eq!(event.url, "https://mofa.example/feed");
            }
            let told = number(&store, "SELECT sum(told_failing) FROM feed").await;
            assert_eq!(told, i64::from(!is_over), "{config:?}");
            assert_eq!(follow(&store, config).await, [], "once");
        }
    }

    #[tokio::test]
    async fn feeds_of_one_host_end_in_one_notice_that_says_which_fail_still() {
        let place = Place::new();
        let store = one_feed(&place).await;
        let url = |name: &str| format!("https://mofa.example/{name}");
        let urls = ["a", "b", "c"].map(|name| (name, url(name)));
        let all: Vec<(&str, &str)> = urls
            .iter()
            .map(|(name, url)| (*name, url.as_str()))
            .collect();
        follow(&store, &all).await;
        tamper(&store, "UPDATE feed SET told_failing = 1 WHERE active = 1").await;
        let [event] = &follow(&store, &all[2..]).await[..] else {
            panic!("one notice");
        };
        assert_eq!(event.feed, "a");
        assert_eq!(
            (&event.also[..], &event.still[..]),
            (&["b".to_owned()][..], &["c".to_owned()][..])
        );
    }

    #[tokio::test]
    async fn a_silence_ends_with_the_name() {
        for (config, is_over) in [
            (&[MOFA][..], false),
            (&[("mofa", "https://www.mofa.example/feed")], false),
            (&[("ministry", "https://mofa.example/feed")], true),
            (&[], true),
        ] {
            let place = Place::new();
            let store = one_feed(&place).await;
            tamper(&store, r#"UPDATE feed SET health = '{"told_silent":true}'"#).await;
            let told = follow(&store, config).await;
            let was: Vec<HealthIssue> = told.iter().map(|event| event.was).collect();
            let expected = if is_over {
                &[HealthIssue::Silent][..]
            } else {
                &[]
            };
            assert_eq!(was, expected, "{config:?}");
        }
    }
}
