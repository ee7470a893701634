//! Lanes whose own code panics.

use std::{
    collections::BTreeMap,
    sync::{Mutex, atomic::AtomicU32},
};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::*;
use crate::{
    clock::SystemClock,
    deliver::Deliverer,
    fetch::{FetchOptions, Fetcher},
    http::{Http, HttpOptions},
    matcher::Matcher,
    model::{Event, Notice, Receipt, Silent, TestPing},
    notify::{Notifier, PreviewPart, RenderError, Sending},
    poll::{HealthRules, PollRules, Poller, StoryRules},
    store::{NewDelivery, StoreOptions},
    watchdog::watchdog,
};

/// Panics, so often, outside of what a delivery catches; then it takes everything.
#[derive(Clone, Default)]
struct Shaky {
    panics: Arc<AtomicU32>,
    taken: Arc<Mutex<u32>>,
    took: Arc<Notify>,
}

impl Shaky {
    fn after(panics: u32) -> Self {
        Self {
            panics: Arc::new(AtomicU32::new(panics)),
            ..Self::default()
        }
    }

    fn taken(&self) -> u32 {
        *self.taken.lock().expect("not poisoned")
    }
}

impl Notifier for Shaky {
    fn send<'a>(&'a self, _: &'a Notice) -> Sending<'a> {
        Box::pin(async {
            *self.taken.lock().expect("not poisoned") += 1;
            self.took.notify_one();
            Ok(Receipt::default())
        })
    }

    fn preview(&self, _: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        Ok(vec![])
    }

    fn timeout(&self) -> Duration {
        let left = self.panics.load(Ordering::Relaxed);
        if left > 0 {
            self.panics.store(left - 1, Ordering::Relaxed);
        }
        assert_eq!(left, 0, "a mistake of ours");
        Duration::from_secs(1)
    }
}

/// A scheduler over these receivers, each with one notice that waits.
async fn scheduler(folder: &std::path::Path, receivers: &[(&str, &Shaky)]) -> Scheduler {
    let now: Timestamp = SystemClock.now();
    let options = StoreOptions {
        path: folder.join("fivebells.db"),
        keep_items: Duration::from_hours(24),
        keep_alerts: Duration::from_hours(24),
    };
    let store = Store::open(&options, now).await.expect("a store");
    let names: Vec<String> = receivers
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    store.sync(&[], &names, now).await.expect("synced");
    let ping = |receiver: &String| NewDelivery {
        receiver: receiver.clone(),
        event: Event::TestPing(TestPing {
            receiver: receiver.clone(),
            message: "hello".into(),
        }),
    };
    let pings = names.iter().map(ping).collect();
    store.enqueue(pings, now).await.expect("enqueued");

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let notifiers: BTreeMap<String, Box<dyn Notifier>> = receivers
        .iter()
        .map(|(name, notifier)| ((*name).to_owned(), Box::new((*notifier).clone()) as _))
        .collect();
    let health = HealthRules {
        notify: vec![],
        failing_after: Duration::from_hours(6),
        silent: Silent::Never,
    };
    let rules = PollRules {
        feeds: vec![],
        watches: vec![],
        matcher: Matcher::compile(&[], &[]).expect("nothing to be wrong"),
        max_interval: Duration::from_hours(1),
        gap: Duration::from_secs(1),
        health,
        stories: StoryRules::default(),
    };
    let http = Http::new(&HttpOptions::default()).expect("a client");
    let fetcher = Fetcher::new(http, FetchOptions::default());
    let poller = Poller::new(
        store.clone(),
        fetcher,
        Arc::clone(&clock),
        rules,
        Arc::default(),
    );
    let deliverer = Deliverer::new(
        store.clone(),
        Arc::clone(&clock),
        notifiers,
        vec![],
        BTreeMap::new(),
        Arc::default(),
    );
    Scheduler::new(store, clock, Work::new(poller, deliverer, 1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_panics_is_started_again_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shaky, well) = (Shaky::after(2), Shaky::default());
    let scheduler = scheduler(folder.path(), &[("shaky", &shaky), ("well", &well)]).await;
    let (soft, hard) = (CancellationToken::new(), CancellationToken::new());
    let both = async {
        well.took.notified().await;
        shaky.took.notified().await;
        soft.cancel();
    };
    let run = async { tokio::join!(scheduler.run(&soft, &hard), both) };
    let (ended, ()) = watchdog("both were asked to end", run).await;
    assert!(ended.is_ok(), "a lane that panics ends nothing");
    assert_eq!((shaky.taken(), well.taken()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_panics_in_one_round_takes_no_other_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shaky, well) = (Shaky::after(1), Shaky::default());
    let scheduler = scheduler(folder.path(), &[("shaky", &shaky), ("well", &well)]).await;
    let delivered = async || scheduler.deliver_due().await.expect("the store answers");
    assert_eq!(delivered().await, 1);
    assert_eq!((shaky.taken(), well.taken()), (0, 1));
    assert_eq!(delivered().await, 1, "the next round tries again");
}

#[test]
fn a_lane_rests_longer_with_each_panic_up_to_a_minute() {
    let millis = [1, 2, 3, 8, 9, 10, u32::MAX].map(|panics| rest(panics).as_millis());
    assert_eq!(millis, [250, 500, 1000, 32_000, 60_000, 60_000, 60_000]);
}
