//! Bodies as they come off the wire, under a byte counter and two clocks.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use tokio::time::Instant;

use super::{
    classify::Context,
    coding::DecodeError,
    error::{HttpError, Phase},
};

/// How much of the body of a 3xx, 4xx or 5xx is read: enough for the reason in words.
pub(super) const MAX_ERROR_BODY_BYTES: u64 = 64 * 1024;

/// How long the body of a 3xx, 4xx or 5xx is waited for: its status is already the answer.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// What one hop may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) total: Duration,
    pub(super) deadline: Instant,
    pub(super) idle: Duration,
    pub(super) max_bytes: u64,
}

impl Limits {
    /// The clock of `total` starts now.
    pub(super) fn new(total: Duration, idle: Duration, max_bytes: u64) -> Self {
        Self {
            total,
            deadline: Instant::now() + total,
            idle,
            max_bytes,
        }
    }
}

/// Reads to the end, or fails: the bytes on the wire are held to the same limit as the decoded.
pub(super) async fn read_whole(
    response: &mut Response,
    limits: &Limits,
    context: &Context<'_>,
) -> Result<Vec<u8>, HttpError> {
    let too_large = DecodeError::TooLarge {
        limit: limits.max_bytes,
    };
    if response
        .content_length()
        .is_some_and(|length| length > limits.max_bytes)
    {
        return Err(too_large.into());
    }
    let mut raw = Vec::new();
    while let Some(chunk) = next(response, limits, context).await? {
        if (raw.len() + chunk.len()) as u64 > limits.max_bytes {
            return Err(too_large.into());
        }
        raw.extend_from_slice(&chunk);
    }
    Ok(raw)
}

async fn next(
    response: &mut Response,
    limits: &Limits,
    context: &Context<'_>,
) -> Result<Option<Bytes>, HttpError> {
    let deadline = limits.deadline.min(Instant::now() + limits.idle);
    match tokio::time::timeout_at(deadline, response.chunk()).await {
        Ok(chunk) => chunk.map_err(|error| context.body_failed(error)),
        Err(_) if deadline == limits.deadline => Err(context.timeout(Phase::Whole, limits.total)),
        Err(_) => Err(context.timeout(Phase::Body, limits.idle)),
    }
}

/// Reads what comes, and stops without complaint at the first trouble.
pub(super) async fn read_beginning(response: &mut Response, limits: &Limits) -> Vec<u8> {
    let mut raw = Vec::new();
    let deadline = limits.deadline.min(Instant::now() + ERROR_BODY_TIMEOUT);
    while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(deadline, response.chunk()).await {
        if (raw.len() + chunk.len()) as u64 > MAX_ERROR_BODY_BYTES {
            break;
        }
        raw.extend_from_slice(&chunk);
    }
    raw
}
