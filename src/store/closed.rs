//! The end of the health issues of feeds that the config has no more, or has at another host or under
//! another name: no poll would find it.

use jiff::Timestamp;
use url::Url;

use super::{
    Health, Notified, Store, StoreError,
    engine::{Row, Tx},
    notifications::{self, Decision, decide},
    outbox,
};
use crate::{
    http::bare_url,
    model::{Event, Feed, FeedId, FeedRecovered, HealthIssue, Origin, to_second},
    schedule::Learned,
};

impl Store {
    /// Before the store follows a config with these feeds, notifies these receivers which of the
    /// health issues that they know are over for want of the feed. What fails is known by its host,
    /// what is silent or empty by its name: a feed that keeps that keeps its issue. Of one that goes
    /// on under another name or at another host they are notified anew.
    pub async fn close_issues(
        &self,
        feeds: &[Feed],
        receivers: Vec<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let feeds = feeds.to_vec();
        self.write(move |tx| {
            let known = known(tx, now)?;
            let mut events = failing(tx, &known, &feeds)?;
            for one in &known {
                events.extend(quiet(tx, one, &feeds)?);
            }
            for event in events {
                outbox::enqueue_event(tx, &Event::FeedRecovered(event), &receivers, now)?;
            }
            Ok(())
        })
        .await
    }
}

/// A feed in the config so far, with what receivers were notified of.
struct Known {
    id: FeedId,
    name: String,
    url: Url,
    notified: Notified,
    failing_since: Option<Timestamp>,
    last_success: Option<Timestamp>,
    failures: u32,
    health: Health,
    learned: Learned,
}

impl Known {
    fn host(&self) -> String {
        Origin::of(&self.url).host
    }

    /// Whether receivers are to be notified of the end of this.
    fn knows(&self, issue: HealthIssue) -> bool {
        decide(issue, true, self.notified) == Decision::Notify
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
    known: &[Known],
    feeds: &[Feed],
) -> Result<Vec<FeedRecovered>, StoreError> {
    let (still, over): (Vec<&Known>, Vec<&Known>) = { known.iter() }
        .filter(|it| it.knows(HealthIssue::Failing))
        .partition(|it| it.fails_on(feeds));
    let mut events: Vec<(String, FeedRecovered)> = Vec::new();
    for one in over {
        notifications::forget(tx, one.id, HealthIssue::Failing)?;
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

/// What ends of one that reads well, where no feed has its name.
fn quiet(tx: &mut dyn Tx, one: &Known, feeds: &[Feed]) -> Result<Vec<FeedRecovered>, StoreError> {
    if feeds.iter().any(|feed| feed.name == one.name) {
        return Ok(Vec::new());
    }
    let mut events = Vec::new();
    for issue in [HealthIssue::Empty, HealthIssue::Silent] {
        if one.knows(issue) {
            notifications::forget(tx, one.id, issue)?;
            let since = match issue {
                HealthIssue::Empty => one.health.empty.map(|empty| empty.since),
                _ => one.learned.pace.news_at(),
            };
            events.push(one.event(issue, since));
        }
    }
    Ok(events)
}

fn known(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<Known>, StoreError> {
    let rows = tx.rows(
        "SELECT id, name, url, failing_since, succeeded_at, failures, health, learned FROM feed
          WHERE active = 1 AND EXISTS (SELECT 1 FROM notification n WHERE n.feed = feed.id)
          ORDER BY name",
        &[],
    )?;
    let known = |mut row: Row| {
        let url: String = row.take("url")?;
        let url = Url::parse(&url).map_err(|error| StoreError::Unreadable {
            what: "a feed",
            detail: error.to_string(),
        })?;
        let id = row.take("id")?;
        Ok(Known {
            id,
            name: row.take("name")?,
            url,
            notified: notifications::read(tx, id, now)?,
            failing_since: row.take("failing_since")?,
            last_success: row.take("succeeded_at")?,
            failures: row.take("failures")?,
            health: row.take("health")?,
            learned: row.take("learned")?,
        })
    };
    rows.into_iter().map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::*;

    async fn sent(store: &Store) -> Vec<FeedRecovered> {
        let claims = claim_for(store, "desk", at(99)).await;
        let events = claims.into_iter().map(|claim| claim.notice.event);
        let recovered = |event| match event {
            Event::FeedRecovered(event) => Some(event),
            _ => None,
        };
        events.filter_map(recovered).collect()
    }

    /// Follows a config with these feeds; gives what is sent.
    async fn follow(store: &Store, feeds: &[(&str, &str)]) -> Vec<FeedRecovered> {
        let feeds: Vec<Feed> = feeds.iter().map(|(name, url)| feed(name, url)).collect();
        let desk = vec!["desk".to_owned()];
        let closed = store.close_issues(&feeds, desk.clone(), at(9));
        closed.await.expect("written");
        store.sync(&feeds, &desk, at(9)).await.expect("synced");
        sent(store).await
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
            let temp = TempStore::new();
            let store = one_feed(&temp).await;
            tamper(&store, "UPDATE feed SET failing_since = 0, failures = 7").await;
            notified(&store, HealthIssue::Failing).await;
            let sent = follow(&store, config).await;
            assert_eq!(sent.len(), usize::from(is_over), "{config:?}");
            if let Some(event) = sent.first() {
                let found = (
                    event.feed.as_str(),
                    event.was,
                    event.failures,
                    event.removed,
                );
                assert_eq!(found, ("mofa", HealthIssue::Failing, 7, true));
                assert_eq!(event.url, "https://mofa.example/feed");
            }
            let known = count(&store, "notification").await;
            assert_eq!(known, i64::from(!is_over), "{config:?}");
            assert_eq!(follow(&store, config).await, [], "once");
        }
    }

    #[tokio::test]
    async fn feeds_of_one_host_end_in_one_notice_that_says_which_fail_still() {
        let temp = TempStore::new();
        let store = one_feed(&temp).await;
        let url = |name: &str| format!("https://mofa.example/{name}");
        let urls = ["a", "b", "c"].map(|name| (name, url(name)));
        let all: Vec<(&str, &str)> = urls
            .iter()
            .map(|(name, url)| (*name, url.as_str()))
            .collect();
        follow(&store, &all).await;
        notified(&store, HealthIssue::Failing).await;
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
            let temp = TempStore::new();
            let store = one_feed(&temp).await;
            notified(&store, HealthIssue::Silent).await;
            let sent = follow(&store, config).await;
            let was: Vec<HealthIssue> = sent.iter().map(|event| event.was).collect();
            let expected = if is_over {
                &[HealthIssue::Silent][..]
            } else {
                &[]
            };
            assert_eq!(was, expected, "{config:?}");
        }
    }
}
