//! The visit itself.

use std::{fmt::Write, time::Duration};

use tokio::time::Instant;
use url::Url;

use crate::http::{
    HeaderMap, HeaderName, HeaderValue, Http, HttpError, HttpRequest, HttpResponse, Method, Phase,
    StatusCode, Trust, bare_url,
    header::{ACCEPT, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED},
};

use super::{FetchError, FetchReason, Hop, file, freshness::freshness, redirect::Trail};

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
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The document that the validators stand for is still the current one.
    NotModified(Page),
    /// A document.
    Document(FetchedDocument),
}

/// Where the answer came from, and what to remember of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The last answer's status; 200 or 304 for a file.
    pub status: u16,
    /// Where the redirects ended; the configured URL where there were none.
    pub final_url: Url,
    /// The redirects on the way.
    pub redirects: Vec<Hop>,
    /// To be kept from now on and sent next time. After a 304 these are its own, and where it
    /// has none, the request's (RFC 9111 §4.3.4); after a document its own or none.
    pub etag: Option<Vec<u8>>,
    /// To be kept from now on, like [`etag`](Self::etag).
    pub last_modified: Option<Vec<u8>>,
    /// How much longer the publisher says that nothing changes.
    pub freshness: Option<Duration>,
}

/// A document, not yet looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedDocument {
    /// Where it came from.
    pub page: Page,
    /// Decoded from its content codings; its characters are still in the document's own encoding.
    pub body: Vec<u8>,
    /// SHA-256 of the body: equal to the last one, there is nothing to parse.
    pub body_hash: [u8; 32],
    /// The Content-Type as sent.
    pub content_type: Option<String>,
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
            "file" => self.read_file(request).await,
            _ => self.get(request).await,
        }
    }

    async fn get(&self, request: &FetchRequest<'_>) -> Result<Fetched, FetchError> {
        let total = self.http.options().total_timeout;
        let deadline = Instant::now() + total;
        let mut trail = Trail::new(request.url.clone(), self.options.max_redirects);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let sent = self.http.send(hop(request, &trail, left)).await;
            let response = sent.map_err(|error| match error {
                HttpError::Timeout {
                    phase: Phase::Whole,
                    ..
                } => FetchError::new(
                    FetchReason::Timeout,
                    format!("no document within {total:?}"),
                ),
                other => other.into(),
            })?;
            if !trail.follow(&response)? {
                return conclude(request, trail, response);
            }
        }
    }

    async fn read_file(&self, request: &FetchRequest<'_>) -> Result<Fetched, FetchError> {
        let body = file::read(request, self.http.options().max_body_bytes).await?;
        let body_hash = sha256(&body);
        // A file has no validator of its own that can be trusted: its time may be the same after
        // a change (ext4 counts in steps of 4 ms). Its hash is one.
        let etag = hex(&body_hash).into_bytes();
        let is_unchanged = request.etag == Some(&etag);
        let page = Page {
            status: if is_unchanged { 304 } else { 200 },
            final_url: request.url.clone(),
            redirects: Vec::new(),
            etag: Some(etag),
            last_modified: None,
            freshness: None,
        };
        if is_unchanged {
            return Ok(Fetched::NotModified(page));
        }
        Ok(Fetched::Document(FetchedDocument {
            page,
            body,
            body_hash,
            content_type: None,
        }))
    }
}

/// The request for the trail's current end.
///
/// The validators go along on every hop: they belong to the document at the trail's end, and a
/// server that answers with a redirect ignores them (RFC 9110 §13.2.1).
fn hop(request: &FetchRequest<'_>, trail: &Trail, left: Duration) -> HttpRequest {
    let trust = match (request.allow_private, trail.is_at_start()) {
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
    HttpRequest {
        headers,
        timeout: Some(left),
        ..HttpRequest::new(Method::GET, trail.here().clone(), trust)
    }
}

/// What the last answer comes to.
fn conclude(
    request: &FetchRequest<'_>,
    trail: Trail,
    response: HttpResponse,
) -> Result<Fetched, FetchError> {
    let own = |name| validator(&response.headers, name);
    let kept = |name, old: Option<&[u8]>| own(name).or_else(|| old.map(<[u8]>::to_vec));
    let is_conditional = request.etag.is_some() || request.last_modified.is_some();
    match response.status {
        StatusCode::NOT_MODIFIED if is_conditional => {
            let etag = kept(ETAG, request.etag);
            let last_modified = kept(LAST_MODIFIED, request.last_modified);
            Ok(Fetched::NotModified(page(
                trail,
                &response,
                etag,
                last_modified,
            )))
        }
        _ if whose_challenge(&response).is_some() || !has_document(response.status) => {
            Err(refusal(&trail, &response))
        }
        _ => {
            let (etag, last_modified) = (own(ETAG), own(LAST_MODIFIED));
            Ok(Fetched::Document(FetchedDocument {
                page: page(trail, &response, etag, last_modified),
                body_hash: sha256(&response.body),
                content_type: response.headers.get(CONTENT_TYPE).map(lossy),
                body: response.body,
            }))
        }
    }
}

fn page(
    trail: Trail,
    response: &HttpResponse,
    etag: Option<Vec<u8>>,
    last_modified: Option<Vec<u8>>,
) -> Page {
    let (final_url, redirects) = trail.into_parts();
    Page {
        status: response.status.as_u16(),
        final_url,
        redirects,
        etag,
        last_modified,
        freshness: freshness(&response.headers),
    }
}

/// 204 and 205 have none; 206 and 226 are parts that we did not ask for.
fn has_document(status: StatusCode) -> bool {
    status.is_success() && !matches!(status.as_u16(), 204..=206 | 226)
}

/// Whose challenge stands in the place of the feed. It comes with 403, 503, 202 and even 200.
fn whose_challenge(response: &HttpResponse) -> Option<&'static str> {
    let says = |name, word: &[u8]| {
        let value = response.headers.get(HeaderName::from_static(name));
        value.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(word))
    };
    if says("cf-mitigated", b"challenge") {
        Some("Cloudflare")
    } else if says("x-amzn-waf-action", b"challenge") || says("x-amzn-waf-action", b"captcha") {
        Some("AWS WAF")
    } else {
        None
    }
}

fn refusal(trail: &Trail, response: &HttpResponse) -> FetchError {
    let mut error = match whose_challenge(response) {
        Some(whose) => FetchError::of_challenge(response, whose),
        None => FetchError::of_status(response),
    };
    if error.reason == FetchReason::Gone && !trail.is_permanent() {
        // What is gone is where a temporary redirect leads today, not the feed.
        error.reason = FetchReason::Status;
    }
    if !trail.is_at_start() {
        let place = bare_url(trail.here());
        write!(error.message, " at {place}, where it redirects to").expect("a String takes all");
    }
    error
}

/// An empty header validates nothing.
fn validator(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u8>> {
    let value = headers.get(name)?.as_bytes();
    (!value.is_empty()).then(|| value.to_vec())
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn sha256(body: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, body);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes all");
        hex
    })
}
