//! A scripted server and a receiver that mails through it.

use std::{io::Write as _, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

use crate::{
    clock::{Clock, SystemClock},
    http::{Http, HttpOptions},
    model::{Notice, Outcome, Retry, Secret, SendError},
    notify::{
        EmailOptions, MailAuth, MailLogin, MailOptions, MailSecurity, MailServer, Notifier,
        NotifyContext, ReceiverKind, ReceiverOptions, Screen, build, sample_notice,
        smtp_server::{Script, Security, SmtpServer},
    },
};

pub(super) const LATER: Retry = Retry::Later { after: None };
/// Short, for servers that never answer; loopback needs a millisecond.
pub(super) const IMPATIENT: Duration = Duration::from_millis(300);

/// A server, and a receiver that sends to it.
pub(super) struct Post {
    pub(super) server: SmtpServer,
    pub(super) options: MailOptions,
    to: Vec<String>,
    _ca_file: NamedTempFile,
}

impl Post {
    pub(super) async fn new(script: Script) -> Self {
        let security = match script.security {
            Security::Plain => MailSecurity::Plain,
            Security::StartTls => MailSecurity::StartTls,
            Security::Implicit => MailSecurity::Implicit,
        };
        let server = SmtpServer::start(script).await;
        let mut ca_file = NamedTempFile::new().unwrap();
        ca_file.write_all(server.ca_pem().as_bytes()).unwrap();
        let options = MailOptions {
            name: MailOptions::MAIN.to_owned(),
            host: "127.0.0.1".to_owned(),
            port: server.address().port(),
            security,
            login: None,
            hello: None,
            from: "Fivebells <bells@example.org>".to_owned(),
            ca_file: Some(ca_file.path().to_owned()),
            timeout: Duration::from_secs(20),
            data_timeout: Duration::from_secs(20),
            fallback: None,
        };
        Self {
            server,
            options,
            to: vec!["desk@example.org".to_owned()],
            _ca_file: ca_file,
        }
    }

    pub(super) fn to(mut self, addresses: &[&str]) -> Self {
        self.to = addresses.iter().map(ToString::to_string).collect();
        self
    }

    pub(super) fn login(mut self, username: &str, password: &str) -> Self {
        self.options.login = Some(MailLogin {
            username: username.to_owned(),
            auth: MailAuth::Password(Secret::new(password)),
        });
        self
    }

    pub(super) fn impatient(mut self) -> Self {
        self.options.timeout = IMPATIENT;
        self.options.data_timeout = IMPATIENT;
        self
    }

    pub(super) fn notifier(&self) -> Box<dyn Notifier> {
        self.notifier_at(Arc::new(SystemClock))
    }

    pub(super) fn notifier_at(&self, clock: Arc<dyn Clock>) -> Box<dyn Notifier> {
        notifier(&self.to, &[self.mail_server()], clock)
    }

    pub(super) fn mail_server(&self) -> MailServer {
        self.mail_server_of("mon.example.org")
    }

    /// As a machine of this name has it.
    pub(super) fn mail_server_of(&self, hostname: &str) -> MailServer {
        let http = Http::new(&HttpOptions::default()).unwrap();
        MailServer::new(&self.options, hostname, &http).unwrap()
    }

    pub(super) async fn send(&self, notice: &Notice) -> Outcome {
        self.notifier().send(notice).await
    }

    pub(super) async fn fail(&self) -> SendError {
        let error = self.send(&notice()).await.unwrap_err();
        assert!(self.server.mails().is_empty(), "nothing was taken: {error}");
        error
    }
}

/// A receiver that sends to the first of these servers.
pub(super) fn notifier(
    to: &[String],
    servers: &[MailServer],
    clock: Arc<dyn Clock>,
) -> Box<dyn Notifier> {
    let context = NotifyContext {
        http: Http::new(&HttpOptions::default()).unwrap(),
        mail: servers.to_vec(),
        screen: Screen::new(std::io::sink(), false),
        timezone: TimeZone::UTC,
        clock,
    };
    let receiver = ReceiverOptions {
        name: "desk".to_owned(),
        kind: ReceiverKind::Email(EmailOptions {
            to: to.to_vec(),
            server: MailOptions::MAIN.to_owned(),
            templates: crate::notify::MailTemplates::default(),
        }),
    };
    build(&receiver, &context).unwrap()
}

pub(super) fn notice() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().unwrap())
}

pub(super) fn plain() -> Script {
    Script::new(Security::Plain)
}
