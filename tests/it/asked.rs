//! `poll`, with the daemon up and down, and what `feeds NAME` says about the next poll.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fivebells::clock::Stopwatch;
use serde_json::Value;

use crate::{
    desk::{Desk, code, json, stderr, stdout},
    servers::{feed::FeedServer, http::Answer, webhook::WebhookServer},
    watchdog::Watchdog,
};

/// A daemon that runs until it is dropped.
struct Daemon(Child);

impl Daemon {
    fn start(config: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fivebells"))
            .args(["-c".as_ref(), config.as_os_str(), "run".as_ref()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the daemon starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let is_up = lines.any(|line| line.is_ok_and(|line| line.contains("is running")));
        assert!(is_up, "the daemon ended");
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.count());
        Self(child)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn config(feeds: &str) -> String {
    format!(
        "[feed]\n{feeds}\n[watch]\nkoizumi = \"Koizumi\"\n[receiver]\nt = {{ stdout = true }}\n"
    )
}

fn busy(seconds: &str) -> Answer {
    Answer::Reply {
        status: 429,
        headers: vec![("Retry-After", seconds.to_owned())],
        body: Vec::new(),
    }
}

#[test]
fn poll_asks_now_and_delivers_without_a_daemon() {
    let desk = Desk::sample();
    let first = desk.run(&["poll"]);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    let text = stdout(&first);
    assert!(
        text.contains("Shinjirō Koizumi meets Hegseth"),
        "delivered: {text}"
    );
    assert!(
        text.contains("sample: first poll, 2 items, 1 alert\n"),
        "{text}"
    );
    assert_eq!(
        stdout(&desk.run(&["poll", "sample"])),
        "sample: unchanged\n"
    );

    std::fs::remove_file(desk.path("sample.xml")).expect("removed");
    let failed = desk.run(&["--format", "json", "poll", "sample"]);
    assert_eq!(code(&failed), 1);
    let line = json(&failed).remove(0);
    assert_eq!(line["outcome"], "failed");
    assert!(
        line["error"]
            .as_str()
            .is_some_and(|error| error.contains("sample.xml")),
        "{line}"
    );

    let unknown = desk.run(&["poll", "sampel"]);
    assert_eq!(code(&unknown), 1);
    assert!(stderr(&unknown).contains("there is no feed \"sampel\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_asks_only_who_is_named() {
    let (one, two) = (FeedServer::start().await, FeedServer::start().await);
    let feeds = format!("one = \"{}\"\ntwo = \"{}\"", one.url(), two.url());
    let desk = Desk::new(&config(&feeds));
    let polled = desk.run(&["poll", "one"]);
    assert_eq!(
        stdout(&polled),
        "one: first poll, 0 items, 0 alerts\n",
        "{}",
        stderr(&polled)
    );
    assert_eq!((one.requests().len(), two.requests().len()), (1, 0));
}

/// The second waits for the pause of two seconds of their host.
#[tokio::test(flavor = "multi_thread")]
async fn poll_keeps_the_pause_between_two_requests_to_a_host() {
    let server = FeedServer::start().await;
    let feeds = format!("one = \"{0}\"\ntwo = \"{0}?2\"", server.url());
    let desk = Desk::new(&(config(&feeds) + "[poll]\nper_host = \"1500ms\"\n"));
    let polled = desk.run(&["poll"]);
    assert_eq!(stdout(&polled).lines().count(), 2, "{}", stderr(&polled));
    assert_eq!(server.requests().len(), 2);
    let feeds = json(&desk.run(&["--format", "json", "feeds"]));
    let mut polled = [&feeds[0], &feeds[1]].map(|feed| {
        let moment = feed["polled"].as_str().expect("text");
        moment.parse::<jiff::Timestamp>().expect("a time")
    });
    polled.sort();
    let apart = polled[1].duration_since(polled[0]);
    assert!(
        apart.as_millis() >= 1500,
        "by the program's own clock: {apart:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_does_not_ask_a_host_that_asks_to_wait() {
    let server = FeedServer::start().await;
    server.fail_with(Some(busy("7200")));
    let desk = Desk::new(&config(&format!("wire = \"{}\"", server.url())));
    let failed = desk.run(&["poll"]);
    assert_eq!(code(&failed), 1);
    assert!(
        stdout(&failed).starts_with("wire: failed: status 429"),
        "{}",
        stdout(&failed)
    );

    server.fail_with(None);
    let refused = desk.run(&["poll", "wire"]);
    assert_eq!(code(&refused), 1);
    let text = stdout(&refused);
    assert!(
        text.starts_with("wire: not before 20") && text.contains("in 1h: its host asks to wait"),
        "{text}"
    );
    assert_eq!(server.requests().len(), 1);
    let line = json(&desk.run(&["--format", "json", "poll", "wire"])).remove(0);
    assert_eq!(line["outcome"], "refused");
    assert!(line["until"].is_string(), "{line}");
}

/// How long the loops of an idle daemon sleep.
const IDLE_SLEEP: Duration = Duration::from_secs(5);

/// A person waits for it, and the daemon sleeps for up to five seconds when nothing is due.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_daemon_is_woken_by_poll() {
    let feed = FeedServer::start().await;
    let desk = Desk::new(&format!(
        "[poll]\nper_host = \"0s\"\n[feed]\nwire = \"{}\"\n[watch]\nk = \"Koizumi\"\n\
         [receiver]\nscreen = {{ stdout = true }}\n",
        feed.url()
    ));
    let _daemon = Daemon::start(&desk.path("fivebells.toml"));
    assert_eq!(code(&desk.run(&["poll", "wire"])), 0);
    let poll = || {
        let started = Stopwatch::start();
        assert_eq!(code(&desk.run(&["poll", "wire"])), 0);
        started.elapsed()
    };
    // Whoever is not woken sleeps on from the poll before: each would take about all of that time.
    let fastest = (0..4).map(|_| poll()).min().expect("four");
    assert!(fastest < IDLE_SLEEP * 9 / 10, "{fastest:?}");
}

#[test]
fn fetch_and_the_first_poll_say_which_hint_slows_a_feed() {
    let desk = Desk::new(
        "[feed]\nslow = { url = \"file:slow.xml\", every = \"5m\" }\n\
         calm = { url = \"file:calm.xml\", every = \"2h\" }\n\
         [watch]\nk = \"Koizumi\"\n[receiver]\nscreen = { stdout = true }\n",
    );
    for name in ["slow.xml", "calm.xml"] {
        desk.write(name, &document("<ttl>60</ttl>"));
    }
    let words = "asked less often than every 5m: the feed asks for 1h between polls (ttl); \
                 help: `respect` leaves out such hints";
    let fetched = stderr(&desk.run(&["fetch", "slow"]));
    assert!(fetched.contains(&format!("slow: {words}")), "{fetched}");
    assert_eq!(stderr(&desk.run(&["fetch", "calm"])), "");
    let file = desk.path("slow.xml");
    let fetched = stderr(&desk.run(&["fetch", file.to_str().expect("UTF-8")]));
    assert!(fetched.contains("less often than every 15m"), "{fetched}");
    let log = stderr(&desk.run(&["run", "--once"]));
    assert!(log.contains(&format!("feed \"slow\": {words}")), "{log}");
    assert_eq!(log.matches("less often").count(), 1, "{log}");
    let again = stderr(&desk.run(&["poll", "slow"]));
    assert!(!again.contains("less often"), "notified once: {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn poll_lets_a_running_daemon_do_it() {
    let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
    let desk = Desk::new(&format!(
        "[feed]\nwire = \"{}\"\n[watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n",
        feed.url(),
        hook.url()
    ));
    let _daemon = Daemon::start(&desk.path("fivebells.toml"));
    let poll = || desk.run(&["poll", "wire"]);
    // The daemon's own first poll may be this one.
    assert_eq!(code(&poll()), 0);
    feed.publish("Koizumi speaks");
    let polled = poll();
    assert_eq!(
        stdout(&polled),
        "wire: 1 new item, 1 alert\n",
        "{}",
        stderr(&polled)
    );
    assert_eq!(stdout(&poll()), "wire: unchanged\n");
    feed.fail_with(Some(busy("7200")));
    assert_eq!(code(&poll()), 1);
    let requests = feed.requests().len();
    let refused = poll();
    assert_eq!(code(&refused), 1);
    assert!(
        stdout(&refused).contains("not before"),
        "{}",
        stdout(&refused)
    );
    assert_eq!(feed.requests().len(), requests);
}

/// The rules of the only feed, by name.
fn rules(desk: &Desk) -> (Value, Vec<Value>) {
    let feed = json(&desk.run(&["--format", "json", "feeds"])).remove(0);
    let rules = feed["rules"].as_array().expect("a list").clone();
    (feed, rules)
}

fn document(channel: &str) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>W</title>{channel}<item><guid>1</guid><title>T</title></item></channel></rss>"
    )
}

#[test]
fn feeds_shows_what_every_rule_says_and_which_won() {
    let feed = "wire = { url = \"file:sample.xml\", every = \"1h\", respect = [\"ttl\"] }";
    let desk = Desk::new(&config(feed));
    let hours: Vec<String> = (0..23).map(|hour| format!("<hour>{hour}</hour>")).collect();
    desk.write(
        "sample.xml",
        &document(&format!(
            "<ttl>600</ttl><skipHours>{}</skipHours>",
            hours.concat()
        )),
    );
    assert_eq!(code(&desk.run(&["poll"])), 0);

    let (feed, found) = rules(&desk);
    let names: Vec<&str> = found
        .iter()
        .filter_map(|rule| rule["rule"].as_str())
        .collect();
    assert_eq!(&names[..2], ["interval", "ttl"]);
    let winner = found
        .iter()
        .find(|rule| rule["won"] == true)
        .expect("one won");
    assert_eq!(
        (&winner["rule"], &feed["due_reason"]),
        (&"ttl".into(), &"ttl".into())
    );
    assert_eq!(
        winner["at"], feed["next_due"],
        "worked out again to the millisecond"
    );
    assert_eq!(winner["because"], "the feed asks for 10h between polls");

    let sheet = stdout(&desk.run(&["feeds", "wire"]));
    let line = sheet
        .lines()
        .find(|line| line.contains("> ttl"))
        .expect("marked");
    assert!(
        line.contains("in 9h: the feed asks for 10h between polls") || line.contains("in 10h"),
        "{sheet}"
    );
    assert!(
        sheet.contains("interval") && sheet.contains("every 1h"),
        "{sheet}"
    );

    desk.write(
        "fivebells.toml",
        &desk.read("fivebells.toml").replace("[\"ttl\"]", "[]"),
    );
    let (_, found) = rules(&desk);
    assert_eq!(found[1]["counts"], false);
    let because = found[1]["because"].as_str().expect("words");
    assert!(because.ends_with("; not respected"), "{because}");
}

#[test]
fn feeds_shows_the_rules_of_a_feed_that_fails() {
    let desk = Desk::sample();
    std::fs::remove_file(desk.path("sample.xml")).expect("removed");
    assert_eq!(code(&desk.run(&["poll"])), 1);
    let (feed, found) = rules(&desk);
    assert_eq!(feed["due_reason"], "back-off");
    assert_eq!(found[0]["because"], "failures in a row: 1");
    assert_eq!(found[0]["at"], feed["next_due"]);
}

/// A feed that is due again while others' hosts ask to wait must not keep the round going.
#[tokio::test(flavor = "multi_thread")]
async fn a_round_for_cron_polls_each_feed_once_and_ends() {
    let server = FeedServer::start().await;
    server.fail_with(Some(busy("600")));
    let feeds = format!(
        "one = \"{0}\"\ntwo = \"{0}?2\"\nshort = {{ url = \"file:sample.xml\", every = \"10s\" }}",
        server.url()
    );
    let desk = Desk::new(&config(&feeds));
    let mut round = Command::new(env!("CARGO_BIN_EXE_fivebells"))
        .args(["-c".as_ref(), desk.path("fivebells.toml").as_os_str()])
        .args(["run", "--once"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let watchdog = Watchdog::start();
    while round.try_wait().expect("a child").is_none() {
        if !watchdog.is_patient() {
            round.kill().expect("ended");
            panic!("the round does not end");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let round = round.wait_with_output().expect("its words");
    assert_eq!(round.status.code(), Some(0), "{}", stderr(&round));
    let said = stderr(&round);
    assert!(
        said.contains("1 feed not polled: its server asked to wait"),
        "{said}"
    );
    assert!(said.contains("feeds read 1, failed 1,"), "{said}");
    assert_eq!(server.requests().len(), 1);
}

/// Whoever looks whether a feed is well again puts off neither its polls nor the alarm.
#[tokio::test(flavor = "multi_thread")]
async fn polls_by_hand_that_fail_make_a_feed_no_rarer() {
    let server = FeedServer::start().await;
    server.fail_with(Some(Answer::Reply {
        status: 500,
        headers: Vec::new(),
        body: Vec::new(),
    }));
    let feeds = format!("one = {{ url = \"{}\", every = \"1h\" }}", server.url());
    let desk = Desk::new(&(config(&feeds) + "[poll]\nper_host = \"0s\"\n"));
    let mut said = String::new();
    for _ in 0..5 {
        said = stdout(&desk.run(&["poll", "one"]));
    }
    assert_eq!(server.requests().len(), 5);
    assert!(said.contains("; next poll in "), "{said}");
    let feed = json(&desk.run(&["--format", "json", "feeds"])).remove(0);
    let next: jiff::Timestamp = feed["next_due"]
        .as_str()
        .expect("text")
        .parse()
        .expect("a time");
    let wait = next.duration_since(crate::desk::now()).as_secs();
    assert!((3000..=4000).contains(&wait), "{wait} s: {feed:#}");
}
