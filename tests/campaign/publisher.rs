//! Feeds whose items appear little by little.

use std::{
    fmt::Write as _,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::http::{Answer, HttpServer, Request};

/// All feeds, each on an address of its own in 127.0.0.0/8.
pub(crate) struct Publisher {
    server: HttpServer,
    feeds: usize,
    receivers: usize,
    /// How much of each feed is there, in millionths.
    shown: Arc<AtomicUsize>,
}

const WHOLE: usize = 1_000_000;

impl Publisher {
    pub(crate) async fn start(feeds: usize, items: usize, receivers: usize) -> Self {
        let shown = Arc::new(AtomicUsize::new(0));
        let server = HttpServer::start_on("0.0.0.0", {
            let shown = Arc::clone(&shown);
            move |request| {
                let feed: usize = request.path[1..].parse().expect("a feed's number");
                // Each feed's next item comes at another time than its neighbour's.
                let shown = items * shown.load(Ordering::Relaxed) + feed * WHOLE / feeds;
                document(request, feed, (shown / WHOLE).clamp(1, items), receivers)
            }
        })
        .await;
        Self {
            server,
            feeds,
            receivers,
            shown,
        }
    }

    /// Shows as much of each feed as `part` is of `whole`.
    pub(crate) fn show(&self, part: usize, whole: usize) {
        let shown = WHOLE * part / whole.max(1);
        self.shown.fetch_max(shown, Ordering::Relaxed);
    }

    pub(crate) fn show_all(&self) {
        self.show(1, 1);
    }

    /// The `[feed]` and `[watch]` of a config: a watch for each receiver.
    pub(crate) fn config(&self, every: &str) -> String {
        let mut config = "[feed]\n".to_owned();
        for feed in 0..self.feeds {
            let host = Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 1).to_bits() + number(feed));
            let url = format!("http://{host}:{}/{feed}", self.server.address.port());
            let line =
                format!("f{feed} = {{ url = \"{url}\", initial = \"all\", every = \"{every}\" }}");
            writeln!(config, "{line}").expect("a String takes everything");
        }
        for receiver in 0..self.receivers {
            let watch = format!(
                "[watch.w{receiver}]\nmatch = \"desk{receiver}\"\nnotify = [\"r{receiver}\"]"
            );
            writeln!(config, "{watch}").expect("a String takes everything");
        }
        config
    }
}

fn number(feed: usize) -> u32 {
    u32::try_from(feed).expect("some thousands")
}

/// The feed that is asked for, the newest item first.
fn document(request: &Request, feed: usize, shown: usize, receivers: usize) -> Answer {
    let etag = format!("\"{shown}\"");
    if request.header("if-none-match") == Some(&etag) {
        return Answer::status(304);
    }
    let item = |item: usize| {
        let desk = (feed + item) % receivers;
        format!(
            "<item><guid>{feed}.{item}</guid><title>Story {feed}.{item} for desk{desk}</title></item>"
        )
    };
    let items: String = (0..shown).rev().map(item).collect();
    let body = format!("<rss version=\"2.0\"><channel><title>Wire</title>{items}</channel></rss>");
    Answer::Reply {
        status: 200,
        headers: vec![("ETag", etag)],
        body: body.into_bytes(),
    }
}
