//! The visit itself.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use crate::http::{
    HeaderMap, HeaderValue, Http, HttpError, HttpRequest, Method, Phase, Trust,
    header::{ACCEPT, IF_MODIFIED_SINCE, IF_NONE_MATCH},
};

use super::{FetchError, FetchReason, Fetched, Grant, answer::conclude, file, redirect::Trail};

/// Feeds first, then what feeds are mislabelled as, then whatever there is.
const ACCEPT_FEEDS: &str = "application/atom+xml, application/rss+xml, application/rdf+xml, \
    application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1";

/// Limits of a visit, beside those of the HTTP client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// Redirects that are followed.
    pub max_redirects: usize,
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self { max_redirects: 10 }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// As configured: `http`, `https` or `file`.
    pub url: &'a Url,
    /// The ETag of the last document, byte for byte.
    pub etag: Option<&'a [u8]>,
    /// The Last-Modified of the last document, byte for byte.
    pub last_modified: Option<&'a [u8]>,
    /// Whether names and redirects may lead to private addresses.
    pub allow_private: bool,
    /// Whether the URL was found in a document: then it is no more trusted than a redirect.
    pub from_stranger: bool,
    /// How the feed is reached and what is shown there; directly and nothing, if not set.
    pub grant: Option<Grant<'a>>,
}

/// Visits feeds.
#[derive(Debug, Clone)]
pub struct Fetcher {
    http: Http,
    options: FetchOptions,
}

impl Fetcher {
    /// Visits through a client, whose limits hold for each visit.
    pub fn new(http: Http, options: FetchOptions) -> Self {
        Self { http, options }
    }

    /// Visits a feed once.
    ///
    /// All redirects together take no longer than the client's total timeout.
    ///
    /// # Errors
    /// Whatever brings no document and no "unchanged": see [`FetchReason`]. A status other than
    /// 2xx and 304 is an error, and so are a 2xx that has no document (204, 205), a part of one
    /// (206, 226: we ask for neither) and a 304 to a request without validators.
    pub async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Fetched, FetchError> {
        match request.url.scheme() {
            "file" => self.read(request).await,
            _ => self.get(request).await,
        }
    }

    async fn read(&self, request: &FetchRequest<'_>) -> Result<Fetched, FetchError> {
        let limits = self.http.options();
        let reading = file::read(request, limits.max_body_bytes);
        tokio::time::timeout(limits.total_timeout, reading)
            .await
            .unwrap_or_else(|_| Err(too_slow(limits.total_timeout)))
    }

    async fn get(&self, request: &FetchRequest<'_>) -> Result<Fetched, FetchError> {
        let total = self.http.options().total_timeout;
        let deadline = Instant::now() + total;
        let mut trail = Trail::new(request.url.clone(), self.options.max_redirects);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(too_slow(total));
            }
            let sent = self.http.send(hop(request, &trail, left)).await;
            let response = sent.map_err(|error| match error {
                // Of what was left for this hop; people know the limit of the whole.
                HttpError::Timeout {
                    phase: Phase::Whole,
                    ..
                } => too_slow(total),
                other => other.into(),
            })?;
            if !trail.follow(&response)? {
                return conclude(request, trail, response);
            }
        }
    }
}

fn too_slow(limit: Duration) -> FetchError {
    FetchError::new(
        FetchReason::Timeout,
        format!("no document within {limit:?}"),
    )
}

/// The request for the trail's current end.
///
/// The validators go along on every hop: they belong to the document at the trail's end, and a
/// server that answers with a redirect ignores them (RFC 9110 §13.2.1).
fn hop(request: &FetchRequest<'_>, trail: &Trail, left: Duration) -> HttpRequest {
    let chosen_by_operator = trail.is_at_start() && !request.from_stranger;
    let trust = match (request.allow_private, chosen_by_operator) {
        (true, _) => Trust::OperatorPrivate,
        (false, true) => Trust::Operator,
        (false, false) => Trust::Stranger,
    };
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(ACCEPT_FEEDS))]);
    for (name, validator) in [
        (IF_NONE_MATCH, request.etag),
        (IF_MODIFIED_SINCE, request.last_modified),
    ] {
        // Fails only for bytes that no header can have brought.
        if let Some(Ok(value)) = validator.map(HeaderValue::from_bytes) {
            headers.insert(name, value);
        }
    }
    if let Some(grant) = request.grant {
        grant.show(trail, &mut headers);
    }
    let transport = request.grant.map(|grant| grant.transport(trail));
    HttpRequest {
        headers,
        transport: transport.unwrap_or_default(),
        timeout: Some(left),
        ..HttpRequest::new(Method::GET, trail.here().clone(), trust)
    }
}
