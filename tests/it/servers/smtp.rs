//! A scripted SMTP server on 127.0.0.1: plain, STARTTLS or implicit TLS, AUTH, a verdict per
//! recipient, silence at any step. It keeps every mail it takes and every line it reads.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// How connections are protected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    Plain,
    StartTls,
    Implicit,
}

/// A point at which a reply can be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Greeting,
    Ehlo,
    Helo,
    /// Which only an LMTP server knows.
    Lhlo,
    StartTls,
    /// The TLS handshake; only [`Answer::Mute`] and [`Answer::Close`] mean something.
    Handshake,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the final dot.
    Content,
    Quit,
}

/// What the server does instead of saying yes.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// These lines, each without its line end.
    Say(String),
    /// Nothing, while the connection stays open.
    Mute,
    /// Hangs up.
    Close,
}

/// How the server behaves; every step not named succeeds.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) security: Security,
    /// The login it wants; `None` offers no AUTH.
    pub(crate) login: Option<(String, String)>,
    /// What it offers, such as `PLAIN LOGIN`; the token of XOAUTH2 is a password.
    pub(crate) mechanisms: String,
    /// Other extensions that it offers.
    pub(crate) offers: Vec<String>,
    pub(crate) answers: HashMap<Step, Answer>,
    /// Where the answers end that are replaced.
    until: Option<Step>,
    /// Replies to RCPT by address.
    pub(crate) recipients: HashMap<String, String>,
}

impl Script {
    pub(crate) fn new(security: Security) -> Self {
        Self {
            security,
            login: None,
            mechanisms: "PLAIN LOGIN".to_owned(),
            offers: Vec::new(),
            answers: HashMap::new(),
            until: None,
            recipients: HashMap::new(),
        }
    }

    pub(crate) fn login(mut self, username: &str, password: &str) -> Self {
        self.login = Some((username.to_owned(), password.to_owned()));
        self
    }

    pub(crate) fn at(mut self, step: Step, answer: Answer) -> Self {
        self.answers.insert(step, answer);
        self
    }

    pub(crate) fn say(self, step: Step, reply: &str) -> Self {
        self.at(step, Answer::Say(reply.to_owned()))
    }

    /// At this step, before it is answered, all replaced answers are forgotten.
    pub(crate) fn until(mut self, step: Step) -> Self {
        self.until = Some(step);
        self
    }

    pub(crate) fn recipient(mut self, address: &str, reply: &str) -> Self {
        self.recipients.insert(address.to_owned(), reply.to_owned());
        self
    }
}

/// A mail the server answered 250 to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Dots unstuffed, without the final one.
    pub(crate) data: Vec<u8>,
    pub(crate) encrypted: bool,
    /// Who logged in.
    pub(crate) login: Option<String>,
}

struct Shared {
    script: Mutex<Script>,
    /// Counts the scripts.
    replaced: watch::Sender<u64>,
    mails: watch::Sender<Vec<Taken>>,
    lines: Mutex<Vec<String>>,
    acceptor: TlsAcceptor,
}

/// The server; it ends when this is dropped.
pub(crate) struct SmtpServer {
    address: SocketAddr,
    /// The authority that signed the server's certificate, as PEM.
    ca_pem: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    pub(crate) async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let (acceptor, ca_pem) = certificate();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            replaced: watch::Sender::new(1),
            mails: watch::Sender::new(Vec::new()),
            lines: Mutex::new(Vec::new()),
            acceptor,
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            address,
            ca_pem,
            shared,
            task,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// From the next step on; a peer that was left in silence is hung up on.
    pub(crate) fn set(&self, script: Script) {
        *self.shared.script.lock().expect("no holder panics") = script;
        self.shared.replaced.send_modify(|count| *count += 1);
    }

    /// Every mail taken so far.
    pub(crate) fn mails(&self) -> Vec<Taken> {
        self.shared.mails.borrow().clone()
    }

    /// Waits until `count` mails have been taken.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Taken> {
        let mut mails = self.shared.mails.subscribe();
        let enough = mails.wait_for(|mails| mails.len() >= count).await;
        enough.expect("the server lives").clone()
    }

    /// Every line read so far, message contents left out.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.shared.lines.lock().expect("no holder panics").clone()
    }
}

