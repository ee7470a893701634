//! The other side: many hosts on loopback addresses, in a process of their own.
//!
//! The path, `/KIND/NUMBER`, says what a host does, so that it needs no other instructions:
//!
//! | kind | answer |
//! |---|---|
//! | `kept` | the document with validators; 304 to whoever has them |
//! | `close` | the same, then the connection is closed |
//! | `same` | the document, validators or not |
//! | `grow` | the document with one more new item each time |
//! | `mute` | none |
//! | `drip` | the document, a byte every five seconds |
//! | `hook` | 204 to a webhook; how long after its item was served goes to the report |
//! | `waits`, `visits` | the report: microseconds; host, path, milliseconds |

use std::{
    collections::HashMap,
    io::Read as _,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use memchr::memmem;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use super::{
    documents::{Documents, newest},
    tls::Authority,
};

/// Loopback addresses with a host. Each takes two of the process's open files.
pub(crate) const HOSTS: usize = 1_000;

/// Where the publishers put their authority's certificate.
pub(crate) const CA_FILE: &str = "POLLING_CA_FILE";

pub(crate) fn address(host: usize) -> Ipv4Addr {
    let part = |number: usize| u8::try_from(number).expect("small enough");
    Ipv4Addr::new(127, 1, part(host / 250), part(host % 250 + 1))
}

/// Serves until the parent is gone: then standard input ends.
pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let world = Arc::new(World::default());
        let authority = Authority::new();
        let (mut port, mut secure_port) = (0, 0);
        for host in 0..HOSTS {
            port = listen(&world, host, port, None).await;
            let tls = authority.acceptor(address(host));
            secure_port = listen(&world, host, secure_port, Some(tls)).await;
        }
        let ca_file = PathBuf::from(std::env::var_os(CA_FILE).expect("set by the parent"));
        std::fs::write(ca_file, authority.pem()).expect("written");
        println!("{port} {secure_port}");
        let end = tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0]));
        let _ = end.await;
    });
}

/// Listens at a host's address; returns the port, which is the same at all of them.
async fn listen(world: &Arc<World>, host: usize, port: u16, tls: Option<TlsAcceptor>) -> u16 {
    let listener = TcpListener::bind((address(host), port)).await;
    let listener = listener.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let world = Arc::clone(world);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(Arc::clone(&world).accept(stream, tls.clone()));
        }
    });
    port
}

struct World {
    documents: Documents,
    /// How often each growing feed was asked.
    versions: Mutex<HashMap<String, usize>>,
    /// When an item was first shown by a feed.
    served: Mutex<HashMap<(String, String), Instant>>,
    waits: Mutex<Vec<Duration>>,
    visits: Mutex<Vec<(IpAddr, String, Duration)>>,
    started: Instant,
}

impl Default for World {
    fn default() -> Self {
        Self {
            documents: Documents::default(),
            versions: Mutex::default(),
            served: Mutex::default(),
            waits: Mutex::default(),
            visits: Mutex::default(),
            started: Instant::now(),
        }
    }
}

/// A request, as far as it matters here.
struct Request {
    path: String,
    is_conditional: bool,
    body: Vec<u8>,
}

impl World {
    async fn accept(self: Arc<Self>, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let host = stream.local_addr().expect("connected").ip();
        stream.set_nodelay(true).expect("a socket");
        match tls {
            None => self.serve(stream, host).await,
            Some(tls) => {
                if let Ok(stream) = tls.accept(stream).await {
                    self.serve(stream, host).await;
                }
            }
        }
    }

