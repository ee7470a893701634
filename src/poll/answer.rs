//! What a visit to a feed brought.

use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::{document_cache::CachedDocument, failure::Failure, identify::Identified};
use crate::{fetch::FetchedDocument, http::MemoryPermit, parse::ParsedFeed};

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
