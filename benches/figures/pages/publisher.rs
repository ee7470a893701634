//! A proxy that publishes every feed there is: each answer shows one more item.

use std::{
    collections::HashMap,
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

/// Items that a feed shows.
const ITEMS: u64 = 10;

/// How the hosts begin whose every answer is 503.
pub(super) const BROKEN: &str = "broken";

/// How often a feed was asked for, and when at last.
type Visits = HashMap<String, (u64, Instant)>;

#[derive(Debug)]
pub(crate) struct Publisher {
    address: SocketAddr,
    world: Arc<World>,
    _runtime: Runtime,
}

#[derive(Debug, Default)]
struct World {
    visits: Mutex<Visits>,
    /// Between two visits of a feed.
    pauses: Mutex<Vec<Duration>>,
}

impl Publisher {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a port");
        let world = Arc::<World>::default();
        let address = listener.local_addr().expect("an address");
        let shared = Arc::clone(&world);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&shared).serve(stream));
            }
        });
        Self {
            address,
            world,
            _runtime: runtime,
        }
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The pauses between visits of the same feed that were noted; it begins anew.
    pub(crate) fn pauses(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.world.pauses.lock().expect("no holder panics"))
    }
}

impl World {
    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut stream = BufReader::new(stream);
        loop {
            let mut first = String::new();
            let mut line = String::new();
            loop {
                line.clear();
                match stream.read_line(&mut line).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) if line == "\r\n" => break,
                    Ok(_) if first.is_empty() => first.clone_from(&line),
                    Ok(_) => {}
                }
            }
            let url = first.split(' ').nth(1).unwrap_or_default();
            let (status, body) = if url.contains(BROKEN) {
                ("503 Service Unavailable", String::new())
            } else {
                ("200 OK", document(url, self.visit(url)))
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let sent = stream.write_all((head + &body).as_bytes()).await;
            if sent.is_err() {
                return;
            }
        }
    }

    fn visit(&self, url: &str) -> u64 {
        let now = Instant::now();
        let mut visits = self.visits.lock().expect("no holder panics");
        if let Some((number, at)) = visits.get_mut(url) {
            let mut pauses = self.pauses.lock().expect("no holder panics");
            pauses.push(now - std::mem::replace(at, now));
            *number += 1;
            return *number;
        }
        visits.insert(url.to_owned(), (0, now));
        0
    }
}

fn document(url: &str, version: u64) -> String {
    let mut feed = String::from("<rss version=\"2.0\"><channel><title>A wire</title>");
    for item in (version..version + ITEMS).rev() {
        write!(
            feed,
            "<item><guid isPermaLink=\"false\">{url}-{item}</guid><title>News {item} of today</title>\
             <link>{url}/{item}</link><description>Nothing is known of it.</description></item>"
        )
        .expect("a String takes everything");
    }
    feed + "</channel></rss>"
}
