//! One HTTP request to a receiver: what webhooks and services have in common.

use std::{
    fmt::{self, Write as _},
    time::Duration,
};

use bytes::Bytes;
use url::Url;

use super::{NotifyContext, PartKind, PreviewPart, TemplateError};
use crate::{
    http::{
        HeaderMap, HeaderName, HeaderValue, Http, HttpError, HttpReason, HttpRequest, HttpResponse,
        Method, Phase, Trust,
    },
    model::{Outcome, Receipt, Retry, Secret, SendError, SendReason},
};

/// The method of a request to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HookMethod {
    /// POST.
    #[default]
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// GET, which has no body: its URL has all it says.
    Get,
}

impl HookMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Post, Self::Put, Self::Patch, Self::Get];

    /// The name as written in the config.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Get => "GET",
        }
    }
}

impl fmt::Display for HookMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl From<HookMethod> for Method {
    fn from(method: HookMethod) -> Self {
        match method {
            HookMethod::Post => Self::POST,
            HookMethod::Put => Self::PUT,
            HookMethod::Patch => Self::PATCH,
            HookMethod::Get => Self::GET,
        }
    }
}

/// How much of an answer is read.
pub(super) const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// Sends requests under a receiver's own terms.
pub(super) struct Caller {
    http: Http,
    trust: Trust,
    timeout: Duration,
}

/// One request.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Whether the URL must not be shown, nor anything that may repeat it.
    pub(super) is_secret: bool,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
}

impl Caller {
    pub(super) fn new(context: &NotifyContext, allow_private: bool, timeout: Duration) -> Self {
        Self {
            http: context.http.clone(),
            trust: if allow_private {
                Trust::OperatorPrivate
            } else {
                Trust::Operator
            },
            timeout,
        }
    }

    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Connects to where the requests go, and sends none.
    pub(super) async fn reach(&self, url: &Url, is_secret: bool) -> Result<(), SendError> {
        let reached = self.http.reach(url, self.trust).await;
        // None of the faults that mean success comes before an answer.
        reached.or_else(|error| fault(&error, is_secret).map(|_| ()))
    }

    /// The answer, whatever its status; without a whole one, what that means.
    pub(super) async fn send(&self, call: Call) -> Result<HttpResponse, Outcome> {
        let is_secret = call.is_secret;
        let request = HttpRequest {
            headers: call.headers,
            body: call.body,
            timeout: Some(self.timeout),
            max_body_bytes: Some(MAX_ANSWER_BYTES),
            ..HttpRequest::new(call.method, call.url, self.trust)
        };
        let answer = self.http.send(request).await;
        answer.map_err(|error| fault(&error, is_secret))
    }
}

/// A request without a whole answer.
fn fault(error: &HttpError, is_secret: bool) -> Outcome {
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
        (HttpReason::Protocol | HttpReason::Crowded, _) => (SendReason::Protocol, later),
    };
    let detail = if is_secret {
        format!(
            "{} (the URL is secret: details are not shown)",
            unnamed(error)
        )
    } else {
        error.to_string()
    };
    Err(failure(reason, retry, detail))
}

/// A fault without the host, which is part of the secret, and without the library's words.
fn unnamed(error: &HttpError) -> String {
    let what = match (error.reason(), error) {
        (_, HttpError::Timeout { limit, .. }) => return format!("no answer within {limit:?}"),
        (HttpReason::Dns, _) => "the host does not resolve",
        (HttpReason::Connect, _) => "no connection to the host",
        (HttpReason::Proxy, _) => "no connection by way of the proxy",
        (HttpReason::Tls, _) => "TLS failed: no handshake, or a certificate that is not trusted",
        (HttpReason::Guard, _) => "the address is private, which takes allow_private = true",
        _ => "what came is no answer in HTTP",
    };
    what.to_owned()
}

/// The receiver took it.
pub(super) fn taken(answer: &str) -> Receipt {
    Receipt {
        answer: answer.to_owned(),
        ..Receipt::default()
    }
}

/// The receiver did not take it.
pub(super) fn failure(reason: SendReason, retry: Retry, detail: String) -> SendError {
    SendError {
        reason,
        retry,
        detail,
        accepted: Vec::new(),
        refused: Vec::new(),
    }
}

/// A template that failed: no other attempt can mend it.
pub(super) fn unrendered(error: impl std::fmt::Display) -> SendError {
    let detail = format!("template: {error}");
    failure(SendReason::Render, Retry::Never, detail)
}

/// The outcome of a notice that went out in plain words because its template failed.
pub(super) fn with_fault(outcome: Outcome, fault: Option<&TemplateError>) -> Outcome {
    let Some(fault) = fault else {
        return outcome;
    };
    let said = |answer: &str| format!("{answer}; in plain words, as its template failed: {fault}");
    match outcome {
        Ok(receipt) => Ok(Receipt {
            answer: said(&receipt.answer),
            ..receipt
        }),
        Err(error) => Err(SendError {
            detail: said(&error.detail),
            ..error
        }),
    }
}

/// A header of the operator's, never shown; `None` where it cannot be sent or is not theirs.
pub(super) fn header(
    name: &str,
    value: &Secret,
    reserved: &[&str],
) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::try_from(name).ok()?;
    let mut value = HeaderValue::try_from(value.expose()).ok()?;
    value.set_sensitive(true);
    (!reserved.contains(&name.as_str())).then_some((name, value))
}

/// Appends the headers, a line each, without what is secret.
pub(super) fn show_headers(out: &mut String, headers: &HeaderMap) {
    for (name, value) in headers {
        let value = if value.is_sensitive() {
            Secret::HIDDEN
        } else {
            value.to_str().unwrap_or(Secret::HIDDEN)
        };
        writeln!(out, "{name}: {value}").expect("a String takes every write");
    }
}

/// A request as `preview` shows it: its method, URL and headers a line each, and its body.
pub(super) fn preview(headers: String, body: &[u8]) -> Vec<PreviewPart> {
    let is_form = headers.contains("\ncontent-type: application/x-www-form-urlencoded");
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    let headers = PreviewPart {
        label: "headers",
        content: headers,
        kind: PartKind::Headers,
    };
    if body.is_empty() {
        return vec![headers];
    }
    let body = PreviewPart {
        label: "body",
        content: String::from_utf8_lossy(body).into_owned(),
        kind: if is_form {
            PartKind::Form
        } else if is_json {
            PartKind::Json
        } else {
            PartKind::Text
        },
    };
    vec![headers, body]
}
