//! The daemon, killed at any instant and started again, over and over, while its receivers answer
//! HTTP 500 to three requests in ten and another process takes the store's write lock. In the end
//! every alert has arrived, under one id, and what arrived twice did so because of a kill.
//!
//! ```text
//! cargo test --test campaign                                  the short form
//! cargo test --release --test campaign -- --ignored           1,000 feeds, 20,000 alerts, 200 kills
//! FIVEBELLS_KILLS=2000 cargo test --release --test campaign -- --ignored
//! ```
//!
//! `FIVEBELLS_SEED` chooses the instants and the refusals; the seed is printed. It does not choose
//! how the machine schedules threads, so two runs are alike, not the same.

#![expect(clippy::print_stdout, reason = "it prints a table")]

mod daemon;
mod hook;
#[path = "../it/servers/http.rs"]
#[expect(dead_code, reason = "the whole program's own tests use the rest")]
mod http;
mod publisher;
mod rival;
mod tally;

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use fastrand::Rng;

use daemon::{Daemon, Desk};
use hook::Hook;
use publisher::Publisher;
use rival::Rival;
use tally::{End, Tally};

/// What is done to the daemon.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Each on an origin of its own.
    feeds: usize,
    /// In each feed; all of them match one watch.
    items: usize,
    /// Each has a watch and a lane of its own: so many notices can be under way at once.
    receivers: usize,
    /// How often each feed is asked.
    every: &'static str,
    /// SIGKILLs before the daemon may finish.
    kills: usize,
    /// After so many kills, one life ends with SIGTERM instead.
    kills_to_a_term: usize,
    /// No life is longer.
    longest_life: Duration,
    /// How often one notice may be refused.
    refusals: usize,
    /// Whether it may be refused in the last life too: back-offs then add to what that takes.
    refuses_to_the_end: bool,
    /// How long the last life may take to deliver the rest.
    drain: Duration,
}

/// In the ordinary tests. Its `drain` is shorter than the shortest lease of a send (more than a
/// minute): what a dead daemon had claimed must be due again at the next start.
const SHORT: Plan = Plan {
    feeds: 30,
    items: 10,
    receivers: 4,
    every: "10s",
    kills: 20,
    kills_to_a_term: 5,
    longest_life: Duration::from_millis(400),
    refusals: 1,
    refuses_to_the_end: false,
    drain: Duration::from_secs(50),
};

const FULL: Plan = Plan {
    feeds: 1_000,
    items: 20,
    receivers: 16,
    every: "30s",
    kills: 200,
    kills_to_a_term: 10,
    longest_life: Duration::from_secs(3),
    refusals: usize::MAX,
    refuses_to_the_end: true,
    drain: Duration::from_hours(1),
};

/// How long the other process keeps the lock, while the daemon is killed and started: a start that
/// waits for longer fails.
const RIVAL: Duration = Duration::from_secs(3);

/// The same beside the last life: longer than a statement waits, so that polls and attempts end
/// while nothing can be recorded.
const STUBBORN_RIVAL: Duration = Duration::from_secs(8);

/// How long to wait for a request to kill the daemon at.
const NO_REQUEST: Duration = Duration::from_millis(500);

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_instant_it_loses_no_alert_and_changes_no_id() {
    campaign(SHORT).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a quarter of an hour: see the head of the file"]
async fn campaign_of_200_kills() {
    let kills = environment("FIVEBELLS_KILLS").unwrap_or(FULL.kills);
    campaign(Plan { kills, ..FULL }).await;
}

async fn campaign(plan: Plan) {
    let seed = environment("FIVEBELLS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("FIVEBELLS_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let publisher = Publisher::start(plan.feeds, plan.items, plan.receivers).await;
    let hook = Hook::start(random.fork(), plan.refusals).await;
    let desk = Desk::new(&publisher, &hook, plan.every);

    let rival = Rival::start(&desk.store(), RIVAL, &mut random);
    for number in 0..plan.kills + plan.kills / plan.kills_to_a_term {
        // To the end of the kills: deliveries are to be under way at each.
        publisher.show(number + 1, plan.kills);
        let is_term = number % (plan.kills_to_a_term + 1) == plan.kills_to_a_term;
        let end = if is_term { End::Term } else { End::Kill };
        live(&desk, &hook, plan.longest_life, end, &mut random).await;
    }
    drop(rival);
    if !plan.refuses_to_the_end {
        hook.take_everything();
    }
    let tally = drain(&desk, &hook, &publisher, plan, &mut random).await;
    println!("{tally}");
    assert!(tally.is_good(), "{}", desk.log_tail());
}

/// One life of the daemon, and its end.
async fn live(desk: &Desk, hook: &Hook, longest: Duration, end: End, random: &mut Rng) {
    let daemon = Daemon::start(desk);
    tokio::time::sleep(longest.mul_f64(random.f64())).await;
    if random.bool() {
        // The worst instant: the receiver has the notice, and its answer is on the way.
        let _ = tokio::time::timeout(NO_REQUEST, hook.next_request()).await;
    }
    daemon.end(end);
    hook.life_ended(end).await;
}

/// Lets the daemon deliver what is left, and counts.
async fn drain(
    desk: &Desk,
    hook: &Hook,
    publisher: &Publisher,
    plan: Plan,
    random: &mut Rng,
) -> Tally {
    let started_at = Instant::now();
    let daemon = Daemon::start(desk);
    let alerts = plan.feeds * plan.items;
    publisher.show_all();
    // It is up when it sends.
    let _ = tokio::time::timeout(plan.drain, hook.next_request()).await;
    let rival = Rival::start(&desk.store(), STUBBORN_RIVAL, random);
    let mut waiting = usize::MAX;
    while (hook.stories() < alerts || waiting > 0) && started_at.elapsed() < plan.drain {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if hook.stories() == alerts {
            waiting = desk.waiting().await;
        }
    }
    drop(rival);
    daemon.end(End::Term);
    hook.life_ended(End::Term).await;
    Tally {
        feeds: plan.feeds,
        alerts,
        kills: plan.kills,
        in_flight: plan.receivers,
        waiting: desk.waiting().await,
        dead: desk.dead().await,
        drained_in: started_at.elapsed(),
        ..hook.tally()
    }
}

fn environment<T: FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{name} is no number")),
    )
}
