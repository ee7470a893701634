//! One request, one answer: the client that everything else in this program uses.
//!
//! The steps: the address guard, the client for the way there, the answer's headers, its body under
//! the limits, and its content codings undone.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{Client, Method, StatusCode, header::HeaderMap};
use tokio::time::Instant;
use url::Url;

use super::{
    body,
    classify::Context,
    coding::{self, DecodeError},
    connect,
    error::{HttpError, HttpSetupError, Phase},
    guard::{self, Trust},
    large::{LargeBodies, MemoryPermit, SMALL_BODY_BYTES},
    options::HttpOptions,
    resolve::{self, Lookup},
    routes::Routes,
};
use crate::{heavy::heavy, model::Transport};

/// The one HTTP client; cheap to clone.
#[derive(Debug, Clone)]
pub struct Http {
    pub(super) routes: Arc<Routes>,
    pub(super) large: Arc<LargeBodies>,
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
    /// The way there; directly and without a certificate, if not set.
    pub transport: Transport,
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
            transport: Transport::default(),
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
    /// Of a large body. Keep it for as long as anything of the body is in memory.
    pub permit: Option<MemoryPermit>,
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
        let routes = Routes::new(options.clone(), Arc::clone(lookup))?;
        Ok(Self {
            large: Arc::new(LargeBodies::new(options.idle_timeout)),
            routes: Arc::new(routes),
        })
    }

    /// Makes a way ready, so that its faults are found before it is used: files that cannot be
    /// read, a key that is not the certificate's.
    ///
    /// # Errors
    /// See [`HttpSetupError`].
    pub fn prepare(&self, transport: &Transport) -> Result<(), HttpSetupError> {
        self.routes.get(transport)?;
        self.routes.get(&transport.without_certificate())?;
        Ok(())
    }

    /// The limits this client was built with.
    pub fn options(&self) -> &HttpOptions {
        self.routes.options()
    }

    /// Makes one hop: no redirect is followed, nothing is retried but a GET whose kept connection
    /// died under it.
    ///
    /// Returns an answer for every status. The waits are bounded: `connect_timeout` for the
    /// connection, that and `idle_timeout` for the headers, `idle_timeout` between two parts of
    /// the body, `total_timeout` for everything.
    ///
    /// # Errors
    /// See [`HttpError`]'s variants. A 2xx whose body is too long, cut or damaged is an error; the
    /// body of any other status never is.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (url, transport) = (request.url.clone(), request.transport.clone());
        let proxy = transport.proxy.as_ref();
        let passage = guard::admit(&url, request.trust, proxy)?;
        let route = self.routes.get(&transport)?;
        let options = self.options();
        let context = Context {
            url: &url,
            proxy,
            trust: request.trust,
            connect_timeout: options.connect_timeout,
        };
        let limits = body::Limits::new(
            request.timeout.unwrap_or(options.total_timeout),
            options.idle_timeout,
            request.max_body_bytes.unwrap_or(options.max_body_bytes),
        );
        let client = route.client(passage);
        let mut response = self.head(client, request, &limits, &context).await?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let (body, permit) = if status.is_success() {
            let (large, max_bytes) = (&self.large, limits.max_bytes);
            let (raw, permit) = body::read_whole(&mut response, limits, large, &context).await?;
            self.unpack(&headers, raw, permit, max_bytes, &context)
                .await?
        } else {
            let raw = body::read_beginning(&mut response, &limits).await;
            let body = coding::decode(&headers, raw, body::MAX_ERROR_BODY_BYTES);
            (body.unwrap_or_default(), None)
        };
        Ok(HttpResponse {
            status,
            headers,
            url,
            body,
            permit,
        })
    }

    /// Connects, with TLS where the URL says `https`, and sends nothing.
    ///
    /// # Errors
    /// Those of [`Http::send`] up to where the connection is made.
    pub async fn reach(&self, url: &Url, trust: Trust) -> Result<(), HttpError> {
        let transport = Transport::default();
        let passage = guard::admit(url, trust, None)?;
        let client = self.routes.unpooled(&transport, passage)?;
        let context = Context {
            url,
            proxy: None,
            trust,
            connect_timeout: self.options().connect_timeout,
        };
        match client.get(url.clone()).send().await {
            Err(error) if !connect::is_connected(&error) => Err(context.request_failed(error)),
            _ => Ok(()),
        }
    }

    /// Undoes the content codings. What has no permit is tried as a small body, and begun again
    /// with a permit where it turns out to be large.
    async fn unpack(
        &self,
        headers: &HeaderMap,
        raw: Vec<u8>,
        mut permit: Option<MemoryPermit>,
        max_bytes: u64,
        context: &Context<'_>,
    ) -> Result<(Vec<u8>, Option<MemoryPermit>), HttpError> {
        let codings = coding::codings(headers)?;
        if codings.is_empty() && !coding::is_disguised(&raw) {
            return Ok((raw, permit));
        }
        if permit.is_none() {
            let small = SMALL_BODY_BYTES.min(max_bytes);
            match coding::undo_all(&codings, &raw, small) {
                Err(DecodeError::TooLarge { .. }) if small < max_bytes => {}
                decoded => return Ok((decoded?, None)),
            }
            permit = Some(self.large.unpack().await.map_err(|_| context.crowded())?);
        }
        let decoded = heavy(usize::MAX, || coding::undo_all(&codings, &raw, max_bytes));
        Ok((decoded?, permit))
    }

    /// Sends the request and waits for the answer's headers.
    async fn head(
        &self,
        client: &Client,
        request: HttpRequest,
        limits: &body::Limits,
        context: &Context<'_>,
    ) -> Result<reqwest::Response, HttpError> {
        let is_repeatable = request.method == Method::GET;
        let mut builder = client
            .request(request.method, request.url)
            .headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let again = builder.try_clone().filter(|_| is_repeatable);
        let patience = self.options().connect_timeout + self.options().idle_timeout;
        let deadline = limits.deadline.min(Instant::now() + patience);
        let sent = async {
            match (connect::watch(builder.send()).await, again) {
                ((Err(error), true), Some(again)) if connect::has_died(&error) => {
                    again.send().await
                }
                ((sent, _), _) => sent,
            }
        };
        match tokio::time::timeout_at(deadline, sent).await {
            Ok(sent) => sent.map_err(|error| context.request_failed(error)),
            Err(_) if deadline == limits.deadline => {
                Err(context.timeout(Phase::Whole, limits.total))
            }
            Err(_) => Err(context.timeout(Phase::Answer, patience)),
        }
    }
}