/// A certificate for 127.0.0.1 and localhost, and the authority that signed it.
fn certificate() -> (TlsAcceptor, String) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let ca_key = rcgen::KeyPair::generate().expect("a key");
    let mut ca = rcgen::CertificateParams::new(vec![]).expect("no names");
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).expect("a certificate").pem();
    let issuer = rcgen::Issuer::new(ca, ca_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let leaf = rcgen::CertificateParams::new(names)
        .expect("two names")
        .signed_by(&key, &issuer)
        .expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("the key is the certificate's");
    (TlsAcceptor::from(Arc::new(config)), ca_pem)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Connections end with the listener: the set aborts them.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("a TCP socket");
        connections.spawn(serve(stream, Arc::clone(&shared)));
    }
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// `None` ends the connection.
async fn serve(stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let implicit = shared.script.lock().ok()?.security == Security::Implicit;
    let mut peer = Peer {
        wire: BufReader::new(Box::new(stream)),
        shared,
        encrypted: false,
        login: None,
        at_line: None,
    };
    if implicit {
        peer = peer.encrypt().await?;
    }
    peer.answer(Step::Greeting, "220 test ESMTP").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let line = peer.line().await?;
        let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
        match verb.as_str() {
            "EHLO" => {
                let capabilities = peer.capabilities();
                peer.answer(Step::Ehlo, &capabilities).await?;
            }
            "HELO" => {
                peer.answer(Step::Helo, "250 test").await?;
            }
            "LHLO" => {
                peer.answer(Step::Lhlo, "500 what").await?;
            }
            "STARTTLS" => {
                peer.answer(Step::StartTls, "220 go ahead").await?;
                peer = peer.encrypt().await?;
            }
            "AUTH" => peer.auth(&line).await?,
            "MAIL" => {
                (from, to) = (path(&line), Vec::new());
                peer.answer(Step::Mail, "250 2.1.0 sender ok").await?;
            }
            "RCPT" => {
                let address = path(&line);
                if peer.rcpt(&address).await? {
                    to.push(address);
                }
            }
            "DATA" => {
                if peer.answer(Step::Data, "354 end with a dot").await? {
                    let data = peer.data().await?;
                    peer.take(&from, &to, data).await?;
                }
            }
            "QUIT" => {
                peer.answer(Step::Quit, "221 bye").await?;
                return None;
            }
            _ => peer.say("500 what").await?,
        }
    }
}

/// What is between `<` and `>`.
fn path(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    let end = line.rfind('>').unwrap_or(line.len());
    line[start..end].to_owned()
}

struct Peer {
    wire: BufReader<Box<dyn Wire>>,
    shared: Arc<Shared>,
    encrypted: bool,
    login: Option<String>,
    /// The script when the last line was read, and the scripts so far: whoever replaces it once it sees the
    /// line replaces what answers that line no more.
    at_line: Option<(Script, watch::Receiver<u64>)>,
}

impl Peer {
    fn script(&self) -> Script {
        self.shared.script.lock().expect("no holder panics").clone()
    }

    async fn encrypt(mut self) -> Option<Self> {
        match self.script().answers.get(&Step::Handshake) {
            Some(Answer::Mute) => std::future::pending().await,
            Some(_) => return None,
            None => {}
        }
        let acceptor = self.shared.acceptor.clone();
        let encrypted = acceptor.accept(self.wire.into_inner()).await.ok()?;
        self.wire = BufReader::new(Box::new(encrypted));
        self.encrypted = true;
        Some(self)
    }

    fn capabilities(&self) -> String {
        let script = self.script();
        let mut lines = vec!["test greets you".to_owned()];
        if script.security == Security::StartTls && !self.encrypted {
            lines.push("STARTTLS".to_owned());
        } else if script.login.is_some() {
            lines.push(format!("AUTH {}", script.mechanisms));
        }
        lines.push("8BITMIME".to_owned());
        lines.extend(script.offers);
        let last = lines.len() - 1;
        let line = |(at, line): (usize, &String)| {
            let mark = if at == last { ' ' } else { '-' };
            format!("250{mark}{line}")
        };
        let lines: Vec<String> = lines.iter().enumerate().map(line).collect();
        lines.join("\r\n")
    }

