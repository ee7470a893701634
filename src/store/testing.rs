//! What the store's tests share, and those of what shows it.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use tempfile::TempDir;
use url::Url;

use super::{
    AlertReceiver, DeliveryClaim, Finding, Health, HealthUpdate, NewAlert, NewDelivery, NewItem,
    NextPoll, OriginPause, PollClaim, PollCommit, PollCommitted, PollRead, PollResult,
    ReceiverUpdate, SettleTo, Settlement, Store, StoreOptions, engine::values,
};
use crate::{
    model::{
        Alert, AlertFeed, AlertItem, Event, Feed, FeedEmpty, FeedFailing, FeedId, FeedRecovered,
        FeedSilent, Fingerprint, HealthIssue, IdentifiedBy, Item, Priority, Remembered, Stories,
        TestPing, TextHash,
    },
    schedule::Learned,
};

/// The lease every test claims for.
pub(crate) const LEASE: Duration = Duration::from_mins(5);
/// The pause every test polls with.
pub(super) const GAP: Duration = Duration::from_secs(10);
pub(super) const DAY: i64 = 24 * 60 * 60;

/// A directory with a store, or with room for one, that is gone when it is dropped.
pub(super) struct TempStore {
    pub(super) options: StoreOptions,
    _directory: TempDir,
}

impl TempStore {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let options = StoreOptions {
            path: directory.path().join("state/fivebells.db"),
            keep_items: Duration::from_hours(7 * 24),
            keep_alerts: Duration::from_hours(90 * 24),
        };
        Self {
            options,
            _directory: directory,
        }
    }

    pub(super) async fn open(&self, now: Timestamp) -> Store {
        Store::open(&self.options, now).await.expect("it opens")
    }

    /// What a crash at this moment would leave: the file and its log, as they are.
    pub(super) fn crash(&self) -> TempStore {
        let crashed = Self::new();
        let from = &self.options.path;
        let to = &crashed.options.path;
        std::fs::create_dir_all(to.parent().expect("a directory")).expect("made");
        for suffix in ["", "-wal"] {
            let name = |path: &PathBuf| format!("{}{suffix}", path.display());
            std::fs::copy(name(from), name(to)).expect("copied");
        }
        crashed
    }
}

/// Seconds after the moment every test begins at.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + seconds).expect("in range")
}

pub(super) fn feed(name: &str, url: &str) -> Feed {
    let url = Url::parse(url).expect("a URL");
    Feed::new(name, url, Duration::from_mins(15))
}

/// A store that knows one feed, `mofa`, and the receivers `desk` and `phone`, at time 0.
pub(super) async fn one_feed(temp: &TempStore) -> Store {
    let store = temp.open(at(0)).await;
    let feeds = [feed("mofa", "https://mofa.example/feed")];
    let receivers = ["desk".to_owned(), "phone".to_owned()];
    store.sync(&feeds, &receivers, at(0)).await.expect("synced");
    store
}

pub(super) async fn claim(store: &Store, now: Timestamp) -> Vec<PollClaim> {
    store.claim_origins(now, LEASE, 10).await.expect("claimed")
}

pub(super) async fn claim_one(store: &Store, now: Timestamp) -> PollClaim {
    let mut claims = claim(store, now).await;
    assert_eq!(claims.len(), 1, "one origin is due");
    claims.remove(0)
}

/// A fingerprint of which every part is `n`.
pub(crate) fn print(n: u8) -> Fingerprint {
    let part = Some(i64::from(n));
    Fingerprint {
        whole: i64::from(n),
        guid: part,
        link: part,
        path: part,
        title: part,
        date: part,
        text: part,
    }
}

/// What the first feed's items are remembered by, of these fingerprints.
pub(super) async fn recalled(store: &Store, prints: &[u8]) -> Vec<Remembered> {
    let prints = prints.iter().copied().map(print).collect();
    let recalled = store.recall(FeedId(1), prints, Vec::new()).await;
    recalled.expect("read").records
}

