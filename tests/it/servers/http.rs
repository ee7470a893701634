//! A small HTTP/1.1 server that answers what a closure says and remembers what was asked.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    net::TcpListener,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// A request as it came in; header names in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Reply {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// The same with half of its body, then the end of the connection.
    Half {
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Say nothing, keep the connection open.
    Mute,
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self::Reply {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
}

/// The server; ends when it is dropped.
pub(crate) struct HttpServer {
    pub(crate) address: std::net::SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    open: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl HttpServer {
    pub(crate) async fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1", answer).await
    }

    /// The same on this address; `0.0.0.0` is every address of 127.0.0.0/8 too.
    pub(crate) async fn start_on(
        address: &str,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let open = Arc::<AtomicUsize>::default();
        let answer = Arc::new(answer);
        let task = tokio::spawn({
            let (requests, open) = (Arc::clone(&requests), Arc::clone(&open));
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let _ = stream.set_nodelay(true);
                    let (requests, answer) = (Arc::clone(&requests), Arc::clone(&answer));
                    let open = Arc::clone(&open);
                    open.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(async move {
                        let _ = serve(BufReader::new(stream), &requests, answer.as_ref()).await;
                        open.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            }
        });
        Self {
            address,
            requests,
            open,
            task,
        }
    }

    /// Connections that were accepted and have not ended.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything that was asked, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes one connection and closes it without a word when `end` comes.
pub(crate) async fn mute_until(end: CancellationToken) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        let connection = listener.accept().await;
        end.cancelled().await;
        drop(connection);
    });
    address
}

/// Serves one connection until the client closes it.
pub(super) async fn serve(
    mut stream: BufReader<impl AsyncRead + AsyncWrite + Unpin>,
    requests: &Mutex<Vec<Request>>,
    answer: &(dyn Fn(&Request) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    while let Some(request) = read(&mut stream).await? {
        let reply = answer(&request);
        requests.lock().expect("not poisoned").push(request);
        match reply {
            Answer::Mute => std::future::pending::<()>().await,
            Answer::Half { headers, body } => {
                let head = head(200, headers, body.len());
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(&body[..body.len() / 2]).await?;
                return stream.shutdown().await;
            }
            Answer::Reply {
                status,
                headers,
                body,
            } => {
                let is_last = headers.iter().any(|(name, _)| *name == "Connection");
                let head = head(status, headers, body.len());
                stream.write_all(head.as_bytes()).await?;
                if status != 304 {
                    stream.write_all(&body).await?;
                }
                stream.flush().await?;
                if is_last {
                    return stream.shutdown().await;
                }
            }
        }
    }
    Ok(())
}

fn head(status: u16, headers: Vec<(&'static str, String)>, length: usize) -> String {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {length}\r\n");
    for (name, value) in headers {
        head += &[name, ": ", &value, "\r\n"].concat();
    }
    head + "\r\n"
}

async fn read(stream: &mut BufReader<impl AsyncRead + Unpin>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_whitespace().map(str::to_owned);
    let mut request = Request {
        method: parts.next().unwrap_or_default(),
        path: parts.next().unwrap_or_default(),
        ..Request::default()
    };
    loop {
        let mut bytes = Vec::new();
        stream.read_until(b'\n', &mut bytes).await?;
        let line = String::from_utf8_lossy(&bytes);
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        request
            .headers
            .push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = request
        .header("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).await?;
    Ok(Some(request))
}
