//! A mail server: its options checked, its certificates read, a session with it opened, and what was
//! wrong with it when it was last tried.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use lettre::{message::Mailbox, transport::smtp::authentication::Credentials};
use rustls::pki_types::{InvalidDnsNameError, ServerName};

use super::{
    address,
    fault::Fault,
    hello::Hello,
    session::{Limits, Session},
    token::Tokens,
    wire::{self, Tls, Wire},
};
use crate::{
    clock::Clock,
    http::{Http, TlsSetupError, tls_config},
    model::{Secret, SendError, time},
    notify::{MailAuth, MailLogin, MailOptions, MailSecurity},
};

/// The most round trips of a login with a token beside AUTH: for the token, and for all up to AUTH
/// once more where a token that was kept is refused.
const MAX_TOKEN_STEPS: u32 = 15;

/// A mail server, ready to be connected to. Cheap to clone.
#[derive(Clone)]
pub struct MailServer(pub(super) Arc<Server>);

pub(super) struct Server {
    pub(super) name: String,
    pub(super) fallback: Option<String>,
    host: String,
    port: u16,
    security: MailSecurity,
    tls: Option<Tls>,
    login: Option<Login>,
    secrets: Vec<Secret>,
    pub(super) from: Mailbox,
    hello: Hello,
    pub(super) limits: Limits,
    /// How the last session that was asked for failed; all receivers share it.
    pub(super) trouble: Trouble,
}

enum Login {
    Password(Credentials),
    Token {
        username: String,
        tokens: Box<Tokens>,
    },
}

/// `[mail]` cannot work as it is.
#[derive(Debug, thiserror::Error)]
pub enum MailServerError {
    /// Not an address.
    #[error("from: {0:?} is not a mail address")]
    From(String),
    /// The host is neither a name nor an address.
    #[error("server: {host:?} is not a host name")]
    Host {
        /// As written.
        host: String,
        /// Why not.
        #[source]
        source: InvalidDnsNameError,
    },
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
}

impl MailServer {
    /// Reads the certificates and checks the options. Opens no connection. `hostname` is this
    /// machine's name, for EHLO; `http` asks for tokens.
    pub fn new(
        options: &MailOptions,
        hostname: &str,
        http: &Http,
    ) -> Result<Self, MailServerError> {
        let from = address::sender(&options.from)
            .ok_or_else(|| MailServerError::From(options.from.clone()))?;
        let tls = match options.security {
            MailSecurity::Plain => None,
            MailSecurity::StartTls | MailSecurity::Implicit => Some(tls(options)?),
        };
        let login = options.login.as_ref();
        Ok(Self(Arc::new(Server {
            name: options.name.clone(),
            fallback: options.fallback.clone(),
            host: options.host.clone(),
            port: options.port,
            security: options.security,
            tls,
            login: login.map(|login| Login::new(login, options, http)),
            secrets: secrets(options),
            from,
            hello: Hello::new(options.hello.as_deref(), hostname),
            limits: Limits {
                command: options.timeout,
                data: options.data_timeout,
            },
            trouble: Trouble::default(),
        })))
    }

    /// What its answers must not repeat.
    pub(in crate::notify) fn secrets(&self) -> Vec<Secret> {
        self.0.secrets.clone()
    }
}

fn secrets(options: &MailOptions) -> Vec<Secret> {
    let of = |login: &MailLogin| match &login.auth {
        MailAuth::Password(password) => vec![password.clone()],
        MailAuth::OAuth(oauth) => {
            let secrets = [&oauth.client_secret, &oauth.refresh_token];
            secrets.into_iter().flatten().cloned().collect()
        }
    };
    options.login.iter().flat_map(of).collect()
}

impl Login {
    fn new(login: &MailLogin, options: &MailOptions, http: &Http) -> Self {
        let username = login.username.clone();
        match &login.auth {
            MailAuth::Password(password) => {
                Self::Password(Credentials::new(username, password.expose().to_owned()))
            }
            MailAuth::OAuth(oauth) => Self::Token {
                username,
                tokens: Box::new(Tokens::new(http.clone(), oauth.clone(), options.timeout)),
            },
        }
    }
}

fn tls(options: &MailOptions) -> Result<Tls, MailServerError> {
    let name =
        ServerName::try_from(options.host.clone()).map_err(|source| MailServerError::Host {
            host: options.host.clone(),
            source,
        })?;
    Ok(Tls::new(name, tls_config(options.ca_file.as_deref())?))
}

