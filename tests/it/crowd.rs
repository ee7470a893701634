//! Many origins at once: most of them dead, or all of them large.

use std::{fmt::Write as _, io::Write as _};

use flate2::{Compression, write::GzEncoder};
use tokio_util::sync::CancellationToken;

use crate::{
    servers::http::{Answer, HttpServer, Request, mute_until},
    world::World,
};

/// Far more than there are processors, fewer than `parallel`.
const DEAD: usize = 200;

/// The dead say nothing until the healthy one has been asked, and then hang up: if it had to wait
/// for one of them, that one would end with its timeout.
#[tokio::test(flavor = "multi_thread")]
async fn dead_origins_hold_up_no_other() {
    let asked = CancellationToken::new();
    let notified = asked.clone();
    let healthy = HttpServer::start(move |_| {
        notified.cancel();
        document()
    })
    .await;
    let mut config =
        "[watch]\nk = \"Koizumi\"\n[receiver.screen]\nstdout = true\n[feed]\n".to_owned();
    for number in 0..DEAD {
        let dead = mute_until(asked.clone()).await;
        writeln!(config, "dead{number} = \"http://{dead}/\"").expect("a String takes all");
    }
    writeln!(config, "healthy = \"{}\"", healthy.url("/")).expect("a String takes all");
    let world = World::open(&config).await;
    let tally = world.poll().await;
    assert_eq!((tally.good, tally.failed), (1, DEAD));
    for number in 0..DEAD {
        let feed = world.app().store().feed(&format!("dead{number}")).await;
        let reason = feed.expect("read").expect("there").reason;
        assert_ne!(reason.as_deref(), Some("timeout"), "it waited for the dead");
    }
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
