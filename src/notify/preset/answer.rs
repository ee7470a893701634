//! What a service's answer means.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::data::Preset;
use crate::{
    http::HttpResponse,
    model::{Outcome, Retry, SendReason},
    notify::{
        engine::evaluate,
        hook::{failure, taken},
        webhook::verdict::{Answer, MAX_RETRY_AFTER, excerpt, status_line, verdict},
    },
};

/// What an expression sees. Beside `status` and `body` that is `json`, where the body is JSON.
#[derive(Serialize)]
struct Names<'a> {
    status: u16,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<serde_json::Value>,
}

/// The names of [`Names`].
pub(super) const NAMES: [&str; 3] = ["status", "body", "json"];

/// As for a webhook, but a 2xx counts only where the preset's `success` holds, the pause may stand
/// in the body, and `broken` tells a service that is gone from a message that is refused.
///
/// A 2xx without success comes again: a proxy's login page is no answer of the service's. A redirect,
/// to such a page or to where the service has moved, meets every message alike.
pub(super) fn read(
    preset: &Preset,
    response: &HttpResponse,
    shown_url: Option<&Url>,
    now: Timestamp,
) -> Outcome {
    let body = String::from_utf8_lossy(&response.body);
    let names = Names {
        status: response.status.as_u16(),
        body: body.trim(),
        json: serde_json::from_slice(&response.body).ok(),
    };
    let holds = |expression: &Option<String>| {
        let value = expression
            .as_deref()
            .map(|expression| evaluate(expression, &names));
        value.map(|value| value.is_ok_and(|value| value.is_true()))
    };
    let mut outcome = verdict(
        &Answer {
            status: response.status,
            headers: &response.headers,
            body: &response.body,
            url: shown_url,
        },
        now,
    );
    if outcome.is_ok() && holds(&preset.success) == Some(false) {
        let line = status_line(response.status);
        let said = Some(excerpt(&response.body)).filter(|said| !said.is_empty());
        let said = said.as_deref().unwrap_or("it is empty");
        let detail = format!("{line}, but not the answer of {}: {said}", preset.name);
        let later = Retry::Later { after: None };
        outcome = Err(failure(SendReason::Protocol, later, detail));
    }
    let Err(error) = &mut outcome else {
        return Ok(taken(&status_line(response.status)));
    };
    if response.status.is_redirection() || holds(&preset.broken) == Some(true) {
        error.retry = Retry::ReceiverBroken;
    }
    if let Retry::Later { after } = &mut error.retry {
        *after = (*after).max(pause(preset.retry_after.as_deref(), &names));
    }
    outcome
}

/// The seconds that the body asks for, rounded up.
fn pause(expression: Option<&str>, names: &Names<'_>) -> Option<Duration> {
    let value = evaluate(expression?, names).ok()?;
    let seconds = f64::try_from(value).ok()?;
    let pause = Duration::try_from_secs_f64(seconds.ceil()).ok()?;
    Some(pause.min(MAX_RETRY_AFTER))
}
