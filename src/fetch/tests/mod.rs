//! Visits to scripted servers and to files.

mod access;
mod answers;
mod conditional;
mod files;
mod redirects;

use url::Url;

use super::{
    FetchError, FetchOptions, FetchReason, FetchRequest, Fetched, FetchedDocument, Fetcher, Grant,
    Page,
};
use crate::http::{Http, HttpOptions};

fn fetcher() -> Fetcher {
    fetcher_with(&HttpOptions::default())
}

fn fetcher_with(options: &HttpOptions) -> Fetcher {
    Fetcher::new(
        Http::new(options).expect("a client"),
        FetchOptions::default(),
    )
}

/// A first visit.
fn first(url: &Url) -> FetchRequest<'_> {
    FetchRequest {
        url,
        etag: None,
        last_modified: None,
        allow_private: false,
        from_stranger: false,
        grant: None,
    }
}

async fn document(request: &FetchRequest<'_>) -> FetchedDocument {
    match fetcher().fetch(request).await {
        Ok(Fetched::Document(document)) => document,
        other => panic!("no document: {other:?}"),
    }
}

async fn unchanged(request: &FetchRequest<'_>) -> Page {
    match fetcher().fetch(request).await {
        Ok(Fetched::NotModified(page)) => page,
        other => panic!("not unchanged: {other:?}"),
    }
}

async fn failure(request: &FetchRequest<'_>) -> FetchError {
    fetcher().fetch(request).await.expect_err("no document")
}