impl Server {
    /// The steps of a login beside those of AUTH.
    pub(super) fn extra_steps(&self) -> u32 {
        match self.login {
            Some(Login::Token { .. }) => MAX_TOKEN_STEPS,
            _ => 0,
        }
    }

    /// A session that is ready for mails. How it went is remembered.
    pub(super) async fn open(&self, clock: &dyn Clock) -> Result<Session, SendError> {
        let opened = self.session(clock).await.map_err(Fault::into_error);
        self.trouble.note(opened.as_ref().err(), clock.now());
        opened
    }

    pub(super) async fn session(&self, clock: &dyn Clock) -> Result<Session, Fault> {
        match &self.login {
            None => self.greeted().await,
            Some(Login::Password(credentials)) => {
                let mut session = self.greeted().await?;
                session.login(credentials).await?;
                Ok(session)
            }
            Some(Login::Token { username, tokens }) => {
                self.with_token(username, tokens, clock).await
            }
        }
    }

    /// A token that worked before may have been revoked since: then a new one is tried, once.
    async fn with_token(
        &self,
        username: &str,
        tokens: &Tokens,
        clock: &dyn Clock,
    ) -> Result<Session, Fault> {
        loop {
            // First, for the server waits for nobody that it has greeted.
            let given = tokens.token(clock.now()).await?;
            let mut session = self.greeted().await?;
            let token = given.token.expose().to_owned();
            let credentials = Credentials::new(username.to_owned(), token);
            let Err(fault) = session.login_with_token(credentials).await else {
                return Ok(session);
            };
            if fault.is_of_the_login() {
                tokens.forget(&given.token);
                if given.is_kept {
                    continue;
                }
            }
            return Err(fault);
        }
    }

    /// As `host:port`.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// A session without a login.
    async fn greeted(&self) -> Result<Session, Fault> {
        let loopback_only = self.security == MailSecurity::Plain;
        let limits = self.limits;
        let stream = wire::connect(&self.host, self.port, limits.command, loopback_only).await?;
        let local = stream.local_addr().map_err(Fault::Connect)?;
        let client = self.hello.client(local.ip());
        let mut wire: Box<dyn Wire> = Box::new(stream);
        let mut start_tls = None;
        match (self.security, &self.tls) {
            (MailSecurity::Implicit, Some(tls)) => {
                wire = tls.handshake(wire, limits.command).await?;
            }
            (MailSecurity::StartTls, Some(tls)) => start_tls = Some(tls),
            _ => {}
        }
        Session::open(wire, &client, start_tls, limits).await
    }
}

impl MailServer {
    /// Its name in the config.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is, as `host:port`.
    pub fn address(&self) -> String {
        self.0.address()
    }

    /// The address that its mails come from.
    pub fn sender(&self) -> String {
        self.0.from.email.to_string()
    }

    /// Goes as far as a mail's sender, then gives up the transaction: TLS, login and `from` are
    /// right if that is well. No recipient is named and nothing is sent.
    ///
    /// # Errors
    /// What a mail would have met so far.
    pub async fn greet(&self, clock: &dyn Clock) -> Result<(), SendError> {
        self.offer(clock).await.map_err(Fault::into_error)
    }

    async fn offer(&self, clock: &dyn Clock) -> Result<(), Fault> {
        let mut session = self.0.session(clock).await?;
        let offered = session.sender(&self.0.from.email, &[]).await;
        // QUIT gives up an open transaction (RFC 5321 §4.1.1.10).
        session.quit().await;
        offered
    }
}

/// How long a server that took no mail is asked last, where there is another one.
pub(super) const AVOIDED_FOR: Duration = Duration::from_mins(5);

/// The latest failure, and when it was; none where the latest try went well.
#[derive(Debug, Default)]
pub(super) struct Trouble(Mutex<Option<(SendError, Timestamp)>>);

impl Trouble {
    pub(super) fn note(&self, error: Option<&SendError>, now: Timestamp) {
        *self.latest() = error.map(|error| (error.clone(), now));
    }

    pub(super) fn error(&self) -> Option<SendError> {
        self.latest().as_ref().map(|(error, _)| error.clone())
    }

    /// Whether it was so short a while ago that others are better asked first.
    pub(super) fn is_recent(&self, now: Timestamp) -> bool {
        let latest = self.latest();
        let failed_at = latest.as_ref().map(|(_, at)| *at);
        failed_at.is_some_and(|at| time::elapsed(at, now) < AVOIDED_FOR)
    }

    fn latest(&self) -> MutexGuard<'_, Option<(SendError, Timestamp)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
