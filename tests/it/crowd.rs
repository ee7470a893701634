//! Many origins at once: most of them dead, or all of them large.

use std::{
    fmt::Write as _,
    io::Write as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use fivebells::{clock::Clock as _, store::FeedStatus};
use flate2::{Compression, write::GzEncoder};
use jiff::SignedDuration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    servers::http::{Answer, HttpServer, Request},
    world::World,
};

/// Far more than there are processors, fewer than `parallel`.
const DEAD: usize = 200;

/// How long a poll of a dead origin waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// The dead say nothing until the healthy one has been asked: if it had to wait for one of them,
/// that one would wait for its timeout.
#[tokio::test(flavor = "multi_thread")]
async fn dead_origins_hold_up_no_other() {
    let asked = CancellationToken::new();
    let told = asked.clone();
    let healthy = HttpServer::start(move |_| {
        told.cancel();
        document()
    })
    .await;
    let mut config = format!(
        "[poll]\ntimeout = \"{}s\"\n[watch]\nk = \"Koizumi\"\n[receiver.screen]\nstdout = true\n[feed]\n",
        PATIENCE.as_secs()
    );
    for number in 0..DEAD {
        let dead = mute_until(asked.clone()).await;
        writeln!(config, "dead{number} = \"http://{dead}/\"").expect("a String takes all");
    }
    writeln!(config, "healthy = \"{}\"", healthy.url("/")).expect("a String takes all");
    let world = World::open(&config).await;
    let started = Instant::now();
    let tally = world.poll().await;
    assert_eq!((tally.good, tally.failed), (1, DEAD));
    assert!(started.elapsed() < PATIENCE, "it waited for the dead");
}

/// Each has a document for us, more at the same time than may be in memory, parsed.
#[tokio::test(flavor = "multi_thread")]
async fn more_documents_than_there_is_room_for_are_all_read() {
    let mut servers = Vec::new();
    let mut config =
        "[watch]\nk = \"Koizumi\"\n[receiver.screen]\nstdout = true\n[feed]\n".to_owned();
    for number in 0..100 {
        let server = HttpServer::start(|_| document()).await;
        writeln!(config, "f{number} = \"{}\"", server.url("/")).expect("a String takes all");
        servers.push(server);
    }
    let world = World::open(&config).await;
    assert_eq!(world.poll().await.good, 100);
}

/// More than may be in memory at the same time, on the wire or unpacked; each feed comes in the one
/// way or the other. None is cut, put off or missed.
#[tokio::test(flavor = "multi_thread")]
async fn more_large_documents_than_there_are_places_for_all_arrive_whole() {
    const FEEDS: usize = 40;
    const ITEMS: usize = 600;
    let server = HttpServer::start_on("0.0.0.0", |request| large(ITEMS, request)).await;
    let port = server.address.port();
    let mut config =
        "[watch]\nk = \"Koizumi\"\n[receiver.screen]\nstdout = true\n[feed]\n".to_owned();
    for number in 1..=FEEDS {
        let coding = if number % 2 == 0 { "gzip" } else { "plain" };
        let url = format!("http://127.0.7.{number}:{port}/{coding}");
        writeln!(config, "f{number} = \"{url}\"").expect("a String takes all");
    }
    let world = World::open(&config).await;
    assert_eq!(world.poll().await.good, FEEDS);
    let store = world.app().store();
    for number in 1..=FEEDS {
        let feed = store.feed(&format!("f{number}")).await.expect("read");
        let feed = feed.expect("there");
        assert_eq!(feed.items_total as usize, ITEMS, "f{number}");
    }
    assert_eq!(server.requests().len(), FEEDS, "each was asked once");
}

/// So many items of a kilobyte each.
fn large(items: usize, request: &Request) -> Answer {
    let mut feed = b"<rss version='2.0'><channel><title>T</title>".to_vec();
    let text = "word ".repeat(200);
    for number in 0..items {
        write!(feed, "<item><guid>{number}</guid><title>Story {number}</title><description>{text}</description></item>")
            .expect("a Vec takes all");
    }
    feed.extend_from_slice(b"</channel></rss>");
    let is_coded = request.path == "/gzip";
    let (headers, body) = if is_coded {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&feed).expect("a Vec takes all");
        let coding = ("Content-Encoding", "gzip".to_owned());
        (vec![coding], encoder.finish().expect("a Vec takes all"))
    } else {
        (Vec::new(), feed)
    };
    Answer::Reply {
        status: 200,
        headers,
        body,
    }
}