/// Item `n`, known by the fingerprint `n`, with an alert of `watches` to `receivers`.
pub(crate) fn news(n: u8, watches: &[&str], receivers: &[&str]) -> NewItem {
    let item = Item {
        guid: Some(format!("guid-{n}")),
        title: format!("title {n}"),
        authors: vec!["Kyodo".into()],
        published: Some(at(-60)),
        source: Some("https://desk.example/".into()),
        ..Item::default()
    };
    let alert = (!watches.is_empty()).then(|| {
        let alert = alert(n, watches);
        let one = |receiver: &&str| AlertReceiver {
            sources: false,
            receiver: (*receiver).to_owned(),
            watches: alert.watches.clone(),
            modes: vec![Stories::Copies; watches.len()],
        };
        NewAlert {
            priorities: vec![Priority::Urgent; watches.len()],
            again: Vec::new(),
            story: None,
            receivers: receivers.iter().map(one).collect(),
            alert,
        }
    });
    NewItem {
        item,
        text_hash: TextHash([n; 16]),
        fingerprint: print(n),
        identified_by: IdentifiedBy::New,
        is_baseline: false,
        alert,
    }
}

fn alert(n: u8, watches: &[&str]) -> Alert {
    Alert {
        id: String::new(),
        priority: Priority::Urgent,
        watches: watches.iter().map(|&watch| watch.to_owned()).collect(),
        matches: vec![],
        item: AlertItem {
            id: String::new(),
            guid: Some(format!("guid-{n}")),
            title: format!("title {n}"),
            link: None,
            authors: vec![],
            categories: vec![],
            published: None,
            updated: None,
            seen: at(0),
            summary: String::new(),
            language: None,
        },
        feed: AlertFeed {
            name: "mofa".into(),
            title: "MOFA".into(),
            url: "https://mofa.example/feed".into(),
            tags: vec![],
        },
        also: vec![],
        story: None,
        update: None,
    }
}

pub(crate) fn read(news: Vec<NewItem>) -> PollResult {
    PollResult::Read(Box::new(PollRead {
        status: 200,
        etag: Some(b"\"\xe9\"".to_vec()),
        last_modified: Some(b"Sun, 22 Nov 2026 06:30:00 GMT".to_vec()),
        body_hash: [7; 32],
        title: Some("MOFA".into()),
        link: None,
        language: Some("ja".into()),
        format: "RSS 2.0".into(),
        items_total: 30,
        warnings: "[]".into(),
        seen: vec![],
        known: vec![],
        news,
        baseline: false,
    }))
}

pub(crate) fn failed() -> PollResult {
    PollResult::Failed {
        reason: "status".into(),
        error: "status 503".into(),
        status: Some(503),
        gone: false,
    }
}

/// The claim's poll, begun and ended at `now`, due again in 15 minutes.
pub(crate) fn poll(claim: &PollClaim, now: Timestamp, result: PollResult) -> PollCommit {
    let next = NextPoll {
        due_at: now + Duration::from_mins(15),
        reason: "every 15m".into(),
        learned: Learned::default(),
    };
    let pause = OriginPause {
        gap: GAP,
        ..OriginPause::default()
    };
    let commit = PollCommit::of(claim, [now, now], next, pause, result);
    PollCommit {
        health: HealthUpdate {
            state: Health::default(),
            ..commit.health
        },
        ..commit
    }
}

/// Polls `mofa` at time 0 and commits these.
pub(super) async fn poll_news(store: &Store, news: Vec<NewItem>) -> PollCommitted {
    let claim = claim_one(store, at(0)).await;
    let poll = poll(&claim, at(0), read(news));
    store.commit_poll(poll).await.expect("committed")
}

/// Polls `mofa` once more, so many seconds after the beginning, and commits these.
pub(super) async fn poll_again(store: &Store, news: Vec<NewItem>, seconds: i64) {
    tamper(store, "UPDATE feed SET due = 0").await;
    tamper(store, "UPDATE origin SET due = 0, leased_until = 0").await;
    let claim = claim_one(store, at(seconds)).await;
    let committed = store.commit_poll(poll(&claim, at(seconds), read(news)));
    committed.await.expect("committed");
}

pub(crate) fn ping(receiver: &str) -> NewDelivery {
    NewDelivery {
        receiver: receiver.into(),
        event: Event::TestPing(TestPing {
            receiver: receiver.into(),
            message: "hello".into(),
        }),
    }
}

