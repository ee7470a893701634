//! `[receiver]` and `[mail]`: where notices go.

use std::{ffi::OsString, path::PathBuf, sync::Arc, time::Duration};

use url::Url;

use super::hook::HookMethod;
use super::preset::Preset;
use crate::model::Secret;

/// A named destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverOptions {
    /// The key in `[receiver]`.
    pub name: String,
    /// How it is reached.
    pub kind: ReceiverKind,
}

/// How a receiver is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiverKind {
    /// Mail through `[mail]`.
    Email(EmailOptions),
    /// A request to a URL of the operator's.
    Webhook(WebhookOptions),
    /// A service whose requests and answers a preset describes.
    Preset(PresetOptions),
    /// A program that is started for each notice.
    Exec(ExecOptions),
    /// A readable block on standard output.
    Terminal,
}

/// `email = [...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailOptions {
    /// Addresses, each with its own verdict; never empty.
    pub to: Vec<String>,
    /// The [name](MailOptions::name) of the server it goes through.
    pub server: String,
    /// What its mails say, where that is not the program's to say.
    pub templates: MailTemplates,
}

/// Templates of a mail's parts; without one, a part is as the program makes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailTemplates {
    /// Of the subject.
    pub subject: Option<String>,
    /// Of the plain text.
    pub text: Option<String>,
    /// Of the HTML, in which values are escaped.
    pub html: Option<String>,
}

/// `webhook = "…"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookOptions {
    /// `http` or `https`; shown without its query and password.
    pub url: Url,
    /// Whether the URL came from a secret and must not be shown at all.
    pub url_is_secret: bool,
    /// How the body is sent.
    pub method: HookMethod,
    /// Standard Webhooks keys (`whsec_…`): all sign while they rotate; empty is unsigned.
    pub secrets: Vec<Secret>,
    /// A minijinja template for the body; `None` sends the Standard Webhooks object.
    pub body: Option<String>,
    /// Extra headers, in config order.
    pub headers: Vec<(String, Secret)>,
    /// Whether the host may resolve to a private address.
    pub allow_private: bool,
    /// To the last byte of the answer.
    pub timeout: Duration,
}

/// `exec = ["…"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOptions {
    /// The program as written, and its arguments; never empty.
    pub command: Vec<String>,
    /// Where the program is: an absolute path.
    pub program: PathBuf,
    /// Its whole environment, but for the variables that are the notice's.
    pub environment: Vec<(String, OsString)>,
    /// From its start to its end.
    pub timeout: Duration,
    /// What it reads on its standard input.
    pub input: ExecInput,
}

/// What a program reads of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExecInput {
    /// The Standard Webhooks object.
    #[default]
    Json,
    /// The message as people read it: the headline, the link, and the rest, a line each.
    Text,
    /// The headline and the link on one line.
    Line,
}

impl ExecInput {
    /// Every input.
    pub const ALL: [Self; 3] = [Self::Json, Self::Text, Self::Line];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
            Self::Line => "line",
        }
    }
}

impl ExecOptions {
    /// The default of [`timeout`](Self::timeout).
    pub const TIMEOUT: Duration = Duration::from_secs(30);
}

/// A receiver of a [`Preset`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetOptions {
    /// The service.
    pub preset: Arc<Preset>,
    /// What the preset's parameters are here, in the order it declares them. One that is not given
    /// and has no default is left out.
    pub values: Vec<PresetValue>,
    /// Extra headers, in config order.
    pub headers: Vec<(String, Secret)>,
    /// Whether the host may resolve to a private address.
    pub allow_private: bool,
    /// To the last byte of the answer.
    pub timeout: Duration,
}

/// A parameter of a preset with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetValue {
    /// The parameter.
    pub name: String,
    /// What it is; shown only where it is no secret.
    pub value: Secret,
    /// Whether it came from a secret.
    pub is_secret: bool,
}

impl WebhookOptions {
    /// The default of [`timeout`](Self::timeout).
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// Whether the body is sent as JSON: unless a header says otherwise, it is.
    pub fn is_json(&self) -> bool {
        let headers = self.headers.iter();
        is_json(headers.map(|(name, value)| (name.as_str(), value.expose())))
    }
}

/// Whether a body with these headers is JSON: unless one says otherwise, it is.
pub(super) fn is_json<'a>(headers: impl DoubleEndedIterator<Item = (&'a str, &'a str)>) -> bool {
    let mut types = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    types
        .next_back()
        .is_none_or(|(_, value)| value.to_ascii_lowercase().contains("json"))
}

/// `[mail]` or `[mail.NAME]`: a mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOptions {
    /// What receivers and `fallback` call it; [`MailOptions::MAIN`] is `[mail]` itself.
    pub name: String,
    /// Name or address of the submission server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// The login; `None` sends without AUTH.
    pub login: Option<MailLogin>,
    /// The From address, such as `Fivebells <bells@example.org>`.
    pub from: String,
    /// What is said in EHLO; `None` is the machine's full name, or its address.
    pub hello: Option<String>,
    /// A PEM file with extra certificate authorities, beside the system's.
    pub ca_file: Option<PathBuf>,
    /// To connect, TLS included; also each command but the final dot.
    pub timeout: Duration,
    /// After the final dot: long, or copies multiply (RFC 5321 §4.5.3.2.6 says 10 minutes).
    pub data_timeout: Duration,
    /// The name of the server that takes the mail while this one takes no session.
    pub fallback: Option<String>,
}

/// A login at a mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailLogin {
    /// The user name.
    pub username: String,
    /// What proves it.
    pub auth: MailAuth,
}

/// What proves who logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailAuth {
    /// AUTH PLAIN or LOGIN.
    Password(Secret),
    /// AUTH XOAUTH2, with tokens from here.
    OAuth(MailOAuth),
}

/// Where tokens come from, and who asks for them (RFC 6749).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOAuth {
    /// Where they are asked for.
    pub token_url: Url,
    /// The client's id there.
    pub client_id: String,
    /// The client's secret; a client of a refresh token may have none.
    pub client_secret: Option<Secret>,
    /// The grant; without one it is the client's own credentials.
    pub refresh_token: Option<Secret>,
    /// What the token is to be good for.
    pub scope: Option<String>,
}

/// How a mail connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// Plain text until STARTTLS, which is required (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314), port 465.
    Implicit,
    /// No TLS; only to a loopback address.
    Plain,
}

impl MailSecurity {
    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StartTls => "starttls",
            Self::Implicit => "implicit",
            Self::Plain => "plain",
        }
    }
}

impl MailOptions {
    /// The name of `[mail]` itself.
    pub const MAIN: &str = "mail";
    /// The default of [`timeout`](Self::timeout).
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// The default of [`data_timeout`](Self::data_timeout).
    pub const DATA_TIMEOUT: Duration = Duration::from_mins(10);
}
