//! One visit: the redirects of a GET followed to their end, or a file read, within one time limit.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use crate::http::{
    HeaderMap, HeaderValue, Http, HttpError, HttpRequest, Method, Phase, Trust, header::ACCEPT,
};

use super::{
    FetchError, FetchReason, FetchRequest, Fetched, answer::conclude, cookies::Cookies, file,
    redirect::Trail, validators,
};

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
    /// (226, and a 206 that is not the whole: we ask for neither) and a 304 to a request without
    /// validators.
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
        let mut cookies = Cookies::default();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(too_slow(total));
            }
            let sent = self.http.send(hop(request, &trail, &cookies, left)).await;
            let response = sent.map_err(|error| match error {
                // Of what was left for this hop; people know the limit of the whole.
                HttpError::Timeout {
                    phase: Phase::Whole,
                    ..
                } => too_slow(total),
                other => other.into(),
            })?;
            let set_cookie =
                response.status.is_redirection() && cookies.take(trail.here(), &response.headers);
            if !trail.follow(&response, set_cookie)? {
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
fn hop(
    request: &FetchRequest<'_>,
    trail: &Trail,
    cookies: &Cookies,
    left: Duration,
) -> HttpRequest {
    let trust = match (request.allow_private, is_operators(request, trail)) {
        (true, _) => Trust::OperatorPrivate,
        (false, true) => Trust::Operator,
        (false, false) => Trust::Stranger,
    };
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(ACCEPT_FEEDS))]);
    validators::ask(request.etag, request.last_modified, &mut headers);
    if let Some(grant) = request.grant {
        grant.show(trail, &mut headers);
    }
    cookies.show(trail.here(), &mut headers);
    let transport = request.grant.map(|grant| grant.transport(trail));
    HttpRequest {
        headers,
        transport: transport.unwrap_or_default(),
        timeout: Some(left),
        ..HttpRequest::new(Method::GET, trail.here().clone(), trust)
    }
}

/// Whether the trail has never left what the operator wrote: the scheme, the host and the port are
/// his own words, whatever is behind them. Only another origin is a stranger's choice.
fn is_operators(request: &FetchRequest<'_>, trail: &Trail) -> bool {
    let home = match request.grant {
        Some(grant) => grant.home,
        None if request.from_stranger => return false,
        None => request.url,
    };
    trail.urls().all(|url| is_within(home, url))
}

/// Whether an address is of the same origin, or of its host with TLS where both have their usual
/// port: who answers there is the same machine, and proves its name.
fn is_within(home: &Url, url: &Url) -> bool {
    let is_secured = (home.scheme(), url.scheme()) == ("http", "https")
        && (home.port(), url.port()) == (None, None)
        && home.host() == url.host();
    is_secured || home.origin() == url.origin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_wrote_reaches_so_far() {
        for (home, to, within) in [
            (
                "http://10.0.0.5:8080/feed",
                "http://10.0.0.5:8080/feed/",
                true,
            ),
            ("http://10.0.0.5/feed", "http://10.0.0.5:80/x?y", true),
            ("http://[fd00::5]/feed", "http://[fd00:0::5]/", true),
            ("http://localhost/feed", "http://localhost/", true),
            ("http://10.0.0.5/feed", "https://10.0.0.5/feed", true),
            ("http://10.0.0.5/feed", "https://10.0.0.5:443/feed", true),
            ("http://10.0.0.5/feed", "https://10.0.0.5:8443/feed", false),
            ("http://10.0.0.5:8080/feed", "https://10.0.0.5/feed", false),
            (
                "http://10.0.0.5:8080/feed",
                "https://10.0.0.5:8080/feed",
                false,
            ),
            ("https://10.0.0.5/feed", "http://10.0.0.5/feed", false),
            ("http://10.0.0.5/feed", "http://10.0.0.5:81/feed", false),
            ("http://10.0.0.5/feed", "http://10.0.0.6/feed", false),
            ("http://localhost/feed", "http://127.0.0.1/feed", false),
            ("http://wire.example/feed", "http://10.0.0.5/feed", false),
        ] {
            let [home, url] = [home, to].map(|url| Url::parse(url).expect("a URL"));
            assert_eq!(is_within(&home, &url), within, "{home} {url}");
        }
    }
}