pub(crate) async fn claim_for(store: &Store, receiver: &str, now: Timestamp) -> Vec<DeliveryClaim> {
    let claims = store.claim_deliveries(receiver, now, LEASE, 10).await;
    claims.expect("claimed")
}

/// Delivers all that is due for a receiver, and what follows it; gives what it said, in order.
pub(crate) async fn deliver_all(store: &Store, receiver: &str, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        let claims = claim_for(store, receiver, now).await;
        if claims.is_empty() {
            return events;
        }
        for claim in claims {
            let settled = store.settle(settlement(&claim, now, delivered())).await;
            assert!(settled.expect("settled"));
            events.push(claim.notice.event);
        }
    }
}

pub(crate) fn settlement(claim: &DeliveryClaim, now: Timestamp, to: SettleTo) -> Settlement {
    Settlement {
        id: claim.id,
        fence: claim.fence,
        attempt: claim.attempt,
        ended_at: now,
        to,
        receiver: ReceiverUpdate::default(),
        notices: vec![],
        escalation: vec![],
    }
}

pub(crate) fn delivered() -> SettleTo {
    SettleTo::Delivered {
        answer: "204 No Content".into(),
        missing: None,
    }
}

/// How many rows a table has.
pub(super) async fn count(store: &Store, table: &str) -> i64 {
    number(store, &format!("SELECT count(*) FROM {table}")).await
}

/// The number a query gives.
pub(super) async fn number(store: &Store, sql: &str) -> i64 {
    let sql = sql.to_owned();
    let read = store.read(move |tx| Ok(tx.value(&sql, values![])?.expect("a row")));
    read.await.expect("a number")
}

/// The same with these findings.
pub(super) fn with(findings: impl Into<Vec<Finding>>, poll: PollCommit) -> PollCommit {
    PollCommit {
        health: HealthUpdate {
            findings: findings.into(),
            ..poll.health
        },
        ..poll
    }
}

/// Puts into the log that receivers were notified of this issue of every feed.
pub(super) async fn notified(store: &Store, issue: HealthIssue) {
    let log = format!(
        "INSERT INTO notification (feed, issue, receiver, sent_at)
         SELECT id, '{}', 'desk', 0 FROM feed WHERE active = 1",
        issue.as_str()
    );
    tamper(store, &log).await;
}

/// This issue of `mofa`, with a notice for `desk`.
pub(super) fn finding(issue: HealthIssue) -> Finding {
    let (feed, url) = ("mofa".to_owned(), "https://mofa.example/feed".to_owned());
    let event = match issue {
        HealthIssue::Failing => Event::FeedFailing(FeedFailing {
            feed,
            url,
            reason: "timeout".into(),
            error: "no answer in 30 s".into(),
            last_success: Some(at(0)),
            failures: 2,
            next_try: None,
            also: vec![],
        }),
        HealthIssue::Silent => Event::FeedSilent(FeedSilent {
            feed,
            url,
            last_news: at(0),
            expected_by: at(0),
            learned: true,
        }),
        HealthIssue::Empty => Event::FeedEmpty(FeedEmpty {
            feed,
            url,
            since: at(0),
            polls: 3,
        }),
    };
    Finding {
        issue,
        is_over: false,
        event,
        receivers: vec!["desk".into()],
        also: vec![],
        still: vec![],
    }
}

/// That it is over.
pub(super) fn over(issue: HealthIssue) -> Finding {
    let event = Event::FeedRecovered(FeedRecovered {
        feed: "mofa".into(),
        url: "https://mofa.example/feed".into(),
        was: issue,
        since: None,
        last_success: None,
        failures: 3,
        also: vec![],
        still: vec![],
        removed: false,
    });
    Finding {
        is_over: true,
        event,
        ..finding(issue)
    }
}

/// Runs a statement behind the store's back.
pub(crate) async fn tamper(store: &Store, sql: &str) {
    let sql = sql.to_owned();
    let write = store.write(move |tx| tx.exec(&sql, values![]).map(drop));
    write.await.expect("it runs");
}
