//! A mail server: its options checked, its certificates read, a session with it opened.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{authentication::Credentials, extension::ClientId},
};
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use url::Host;

use super::{
    fault::Fault,
    session::{Limits, Session},
    wire::{self, Tls, Wire},
};
use crate::{
    cadence,
    clock::Clock,
    http::{TlsSetupError, tls_config},
    model::{Secret, SendError},
    notify::{MailOptions, MailSecurity, render::clean},
};

/// How long a server that took no session is asked last, where there is another one.
pub(super) const AVOIDED_FOR: Duration = Duration::from_mins(5);

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
    login: Option<Credentials>,
    secrets: Vec<Secret>,
    pub(super) from: Mailbox,
    /// What we call ourselves in EHLO and in message ids.
    pub(super) hostname: String,
    pub(super) limits: Limits,
    /// How the last session that was asked for failed, and when; all receivers share it.
    trouble: Mutex<Option<(SendError, Timestamp)>>,
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
    /// machine's name, for EHLO and message ids.
    pub fn new(options: &MailOptions, hostname: &str) -> Result<Self, MailServerError> {
        let from =
            mailbox(&options.from).ok_or_else(|| MailServerError::From(options.from.clone()))?;
        let tls = match options.security {
            MailSecurity::Plain => None,
            MailSecurity::StartTls | MailSecurity::Implicit => Some(tls(options)?),
        };
        Ok(Self(Arc::new(Server {
            name: options.name.clone(),
            fallback: options.fallback.clone(),
            host: options.host.clone(),
            port: options.port,
            security: options.security,
            tls,
            login: options.login.as_ref().map(|login| {
                Credentials::new(login.username.clone(), login.password.expose().to_owned())
            }),
            secrets: secrets(options),
            from,
            hostname: domain(hostname),
            limits: Limits {
                command: options.timeout,
                data: options.data_timeout,
            },
            trouble: Mutex::new(None),
        })))
    }

    /// What its answers must not repeat.
    pub(in crate::notify) fn secrets(&self) -> Vec<Secret> {
        self.0.secrets.clone()
    }
}

fn secrets(options: &MailOptions) -> Vec<Secret> {
    let passwords = options.login.iter().map(|login| login.password.clone());
    passwords.collect()
}

fn tls(options: &MailOptions) -> Result<Tls, MailServerError> {
    let name =
        ServerName::try_from(options.host.clone()).map_err(|source| MailServerError::Host {
            host: options.host.clone(),
            source,
        })?;
    Ok(Tls::new(name, tls_config(options.ca_file.as_deref())?))
}

/// An address that every server takes: ASCII, its domain in its ASCII form (RFC 5890). A local part
/// in other scripts would need SMTPUTF8 on every hop.
pub(super) fn mailbox(written: &str) -> Option<Mailbox> {
    let mailbox: Mailbox = written.trim().parse().ok()?;
    let (user, domain) = (mailbox.email.user(), mailbox.email.domain());
    if domain.is_ascii() {
        return user.is_ascii().then_some(mailbox);
    }
    let ascii = Host::parse(domain).ok()?.to_string();
    let address = Address::new(user, ascii).ok()?;
    user.is_ascii()
        .then(|| Mailbox::new(mailbox.name.clone(), address))
}

/// The machine's name as it may stand in a message id.
fn domain(hostname: &str) -> String {
    let labels: Vec<String> = hostname
        .split('.')
        .map(clean::label)
        .filter(|label| !label.is_empty())
        .collect();
    if labels.is_empty() {
        return "localhost".to_owned();
    }
    labels.join(".")
}

impl Server {
    /// A session that is ready for mails. How it went is remembered.
    pub(super) async fn open(&self, clock: &dyn Clock) -> Result<Session, SendError> {
        let opened = self.session().await.map_err(Fault::into_error);
        let trouble = opened.as_ref().err();
        *self.trouble() = trouble.map(|error| (error.clone(), clock.now()));
        opened
    }

    /// How the last session that was asked for failed.
    pub(super) fn last_error(&self) -> Option<SendError> {
        self.trouble().as_ref().map(|(error, _)| error.clone())
    }

    /// Whether it took no session a short while ago, so that others are better asked first.
    pub(super) fn is_avoided(&self, now: Timestamp) -> bool {
        let trouble = self.trouble();
        let failed_at = trouble.as_ref().map(|(_, at)| *at);
        failed_at.is_some_and(|at| cadence::elapsed(at, now) < AVOIDED_FOR)
    }

    fn trouble(&self) -> MutexGuard<'_, Option<(SendError, Timestamp)>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn session(&self) -> Result<Session, Fault> {
        let loopback_only = self.security == MailSecurity::Plain;
        let limits = self.limits;
        let stream = wire::connect(&self.host, self.port, limits.command, loopback_only).await?;
        let mut wire: Box<dyn Wire> = Box::new(stream);
        let client = ClientId::Domain(self.hostname.clone());
        let mut start_tls = None;
        match (self.security, &self.tls) {
            (MailSecurity::Implicit, Some(tls)) => {
                wire = tls.handshake(wire, limits.command).await?;
            }
            (MailSecurity::StartTls, Some(tls)) => start_tls = Some(tls),
            _ => {}
        }
        let mut session = Session::open(wire, &client, start_tls, limits).await?;
        if let Some(credentials) = &self.login {
            session.login(credentials).await?;
        }
        Ok(session)
    }
}
