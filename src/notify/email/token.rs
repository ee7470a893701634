//! Tokens to log in with (RFC 6749), asked for in time and kept in memory.
//!
//! A grant is a refresh token where the config has one, else the client's own credentials. A token
//! is used until shortly before it expires, or until a mail server refuses it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::Deserialize;
use url::form_urlencoded;

use super::fault::Fault;
use crate::{
    http::{
        HeaderMap, HeaderValue, Http, HttpError, HttpReason, HttpRequest, HttpResponse, Method,
        StatusCode, Trust, header,
    },
    model::time,
    model::{Retry, Secret, SendError, SendReason},
    notify::{MailOAuth, render::clean},
};

/// How long a token is used whose answer does not say how long it lives.
const UNSAID_LIFETIME: Duration = Duration::from_mins(5);
/// How long before its end a token is used no more: the login must still come through.
const MARGIN: Duration = Duration::from_mins(1);
/// How much of an answer is read. Tokens have a few kilobytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;
/// How much of what the server says is kept.
const MAX_SAID_CHARS: usize = 300;

/// Where tokens come from.
pub(super) struct Tokens {
    http: Http,
    options: MailOAuth,
    timeout: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    token: Option<Token>,
    /// What a server gave in the place of the config's own refresh token.
    refresh_token: Option<Secret>,
}

struct Token {
    value: Secret,
    since: Timestamp,
    lifetime: Duration,
}

/// A token, and whether it has been used before.
pub(super) struct Given {
    pub(super) token: Secret,
    pub(super) is_kept: bool,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds; some servers write them as a string.
    expires_in: Option<serde_json::Value>,
    refresh_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Denied {
    error: String,
    error_description: String,
}

impl Tokens {
    pub(super) fn new(http: Http, options: MailOAuth, timeout: Duration) -> Self {
        let kept = Mutex::default();
        Self {
            http,
            options,
            timeout,
            kept,
        }
    }

    /// The token that is kept, or a new one.
    pub(super) async fn token(&self, now: Timestamp) -> Result<Given, Fault> {
        if let Some(token) = self.kept().valid(now) {
            let is_kept = true;
            return Ok(Given { token, is_kept });
        }
        let token = self.ask(now).await?;
        let is_kept = false;
        Ok(Given { token, is_kept })
    }

    /// Never uses this token again.
    pub(super) fn forget(&self, token: &Secret) {
        let mut kept = self.kept();
        if { kept.token.as_ref() }.is_some_and(|one| one.value == *token) {
            kept.token = None;
        }
    }

    async fn ask(&self, now: Timestamp) -> Result<Secret, Fault> {
        let refresh_token = {
            let newest = self.kept().refresh_token.clone();
            newest.or_else(|| self.options.refresh_token.clone())
        };
        let mut headers = HeaderMap::new();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        // The config names this address as it names the mail server, which may be inside as well.
        let trust = Trust::OperatorPrivate;
        let request = HttpRequest {
            headers,
            body: Some(form_of(&self.options, refresh_token.as_ref()).into()),
            timeout: Some(self.timeout),
            max_body_bytes: Some(MAX_ANSWER_BYTES),
            ..HttpRequest::new(Method::POST, self.options.token_url.clone(), trust)
        };
        let answer = self
            .http
            .send(request)
            .await
            .map_err(|error| no_answer(&error))?;
        if !answer.status.is_success() {
            let denied = self.denied(&answer, refresh_token.as_ref());
            if denied.turns_us_away() {
                // One that the server gave may be worth less by now than the config's.
                self.kept().refresh_token = None;
            }
            return Err(denied);
        }
        let granted: Granted = serde_json::from_slice(&answer.body).map_err(|_| {
            let detail = "the answer holds no access_token";
            fault(SendReason::Protocol, later(), detail)
        })?;
        Ok(self.kept().keep(granted, now))
    }

    /// Why the token server gives none: a server in trouble, or one that does not want us.
    fn denied(&self, answer: &HttpResponse, refresh_token: Option<&Secret>) -> Fault {
        let denied: Denied = serde_json::from_slice(&answer.body).unwrap_or_default();
        let said = format!(
            "{} {} {}",
            answer.status, denied.error, denied.error_description
        );
        let secrets = [self.options.client_secret.as_ref(), refresh_token];
        let said = { secrets.into_iter().flatten() }.fold(said, |said, secret| {
            said.replace(secret.expose(), Secret::HIDDEN)
        });
        let said = clean::cut(&clean::squeezed(&said), MAX_SAID_CHARS);
        let (reason, retry) = match answer.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                (SendReason::Busy, later())
            }
            status if status.is_server_error() => (SendReason::ServerError, later()),
            _ => (SendReason::Auth, Retry::ReceiverBroken),
        };
        fault(reason, retry, &said)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn valid(&self, now: Timestamp) -> Option<Secret> {
        let token = self.token.as_ref()?;
        // A clock that was set back makes no token younger.
        let age = time::elapsed(token.since, now);
        let is_valid = token.since <= now && age < token.lifetime.saturating_sub(MARGIN);
        is_valid.then(|| token.value.clone())
    }

    fn keep(&mut self, granted: Granted, now: Timestamp) -> Secret {
        let value = Secret::new(granted.access_token);
        self.token = Some(Token {
            value: value.clone(),
            since: now,
            lifetime: granted.expires_in.as_ref().map_or(UNSAID_LIFETIME, seconds),
        });
        if let Some(newer) = granted.refresh_token {
            self.refresh_token = Some(Secret::new(newer));
        }
        value
    }
}

fn seconds(value: &serde_json::Value) -> Duration {
    let text = value.as_str().and_then(|text| text.trim().parse().ok());
    let number = value.as_u64().or(text);
    number.map_or(UNSAID_LIFETIME, Duration::from_secs)
}

/// The client's id and secret stand in the body (RFC 6749 §2.3.1), where Microsoft and Google have
/// them.
fn form_of(options: &MailOAuth, refresh_token: Option<&Secret>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match refresh_token {
        Some(token) => {
            form.append_pair("grant_type", "refresh_token");
            form.append_pair("refresh_token", token.expose());
        }
        None => {
            form.append_pair("grant_type", "client_credentials");
        }
    }
    form.append_pair("client_id", &options.client_id);
    if let Some(secret) = &options.client_secret {
        form.append_pair("client_secret", secret.expose());
    }
    if let Some(scope) = &options.scope {
        form.append_pair("scope", scope);
    }
    form.finish()
}

fn no_answer(error: &HttpError) -> Fault {
    let (reason, retry) = match error.reason() {
        HttpReason::Dns | HttpReason::Connect | HttpReason::Proxy => (SendReason::Connect, later()),
        HttpReason::Timeout => (SendReason::Timeout, later()),
        HttpReason::Tls => (SendReason::Tls, Retry::ReceiverBroken),
        HttpReason::Guard => (SendReason::Guard, Retry::ReceiverBroken),
        _ => (SendReason::Protocol, later()),
    };
    fault(reason, retry, &error.to_string())
}

const fn later() -> Retry {
    Retry::Later { after: None }
}

fn fault(reason: SendReason, retry: Retry, detail: &str) -> Fault {
    Fault::Token(Box::new(SendError {
        reason,
        retry,
        detail: format!("no token to log in with: {detail}"),
        accepted: Vec::new(),
        refused: Vec::new(),
    }))
}
