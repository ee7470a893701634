//! Many origins at once: most of them dead, or all of them large.

use std::{fmt::Write as _, io::Write as _, net::SocketAddr, time::Duration};

use flate2::{Compression, write::GzEncoder};
use tokio::{net::TcpListener, time::Instant};
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
    let notified = asked.clone();
    let healthy = HttpServer::start(move |_| {
        notified.cancel();
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
