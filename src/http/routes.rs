//! The library's clients, one pair for each way to servers (proxy, certificates, HTTP version),
//! each built once and shared by all requests that take this way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use reqwest::{
    Client, ClientBuilder,
    header::{ACCEPT_ENCODING, HeaderValue},
    redirect, retry,
};
use rustls::ClientConfig;

use super::{
    coding::ACCEPT_ENCODING as CODINGS,
    connect::{Dials, Stops},
    error::HttpSetupError,
    guard::Passage,
    options::HttpOptions,
    resolve::{Lookup, Resolver},
    tls::{self, Trusted},
};
use crate::model::{Proxy, Transport};

/// How long an unused connection is kept. Most servers close theirs after 5 to 75 s; polls of
/// feeds on one host, and deliveries in a burst, are seconds apart.
const POOL_IDLE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// Unused connections kept per host: an origin is asked one thing at a time.
const POOL_MAX_IDLE_PER_HOST: usize = 2;

/// All headers of an answer, in bytes: what the library allows over HTTP/1.1, where it cannot be
/// set, and over HTTP/2 too, where its own 16 KiB is less than some publishers'
/// Content-Security-Policy and cookies.
pub(super) const MAX_HEADER_BYTES: u32 = 8192 + 4096 * 100;

/// Header lines of an HTTP/1.1 answer. The library's 100 is less than some shops' cookies and some
/// sites' `Link: …; rel=preload`. Each costs 64 bytes for a moment, whether it comes or not; with
/// 1,500 of them that was seen in the CPU of a poll.
pub(super) const MAX_HEADER_LINES: usize = 500;

/// What an HTTP/2 server may send ahead of what is read, on a stream and on a connection, in bytes:
/// so much of each waits in our memory. The library's 2 and 5 MiB were a gigabyte for 256 polls.
const HTTP2_WINDOW_BYTES: u32 = 256 * 1024;

/// One way to servers: the two clients that differ in which addresses a name may have.
#[derive(Debug, Clone)]
pub(super) struct Route {
    screened: Client,
    open: Client,
}

/// All ways in use. Those whose certificates and authorities are the same share one TLS
/// configuration, and so the sessions that can be resumed.
pub(super) struct Routes {
    options: HttpOptions,
    lookup: Lookup,
    built: RwLock<HashMap<Transport, Route>>,
    trusted: Mutex<HashMap<Trusted, ClientConfig>>,
    direct: Route,
}

impl Route {
    pub(super) fn client(&self, passage: Passage) -> &Client {
        match passage {
            Passage::Screened => &self.screened,
            Passage::Open => &self.open,
        }
    }
}

impl Routes {
    pub(super) fn new(options: HttpOptions, lookup: Lookup) -> Result<Self, HttpSetupError> {
        let plain = Transport::default();
        let trusted = Trusted::of(&plain, &options);
        let config = tls::client_config(&trusted)?;
        let direct = route(&options, &lookup, &plain, &config)?;
        Ok(Self {
            options,
            lookup,
            built: RwLock::default(),
            trusted: Mutex::new(HashMap::from([(trusted, config)])),
            direct,
        })
    }

    pub(super) fn options(&self) -> &HttpOptions {
        &self.options
    }

    /// The clients for a way, built where it is new.
    pub(super) fn get(&self, transport: &Transport) -> Result<Route, HttpSetupError> {
        if *transport == Transport::default() {
            return Ok(self.direct.clone());
        }
        let built = self.built.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = built.get(transport) {
            return Ok(route.clone());
        }
        drop(built);
        let config = self.tls(transport)?;
        let route = route(&self.options, &self.lookup, transport, &config)?;
        let mut built = self.built.write().unwrap_or_else(PoisonError::into_inner);
        Ok(built.entry(transport.clone()).or_insert(route).clone())
    }

    /// A client of its own for a way, which connects and does no more.
    pub(super) fn unpooled(
        &self,
        transport: &Transport,
        passage: Passage,
    ) -> Result<Client, HttpSetupError> {
        let config = self.tls(transport)?;
        let resolver = resolver(&self.lookup, transport, passage);
        let builder = builder(&self.options, transport, config, resolver)?;
        built(builder.connector_layer(Stops))
    }

    fn tls(&self, transport: &Transport) -> Result<ClientConfig, HttpSetupError> {
        let trusted = Trusted::of(transport, &self.options);
        let mut known = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(&trusted) {
            return Ok(config.clone());
        }
        let config = tls::client_config(&trusted)?;
        Ok(known.entry(trusted).or_insert(config).clone())
    }
}

/// Debug shows no tickets and no keys.
impl std::fmt::Debug for Routes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Routes").finish_non_exhaustive()
    }
}

fn route(
    options: &HttpOptions,
    lookup: &Lookup,
    transport: &Transport,
    tls: &ClientConfig,
) -> Result<Route, HttpSetupError> {
    let client = |passage| {
        let resolver = resolver(lookup, transport, passage);
        built(builder(options, transport, tls.clone(), resolver)?)
    };
    Ok(Route {
        screened: client(Passage::Screened)?,
        open: client(Passage::Open)?,
    })
}

fn resolver(lookup: &Lookup, transport: &Transport, passage: Passage) -> Resolver {
    Resolver {
        lookup: Arc::clone(lookup),
        passage,
        proxy: transport.proxy.as_ref().and_then(host_of),
    }
}

fn host_of(proxy: &Proxy) -> Option<String> {
    proxy.url.host_str().map(str::to_owned)
}

fn builder(
    options: &HttpOptions,
    transport: &Transport,
    mut tls: ClientConfig,
    resolver: Resolver,
) -> Result<ClientBuilder, HttpSetupError> {
    let always = [(ACCEPT_ENCODING, HeaderValue::from_static(CODINGS))];
    tls.alpn_protocols = tls::protocols(transport.http2);
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver)
        .user_agent(&options.user_agent)
        .default_headers(always.into_iter().collect())
        // Redirects are the caller's, who judges each hop.
        .redirect(redirect::Policy::none())
        // On by default: a stream that an HTTP/2 server refuses is asked for twice more at once.
        // With none allowed, no request is copied for one either.
        .retry(retry::never().max_retries_per_request(0))
        .connector_layer(Dials)
        // Both are on by default: HTTP_PROXY is obeyed, the next host is sent the last URL.
        .no_proxy()
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(POOL_MAX_IDLE_PER_HOST)
        .http1_max_headers(MAX_HEADER_LINES)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_initial_stream_window_size(HTTP2_WINDOW_BYTES)
        .http2_initial_connection_window_size(HTTP2_WINDOW_BYTES)
        // A publisher's broken extra header is no reason to be blind to its feed.
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true);
    if let Some(proxy) = &transport.proxy {
        let proxy = reqwest::Proxy::all(proxy.url.clone());
        builder =
            builder.proxy(proxy.map_err(|error| HttpSetupError::Client(error.without_url()))?);
    }
    Ok(builder)
}

fn built(builder: ClientBuilder) -> Result<Client, HttpSetupError> {
    builder
        .build()
        .map_err(|error| HttpSetupError::Client(error.without_url()))
}
