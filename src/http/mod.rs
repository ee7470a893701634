//! The one HTTP client: one hop, bounded in time and size, guarded against private addresses.
//!
//! In goes an [`HttpRequest`] that says who chose its address ([`Trust`]); out comes an
//! [`HttpResponse`] with the body decoded, or an [`HttpError`] with a closed [`HttpReason`]. What
//! a caller may rely on:
//!
//! * redirects, proxies from the environment, cookies and Referer do not happen;
//! * no body, however it was compressed, is longer than its limit, and none is silently cut;
//! * large bodies are few at a time, over all callers, as long as each keeps its [`MemoryPermit`];
//! * no request reaches a private address that the operator did not write, unless `allow_private`;
//! * no error shows a URL's query, user or password.
//!
//! Nothing is retried here but a GET whose kept connection died under it (`connect`): a poll has its
//! next poll, a delivery its outbox.

mod body;
mod classify;
mod client;
mod coding;
mod connect;
mod date;
mod error;
mod guard;
mod large;
mod options;
mod pinned;
mod resolve;
mod routes;
mod sessions;
mod shown;
mod tls;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use client::{Http, HttpRequest, HttpResponse};
pub use coding::DecodeError;
#[cfg(fuzzing)]
pub use coding::decode_for_fuzzing;
pub use date::{RetryAfter, http_date, retry_after};
pub use error::{HttpError, HttpReason, HttpSetupError, Phase};
pub use guard::{GuardError, Trust, is_public, is_public_web};
pub use large::MemoryPermit;
pub use options::HttpOptions;
pub use reqwest::{
    Method, StatusCode,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
pub use shown::bare_url;
pub use tls::{MAX_CA_FILE_BYTES, TlsSetupError, check_authorities, check_certificate, tls_config};
