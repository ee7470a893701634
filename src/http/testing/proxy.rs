//! Proxies on 127.0.0.1 that lead everywhere to one server, and remember what they were asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::{Request, read_request};

/// What the proxy was asked: for which host and port, and by which client.
type Asked = Vec<(String, Option<String>)>;

#[derive(Clone, Copy)]
enum Kind {
    Connect,
    Socks5,
}

pub(crate) struct TunnelProxy {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Asked>>,
    accepting: JoinHandle<()>,
}

impl Drop for TunnelProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl TunnelProxy {
    /// HTTP's CONNECT (RFC 9110 §9.3.6).
    pub(crate) async fn connect(to: SocketAddr) -> Self {
        Self::listen(Kind::Connect, to).await
    }

    /// SOCKS 5 (RFC 1928), with a login where one is offered (RFC 1929).
    pub(crate) async fn socks5(to: SocketAddr) -> Self {
        Self::listen(Kind::Socks5, to).await
    }

    async fn listen(kind: Kind, to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Asked::new()));
        let shared = Arc::clone(&asked);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(kind, stream, to, Arc::clone(&shared)));
            }
        });
        Self {
            address,
            asked,
            accepting,
        }
    }

    pub(crate) fn asked(&self) -> Asked {
        self.asked.lock().expect("no panic").clone()
    }
}

async fn serve(
    kind: Kind,
    mut stream: TcpStream,
    to: SocketAddr,
    asked: Arc<Mutex<Asked>>,
) -> Option<()> {
    let request = match kind {
        Kind::Connect => connect(&mut stream).await?,
        Kind::Socks5 => socks5(&mut stream).await?,
    };
    asked.lock().expect("no panic").push(request);
    let mut server = TcpStream::connect(to).await.ok()?;
    copy_bidirectional(&mut stream, &mut server).await.ok()?;
    Some(())
}

async fn connect(stream: &mut TcpStream) -> Option<(String, Option<String>)> {
    let request: Request = read_request(stream).await?;
    let login = request.header("proxy-authorization");
    let login = login.map(|value| String::from_utf8_lossy(value).into_owned());
    let target = request.target().to_owned();
    stream.write_all(b"HTTP/1.1 200 Go\r\n\r\n").await.ok()?;
    Some((target, login))
}

async fn socks5(stream: &mut TcpStream) -> Option<(String, Option<String>)> {
    const LOGIN: u8 = 2;
    let mut head = [0; 2];
    stream.read_exact(&mut head).await.ok()?;
    let mut methods = vec![0; usize::from(head[1])];
    stream.read_exact(&mut methods).await.ok()?;
    let login = if methods.contains(&LOGIN) {
        stream.write_all(&[5, LOGIN]).await.ok()?;
        stream.read_exact(&mut [0; 1]).await.ok()?;
        let (name, password) = (text(stream).await?, text(stream).await?);
        stream.write_all(&[1, 0]).await.ok()?;
        Some(format!("{name}:{password}"))
    } else {
        stream.write_all(&[5, 0]).await.ok()?;
        None
    };
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.ok()?;
    let host = if request[3] == 3 {
        text(stream).await?
    } else {
        let mut address = [0; 4];
        stream.read_exact(&mut address).await.ok()?;
        std::net::Ipv4Addr::from(address).to_string()
    };
    let port = stream.read_u16().await.ok()?;
    stream
        .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .ok()?;
    Some((format!("{host}:{port}"), login))
}

/// A text with its length before it.
async fn text(stream: &mut TcpStream) -> Option<String> {
    let length = stream.read_u8().await.ok()?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes).await.ok()?;
    String::from_utf8(bytes).ok()
}
