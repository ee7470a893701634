//! Webhooks as [Standard Webhooks](https://www.standardwebhooks.com) 1.0, or a body of the
//! receiver's own.
//!
//! Every request carries `webhook-id` (the notice's key, the same on every attempt) and
//! `webhook-timestamp`. The latter is the *attempt's* time, not the event's: verifiers reject what is
//! more than five minutes off, so a retry an hour later would otherwise never be taken. The event's
//! time is `timestamp` in the body.

mod payload;
mod sign;
mod template;
mod verdict;

use std::{fmt::Write as _, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use url::Url;

use self::{
    sign::{SigningKey, signatures},
    template::Template,
    verdict::{Answer, verdict},
};
use super::{Notifier, NotifyContext, PartKind, PreviewPart, RenderError, Sending, WebhookOptions};
use crate::{
    clock::Clock,
    http::{
        HeaderMap, HeaderName, HeaderValue, Http, HttpError, HttpReason, HttpRequest, Method,
        Phase, Trust, bare_url, header::CONTENT_TYPE,
    },
    model::{Notice, Outcome, Receipt, Retry, Secret, SendError, SendReason},
};

pub use template::{TemplateError, check_template};

/// How much of an answer is read: it is shown, not used.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;
/// Headers that are ours or the transport's: a second value would break the signature or the body.
const RESERVED: [&str; 7] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "content-length",
    "transfer-encoding",
    "connection",
    "host",
];

/// A webhook option that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The `secret` with this index, from 0, is not a key.
    #[error("secret {index} is not a Standard Webhooks key (whsec_ and base64)")]
    Secret {
        /// Its place in the list.
        index: usize,
    },
    /// The header cannot be sent, or is not the operator's to set.
    #[error("header {name:?} cannot be set")]
    Header {
        /// Its name.
        name: String,
    },
    /// The `body` template does not work.
    #[error("body: {0}")]
    Template(#[from] TemplateError),
}

pub(super) struct Webhook {
    http: Http,
    url: Url,
    url_is_secret: bool,
    trust: Trust,
    keys: Vec<SigningKey>,
    template: Option<Template>,
    headers: HeaderMap,
    timeout: Duration,
    timezone: TimeZone,
    clock: Arc<dyn Clock>,
}

