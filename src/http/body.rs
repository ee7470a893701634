//! Reads bodies as they come off the wire: never more bytes than the limit, never longer than the
//! time between two parts and the time for the whole allow.

use std::time::Duration;

use bytes::Bytes;
use reqwest::Response;
use tokio::time::Instant;

use super::{
    classify::Context,
    coding::DecodeError,
    error::{HttpError, Phase},
    large::{LargeBodies, MemoryPermit, SMALL_BODY_BYTES},
};

/// How much of the body of a 3xx, 4xx or 5xx is read: enough for the reason in words.
pub(super) const MAX_ERROR_BODY_BYTES: u64 = 64 * 1024;

/// How long the body of a 3xx, 4xx or 5xx is waited for: its status is already the answer.
pub(super) const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// A wait for a permit that is long enough for the server to notice.
pub(super) const NOTICEABLE: Duration = Duration::from_secs(1);

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
///
/// Beyond [`SMALL_BODY_BYTES`] the body has a permit, which is returned with it. The wait for one
/// is ours, so it does not count against the server's time, nor does a connection that broke
/// meanwhile.
pub(super) async fn read_whole(
    response: &mut Response,
    mut limits: Limits,
    large: &LargeBodies,
    context: &Context<'_>,
) -> Result<(Vec<u8>, Option<MemoryPermit>), HttpError> {
    let too_large = DecodeError::TooLarge {
        limit: limits.max_bytes,
    };
    if response
        .content_length()
        .is_some_and(|length| length > limits.max_bytes)
    {
        return Err(too_large.into());
    }
    let (mut raw, mut permit, mut was_kept_waiting) = (Vec::new(), None, false);
    loop {
        let chunk = match next(response, &limits, context).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok((raw, permit)),
            Err(HttpError::Truncated { .. }) if was_kept_waiting => return Err(context.crowded()),
            Err(error) => return Err(error),
        };
        let length = raw.len() + chunk.len();
        if length as u64 > limits.max_bytes {
            return Err(too_large.into());
        }
        if length as u64 > SMALL_BODY_BYTES && permit.is_none() {
            let asked_at = Instant::now();
            permit = Some(large.arrive().await.map_err(|_| context.crowded())?);
            let waited = asked_at.elapsed();
            limits.deadline += waited;
            was_kept_waiting = waited >= NOTICEABLE;
        }
        append(&mut raw, &chunk, limits.max_bytes);
    }
}

/// Makes room as a `Vec` does, by twice as much, but for no more than may come.
pub(super) fn append(raw: &mut Vec<u8>, chunk: &[u8], max_bytes: u64) {
    if raw.capacity() - raw.len() < chunk.len() {
        let most = usize::try_from(max_bytes).unwrap_or(usize::MAX);
        let more = raw.len().min(most - raw.len());
        raw.reserve_exact(more.max(chunk.len()));
    }
    raw.extend_from_slice(chunk);
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
