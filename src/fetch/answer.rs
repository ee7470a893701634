//! What the last answer of a visit means: a document, "unchanged", or an error.
//!
//! A 304 counts only where validators were sent, and a 2xx only where it holds a whole document.

use std::{borrow::Cow, fmt::Write, time::Duration};

use jiff::Timestamp;
use url::Url;

use crate::{
    heavy::heavy,
    http::{
        HeaderMap, HeaderName, HeaderValue, HttpResponse, MemoryPermit, StatusCode, bare_url,
        header::{AGE, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, DATE},
        http_date,
    },
    model::Origin,
};

use super::{
    FetchError, FetchReason, FetchRequest, Hop, freshness::freshness, redirect::Trail, validators,
};

/// What came.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// The document that the validators name is still the current one.
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
    /// When the host sent it, by the host's own clock (Date, RFC 9110 §6.6.1); not known of a file,
    /// nor of a copy that a cache has kept (Age).
    pub date: Option<Timestamp>,
}

/// A document, not yet looked at.
#[derive(Debug, Clone)]
pub struct FetchedDocument {
    /// Where it came from.
    pub page: Page,
    /// Decoded from its content codings; its characters are still in the document's own encoding.
    pub body: Vec<u8>,
    /// Of a large document. Keep it for as long as anything of the body is in memory.
    pub permit: Option<MemoryPermit>,
    /// SHA-256 of the body: equal to the last one, there is nothing to parse.
    pub body_hash: [u8; 32],
    /// The Content-Type as sent.
    pub content_type: Option<String>,
}

/// Reads the answer at the trail's end.
pub(super) fn conclude(
    request: &FetchRequest<'_>,
    trail: Trail,
    response: HttpResponse,
) -> Result<Fetched, FetchError> {
    let is_conditional = request.etag.is_some() || request.last_modified.is_some();
    if response.status == StatusCode::NOT_MODIFIED && is_conditional {
        let mut page = page(trail, &response);
        page.etag = page.etag.or_else(|| request.etag.map(Vec::from));
        page.last_modified = page
            .last_modified
            .or_else(|| request.last_modified.map(Vec::from));
        return Ok(Fetched::NotModified(page));
    }
    if !has_document(&response) || whose_challenge(&response).is_some() {
        return Err(refusal(request, &trail, &response));
    }
    Ok(Fetched::Document(FetchedDocument {
        page: page(trail, &response),
        body_hash: heavy(response.body.len(), || sha256(&response.body)),
        content_type: response.headers.get(CONTENT_TYPE).map(lossy),
        body: response.body,
        permit: response.permit,
    }))
}

/// The page with its own validators.
fn page(trail: Trail, response: &HttpResponse) -> Page {
    let (final_url, redirects) = trail.into_parts();
    Page {
        status: response.status.as_u16(),
        final_url,
        redirects,
        etag: validators::etag(&response.headers),
        last_modified: validators::last_modified(&response.headers),
        freshness: freshness(&response.headers),
        date: date(&response.headers),
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(DATE).filter(|_| !headers.contains_key(AGE))?;
    http_date(date.as_bytes())
}

/// 204 and 205 have none; 206 and 226 are parts that we did not ask for, but for the part that is
/// the whole.
fn has_document(response: &HttpResponse) -> bool {
    match response.status.as_u16() {
        204 | 205 | 226 => false,
        206 => is_whole(response),
        _ => response.status.is_success(),
    }
}

/// Whether the range of a 206 is all there is (`bytes 0-(n-1)/n`, RFC 9110 §14.4). It counts bytes
/// as they were sent, which a coding leaves us no more of.
fn is_whole(response: &HttpResponse) -> bool {
    let mut ranges = response.headers.get_all(CONTENT_RANGE).iter();
    let (Some(range), None) = (ranges.next(), ranges.next()) else {
        return false;
    };
    let Some((last, length)) = last_and_length(range.as_bytes()) else {
        return false;
    };
    let is_coded = response.headers.contains_key(CONTENT_ENCODING);
    length.checked_sub(1) == Some(last) && (is_coded || response.body.len() as u64 == length)
}

/// The numbers of a range that begins with the first byte.
fn last_and_length(range: &[u8]) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(range).ok()?.trim();
    let (unit, range) = text.split_once(' ')?;
    let (last, length) = range.trim().strip_prefix("0-")?.split_once('/')?;
    let numbers = (last.trim().parse().ok()?, length.trim().parse().ok()?);
    unit.eq_ignore_ascii_case("bytes").then_some(numbers)
}

/// Whose challenge came instead of the feed. It comes with 403, 503, 202 and even 200.
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

fn refusal(request: &FetchRequest<'_>, trail: &Trail, response: &HttpResponse) -> FetchError {
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
        error.elsewhere = Origin::of(trail.here()) != Origin::of(request.url);
    }
    if let Some(hint) = hint(request, trail, &error) {
        write!(error.message, "; {hint}").expect("a String takes all");
    }
    error
}

/// What a person can do about it.
fn hint(
    request: &FetchRequest<'_>,
    trail: &Trail,
    error: &FetchError,
) -> Option<Cow<'static, str>> {
    let of_grant = || {
        request
            .grant
            .and_then(|grant| grant.hint(trail))
            .map(Cow::from)
    };
    match (error.reason, error.status) {
        (FetchReason::Proxy, Some(407)) => Some("the proxy wants a login".into()),
        (FetchReason::Login, _) => Some(of_grant().unwrap_or_else(|| {
            "the feed wants a login: set `username` and `password`, or `bearer`".into()
        })),
        (FetchReason::Forbidden, _) => {
            Some(of_grant().unwrap_or_else(|| "ask the publisher to let feed readers pass".into()))
        }
        (FetchReason::Challenge, _) => Some("ask the publisher to let feed readers pass".into()),
        _ => None,
    }
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

pub(super) fn sha256(body: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, body);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}
