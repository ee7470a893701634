//! What a service's answer means.

use std::time::Duration;

use jiff::Timestamp;
use minijinja::Value;
use serde::Serialize;
use url::Url;

use super::data::Preset;
use crate::{
    http::HttpResponse,
    model::{Outcome, Retry, SendError, SendReason},
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
/// in the body, `broken` tells a service that is gone from a message that is refused, and `partial`
/// and `unclear` one that passes it on to others, some of which failed. `hint` says it in words.
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
    let names = names(response, &body);
    let holds = |expression: &Option<String>| holds(expression.as_ref(), &names);
    let mut outcome = verdict(
        &Answer {
            status: response.status,
            headers: &response.headers,
            body: &response.body,
            url: shown_url,
        },
        now,
    );
    let line = status_line(response.status);
    let hint = hint(preset, &names);
    if outcome.is_ok() && preset.success.is_some() && !holds(&preset.success) {
        let said = hint.clone().unwrap_or_else(|| excerpt(&response.body));
        let said = Some(said).filter(|said| !said.is_empty());
        let said = said.as_deref().unwrap_or("it is empty");
        let detail = format!("{line}, but not the answer of {}: {said}", preset.name);
        let later = Retry::Later { after: None };
        outcome = Err(failure(SendReason::Protocol, later, detail));
    } else if let (Err(error), Some(hint)) = (&mut outcome, hint) {
        error.detail = format!("{line}: {hint}");
    }
    let Err(error) = &mut outcome else {
        return Ok(taken(&line));
    };
    if response.status.is_redirection() || holds(&preset.broken) {
        error.retry = Retry::ReceiverBroken;
    } else if holds(&preset.partial) {
        error.retry = Retry::Partly { is_sure: true };
    } else if holds(&preset.unclear) {
        error.retry = Retry::Partly { is_sure: false };
    }
    if let Retry::Later { after } = &mut error.retry {
        *after = (*after).max(pause(preset.retry_after.as_deref(), &names));
    }
    outcome
}

/// What the answer to the preset's `probe` forbids.
///
/// # Errors
/// Where `unread` holds, what is sent would reach nobody: it is kept, and reported.
pub(super) fn read_probe(preset: &Preset, response: &HttpResponse) -> Result<(), SendError> {
    let body = String::from_utf8_lossy(&response.body);
    let names = names(response, &body);
    if !holds(preset.unread.as_ref(), &names) {
        return Ok(());
    }
    let said = hint(preset, &names).unwrap_or_else(|| excerpt(&response.body));
    let detail = format!("nothing was sent, for nobody would read it: {said}");
    Err(failure(SendReason::Refused, Retry::ReceiverBroken, detail))
}

fn names<'a>(response: &HttpResponse, body: &'a str) -> Names<'a> {
    Names {
        status: response.status.as_u16(),
        body: body.trim(),
        json: serde_json::from_slice(&response.body).ok(),
    }
}

/// Whether the expression is there and true. One that fails on a stranger's answer is not.
fn holds(expression: Option<&String>, names: &Names<'_>) -> bool {
    value(expression.map(String::as_str), names).is_some_and(|value| value.is_true())
}

fn value(expression: Option<&str>, names: &Names<'_>) -> Option<Value> {
    evaluate(expression?, names).ok()
}

/// What the answer means, in words.
fn hint(preset: &Preset, names: &Names<'_>) -> Option<String> {
    let hint = value(preset.hint.as_deref(), names).filter(Value::is_true)?;
    Some(excerpt(hint.to_string().as_bytes())).filter(|hint| !hint.is_empty())
}

/// The seconds that the body asks for, rounded up.
fn pause(expression: Option<&str>, names: &Names<'_>) -> Option<Duration> {
    let seconds = f64::try_from(value(expression, names)?).ok()?;
    let pause = Duration::try_from_secs_f64(seconds.ceil()).ok()?;
    Some(pause.min(MAX_RETRY_AFTER))
}