/// Servers that send the beginning of something large and fall silent hold all places for arriving
/// bodies. A large feed beside them is put off, which is no failure, and read when they have gone;
/// a compressed one is read at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_finds_no_place_is_put_off_and_has_not_failed() {
    // So many that the last ones have no turn before the feed's own wait is over.
    const STALLING: usize = 40;
    let (all_sent, end) = (CancellationToken::new(), CancellationToken::new());
    let hostile = stalling(STALLING, all_sent.clone(), end.clone()).await;
    let plain = late(all_sent).await;
    let server = HttpServer::start_on("0.0.0.0", |request| large(600, request)).await;
    let mut config = format!(
        "[poll]\ntimeout = \"2s\"\n[watch]\nk = \"Koizumi\"\n[receiver.screen]\nstdout = true\n\
         [feed]\nplain = \"http://{plain}/\"\ngzip = \"http://127.0.9.2:{}/gzip\"\n",
        server.address.port()
    );
    for number in 1..=STALLING {
        let url = format!("http://127.0.8.{number}:{}/", hostile.port());
        writeln!(config, "stalling{number} = \"{url}\"").expect("a String takes all");
    }
    let world = World::open(&config).await;
    assert_eq!(world.poll().await.good, 1);
    let [put_off, read] = [state(&world, "plain").await, state(&world, "gzip").await];
    assert_eq!(read.items_total, 600);
    assert_eq!((put_off.failures, put_off.reason), (0, None));
    assert_eq!(put_off.due_reason, "put off");
    assert_eq!(put_off.polled_at, None, "it was not read");
    assert_eq!(
        put_off.due,
        world.clock.now() + SignedDuration::from_mins(1)
    );

    end.cancel();
    world.advance(1);
    assert_eq!(world.poll().await.good, 1);
    let read = state(&world, "plain").await;
    assert_eq!((read.items_total, read.failures), (600, 0));
}

async fn state(world: &World, feed: &str) -> FeedStatus {
    let feed = world.app().store().feed(feed).await.expect("read");
    feed.expect("there")
}

/// Answers every request with the beginning of something large, and says when so many have theirs;
/// after `end` it closes every connection.
async fn stalling(count: usize, all_sent: CancellationToken, end: CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("0.0.0.0:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let sent = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let (all_sent, end, sent) = (all_sent.clone(), end.clone(), Arc::clone(&sent));
            tokio::spawn(async move {
                if end.is_cancelled() {
                    return;
                }
                let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n".to_vec();
                answer.resize(300 * 1024, b' ');
                let _ = connection.write_all(&answer).await;
                if sent.fetch_add(1, Ordering::SeqCst) + 1 == count {
                    all_sent.cancel();
                }
                end.cancelled().await;
            });
        }
    });
    address
}

/// A large feed that is given only then.
async fn late(then: CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let Answer::Reply { body, .. } = large(600, &Request::default()) else {
        unreachable!("it is always a reply");
    };
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            then.cancelled().await;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            let answer = [head.as_bytes(), &body].concat();
            let body_sent = async move {
                let _ = connection.write_all(&answer).await;
                // Its end comes with the client's.
                let _ = connection.read(&mut [0; 4096]).await;
            };
            tokio::spawn(body_sent);
        }
    });
    address
}

fn document() -> Answer {
    Answer::Reply {
        status: 200,
        headers: Vec::new(),
        body: b"<rss version='2.0'><channel><title>T</title></channel></rss>".to_vec(),
    }
}

/// Takes one connection and closes it without a word when `end` comes.
async fn mute_until(end: CancellationToken) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        let connection = listener.accept().await;
        end.cancelled().await;
        drop(connection);
    });
    address
}
