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
pub(super) mod verdict;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use url::Url;

use self::{
    sign::{SigningKey, signatures},
    template::{Made, Template},
    verdict::{Answer, verdict},
};
use super::{
    HookMethod, Notifier, NotifyContext, PreviewPart, Reaching, RenderError, Sending,
    TemplateError, WebhookOptions,
    hook::{self, Call, Caller},
};
use crate::{
    clock::Clock,
    http::{HeaderMap, HeaderValue, bare_url, header::CONTENT_TYPE},
    model::{Notice, Outcome, Secret},
};

pub(super) use payload::payload;
pub use template::check_template;
use template::checked;

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
    caller: Caller,
    method: HookMethod,
    url: Url,
    url_is_secret: bool,
    keys: Vec<SigningKey>,
    template: Option<Template>,
    headers: HeaderMap,
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
            let (name, value) = hook::header(name, value, &RESERVED)
                .ok_or_else(|| WebhookError::Header { name: name.clone() })?;
            headers.insert(name, value);
        }
        let template = options.body.as_deref();
        let template = template.map(|body| checked(body, options.is_json()));
        let template = template.transpose()?;
        Ok(Self {
            caller: Caller::new(context, options.allow_private, options.timeout),
            method: options.method,
            url: options.url.clone(),
            url_is_secret: options.url_is_secret,
            keys: keys(&options.secrets)?,
            template,
            headers,
            timezone: context.timezone.clone(),
            clock: Arc::clone(&context.clock),
        })
    }

    async fn post(&self, notice: &Notice) -> Outcome {
        let Made { body, fault } = self.body(notice).map_err(hook::unrendered)?;
        let now = self.clock.now();
        let call = Call {
            method: self.method.into(),
            url: self.url.clone(),
            is_secret: self.url_is_secret,
            headers: self.headers(notice, now, &body),
            body: Some(Bytes::from(body)),
        };
        let outcome = match self.caller.send(call).await {
            Err(outcome) => outcome,
            Ok(response) => verdict(
                &Answer {
                    status: response.status,
                    headers: &response.headers,
                    body: &response.body,
                    url: (!self.url_is_secret).then_some(&self.url),
                },
                now,
            ),
        };
        hook::with_fault(outcome, fault.as_ref())
    }

    fn body(&self, notice: &Notice) -> Result<Made, TemplateError> {
        match &self.template {
            Some(template) => template.make(notice, &self.timezone),
            None => Ok(Made {
                body: payload(notice),
                fault: None,
            }),
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
}

fn keys(secrets: &[Secret]) -> Result<Vec<SigningKey>, WebhookError> {
    secrets
        .iter()
        .enumerate()
        .map(|(index, secret)| SigningKey::read(secret).ok_or(WebhookError::Secret { index }))
        .collect()
}

impl Notifier for Webhook {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.post(notice))
    }

    fn reach(&self) -> Reaching<'_> {
        Box::pin(async { Some(self.caller.reach(&self.url, self.url_is_secret).await) })
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let Made { body, .. } = self.body(notice)?;
        let mut headers = format!("{} {}\n", self.method, self.shown_url());
        hook::show_headers(&mut headers, &self.headers(notice, self.clock.now(), &body));
        Ok(hook::preview(headers, &body))
    }

    fn timeout(&self) -> Duration {
        self.caller.timeout()
    }
}

#[cfg(test)]
mod tests;
