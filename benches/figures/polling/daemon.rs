//! Figures of the running daemon: how soon a webhook has an item, how much memory the daemon needs,
//! and how long `fivebells poll` takes beside it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

use super::{desk::Desk, documents::ITEMS, publisher_process::Publishers};
use crate::process::{Daemon, command};

/// Each feed has a new item at every poll, and the polls are spread over ten seconds.
const LATENCY_POLL: &str = "every = \"10s\"\nper_host = \"0s\"";
const ROUNDS: u64 = 3;
const LATENCY_ORIGINS: usize = 200;

/// How long after the feed has shown an item the webhook has it.
pub(crate) fn latency(publishers: &Publishers, feeds: usize) {
    let feed = |number: usize| {
        let url = publishers.url(number % LATENCY_ORIGINS, &format!("grow/{number}"));
        format!("{url:?}")
    };
    let feeds: Vec<String> = (0..feeds).map(feed).collect();
    let desk = Desk::new(publishers, &feeds, LATENCY_POLL, "koizumi = \"Koizumi\"");
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

/// Every feed with its new items is polled once a minute.
const MEMORY_POLL: &str = "every = \"1m\"\nper_host = \"0s\"";
const MINUTES: u64 = 3;
const MEMORY_ORIGINS: usize = 500;

/// The memory of the running program.
pub(crate) fn memory(publishers: &Publishers, feeds: usize) {
    let items = feeds * ITEMS;
    println!(
        "| memory, MiB: {feeds} feeds, {items} items, {MINUTES} min | highest | at the end | goal |\n|---|--:|--:|--:|"
    );
    for (name, goal, is_secure) in [("http", 64, false), ("https", 96, true)] {
        let feed = |number: usize| {
            let (host, path) = (number % MEMORY_ORIGINS, format!("grow/{name}-{number}"));
            let url = if is_secure {
                publishers.secure_url(host, &path)
            } else {
                publishers.url(host, &path)
            };
            format!("{url:?}")
        };
        let feeds: Vec<String> = (0..feeds).map(feed).collect();
        let desk = Desk::new(publishers, &feeds, MEMORY_POLL, "nobody = \"Unheard\"");
        let daemon = Daemon::start(&desk.config());
        sleep(Duration::from_mins(MINUTES));
        let (highest, now) = (daemon.memory("VmHWM:"), daemon.memory("VmRSS:"));
        println!("| {name}, {MEMORY_ORIGINS} hosts | {highest} | {now} | {goal} |");
    }
    println!();
}

/// How long the server takes for its answer.
const ANSWER: Duration = Duration::from_millis(100);
/// Longer than the daemon sleeps, and than the pause of a host.
const IDLE: Duration = Duration::from_secs(6);
const FEED: &str = "<rss version=\"2.0\"><channel><title>Wire</title>\
                    <item><guid>1</guid><title>Koizumi</title></item></channel></rss>";

/// How long `fivebells poll` takes beside an idle daemon, beyond what the feed's server takes.
pub(crate) fn asked(publishers: &Publishers, runs: usize) {
    let feeds = [format!("{:?}", serve())];
    let desk = Desk::new(publishers, &feeds, "every = \"1h\"", "none = \"Nobody\"");
    let _daemon = Daemon::start(&desk.config());
    let time = |arguments: &[&str]| {
        let began = Instant::now();
        let output = command(&desk.config(), arguments)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{output:?}");
        began.elapsed().as_secs_f64() * 1000.0
    };
    let (mut polls, mut looks) = (Vec::new(), Vec::new());
    for _ in 0..runs.max(10) {
        sleep(IDLE);
        looks.push(time(&["mute"]));
        polls.push(time(&["poll"]) - ANSWER.as_secs_f64() * 1000.0);
    }
    println!("| beside an idle daemon, ms | median | lowest | highest | goal |");
    println!("|---|--:|--:|--:|--:|");
    row("`poll`, more than the server's answer", polls, "50");
    row("`mute` alone, which only opens the store", looks, "");
}

fn row(name: &str, mut times: Vec<f64>, goal: &str) {
    times.sort_by(f64::total_cmp);
    let (lowest, highest) = (times[0], times[times.len() - 1]);
    let median = times[times.len() / 2];
    println!("| {name} | {median:.0} | {lowest:.0} | {highest:.0} | {goal} |");
}

/// A server with one feed; it lives as long as this process.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a connection");
            let head = BufReader::new(&stream).lines();
            head.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()))
                .for_each(drop);
            sleep(ANSWER);
            let length = FEED.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close");
            // Who has left needs no answer.
            let _ = write!(&stream, "{head}\r\n\r\n{FEED}");
        }
    });
    url
}
