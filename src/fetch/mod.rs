//! One visit to a feed: a conditional GET with its redirects, or the reading of a file.
//!
//! In goes what the store knows of a feed ([`FetchRequest`]); out comes the document, or that it
//! is unchanged, or a [`FetchError`] with a closed [`FetchReason`]. Validators are opaque bytes:
//! stored as they came, sent back as they were stored, never made up for HTTP. Each answer says
//! which ones to keep from now on.
//!
//! What a feed's [`Grant`] shows (headers, login and certificate) only the feed's own origin sees.
//!
//! Nothing is retried, and nothing but validators is remembered between visits. The politeness
//! between them is the scheduler's.

mod answer;
mod cookies;
mod error;
mod fetcher;
mod file;
mod freshness;
mod redirect;
mod request;
mod validators;

#[cfg(test)]
mod tests;

pub use answer::{Fetched, FetchedDocument, Page};
pub use error::{FetchError, FetchReason};
pub use fetcher::{FetchOptions, Fetcher};
pub use freshness::freshness;
pub use redirect::Hop;
pub use request::{FetchRequest, Grant};
