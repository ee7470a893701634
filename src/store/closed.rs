//! The end of the health issues of feeds that the config has no more, or has at another host or under
//! another name: no poll would find it.

use jiff::Timestamp;
use url::Url;

use super::{
    Finding, Health, Notified, Store, StoreError,
    engine::{Row, Tx},
    notifications,
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
            let mut over = failing(&known, &feeds);
            over.extend(known.iter().flat_map(|one| quiet(one, &feeds)));
            for (feed, mut finding) in over {
                finding.receivers.clone_from(&receivers);
                notifications::notify(tx, feed, vec![finding], now)?;
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

    /// Whether a feed of the config goes on failing in its place, as far as receivers know.
    fn fails_on(&self, feeds: &[Feed]) -> bool {
        let is_it = |feed: &&Feed| feed.url == self.url || feed.name == self.name;
        let mut its = feeds.iter().filter(is_it);
        its.any(|feed| Origin::of(&feed.url).host == self.host())
    }

    /// That it is over. The other feeds are named in the notice, those of the second list as failing
    /// still.
    fn over(
        &self,
        was: HealthIssue,
        since: Option<Timestamp>,
        [also, still]: [&[&Self]; 2],
    ) -> (FeedId, Finding) {
        let ids = |feeds: &[&Self]| feeds.iter().map(|it| it.id).collect();
        let names = |feeds: &[&Self]| feeds.iter().map(|it| it.name.clone()).collect();
        let event = FeedRecovered {
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
            also: names(also),
            still: names(still),
            removed: true,
        };
        let finding = Finding {
            issue: was,
            is_over: true,
            event: Event::FeedRecovered(event),
            receivers: Vec::new(),
            also: ids(also),
            still: ids(still),
        };
        (self.id, finding)
    }
}

/// One notice for each host and receiver, as there was one of the failure: what one names in it is
/// over for that receiver.
fn failing(known: &[Known], feeds: &[Feed]) -> Vec<(FeedId, Finding)> {
    let known = known.iter().filter(|it| it.notified.failing.is_to_end());
    let (still, over): (Vec<&Known>, Vec<&Known>) = known.partition(|it| it.fails_on(feeds));
    let findings = over.iter().enumerate().map(|(index, one)| {
        let others = [&over[index + 1..], &still].map(|all| of_host(all, &one.host()));
        let others = others.each_ref().map(Vec::as_slice);
        one.over(HealthIssue::Failing, one.failing_since, others)
    });
    findings.collect()
}

fn of_host<'a>(all: &[&'a Known], host: &str) -> Vec<&'a Known> {
    let of_host = all.iter().filter(|it| it.host() == host);
    of_host.copied().collect()
}

/// What ends of one that reads well, where no feed has its name.
fn quiet(one: &Known, feeds: &[Feed]) -> Vec<(FeedId, Finding)> {
    if feeds.iter().any(|feed| feed.name == one.name) {
        return Vec::new();
    }
    let over = [HealthIssue::Empty, HealthIssue::Silent].into_iter();
    let over = over.filter(|issue| one.notified.of(*issue).is_to_end());
    let findings = over.map(|issue| {
        let since = match issue {
            HealthIssue::Empty => one.health.empty.map(|empty| empty.since),
            _ => one.learned.pace.news_at(),
        };
        one.over(issue, since, [&[], &[]])
    });
    findings.collect()
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
            // Of one that is over the log has its end, on its way.
            let known = count(&store, "notification WHERE delivery IS NULL").await;
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
