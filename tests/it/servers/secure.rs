//! HTTPS with HTTP/2 by ALPN, HTTP/1.1 where that is not offered.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use h2::server::SendResponse;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    HandshakeKind, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::http::{Answer, Request, serve};

/// A connection, in the order they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) resumed: bool,
    pub(crate) http2: bool,
}

/// The server; ends when it is dropped.
pub(crate) struct SecureServer {
    address: std::net::SocketAddr,
    ca_pem: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    requests: Mutex<Vec<Request>>,
    connections: Mutex<Vec<Connection>>,
    answer: Box<dyn Fn(&Request) -> Answer + Send + Sync>,
}

impl SecureServer {
    pub(crate) async fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (config, ca_pem) = certified();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            connections: Mutex::default(),
            answer: Box::new(answer),
        });
        let task = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(connection(stream, acceptor.clone(), Arc::clone(&shared)));
                }
            }
        });
        Self {
            address,
            ca_pem,
            shared,
            task,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    /// The authority to trust.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("not poisoned").clone()
    }

    pub(crate) fn connections(&self) -> Vec<Connection> {
        self.shared
            .connections
            .lock()
            .expect("not poisoned")
            .clone()
    }
}

impl Drop for SecureServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A server for 127.0.0.1 and the authority that says so.
fn certified() -> (ServerConfig, String) {
    let mut params = CertificateParams::new([]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()])
        .and_then(|params| params.signed_by(&key, &issuer))
        .expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("they belong together");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (config, issuer.pem())
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let session = stream.get_ref().1;
    let http2 = session.alpn_protocol() == Some(b"h2");
    let resumed = session.handshake_kind() == Some(HandshakeKind::Resumed);
    let connection = Connection { resumed, http2 };
    shared
        .connections
        .lock()
        .expect("not poisoned")
        .push(connection);
    if http2 {
        let _ = serve_http2(stream, &shared).await;
    } else {
        let _ = serve(BufReader::new(stream), &shared.requests, &shared.answer).await;
    }
}

async fn serve_http2(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    shared: &Shared,
) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(stream) = connection.accept().await {
        let (asked, respond) = stream?;
        let headers = asked.headers().iter();
        let headers = headers.map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        });
        let request = Request {
            method: asked.method().to_string(),
            path: asked.uri().path().to_owned(),
            headers: headers.collect(),
            body: Vec::new(),
        };
        let answer = (shared.answer)(&request);
        shared.requests.lock().expect("not poisoned").push(request);
        send(respond, answer)?;
    }
    Ok(())
}

fn send(mut respond: SendResponse<Bytes>, answer: Answer) -> Result<(), h2::Error> {
    let Answer::Reply {
        status,
        headers,
        body,
    } = answer
    else {
        panic!("this server answers with replies only");
    };
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let response = response.body(()).expect("a response");
    let has_no_body = status == 304 || body.is_empty();
    let mut stream = respond.send_response(response, has_no_body)?;
    if !has_no_body {
        stream.send_data(body.into(), true)?;
    }
    Ok(())
}