    /// Answers until the client or the answer's kind ends the connection.
    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, host: IpAddr) {
        while let Some(request) = read(&mut stream).await {
            let (kind, rest) = request.path[1..].split_once('/').unwrap_or_default();
            let sent = match kind {
                "kept" | "close" if request.is_conditional => {
                    let close = if kind == "close" { CLOSE } else { "" };
                    let answer = format!("HTTP/1.1 304 Not Modified\r\n{VALIDATORS}{close}\r\n");
                    stream.write_all(answer.as_bytes()).await
                }
                "kept" | "same" => self.show(&mut stream, 0, "").await,
                "close" => self.show(&mut stream, 0, CLOSE).await,
                "grow" => self.grow(&mut stream, rest).await,
                "visit" => {
                    self.note_visit(host, &request.path);
                    self.show(&mut stream, 0, "").await
                }
                "mute" | "drip" => {
                    self.note_visit(host, &request.path);
                    stall(stream, kind == "drip").await;
                    return;
                }
                "hook" => self.note_wait(&mut stream, &request.body).await,
                "waits" => say(&mut stream, "200 OK", &self.waits()).await,
                "visits" => say(&mut stream, "200 OK", &self.visits()).await,
                _ => say(&mut stream, "404 Not Found", "").await,
            };
            if sent.is_err() || kind == "close" {
                // TLS says goodbye; what the client makes of it is its own.
                let _ = stream.shutdown().await;
                return;
            }
        }
    }

    async fn show(
        &self,
        stream: &mut (impl AsyncWrite + Unpin),
        version: usize,
        more: &str,
    ) -> std::io::Result<()> {
        let body = self.documents.gzipped(version);
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\n\
             Content-Length: {}\r\n{VALIDATORS}{more}\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend_from_slice(&body);
        stream.write_all(&answer).await
    }

    async fn grow(
        &self,
        stream: &mut (impl AsyncWrite + Unpin),
        feed: &str,
    ) -> std::io::Result<()> {
        let version = self.next_version(feed);
        self.show(stream, version, "").await
    }

    /// The clock of its newest item starts now.
    fn next_version(&self, feed: &str) -> usize {
        let mut versions = self.versions.lock().expect("no holder panics");
        let version = versions.entry(feed.to_owned()).or_default();
        *version += 1;
        self.documents.gzipped(*version); // Made before the clock starts.
        let item = (feed.to_owned(), newest(*version));
        let mut served = self.served.lock().expect("no holder panics");
        served.insert(item, Instant::now());
        *version
    }

    async fn note_wait(
        &self,
        stream: &mut (impl AsyncWrite + Unpin),
        body: &[u8],
    ) -> std::io::Result<()> {
        let now = Instant::now();
        let notified: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |pointer| {
            notified
                .pointer(pointer)
                .and_then(serde_json::Value::as_str)
        };
        if let (Some(feed), Some(guid)) = (text("/data/feed/name"), text("/data/item/guid")) {
            let mut served = self.served.lock().expect("no holder panics");
            if let Some(at) = served.remove(&(feed.to_owned(), guid.to_owned())) {
                let mut waits = self.waits.lock().expect("no holder panics");
                waits.push(now - at);
            }
        }
        say(stream, "204 No Content", "").await
    }

    fn note_visit(&self, host: IpAddr, path: &str) {
        let mut visits = self.visits.lock().expect("no holder panics");
        visits.push((host, path.to_owned(), self.started.elapsed()));
    }

    fn waits(&self) -> String {
        let waits = std::mem::take(&mut *self.waits.lock().expect("no holder panics"));
        let lines: Vec<String> = waits.iter().map(|it| it.as_micros().to_string()).collect();
        lines.join("\n")
    }

    fn visits(&self) -> String {
        let visits = std::mem::take(&mut *self.visits.lock().expect("no holder panics"));
        let lines: Vec<String> = visits
            .iter()
            .map(|(host, path, at)| format!("{host} {path} {}", at.as_millis()))
            .collect();
        lines.join("\n")
    }
}

const VALIDATORS: &str = "ETag: \"v1\"\r\nLast-Modified: Sun, 22 Nov 2026 06:00:00 GMT\r\n";
const CLOSE: &str = "Connection: close\r\n";

async fn say(
    stream: &mut (impl AsyncWrite + Unpin),
    status: &str,
    body: &str,
) -> std::io::Result<()> {
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await
}

/// Never finishes an answer.
async fn stall(mut stream: impl AsyncRead + AsyncWrite + Unpin, drip: bool) {
    if drip {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 25000\r\n\r\n<";
        let mut sent = stream.write_all(head).await;
        while sent.is_ok() {
            tokio::time::sleep(Duration::from_secs(5)).await;
            sent = stream.write_all(b" ").await;
        }
    }
    let _ = stream.read(&mut [0; 1]).await;
}

/// The next request; `None` where there is none.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::with_capacity(1024);
    let end = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = memmem::find(&bytes, b"\r\n\r\n") {
            break end + 4;
        }
    };
    let mut body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?.to_ascii_lowercase();
    let length = head.split_once("content-length: ").map_or(0, |(_, rest)| {
        let digits = rest.split("\r\n").next().unwrap_or_default();
        digits.parse().unwrap_or(0)
    });
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request {
        path: head.split(' ').nth(1)?.to_owned(),
        is_conditional: head.contains("if-none-match: "),
        body,
    })
}