    /// The step's own reply or `usual`; whether it said yes.
    async fn answer(&mut self, step: Step, usual: &str) -> Option<bool> {
        let at_line = self.at_line.take();
        let now = || (self.script(), self.shared.replaced.subscribe());
        let (mut script, mut replaced) = at_line.unwrap_or_else(now);
        if script.until == Some(step) {
            script.answers.clear();
            self.shared.script.lock().ok()?.answers.clear();
        }
        let answer = script.answers.get(&step).cloned();
        let reply = match answer {
            None => usual.to_owned(),
            Some(Answer::Say(reply)) => reply,
            Some(Answer::Mute) => {
                replaced.changed().await.ok()?;
                return None;
            }
            Some(Answer::Close) => return None,
        };
        self.say(&reply).await?;
        Some(reply.starts_with(['2', '3']))
    }

    async fn say(&mut self, reply: &str) -> Option<()> {
        let line = format!("{reply}\r\n");
        self.wire.write_all(line.as_bytes()).await.ok()?;
        self.wire.flush().await.ok()
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        if self.wire.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        self.at_line = Some((self.script(), self.shared.replaced.subscribe()));
        let mut lines = self.shared.lines.lock().ok()?;
        lines.push(line.clone());
        Some(line)
    }

    async fn rcpt(&mut self, address: &str) -> Option<bool> {
        match self.script().recipients.get(address) {
            Some(reply) => {
                self.say(reply).await?;
                Some(reply.starts_with('2'))
            }
            None => self.answer(Step::Rcpt, "250 2.1.5 recipient ok").await,
        }
    }

    async fn auth(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ').skip(1);
        let mechanism = words.next()?;
        let given = match (mechanism, words.next()) {
            ("PLAIN", Some(response)) => {
                let response = decoded(response)?;
                let mut parts = response.splitn(3, '\0').skip(1);
                (parts.next()?.to_owned(), parts.next()?.to_owned())
            }
            ("XOAUTH2", Some(response)) => {
                let response = decoded(response)?;
                let mut parts = response.strip_suffix("\u{1}\u{1}")?.split('\u{1}');
                let username = parts.next()?.strip_prefix("user=")?.to_owned();
                let token = parts.next()?.strip_prefix("auth=Bearer ")?;
                (username, token.to_owned())
            }
            _ => {
                self.say("334 VXNlcm5hbWU6").await?;
                let username = decoded(&self.line().await?)?;
                self.say("334 UGFzc3dvcmQ6").await?;
                (username, decoded(&self.line().await?)?)
            }
        };
        let is_right = self.script().login.as_ref() == Some(&given);
        let is_replaced = self.script().answers.contains_key(&Step::Auth);
        if mechanism == "XOAUTH2" && !is_right && !is_replaced {
            // As Gmail does: why, which the client answers with an empty line.
            self.say("334 e30=").await?;
            self.line().await?;
        }
        let usual = if is_right {
            "235 2.7.0 welcome"
        } else {
            "535 5.7.8 authentication failed"
        };
        if self.answer(Step::Auth, usual).await? {
            self.login = Some(given.0);
        }
        Some(())
    }

    async fn data(&mut self) -> Option<Vec<u8>> {
        let mut data = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.wire.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            if line == b".\r\n" {
                return Some(data);
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    async fn take(&mut self, from: &str, to: &[String], data: Vec<u8>) -> Option<()> {
        // A mail counts once the server means to say yes, even if the peer never hears it.
        let refuses = matches!(
            self.script().answers.get(&Step::Content),
            Some(Answer::Say(reply)) if !reply.starts_with('2')
        );
        if !refuses {
            let mail = Taken {
                from: from.to_owned(),
                to: to.to_vec(),
                data,
                encrypted: self.encrypted,
                login: self.login.clone(),
            };
            self.shared.mails.send_modify(|mails| mails.push(mail));
        }
        self.answer(Step::Content, "250 2.0.0 queued as 4F2")
            .await?;
        Some(())
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}
