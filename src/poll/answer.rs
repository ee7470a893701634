//! What a visit to a feed brought: a document, the word that nothing has changed, or a failure.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::{document_cache::CachedDocument, identify::Identified};
use crate::{
    fetch::{FetchError, FetchReason, FetchedDocument},
    http::MemoryPermit,
    model::{Origin, time},
    parse::{ParseError, ParseReason, ParsedFeed},
};

/// What came back.
pub(super) enum Answer {
    Unchanged {
        status: u16,
        etag: Option<Vec<u8>>,
        last_modified: Option<Vec<u8>>,
        by_validators: bool,
        freshness: Option<Duration>,
        /// Where the feed says it lives now.
        target: Option<Url>,
    },
    Read(Box<Reading>),
    Failed(Failure),
}

impl Answer {
    pub(super) const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }

    /// Bytes of the document that was read.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Read(reading) => reading.document.body.len(),
            Self::Unchanged { .. } | Self::Failed(_) => 0,
        }
    }

    /// What is to be done and let go of when the commit is done.
    pub(super) fn take_pending(&mut self) -> Option<Pending> {
        match self {
            Self::Read(reading) => reading.pending.take(),
            Self::Unchanged { .. } | Self::Failed(_) => None,
        }
    }
}

/// A document that was read.
pub(super) struct Reading {
    pub(super) document: FetchedDocument,
    pub(super) parsed: ParsedFeed,
    pub(super) identified: Identified,
    pub(super) pending: Option<Pending>,
}

/// What a document that was read leaves to do when its commit is done.
#[derive(Debug)]
pub(super) struct Pending {
    /// To be remembered once the items are in the store.
    pub(super) document: Option<CachedDocument>,
    /// The right to hold the document in memory, parsed.
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(super) permit: OwnedSemaphorePermit,
    /// Of the large bodies that may be in memory at the same time.
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(super) place: Option<MemoryPermit>,
}

/// Why a feed could not be read.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) status: Option<u16>,
    pub(super) retry_at: Option<Timestamp>,
    pub(super) gone: bool,
    /// Nothing was heard of the feed's server: that may be the fault of our own network.
    pub(super) unreachable: bool,
    /// Whether another host than the configured one answered, to which a redirect had led, now or
    /// at an earlier visit.
    pub(super) elsewhere: bool,
}

impl Failure {
    /// An address that could not be fetched, of a feed that is configured with another or the same.
    pub(super) fn fetch(error: &FetchError, asked: &Url, configured: &Url, now: Timestamp) -> Self {
        let is_answer = error.status.is_some();
        let was_led = is_answer && Origin::of(asked) != Origin::of(configured);
        Self {
            reason: error.reason.as_str(),
            message: error.to_string(),
            status: error.status,
            retry_at: error
                .retry_after
                .map(|hint| time::add(now, hint.delay(now))),
            gone: error.reason == FetchReason::Gone,
            unreachable: error.reason.is_unreachable(),
            elsewhere: error.elsewhere || was_led,
        }
    }

    pub(super) fn parse(error: &ParseError, status: u16) -> Self {
        Self {
            reason: error.reason().as_str(),
            message: unreadable(error),
            status: Some(status),
            retry_at: None,
            gone: false,
            unreachable: false,
            elsewhere: false,
        }
    }

    pub(super) fn panicked(message: String) -> Self {
        Self {
            reason: "panic",
            message,
            status: None,
            retry_at: None,
            gone: false,
            unreachable: false,
            elsewhere: false,
        }
    }
}

/// Why a document could not be read, and what to do about it, for people.
pub fn unreadable(error: &ParseError) -> String {
    match hint(error.reason()) {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

/// What a person can do about a document that is no feed.
const fn hint(reason: ParseReason) -> Option<&'static str> {
    match reason {
        ParseReason::Empty => Some("the publisher's server is at fault where this stays so"),
        ParseReason::Html => {
            Some("`fivebells fetch` with this URL says which feeds the page names, if any")
        }
        ParseReason::Login => {
            Some("where this is the feed's login: set `username` and `password`, or `bearer`")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_are_lost_are_a_failure_with_its_own_reason() {
        let lost = ParseError::ItemsLost {
            markup: 12,
            read: 0,
        };
        let failure = Failure::parse(&lost, 200);
        assert_eq!((failure.reason, failure.status), ("items_lost", Some(200)));
        assert_eq!(
            failure.message,
            "the document has 12 items, 0 could be read"
        );
    }
}
