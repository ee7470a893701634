//! One request, one answer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{
    Client, Method, StatusCode,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderValue},
    redirect,
};
use rustls::ClientConfig;
use tokio::time::Instant;
use url::Url;

use super::{
    body,
    classify::Context,
    coding::{self, ACCEPT_ENCODING as CODINGS},
    error::{HttpError, HttpSetupError, Phase},
    guard::{self, Passage, Trust},
    options::HttpOptions,
    resolve::{self, Lookup, Resolver},
    tls,
};

/// How long an unused connection is kept. Most servers close theirs after 5 to 75 s; polls of
/// feeds on one host, and deliveries in a burst, are seconds apart.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Unused connections kept per host: an origin is asked one thing at a time.
const POOL_MAX_IDLE_PER_HOST: usize = 2;

/// All response headers of an HTTP/2 answer, in bytes. The library's 16 KiB is less than some
/// publishers' Content-Security-Policy and cookies.
const MAX_HEADER_LIST_BYTES: u32 = 64 * 1024;

/// The one HTTP client; cheap to clone.
#[derive(Debug, Clone)]
pub struct Http {
    screened: Client,
    open: Client,
    options: Arc<HttpOptions>,
}

/// One hop to make.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// GET, POST, …
    pub method: Method,
    /// `http` or `https`. A user and password in it become an Authorization header.
    pub url: Url,
    /// Beside User-Agent and Accept-Encoding, which are always the same.
    pub headers: HeaderMap,
    /// The request's body.
    pub body: Option<Bytes>,
    /// Who chose the address.
    pub trust: Trust,
    /// In the place of [`HttpOptions::total_timeout`].
    pub timeout: Option<Duration>,
    /// In the place of [`HttpOptions::max_body_bytes`].
    pub max_body_bytes: Option<u64>,
}

impl HttpRequest {
    /// A request without headers or body, under the client's own limits.
    pub fn new(method: Method, url: Url, trust: Trust) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            trust,
            timeout: None,
            max_body_bytes: None,
        }
    }
}

/// The answer to one hop, whatever its status.
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// 3xx included: nothing is followed.
    pub status: StatusCode,
    /// As sent: Content-Encoding and Content-Length still describe the bytes on the wire.
    pub headers: HeaderMap,
    /// The URL that was asked.
    pub url: Url,
    /// Decoded. Whole for 2xx; for any other status what came of its beginning, at most 64 KiB,
    /// since there the status is the message.
    pub body: Vec<u8>,
}

impl Http {
    /// Builds the client.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpSetupError> {
        Self::with_lookup(options, &resolve::system())
    }

    /// Builds the client over another resolver than the system's.
    pub(super) fn with_lookup(
        options: &HttpOptions,
        lookup: &Lookup,
    ) -> Result<Self, HttpSetupError> {
        let tls = tls::client_config(options.ca_file.as_deref())?;
        let client = |passage| {
            client(
                options,
                tls.clone(),
                Resolver {
                    lookup: Arc::clone(lookup),
                    passage,
                },
            )
        };
        Ok(Self {
            screened: client(Passage::Screened)?,
            open: client(Passage::Open)?,
            options: Arc::new(options.clone()),
        })
    }

    /// The limits this client was built with.
    pub fn options(&self) -> &HttpOptions {
        &self.options
    }

    /// Makes one hop: no redirect is followed, nothing is retried.
    ///
    /// Returns an answer for every status. The waits are bounded: `connect_timeout` for the
    /// connection, that and `idle_timeout` for the headers, `idle_timeout` between two parts of
    /// the body, `total_timeout` for everything.
    ///
    /// # Errors
    /// See [`HttpError`]'s variants. A 2xx whose body is too long, cut or damaged is an error; the
    /// body of any other status never is.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let client = match guard::admit(&request.url, request.trust)? {
            Passage::Screened => &self.screened,
            Passage::Open => &self.open,
        };
        let url = request.url.clone();
        let context = Context {
            url: &url,
            trust: request.trust,
            connect_timeout: self.options.connect_timeout,
        };
        let limits = body::Limits::new(
            request.timeout.unwrap_or(self.options.total_timeout),
            self.options.idle_timeout,
            request
                .max_body_bytes
                .unwrap_or(self.options.max_body_bytes),
        );
        let mut response = self.head(client, request, &limits, &context).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = if status.is_success() {
            let raw = body::read_whole(&mut response, &limits, &context).await?;
            coding::decode(&headers, raw, limits.max_bytes)?
        } else {
            let raw = body::read_beginning(&mut response, &limits).await;
            coding::decode(&headers, raw, body::MAX_ERROR_BODY_BYTES).unwrap_or_default()
        };
        Ok(HttpResponse {
            status,
            headers,
            url,
            body,
        })
    }

    /// Sends the request and waits for the answer's headers.
    async fn head(
        &self,
        client: &Client,
        request: HttpRequest,
        limits: &body::Limits,
        context: &Context<'_>,
    ) -> Result<reqwest::Response, HttpError> {
        let mut builder = client
            .request(request.method, request.url)
            .headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let patience = self.options.connect_timeout + self.options.idle_timeout;
        let deadline = limits.deadline.min(Instant::now() + patience);
        match tokio::time::timeout_at(deadline, builder.send()).await {
            Ok(sent) => sent.map_err(|error| context.request_failed(error)),
            Err(_) if deadline == limits.deadline => {
                Err(context.timeout(Phase::Whole, limits.total))
            }
            Err(_) => Err(context.timeout(Phase::Answer, patience)),
        }
    }
}

fn client(
    options: &HttpOptions,
    tls: ClientConfig,
    resolver: Resolver,
) -> Result<Client, HttpSetupError> {
    let always = [(ACCEPT_ENCODING, HeaderValue::from_static(CODINGS))];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver)
        .user_agent(&options.user_agent)
        .default_headers(always.into_iter().collect())
        // Redirects are the caller's, who judges each hop.
        .redirect(redirect::Policy::none())
        // Both are on by default: HTTP_PROXY is obeyed, the last URL is told to the next host.
        .no_proxy()
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(POOL_MAX_IDLE_PER_HOST)
        .http2_max_header_list_size(MAX_HEADER_LIST_BYTES)
        // A publisher's broken extra header is no reason to be blind to its feed.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .build()
        .map_err(HttpSetupError::Client)
}