impl Webhook {
    pub(super) fn new(
        options: &WebhookOptions,
        context: &NotifyContext,
    ) -> Result<Self, WebhookError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in &options.headers {
            let (name, value) = header(name, value)?;
            headers.insert(name, value);
        }
        if let Some(body) = &options.body {
            check_template(body, options.is_json())?;
        }
        Ok(Self {
            http: context.http.clone(),
            url: options.url.clone(),
            url_is_secret: options.url_is_secret,
            trust: if options.allow_private {
                Trust::OperatorPrivate
            } else {
                Trust::Operator
            },
            keys: keys(&options.secrets)?,
            template: options.body.as_deref().map(Template::new).transpose()?,
            headers,
            timeout: options.timeout,
            timezone: context.timezone.clone(),
            clock: Arc::clone(&context.clock),
        })
    }

    async fn post(&self, notice: &Notice) -> Outcome {
        let body = self.body(notice).map_err(|error| {
            let detail = format!("body template: {error}");
            failure(SendReason::Render, Retry::Never, detail)
        })?;
        let now = self.clock.now();
        let request = HttpRequest {
            headers: self.headers(notice, now, &body),
            body: Some(Bytes::from(body)),
            timeout: Some(self.timeout),
            max_body_bytes: Some(MAX_ANSWER_BYTES),
            ..HttpRequest::new(Method::POST, self.url.clone(), self.trust)
        };
        match self.http.send(request).await {
            Err(error) => self.fault(&error),
            Ok(response) => verdict(
                &Answer {
                    status: response.status,
                    headers: &response.headers,
                    body: &response.body,
                    url: (!self.url_is_secret).then_some(&self.url),
                },
                now,
            ),
        }
    }

    fn body(&self, notice: &Notice) -> Result<Vec<u8>, TemplateError> {
        match &self.template {
            Some(template) => template.render(notice, &self.timezone),
            None => Ok(payload::payload(notice)),
        }
    }

    fn headers(&self, notice: &Notice, now: Timestamp, body: &[u8]) -> HeaderMap {
        let mut headers = self.headers.clone();
        let timestamp = now.as_second();
        let ours = [
            ("webhook-id", notice.key.to_string()),
            ("webhook-timestamp", timestamp.to_string()),
            (
                "webhook-signature",
                signatures(&self.keys, &notice.key, timestamp, body),
            ),
        ];
        for (name, value) in ours {
            if !value.is_empty() {
                let value =
                    HeaderValue::try_from(value).expect("keys, numbers and base64 are ASCII");
                headers.insert(name, value);
            }
        }
        headers
    }

    /// The URL without its query, user and password, or nothing of it.
    fn shown_url(&self) -> String {
        if self.url_is_secret {
            return Secret::HIDDEN.to_owned();
        }
        bare_url(&self.url)
    }

    /// A request without a whole answer.
    fn fault(&self, error: &HttpError) -> Outcome {
        let later = Retry::Later { after: None };
        let (reason, retry) = match (error.reason(), error) {
            // The client reads only a 2xx to its end: it is taken, whatever its body was.
            (HttpReason::TooLarge | HttpReason::Truncated | HttpReason::Decode, _)
            | (
                _,
                HttpError::Timeout {
                    phase: Phase::Body, ..
                },
            ) => return Ok(taken("success, with a body that could not be read")),
            (HttpReason::Dns | HttpReason::Connect | HttpReason::Proxy, _) => {
                (SendReason::Connect, later)
            }
            (HttpReason::Timeout, _) => (SendReason::Timeout, later),
            (HttpReason::Tls, _) => (SendReason::Tls, Retry::ReceiverBroken),
            (HttpReason::Guard, _) => (SendReason::Guard, Retry::ReceiverBroken),
            (HttpReason::Protocol, _) => (SendReason::Protocol, later),
        };
        let detail = if self.url_is_secret {
            format!("{reason} (the URL is secret: details are not shown)")
        } else {
            error.to_string()
        };
        Err(failure(reason, retry, detail))
    }
}

fn taken(answer: &str) -> Receipt {
    Receipt {
        answer: answer.to_owned(),
        refused: Vec::new(),
    }
}

fn failure(reason: SendReason, retry: Retry, detail: String) -> SendError {
    SendError {
        reason,
        retry,
        detail,
        accepted: Vec::new(),
    }
}

fn keys(secrets: &[Secret]) -> Result<Vec<SigningKey>, WebhookError> {
    secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| SigningKey::read(secret).ok_or(WebhookError::Secret { index }))
        .collect()
}

fn header(name: &str, value: &Secret) -> Result<(HeaderName, HeaderValue), WebhookError> {
    let unusable = || WebhookError::Header {
        name: name.to_owned(),
    };
    let parsed = HeaderName::try_from(name).map_err(|_| unusable())?;
    if RESERVED.contains(&parsed.as_str()) {
        return Err(unusable());
    }
    let mut value = HeaderValue::try_from(value.expose()).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

impl Notifier for Webhook {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.post(notice))
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let body = self.body(notice)?;
        let mut headers = format!("POST {}\n", self.shown_url());
        for (name, value) in &self.headers(notice, self.clock.now(), &body) {
            let value = if value.is_sensitive() {
                Secret::HIDDEN
            } else {
                value.to_str().unwrap_or(Secret::HIDDEN)
            };
            writeln!(headers, "{name}: {value}").expect("a String takes every write");
        }
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
        Ok(vec![
            PreviewPart {
                label: "headers",
                content: headers,
                kind: PartKind::Headers,
            },
            PreviewPart {
                label: "body",
                content: String::from_utf8_lossy(&body).into_owned(),
                kind: if is_json {
                    PartKind::Json
                } else {
                    PartKind::Text
                },
            },
        ])
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }
}

#[cfg(test)]
mod tests;
