//! Feeds on origins of which a third is dead: which others do the dead hold up?

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::Duration,
};

use super::{desk::Desk, publisher_process::Publishers};
use crate::process::Daemon;

const ORIGINS: usize = 500;

/// All feeds are due at once, and then not again.
const POLL: &str = "every = \"1h\"";

/// The pause that [`POLL`] leaves as it is.
const PAUSE: Duration = Duration::from_secs(2);

const WATCHED: Duration = Duration::from_secs(80);

pub(crate) fn print(publishers: &Publishers, feeds: usize) {
    let urls: Vec<String> = (0..feeds).map(|number| url(publishers, number)).collect();
    let healthy = (0..feeds)
        .filter(|number| !is_dead(number % ORIGINS))
        .count();
    let desk = Desk::new(publishers, &urls, POLL, "nobody = \"Unheard\"");
    publishers.report("visits");
    let daemon = Daemon::start(&desk.config());
    sleep(WATCHED);
    let memory = daemon.memory("VmHWM:");
    drop(daemon);
    let visits = Visits::read(&publishers.report("visits"));
    println!(
        "{feeds} feeds on {ORIGINS} origins, a third dead, all due at once, {} s, {memory} MiB\n",
        WATCHED.as_secs()
    );
    println!("| | measured | goal |\n|---|--:|--:|");
    println!(
        "| healthy feeds polled | {} | {healthy} |",
        visits.healthy.len()
    );
    println!(
        "| the last one after, s | {:.1} | 60 |",
        visits.last.as_secs_f64()
    );
    println!(
        "| the smallest pause any origin saw, s | {:.2} | {:.2} |\n",
        visits.pause.as_secs_f64(),
        PAUSE.as_secs_f64()
    );
}

fn is_dead(origin: usize) -> bool {
    origin.is_multiple_of(3)
}

fn url(publishers: &Publishers, number: usize) -> String {
    let origin = number % ORIGINS;
    let url = match (is_dead(origin), origin / 3 % 3) {
        (false, _) => publishers.url(origin, &format!("visit/{number}")),
        (true, 0) => Publishers::dead_url(origin, &number.to_string()),
        (true, 1) => publishers.url(origin, &format!("mute/{number}")),
        (true, _) => publishers.url(origin, &format!("drip/{number}")),
    };
    format!("{url:?}")
}

/// What the origins saw.
struct Visits {
    healthy: BTreeSet<String>,
    /// From the first visit of all to the last first visit of a healthy feed.
    last: Duration,
    pause: Duration,
}

impl Visits {
    fn read(lines: &[String]) -> Self {
        let mut hosts: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
        let mut healthy = BTreeMap::new();
        for line in lines {
            let parts: Vec<&str> = line.split(' ').collect();
            let at = Duration::from_millis(parts[2].parse().expect("a number"));
            hosts.entry(parts[0]).or_default().push(at);
            if parts[1].starts_with("/visit/") {
                healthy.entry(parts[1].to_owned()).or_insert(at);
            }
        }
        let first = hosts.values().filter_map(|times| times.first()).min();
        let last = healthy.values().max();
        let pauses = hosts.values().flat_map(|times| times.windows(2));
        Self {
            last: last
                .zip(first)
                .map(|(last, first)| last.saturating_sub(*first))
                .unwrap_or_default(),
            pause: pauses
                .map(|pair| pair[1].saturating_sub(pair[0]))
                .min()
                .unwrap_or_default(),
            healthy: healthy.into_keys().collect(),
        }
    }
}
