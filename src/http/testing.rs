//! Scripted servers on 127.0.0.1, which do what a client must survive.

pub(crate) mod proxy;
pub(crate) mod tls;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use rustls::{HandshakeKind, ServerConfig};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

use super::{Http, HttpOptions, resolve::Lookup};

/// A request as it came off the wire.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn target(&self) -> &str {
        let head = std::str::from_utf8(&self.head).unwrap_or_default();
        head.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of the only line with this name; `None` where there is none or are several.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.head.split(|&byte| byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let (found, value) = line.split_at(colon);
            found
                .eq_ignore_ascii_case(name.as_bytes())
                .then(|| value[1..].trim_ascii())
        });
        values.next().filter(|_| values.next().is_none())
    }
}

/// Bytes to send, and what to do then.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Debug, Clone, Copy)]
enum Then {
    Serve,
    Close,
    Mute,
    Drip(Duration),
}

impl Reply {
    /// A well-framed answer; the connection stays open.
    pub(crate) fn new(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let length = body.len().to_string();
        let framed = [headers, &[("content-length", &length)]].concat();
        Self::unframed(status, &framed, body)
    }

    pub(crate) fn ok(body: &[u8]) -> Self {
        Self::new("200 OK", &[], body)
    }

    pub(crate) fn redirect(status: &str, location: &str) -> Self {
        Self::new(status, &[("location", location)], b"")
    }

    /// Exactly these headers.
    pub(crate) fn unframed(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut text = format!("HTTP/1.1 {status}\r\n");
        for (name, value) in headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        Self::raw([text.as_bytes(), body].concat())
    }

    /// Exactly these bytes.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            then: Then::Serve,
        }
    }

    /// Ends the connection after the bytes.
    pub(crate) fn closed(self) -> Self {
        Self {
            then: Then::Close,
            ..self
        }
    }

    /// Sends nothing more after the bytes, and keeps the connection open.
    pub(crate) fn mute(self) -> Self {
        Self {
            then: Then::Mute,
            ..self
        }
    }

    /// Adds a byte now and then, without end.
    pub(crate) fn drip(self, pause: Duration) -> Self {
        Self {
            then: Then::Drip(pause),
            ..self
        }
    }
}

#[derive(Debug, Default)]
struct Log {
    requests: Vec<Request>,
    handshakes: Vec<Handshake>,
}

/// What a TLS handshake came to.
#[derive(Debug, Clone)]
pub(crate) struct Handshake {
    pub(crate) kind: HandshakeKind,
    /// By ALPN.
    pub(crate) protocol: Option<Vec<u8>>,
    /// Whether the client showed a certificate.
    pub(crate) has_certificate: bool,
}

/// A server that answers as its script says and remembers what it was asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Log>>,
    accepting: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    pub(crate) async fn start<S>(script: S) -> Self
    where
        S: Fn(&Request) -> Reply + Send + Sync + 'static,
    {
        Self::listen(None, script).await
    }

    pub(crate) async fn start_tls<S>(config: ServerConfig, script: S) -> Self
    where
        S: Fn(&Request) -> Reply + Send + Sync + 'static,
    {
        Self::listen(Some(TlsAcceptor::from(Arc::new(config))), script).await
    }

    async fn listen<S>(tls: Option<TlsAcceptor>, script: S) -> Self
    where
        S: Fn(&Request) -> Reply + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let log = Arc::new(Mutex::new(Log::default()));
        let (script, shared) = (Arc::new(script), Arc::clone(&log));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log, tls) = (Arc::clone(&script), Arc::clone(&shared), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else {
                        return serve(stream, &*script, &log).await;
                    };
                    if let Ok(stream) = tls.accept(stream).await {
                        let session = stream.get_ref().1;
                        let handshake = Handshake {
                            kind: session.handshake_kind().expect("it is done"),
                            protocol: session.alpn_protocol().map(<[u8]>::to_vec),
                            has_certificate: session.peer_certificates().is_some(),
                        };
                        log.lock().expect("no panic").handshakes.push(handshake);
                        serve(stream, &*script, &log).await;
                    }
                });
            }
        });
        Self {
            address,
            log,
            accepting,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.url_at("127.0.0.1", path)
    }

    /// The same server under another name.
    pub(crate) fn url_at(&self, host: &str, path: &str) -> Url {
        let port = self.address.port();
        Url::parse(&format!("http://{host}:{port}{path}")).expect("a URL")
    }

    pub(crate) fn secure_url_at(&self, host: &str, path: &str) -> Url {
        let port = self.address.port();
        Url::parse(&format!("https://{host}:{port}{path}")).expect("a URL")
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.lock().expect("no panic").requests.clone()
    }

    pub(crate) fn handshakes(&self) -> Vec<Handshake> {
        self.log.lock().expect("no panic").handshakes.clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: &(impl Fn(&Request) -> Reply + ?Sized),
    log: &Mutex<Log>,
) {
    while let Some(request) = read_request(&mut stream).await {
        let reply = script(&request);
        log.lock().expect("no panic").requests.push(request);
        if stream.write_all(&reply.bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        match reply.then {
            Then::Serve => {}
            Then::Close => {
                let _ = stream.shutdown().await;
                return;
            }
            Then::Mute => std::future::pending().await,
            Then::Drip(pause) => {
                while stream.write_all(b" ").await.is_ok() && stream.flush().await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
                return;
            }
        }
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let body = bytes.split_off(end);
    let mut request = Request { head: bytes, body };
    let length = request.header("content-length").unwrap_or(b"0");
    let length = std::str::from_utf8(length).ok()?.parse().ok()?;
    while request.body.len() < length {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}

/// Names as in a hosts file; all others do not exist.
pub(crate) fn hosts(table: &[(&str, &str)]) -> Lookup {
    let table: Vec<(String, IpAddr)> = table
        .iter()
        .map(|(name, address)| ((*name).to_owned(), address.parse().expect("an address")))
        .collect();
    Arc::new(move |name| {
        let found = table.iter().filter(|(known, _)| *known == name);
        let found: Vec<_> = found.map(|&(_, address)| address).collect();
        Box::pin(async move {
            if found.is_empty() {
                return Err(std::io::Error::other("no such name"));
            }
            Ok(found)
        })
    })
}

impl Http {
    /// A client that knows these names only.
    pub(crate) fn with_hosts(options: &HttpOptions, table: &[(&str, &str)]) -> Self {
        Self::with_lookup(options, &hosts(table)).expect("a client")
    }
}

/// Timeouts that a test can wait for.
pub(crate) fn impatient() -> HttpOptions {
    HttpOptions {
        connect_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(500),
        total_timeout: Duration::from_secs(4),
        ..HttpOptions::default()
    }
}
