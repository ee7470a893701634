//! How long `fivebells poll` takes beside an idle daemon, more than the feed's server takes.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

use super::{desk::Desk, publisher_process::Publishers};
use crate::process::{Daemon, command};

/// How long the server takes for its answer.
const ANSWER: Duration = Duration::from_millis(100);
/// Longer than the daemon naps, and than the pause that a host is owed.
const IDLE: Duration = Duration::from_secs(6);
const FEED: &str = "<rss version=\"2.0\"><channel><title>Wire</title>\
                    <item><guid>1</guid><title>Koizumi</title></item></channel></rss>";

pub(crate) fn print(publishers: &Publishers, runs: usize) {
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
