//! How long after the feed has shown an item the webhook has it.

use std::{thread::sleep, time::Duration};

use super::{desk::Desk, publisher_process::Publishers};
use crate::process::Daemon;

/// Each feed has a new item at every poll, and the polls are spread over ten seconds.
const POLL: &str = "every = \"10s\"\nper_host = \"0s\"";
const ROUNDS: u64 = 3;
const ORIGINS: usize = 200;

pub(crate) fn print(publishers: &Publishers, feeds: usize) {
    let feed = |number: usize| {
        let url = publishers.url(number % ORIGINS, &format!("grow/{number}"));
        format!("{url:?}")
    };
    let feeds: Vec<String> = (0..feeds).map(feed).collect();
    let desk = Desk::new(publishers, &feeds, POLL, "koizumi = \"Koizumi\"");
    let daemon = Daemon::start(&desk.config());
    // The first poll of all feeds at once is a baseline and alerts nobody; the second is near it.
    sleep(Duration::from_secs(15));
    publishers.report("waits");
    sleep(Duration::from_secs(10 * ROUNDS));
    let waits = publishers.report("waits");
    drop(daemon);
    let mut waits: Vec<f64> = waits
        .iter()
        .map(|wait| wait.parse::<f64>().expect("a number") / 1000.0)
        .collect();
    waits.sort_by(f64::total_cmp);
    let (count, rate) = (waits.len(), feeds.len() / 10);
    println!("| served to webhook, ms | p50 | p99 | goal |\n|---|--:|--:|--:|");
    println!(
        "| {count} alerts, {rate} a second | {:.1} | {:.1} | 6 / 15 |\n",
        waits[count / 2],
        waits[count * 99 / 100]
    );
}
