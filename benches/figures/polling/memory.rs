//! The memory of the running program.

use std::{thread::sleep, time::Duration};

use super::{desk::Desk, documents::ITEMS, publisher_process::Publishers};
use crate::process::Daemon;

/// Every feed with its new items is polled once a minute.
const POLL: &str = "every = \"1m\"\nper_host = \"0s\"";
const MINUTES: u64 = 3;
const ORIGINS: usize = 500;

pub(crate) fn print(publishers: &Publishers, feeds: usize) {
    let items = feeds * ITEMS;
    println!(
        "| memory, MiB: {feeds} feeds, {items} items, {MINUTES} min | highest | at the end | goal |\n|---|--:|--:|--:|"
    );
    for (name, goal, is_secure) in [("http", 64, false), ("https", 96, true)] {
        let feed = |number: usize| {
            let (host, path) = (number % ORIGINS, format!("grow/{name}-{number}"));
            let url = if is_secure {
                publishers.secure_url(host, &path)
            } else {
                publishers.url(host, &path)
            };
            format!("{url:?}")
        };
        let feeds: Vec<String> = (0..feeds).map(feed).collect();
        let desk = Desk::new(publishers, &feeds, POLL, "nobody = \"Unheard\"");
        let daemon = Daemon::start(&desk.config());
        sleep(Duration::from_mins(MINUTES));
        let (highest, now) = (daemon.memory("VmHWM:"), daemon.memory("VmRSS:"));
        println!("| {name}, {ORIGINS} hosts | {highest} | {now} | {goal} |");
    }
    println!();
}
