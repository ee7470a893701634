//! Policies on a real store: whatever comes when, and however often the receiver fails.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, civil::time, tz::TimeZone};
use proptest::{prelude::*, test_runner::Config};

use super::*;
use crate::{
    calendar::{DailyTimes, Weekdays, Window},
    clock::ManualClock,
    delivery_policy::{Digest, Quiet, Rate},
    model::{Alert, AlertFeed, AlertItem, Item, Priority, Receipt},
    notify::{PreviewPart, RenderError, Sending},
    store::StoreOptions,
};

/// What a receiver took, and when; it refuses as often as it is asked to.
#[derive(Clone, Default)]
struct Recorder {
    taken: Arc<Mutex<Vec<Notice>>>,
    refusals: Arc<Mutex<u32>>,
}

impl Notifier for Recorder {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(async move {
            let mut refusals = self.refusals.lock().expect("not poisoned");
            if *refusals > 0 {
                *refusals -= 1;
                return Err(SendError {
                    reason: SendReason::Busy,
                    retry: Retry::Later { after: None },
                    detail: "not now".into(),
                    accepted: vec![],
                    refused: vec![],
                });
            }
            self.taken
                .lock()
                .expect("not poisoned")
                .push(notice.clone());
            Ok(Receipt::default())
        })
    }

    fn preview(&self, _: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        Ok(vec![])
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(1)
    }
}

fn alert(number: usize, priority: Priority, seen_at: Timestamp) -> NewDelivery {
    NewDelivery {
        receiver: "desk".into(),
        event: Event::Alert(Box::new(Alert {
            id: number.to_string(),
            priority,
            watches: vec!["w".into()],
            matches: vec![],
            item: AlertItem::of(&Item::default(), seen_at),
            feed: AlertFeed {
                name: "f".into(),
                title: "F".into(),
                url: "https://f.example/".into(),
                tags: vec![],
            },
            also: vec![],
            story: None,
            update: None,
        })),
    }
}

/// The alerts a notice tells: id and priority.
fn alerts(notice: &Notice) -> Vec<(usize, Priority)> {
    let one = |alert: &Alert| (alert.id.parse().expect("a number"), alert.priority);
    match &notice.event {
        Event::Alert(alert) => vec![one(alert)],
        Event::DigestReady(digest) => digest.alerts.iter().map(one).collect(),
        event => panic!("{}", event.kind()),
    }
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let digest = proptest::option::of((0i8..24, proptest::option::of(2usize..6)));
    let quiet = proptest::option::of((0i8..24, 1i8..23));
    let rate = proptest::option::of(1usize..4);
    let group = proptest::option::of(1u64..600);
    (digest, quiet, rate, group).prop_map(|(digest, quiet, rate, group)| Policy {
        zone: TimeZone::get("Europe/Berlin").expect("compiled in"),
        digest: digest.map(|(hour, count)| Digest {
            times: vec![DailyTimes {
                days: Weekdays::ALL,
                times: vec![time(hour, 30, 0, 0)],
            }],
            every: None,
            count,
            passes: Priority::Flash,
        }),
        quiet: quiet.map(|(from, hours)| Quiet {
            hours: vec![Window {
                days: Weekdays::ALL,
                from: time(from, 0, 0, 0),
                to: time((from + hours) % 24, 0, 0, 0),
            }],
            passes: Priority::Bulletin,
        }),
        at_most: rate.map(|count| Rate {
            count,
            per: Duration::from_hours(1),
            passes: Priority::Flash,
        }),
        group_wait: group.map(Duration::from_secs),
    })
}

/// Minutes until it comes, rank of its priority, how often the receiver then refuses.
type Arrival = (i64, i64, u32);

