//! `file:` feeds: regular files only, up to the size limit of any document, with the hash as ETag.

use std::{fmt::Write, io, path::Path};

use tokio::{fs::File, io::AsyncReadExt};
use url::Url;

use super::{
    FetchError, FetchReason, FetchRequest, Fetched, FetchedDocument, Page, answer::sha256,
};

/// Visits the file behind a `file:` URL.
///
/// A file has no validator of its own that can be trusted: its time may stay the same over a
/// change (ext4 counts in steps of 4 ms). So its hash is its ETag.
pub(super) async fn read(
    request: &FetchRequest<'_>,
    max_bytes: u64,
) -> Result<Fetched, FetchError> {
    let body = read_regular(request.url, max_bytes).await?;
    let body_hash = sha256(&body);
    let etag = hex(&body_hash).into_bytes();
    let is_unchanged = request.etag == Some(&etag);
    let page = Page {
        status: if is_unchanged { 304 } else { 200 },
        final_url: request.url.clone(),
        redirects: Vec::new(),
        etag: Some(etag),
        last_modified: None,
        freshness: None,
        date: None,
    };
    if is_unchanged {
        return Ok(Fetched::NotModified(page));
    }
    Ok(Fetched::Document(FetchedDocument {
        page,
        body,
        permit: None,
        body_hash,
        content_type: None,
    }))
}

/// Only a regular file of at most `max_bytes`: a pipe or a device could block or go on without
/// end. The kind is checked before opening, since to open a pipe already blocks, and again of what
/// was opened.
async fn read_regular(url: &Url, max_bytes: u64) -> Result<Vec<u8>, FetchError> {
    let path = url.to_file_path().map_err(|()| {
        let message = "file: URL names a host or no absolute path";
        FetchError::new(FetchReason::File, message)
    })?;
    let unreadable = |error: io::Error| {
        FetchError::new(FetchReason::File, format!("{}: {error}", path.display()))
    };
    let metadata = tokio::fs::metadata(&path).await.map_err(unreadable)?;
    check(&path, &metadata, max_bytes)?;
    let file = File::open(&path).await.map_err(unreadable)?;
    let metadata = file.metadata().await.map_err(unreadable)?;
    check(&path, &metadata, max_bytes)?;

    // What is written to it meanwhile may make it longer than it said.
    let mut body = Vec::new();
    file.take(max_bytes.saturating_add(1))
        .read_to_end(&mut body)
        .await
        .map_err(unreadable)?;
    if body.len() as u64 > max_bytes {
        return Err(too_large(&path, max_bytes));
    }
    Ok(body)
}

fn check(path: &Path, metadata: &std::fs::Metadata, max_bytes: u64) -> Result<(), FetchError> {
    if !metadata.is_file() {
        let message = format!("{} is not a regular file", path.display());
        return Err(FetchError::new(FetchReason::File, message));
    }
    if metadata.len() > max_bytes {
        return Err(too_large(path, max_bytes));
    }
    Ok(())
}

fn too_large(path: &Path, max_bytes: u64) -> FetchError {
    let message = format!("{} is larger than {max_bytes} bytes", path.display());
    FetchError::new(FetchReason::TooLarge, message)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes all");
        hex
    })
}
