//! When feeds are polled: what publishers hint, what the config makes of it, and a backlog.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use fivebells::store::FeedStatus;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    servers::http::{Answer, HttpServer},
    watchdog::Watchdog,
    world::World,
};

const HOUR: i64 = 3600;

/// A publisher that answers what the test says.
struct Publisher {
    server: HttpServer,
    answer: Arc<Mutex<Answer>>,
}

impl Publisher {
    async fn start(answer: Answer) -> Self {
        let answer = Arc::new(Mutex::new(answer));
        let server = HttpServer::start({
            let answer = Arc::clone(&answer);
            move |_| answer.lock().expect("not poisoned").clone()
        })
        .await;
        Self { server, answer }
    }

    fn answer_with(&self, answer: Answer) {
        *self.answer.lock().expect("not poisoned") = answer;
    }
}

/// A document whose channel says this, and one item of this number.
fn document(channel: &str, number: u32, headers: &[(&'static str, &str)]) -> Answer {
    let body = format!(
        "<rss version=\"2.0\" xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\"><channel>\
         <title>Wire</title>{channel}<item><guid>{number}</guid><title>T</title></item></channel></rss>"
    );
    reply(200, headers, body.into_bytes())
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: Vec<u8>) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    Answer::Reply {
        status,
        headers: headers.collect(),
        body,
    }
}

fn config(url: &str, options: &str) -> String {
    let wire = format!("wire = {{ url = \"{url}\", every = \"10m\"{options} }}\n");
    config_of(&[wire], "")
}

/// A config with these lines in `[feed]`, and more below.
fn config_of(feeds: &[String], more: &str) -> String {
    let feeds = feeds.concat();
    format!("[feed]\n{feeds}[watch]\nk = \"Koizumi\"\n[receiver]\nt = {{ stdout = true }}\n{more}")
}

async fn world(publisher: &Publisher, options: &str) -> World {
    World::open(&config(&publisher.server.url("/feed.xml"), options)).await
}

async fn wire(world: &World) -> FeedStatus {
    let feed = world.app().store().feed("wire").await;
    feed.expect("read").expect("there")
}

/// Polls when the feed is due; how long it then waits, in seconds, and why.
async fn polled(world: &World) -> (i64, String) {
    let now = fivebells::clock::Clock::now(world.clock.as_ref());
    let due = wire(world).await.due;
    world
        .clock
        .advance(due.duration_since(now).max(SignedDuration::ZERO));
    let tally = world.poll().await;
    assert_eq!(tally.good + tally.failed, 1, "it was due");
    let feed = wire(world).await;
    let polled_at = feed.polled_at.expect("polled");
    (
        feed.due.duration_since(polled_at).as_secs(),
        feed.due_reason,
    )
}

/// What a hint comes to, the random delay of up to 12 s left out.
fn assert_wait(found: &(i64, String), wait: i64, reason: &str) {
    assert!(
        (wait..wait + 13).contains(&found.0) && found.1 == reason,
        "{found:?}, not {wait} {reason}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_of_the_publishers_hints_is_followed() {
    let hourly =
        "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>";
    let dated = [
        ("Date", "Sun, 22 Nov 2026 07:00:00 GMT"),
        ("Expires", "Sun, 22 Nov 2026 11:00:00 GMT"),
    ];
    let publisher = Publisher::start(document("", 1, &[])).await;
    let world = world(&publisher, "").await;
    for (channel, headers, wait, reason) in [
        (
            "",
            &[("Cache-Control", "max-age=7200"), ("Age", "3600")][..],
            HOUR,
            "max-age",
        ),
        ("", &dated, 4 * HOUR, "max-age"),
        (
            "<ttl>180</ttl>",
            &[("Cache-Control", "max-age=7200")],
            3 * HOUR,
            "ttl",
        ),
        (hourly, &[], HOUR / 2, "update-period"),
        ("<ttl>9000</ttl>", &[], 24 * HOUR - 12, "ttl"),
    ] {
        publisher.answer_with(document(channel, 1, headers));
        assert_wait(&polled(&world).await, wait, reason);
    }
    publisher.answer_with(document(
        "<ttl>1</ttl>",
        1,
        &[("Cache-Control", "max-age=0")],
    ));
    let (wait, reason) = polled(&world).await;
    assert!(
        (300..=912).contains(&wait) && reason == "interval",
        "{wait} {reason}"
    );
}

/// The words of `feeds wire` about a rule.
async fn rule(world: &World, rule: &str) -> String {
    let config = world.path();
    let program = env!("CARGO_BIN_EXE_fivebells");
    let output = tokio::process::Command::new(program)
        .args(["-c", config.to_str().expect("UTF-8"), "feeds", "wire"])
        .output()
        .await
        .expect("it runs");
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    let line = shown.lines().find(|line| line.contains(rule));
    line.unwrap_or_else(|| panic!("no {rule} in {shown}"))
        .to_owned()
}

/// Nobody wished what software writes into every feed.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_generator_writes_unasked_slows_no_feed() {
    let hourly = |generator: &str, times: u32| {
        format!(
            "{generator}<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>\
             <sy:updateFrequency>\n\t{times}\t</sy:updateFrequency>"
        )
    };
    let wordpress = "<generator>https://wordpress.org/?v=6.1.9</generator>";
    let mkdocs = "<generator>MkDocs RSS plugin - v1.19.0</generator>";
    let publisher = Publisher::start(document("", 1, &[])).await;
    let world = world(&publisher, "").await;
    for (number, (channel, reason)) in [
        (hourly(wordpress, 1), "interval"),
        (hourly("", 1), "interval"),
        (hourly("<generator>By hand</generator>", 1), "update-period"),
        (hourly(wordpress, 2), "update-period"),
        (format!("{mkdocs}<ttl>1440</ttl>"), "interval"),
        (format!("{mkdocs}<ttl>60</ttl>"), "ttl"),
        ("<ttl>1440</ttl>".to_owned(), "ttl"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u32::try_from(number).expect("few");
        publisher.answer_with(document(&channel, 10 + number, &[]));
        assert_eq!(polled(&world).await.1, reason, "{channel}");
    }
    publisher.answer_with(document(&hourly(wordpress, 1), 99, &[]));
    polled(&world).await;
    let notified = rule(&world, "update-period").await;
    assert!(
        notified.ends_with("its software writes that unasked, so it does not count"),
        "{notified}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_said_holds_after_a_304_and_an_equal_body() {
    let publisher = Publisher::start(document("<ttl>120</ttl>", 1, &[("ETag", "\"1\"")])).await;
    let mut world = world(&publisher, "").await;
    assert_wait(&polled(&world).await, 2 * HOUR, "ttl");
    publisher.answer_with(reply(304, &[], Vec::new()));
    assert_wait(&polled(&world).await, 2 * HOUR, "ttl");
    world.restart().await;
    publisher.answer_with(document("<ttl>120</ttl>", 1, &[("ETag", "\"2\"")]));
    assert_wait(&polled(&world).await, 2 * HOUR, "ttl");
    publisher.answer_with(reply(
        304,
        &[("Cache-Control", "max-age=18000")],
        Vec::new(),
    ));
    assert_wait(&polled(&world).await, 5 * HOUR, "max-age");
    publisher.answer_with(reply(304, &[], Vec::new()));
    assert_wait(&polled(&world).await, 2 * HOUR, "ttl");
    publisher.answer_with(document("", 2, &[]));
    assert_eq!(
        polled(&world).await.1,
        "interval",
        "the new document hints nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn skipped_hours_and_days_are_not_polled() {
    // The clock is at 07:00 UTC of a Sunday.
    let hours = "<skipHours><hour>7</hour><hour>8</hour><hour>24</hour></skipHours>";
    let publisher = Publisher::start(document(hours, 1, &[])).await;
    let world = world(&publisher, "").await;
    let (wait, reason) = polled(&world).await;
    assert!((2 * HOUR..2 * HOUR + 600).contains(&wait), "{wait}");
    assert_eq!(reason, "skip-hours");
    publisher.answer_with(document("<skipDays><day>Sunday</day></skipDays>", 1, &[]));
    assert_eq!(polled(&world).await.1, "skip-days");
    let due = wire(&world).await.due;
    let monday: Timestamp = "2026-11-23T00:00:00Z".parse().expect("a time");
    assert!(
        (0..600).contains(&due.duration_since(monday).as_secs()),
        "{due}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn respect_leaves_out_the_hints_it_does_not_name() {
    let skips = "<ttl>120</ttl><skipHours><hour>7</hour><hour>8</hour><hour>9</hour></skipHours>";
    let headers = [("Cache-Control", "max-age=43200")];
    for (options, reason) in [
        ("", "max-age"),
        (", respect = [\"ttl\"]", "ttl"),
        (", respect = \"skip-hours\"", "skip-hours"),
        (", respect = []", "interval"),
    ] {
        let publisher = Publisher::start(document(skips, 1, &headers)).await;
        let world = world(&publisher, options).await;
        assert_eq!(polled(&world).await.1, reason, "{options}");
        publisher.answer_with(reply(429, &[("Retry-After", "7200")], Vec::new()));
        assert_wait(&polled(&world).await, 2 * HOUR, "retry-after");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_config_that_asks_for_more_holds_at_once_and_puts_nothing_off() {
    let publisher = Publisher::start(document("<ttl>600</ttl>", 1, &[])).await;
    let world = world(&publisher, "").await;
    assert_wait(&polled(&world).await, 10 * HOUR, "ttl");
    let url = publisher.server.url("/feed.xml");
    world.write(&config(&url, ", respect = []"));
    world.app().reload(world.config()).await.expect("reloaded");
    let sooner = wire(&world).await;
    assert_eq!(sooner.due_reason, "interval");
    world.write(&config(&url, ""));
    world.app().reload(world.config()).await.expect("reloaded");
    assert_eq!(wire(&world).await.due, sooner.due);
    assert_wait(&polled(&world).await, 10 * HOUR, "ttl");
}

#[tokio::test(flavor = "multi_thread")]
async fn max_interval_is_a_ceiling_for_every_hint() {
    let publisher = Publisher::start(document("<ttl>600</ttl>", 1, &[])).await;
    let more = "[poll]\nmax_interval = \"1h\"\n";
    let config = config(&publisher.server.url("/"), "") + more;
    let world = World::open(&config).await;
    assert_eq!(polled(&world).await, (HOUR, "ttl".to_owned()));
    let all_day: Vec<String> = (8..24).map(|hour| format!("<hour>{hour}</hour>")).collect();
    publisher.answer_with(document(
        &format!("<skipHours>{}</skipHours>", all_day.concat()),
        1,
        &[],
    ));
    assert_eq!(polled(&world).await, (HOUR, "skip-hours".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adaptive_feed_finds_its_own_interval_and_keeps_it_over_a_restart() {
    let publisher = Publisher::start(document("", 1, &[])).await;
    let url = publisher.server.url("/");
    let config = config(&url, "").replace("\"10m\"", "{ min = \"2m\", max = \"1h\" }");
    let mut world = World::open(&config).await;
    let (first, reason) = polled(&world).await;
    assert!(
        (60..=183).contains(&first) && reason == "adaptive",
        "{first} {reason}"
    );
    for _ in 0..20 {
        polled(&world).await;
    }
    world.restart().await;
    let (silent, _) = polled(&world).await;
    assert!(silent >= HOUR / 2, "{silent}");
    for burst in 1..=2 {
        let items: Vec<String> = (0..10)
            .map(|n| format!("<item><guid>{burst}-{n}</guid><title>T</title></item>"))
            .collect();
        publisher.answer_with(document(&items.concat(), 1, &[]));
        polled(&world).await;
    }
    publisher.answer_with(document("", 1, &[]));
    let (lively, _) = polled(&world).await;
    assert!(lively <= 720, "{lively}");
}

/// Twelve feeds on three origins were left alone for three days.
#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_after_downtime_is_polled_politely_and_feeds_stay_spread() {
    let mut servers = Vec::new();
    for _ in 0..3 {
        servers.push(Publisher::start(document("", 1, &[])).await);
    }
    let feeds: Vec<String> = (0..12)
        .map(|n| {
            format!(
                "f{n} = \"{}\"\n",
                servers[n % 3].server.url(&format!("/{n}"))
            )
        })
        .collect();
    let config = config_of(&feeds, "");
    let mut world = World::open(&config).await;
    for _ in 0..4 {
        world.poll().await;
        world.clock.advance(SignedDuration::from_secs(2));
    }
    world.close().await;
    world.advance(3 * 24 * 60);
    world.restart().await;
    for round in 1..=4 {
        let asked = |server: &Publisher| server.server.requests().len();
        let before: Vec<usize> = servers.iter().map(asked).collect();
        assert_eq!(world.poll().await.good, 3, "round {round}");
        let after: Vec<usize> = servers.iter().map(asked).collect();
        for (before, after) in before.iter().zip(after) {
            assert_eq!(after - before, 1, "one request an origin, round {round}");
        }
        world.clock.advance(SignedDuration::from_millis(1_999));
        assert_eq!(
            world.poll().await.good,
            0,
            "the pause is kept, round {round}"
        );
        world.clock.advance(SignedDuration::from_millis(1));
    }
    assert_eq!(world.poll().await.good, 0, "each once");
    let feeds = world.app().store().feeds().await.expect("read");
    let minutes: BTreeSet<i64> = feeds.iter().map(|feed| feed.due.as_second() / 60).collect();
    assert!(
        minutes.len() >= 8,
        "12 feeds are due in {} minutes",
        minutes.len()
    );
}

/// Six origins are due at once, two may be polled at once.
#[tokio::test(flavor = "multi_thread")]
async fn no_more_than_parallel_polls_run_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut feeds = Vec::new();
    for n in 0..6 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        feeds.push(format!("f{n} = \"http://{address}/\"\n"));
        let (now, most) = (Arc::clone(&now), Arc::clone(&most));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a visitor");
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).await;
            let watchdog = Watchdog::start();
            while most.load(Ordering::SeqCst) < 2 {
                assert!(watchdog.is_patient(), "a second visitor does not come");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // A third must not come: nothing but time can show it.
            tokio::time::sleep(Duration::from_millis(100)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            let _ = stream
                .write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
                .await;
        });
    }
    let config = config_of(&feeds, "[poll]\nparallel = 2\n");
    let world = World::open(&config).await;
    assert_eq!(world.poll().await.failed, 6);
    assert_eq!(most.load(Ordering::SeqCst), 2);
}