/// Lets the clock run until everything is sent; what was sent when.
async fn run(folder: &Path, policy: &Policy, arrivals: &[Arrival]) -> Vec<(Timestamp, Notice)> {
    let start: Timestamp = "2026-10-24T12:00:00Z".parse().expect("a time");
    let clock = Arc::new(ManualClock::new(start));
    let options = StoreOptions {
        path: folder.join("fivebells.db"),
        keep_items: Duration::from_hours(24 * 30),
        keep_alerts: Duration::from_hours(24 * 30),
    };
    let store = Store::open(&options, start).await.expect("a store");
    let receivers = ["desk".to_owned()];
    store.sync(&[], &receivers, start).await.expect("synced");
    let recorder = Recorder::default();
    let notifiers = BTreeMap::from([(
        "desk".to_owned(),
        Box::new(recorder.clone()) as Box<dyn Notifier>,
    )]);
    let policies = BTreeMap::from([("desk".to_owned(), policy.clone())]);
    let clock_of_all = Arc::clone(&clock) as Arc<dyn Clock>;
    let deliverer = Deliverer::new(
        store.clone(),
        clock_of_all,
        notifiers,
        vec![],
        policies,
        Arc::default(),
    );
    let mut sent = Vec::new();
    let mut to_come = arrivals.iter().enumerate().peekable();
    let mut next_at = start;
    loop {
        let now = clock.now();
        while let Some((number, (_, rank, refusals))) = to_come.next_if(|_| next_at <= now) {
            let new = alert(number, Priority::from_rank(*rank), now);
            store.enqueue(vec![new], now).await.expect("enqueued");
            *recorder.refusals.lock().expect("not poisoned") += refusals;
            if let Some((_, (wait, ..))) = to_come.peek() {
                next_at = time::add(now, Duration::from_mins(wait.unsigned_abs()));
            }
        }
        let until = match deliverer.deliver("desk").await.expect("the store answers") {
            DeliverOutcome::Deferred { until } => Some(until),
            DeliverOutcome::Idle => store.next_delivery_due("desk").await.expect("read"),
            _ => {
                let taken = std::mem::take(&mut *recorder.taken.lock().expect("not poisoned"));
                sent.extend(taken.into_iter().map(|notice| (now, notice)));
                continue;
            }
        };
        let arrival = to_come.peek().map(|_| next_at);
        let Some(wake) = until.into_iter().chain(arrival).min() else {
            store.close().await;
            return sent;
        };
        assert!(wake > now, "it would not sleep");
        clock.advance(wake.duration_since(now));
        assert!(
            wake.duration_since(start) < SignedDuration::from_hours(24 * 30),
            "stranded"
        );
    }
}

fn check(policy: &Policy, arrivals: &[Arrival], sent: &[(Timestamp, Notice)]) {
    let all = sent.iter().flat_map(|(_, notice)| alerts(notice));
    let mut ids: Vec<usize> = all.map(|(id, _)| id).collect();
    ids.sort_unstable();
    let each: Vec<usize> = (0..arrivals.len()).collect();
    assert_eq!(ids, each, "each is sent in one notice");
    let highest = |notice: &Notice| alerts(notice).iter().map(|(_, priority)| *priority).max();
    for (at, notice) in sent {
        let priority = highest(notice).expect("never empty");
        if let Some(quiet) = &policy.quiet
            && priority < quiet.passes
        {
            assert!(
                !quiet.covers(*at, &policy.zone),
                "sent in quiet hours: {at}"
            );
        }
        // A digest is what nothing held any more when it was made; later it has its own priority.
        if let Some(quiet) = &policy.quiet
            && let Event::DigestReady(digest) = &notice.event
            && quiet.covers(digest.until, &policy.zone)
        {
            let held = alerts(notice)
                .into_iter()
                .filter(|(_, it)| *it < quiet.passes);
            assert_eq!(held.count(), 0, "folded in quiet hours: {}", digest.until);
        }
        if let Some(rate) = policy.at_most
            && priority < rate.passes
        {
            let recent = sent.iter().filter(|(other, notice)| {
                *other <= *at
                    && time::add(*other, rate.per) > *at
                    && highest(notice) < Some(rate.passes)
            });
            assert!(recent.count() <= rate.count, "too often at {at}");
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    #[test]
    fn every_alert_is_sent_in_one_notice_and_never_while_it_is_held(
        policy in any_policy(),
        arrivals in proptest::collection::vec((0i64..180, 0i64..4, 0u32..3), 0..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let folder = tempfile::tempdir().expect("a folder");
        let sent = runtime.expect("a runtime").block_on(run(folder.path(), &policy, &arrivals));
        check(&policy, &arrivals, &sent);
    }
}
